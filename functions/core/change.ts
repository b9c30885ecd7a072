/**
 * One write that is due, as data, and what the engine has to know of its kind: words, ledger record, order, brake. The
 * folders of `changes/` say it, one per kind; `changes/registry.ts` has them all.
 */

import type { ErrorCode } from '#contracts/errors.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Entry, EntryError } from '#contracts/ledger.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { EntryRecord, Joining } from './ownership.ts';

/** Whether a change opens access, closes it, or neither (law 9 prints it). */
export type Effect = 'widens' | 'narrows' | 'neutral';

/** Something new, another text or value of what is there, or something that is gone then. */
export type Operation = 'add' | 'change' | 'remove';

/**
 * What rewriting a document opens and what it takes away, each part as a word that can be compared. What was assessed is
 * the most that is written.
 */
export interface Difference {
  readonly opens: readonly string[];
  readonly takes: readonly string[];
}

/** What every change has; kinds add what they write. */
export interface Change {
  /** `grant`, `create-link`, …: plans and findings show it. */
  readonly kind: string;
  /** The hop of the access path that wants it. */
  readonly hop: string;
  /** Where it is done. */
  readonly account: string;
  readonly region: string;
  readonly effect: Effect;
  /** Products that want it, sorted; empty for what is the policy's own, as tags and account-wide switches. */
  readonly products: readonly string[];
  /** Of a document: by what was seen of it. Absent: nothing may be opened or taken. */
  readonly difference?: Difference;
}

/** What a change takes back of access we gave: what the brake counts, and what is written while it waits. */
export interface Takes {
  readonly weight: number;
  /** Products of which nothing is left, or words for what else is emptied. */
  readonly empties: readonly string[];
  /** Why a person is asked, however little it is: what it would take, in words. */
  readonly asks?: string;
  /** The change without that part; null when nothing is left of it. */
  readonly without: Change | null;
}

/** What one kind of change says of itself. All of it is pure. */
export interface ChangeKind<C extends Change = Change> {
  readonly kind: C['kind'];
  /** What it does to what it is about: `add` for all that says nothing. */
  readonly operation?: Operation;
  /** What it is about, without the verb. */
  subject(change: C): string;
  /** One line a person reads. */
  text(change: C): string;
  /** Why it is as it is, a line each; plans show them. */
  reasons?(change: C): readonly string[];
  /** Who gets or loses something, where one principal is meant. */
  principal?(change: C): string | null;
  /** What to do when AWS refuses it, where that differs from other writes. */
  remedies?(change: C): Readonly<Partial<Record<ErrorCode, string>>>;
  /** What the ledger keeps of it. */
  record(change: C): EntryRecord;
  /** How it goes on an entry that stands: values and tags are put on one after another. */
  readonly join?: Joining;
  /** Whether it undoes what an entry of ours is about. */
  ends?(change: C): boolean;
  /** Of an entry that a change has ended, what stands all the same; null, or absent: nothing. */
  remains?(change: C, entry: Entry): Entry | null;
  /** Lower phases are written first: 4 for all that says nothing. */
  phase?(change: C): number;
  /** Within a phase lower ranks are written first: 0 for all that says nothing. */
  readonly rank?: number;
  /** Null: it takes nothing back. */
  takes?(change: C): Takes | null;
  readonly brake?: KindBrake<C>;
  /** What is held back until other changes of the same run are made. */
  gate?(all: readonly Change[]): Gate<C>;
  readonly parts?: Parts<C>;
  /** Changes with one fault as findings that tell them together. */
  collapse?(undone: readonly Undone<C>[], remedy: RemedyOf): Collapsed<C>;
  /** Whether a product is about the same thing: its mode then speaks for a change no product wants any longer. */
  touches?(change: C, product: Product): boolean;
  /** Whether a metric counts it as access given. */
  readonly givesAccess?: boolean;
  /** Of a document that shows whole or not at all: whether what an entry sent holds this change. Absent: it does. */
  isWritten?(change: C, entry: Entry, policy: Policy): boolean;
}

/** Parts of one change that AWS takes or refuses one by one. */
export interface Parts<C extends Change> {
  names(change: C): readonly string[];
  /** The change with some of its parts; null when none is left. */
  only(change: C, wanted: (part: string) => boolean): C | null;
  /** An entry without parts that were refused. */
  taken(entry: Entry, refused: ReadonlySet<string>): Entry;
}

/** Holds changes back, and lets them go as others are made. */
export interface Gate<C extends Change> {
  /** What of a change can be written now; null: nothing. */
  ready(change: C): C | null;
  /** AWS took these parts of a change; of one without parts, all of it. */
  made(change: Change, parts: readonly string[]): void;
}

/** A brake of a kind's own, beside the one on withdrawals (law 10). */
export interface KindBrake<C extends Change> {
  /** What a person confirms. */
  hashes(changes: readonly C[]): readonly string[];
  hold(question: BrakeQuestion<C>): { readonly changes: readonly Change[]; readonly findings: readonly Finding[] };
}

export interface BrakeQuestion<C extends Change> {
  readonly policy: Policy;
  readonly changes: readonly C[];
  readonly entries: readonly Entry[];
  readonly confirmed: ReadonlySet<string>;
}

/** A change that verification still finds due, and why it failed, where it was tried. */
export interface Undone<C extends Change = Change> {
  readonly change: C;
  readonly error: EntryError | null;
}

export type RemedyOf = (change: Change, code: string | null) => string;

export interface Collapsed<C extends Change> {
  /** Told one by one. */
  readonly single: readonly C[];
  readonly findings: readonly Finding[];
}
