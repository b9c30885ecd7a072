/**
 * The interface of a hop of the access path. The engine knows hops by it and none by name: `hops/path.ts` lists them, in
 * the order of the path.
 */

import type { Finding } from '#contracts/findings.ts';
import type { ConsumerRecord, Entry, EntryIdentity } from '#contracts/ledger.ts';
import type { Aspect } from '#contracts/observation.ts';
import type { PermissionRow } from '#contracts/permissions.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { OnboardScope, PublishScope, Scope } from '#contracts/steps.ts';
import type { Assessment } from '#core/assessment.ts';
import type { Change } from '#core/change.ts';
import type { Reads } from './query.ts';

/** What a scope is about: one database or the whole catalog of a producer, or a consumer account. */
export type ScopeKind = 'database' | 'catalog' | 'account';

/** What a hop is asked about. */
export interface Question<S extends Scope = Scope> {
  readonly scope: S;
  readonly policy: Policy;
  /** Path of our roles in member accounts. */
  readonly rolePath: string;
  /** ARN of the execution that asks. */
  readonly execution: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Ledger entries of the scope, and of the documents and switches it shares with others. */
  readonly entries: readonly Entry[];
  /** Of these, confirmed moments ago: laid over observations only so as not to write again; empty when verifying. */
  readonly recent: readonly Entry[];
  /** Changes of earlier hops count as made. */
  readonly planning: boolean;
  /** The last look of a run: what it sees is recorded. */
  readonly verifying: boolean;
  /** Trouble that passes is thrown: the machine asks again. */
  readonly patient: boolean;
  /** Assessments of the hops named in `after`. */
  readonly before: ReadonlyMap<string, Assessment>;
}

/** A producer scope that a consumer depends on. */
export interface ProducerScope {
  readonly scope: PublishScope;
  /** Products of it that this consumer reads; `NO_PRODUCT` for what belongs to none. */
  readonly products: readonly string[];
}

/** What a finished publish tells its consumers, as far as one hop knows it. */
export type SnapshotPart = Partial<Omit<Snapshot, 'account' | 'region' | 'database' | 'policy' | 'at'>>;

/** What a finished onboarding tells the producers, as far as one hop knows it. */
export type RecordPart = Partial<Omit<ConsumerRecord, 'account' | 'region' | 'fingerprints' | 'at'>>;

/** What a look tells of ledger entries about documents: their ids. */
export interface SeenDocuments {
  /** Written, not seen when they were: this look found their part. */
  readonly confirmed: readonly string[];
  /** What somebody had opened of ours is among this look's findings. */
  readonly told: readonly string[];
}

/** Whether what others share has arrived. */
export interface Arrival {
  readonly arrival: 'visible' | 'waiting' | 'gave-up';
  /** Something has arrived that this consumer has not dealt with: no reason to let it wait for the rest. */
  readonly news: boolean;
}

/** How long a run waits for what others share: from when (milliseconds since the epoch), and for how many milliseconds. */
export interface Patience {
  readonly startedAt: number;
  readonly within: number;
}

/** A hop that waits for what others share. Meanwhile `ahead`, later hops, deal with what has arrived. */
export interface Awaiting<S extends Scope, O> {
  readonly ahead: readonly string[];
  judge(read: Reads, observed: O, question: Question<S>, patience: Patience): Promise<Arrival>;
}

export interface Told<O, S extends Scope> {
  readonly observed: O;
  readonly question: Question<S>;
  readonly assessment: Assessment;
  /** Changes of the hop that are due, as far as mode and brake let them. */
  readonly due: readonly Change[];
  /** What consumers were told last; null: nothing yet. */
  readonly last: Snapshot | null;
}

/** One hop, on one side of the path. A hop with two sides has two modules in one folder. */
export interface HopModule<S extends Scope = Scope, O = unknown> {
  readonly name: string;
  readonly half: S['half'];
  /** The state of the half's machine in which it writes. */
  readonly stage: string;
  /** What it writes lets somebody read: the end of a run's way from event to readable. */
  readonly opens?: true;
  readonly scopes: readonly ScopeKind[];
  /** Hops whose assessments it is handed; each is assessed once, whoever asks. */
  readonly after: readonly string[];
  /** Hops whose assessments it is handed when planning, where their changes count as made. */
  supposes?(question: Pick<Question<S>, 'scope' | 'policy'>): readonly string[];
  /** Hops that are due at once when this one has written. */
  readonly again?: readonly string[];
  /** What our reader has to be allowed for it. */
  readonly permissions: readonly PermissionRow[];
  /** Entries about documents and switches that it shares with other scopes. */
  documents?(question: Pick<Question<S>, 'scope' | 'policy'>): readonly EntryIdentity[];
  /** All that the hop has to know. Reads, and decides nothing but what else to read. */
  observe(read: Reads, question: Question<S>): Promise<O>;
  /** Pure: from what is and what should be to changes and findings. */
  assess(observed: O, question: Question<S>): Assessment;
  /** Whose a finding is to mend; ours where it says nothing. A consumer is run again while something of ours is open. */
  owner?(finding: Finding): 'ours' | 'theirs';
  /** Whether another scope tells this finding, of this hop or of one that met the same fault. */
  elsewhere?(finding: Finding, all: Assessment, question: Question<S>): boolean;
  /**
   * Whether nothing is to be given here. Hops that come after this one then change only what ends entries of ours, and
   * find nothing.
   */
  bars?(observed: O, question: Question<S>): boolean;
  /** What of the ledger is to be brought up to date by it. */
  seen?(observed: O, question: Question<S>): SeenDocuments;
  /** Null: a fact it rests on is unknown, and consumers keep what they have. */
  snapshot?(told: Told<O, S>): SnapshotPart | null;
  /** Null: not known this time, and what was recorded `last` stays. */
  record?(observed: O, question: Question<S>, last: ConsumerRecord | null): RecordPart | null;
  /** Producer scopes that this consumer depends on. */
  producers?(observed: O, question: Question<S>): readonly ProducerScope[];
  /** Other scopes that have to run, once this run is through. It is handed no assessments. */
  starts?(read: Reads, question: Question<S>): Promise<readonly Scope[]>;
  readonly awaits?: Awaiting<S, O>;
  /** What it may wait for at the end of a run: asked anew by each look of `verify`. */
  readonly polls?: readonly Aspect[];
}

export type PublishHop<O> = HopModule<PublishScope, O>;
export type OnboardHop<O> = HopModule<OnboardScope, O>;

/** The assessment of an earlier hop. It must be named in `after`, or in `supposes` when planning. */
export function before({ before: assessments }: Pick<Question, 'before'>, hop: string): Assessment {
  const assessment = assessments.get(hop);
  if (assessment === undefined) throw new Error(`${hop} is not among the hops this one comes after`);
  return assessment;
}

export function kindOfScope(scope: Scope): ScopeKind {
  if (scope.half === 'onboard') return 'account';
  return scope.database === null ? 'catalog' : 'database';
}
