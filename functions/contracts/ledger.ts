/**
 * What the hub keeps: what we wrote where (entries), what does not hold (findings), who is at work (leases), what each
 * consumer's last finished run saw (consumer records), which withdrawals a person has confirmed. `aws/ledger.ts` stores
 * it in DynamoDB.
 */

import * as z from 'zod/mini';
import { type AwsWords, AwsWordsSchema, type Finding, FindingSchema } from './findings.ts';
import {
  type Grant,
  GrantSchema,
  type LinkTarget,
  LinkTargetSchema,
  type LocationRegistration,
  LocationRegistrationSchema,
  type Tags,
  TagsSchema,
  type TagValues,
  TagValuesSchema,
} from './lake-formation.ts';
import type { Confirmation, FinishedRun, Halt, Passing, StandingPlace, Turn } from './ledger-places.ts';
import type { Catalog } from './policy.ts';
import { type Statement, StatementSchema } from './statements.ts';

/**
 * Who reads an entry: the run of one database, of the catalog, of a consumer account, or every run that shares the
 * document or switch it is about.
 */
export type EntryPart = 'database' | 'catalog' | 'account' | 'document';

/**
 * `failed`: AWS refused it. `withdrawing`: taking it back was about to be sent, and what came of it is not known.
 * `withdrawn`: it has ended; such entries leave the table and stay in the audit bucket.
 */
export type EntryState = 'intent' | 'confirmed' | 'failed' | 'withdrawing' | 'withdrawn';

/** Why a write failed: our code and AWS's own words. */
export interface EntryError {
  readonly code: string;
  readonly message: string;
  readonly aws: AwsWords | null;
}

/** Per permission, value or part: `absent` before our first write, or `theirs`. Only what was absent is ever withdrawn. */
export type Before = Readonly<Record<string, 'absent' | 'theirs'>>;

interface EntryBase {
  /** Hash of kind, account, Region, target and principal: the same write has the same id in every run. */
  readonly id: string;
  /** Where it was written. */
  readonly account: string;
  readonly region: string;
  readonly part: EntryPart;
  /** The database of `part: 'database'`, else null. */
  readonly database: string | null;
  /** What it is about, in words: `resourceText`, a document's name, a link. */
  readonly target: string;
  readonly principal: string | null;
  readonly before: Before;
  /** Products that want it, sorted. */
  readonly products: readonly string[];
  readonly state: EntryState;
  readonly error: EntryError | null;
  /** What somebody had opened of our part in a document, in words, until that is told; absent: nothing. */
  readonly opened?: string | undefined;
  /** Hash of the policy, ARN of the execution, milliseconds since the epoch: of the last write. */
  readonly policy: string;
  readonly execution: string;
  readonly at: number;
}

/** What was sent, exactly, and what puts back what was there before; null where withdrawing is enough. */
export type EntryPayload =
  | { readonly kind: 'grant'; readonly sent: Grant; readonly inverse: null }
  /** Granting the same again puts it back. */
  | { readonly kind: 'revoke'; readonly sent: Grant; readonly inverse: null }
  | { readonly kind: 'link'; readonly sent: LinkTarget; readonly inverse: null }
  | { readonly kind: 'database'; readonly sent: { readonly name: string }; readonly inverse: null }
  | { readonly kind: 'acceptance'; readonly sent: { readonly invitationArn: string }; readonly inverse: null }
  | { readonly kind: 'location'; readonly sent: LocationRegistration; readonly inverse: null }
  | { readonly kind: 'tag'; readonly sent: TagValues; readonly inverse: null }
  /** `inverse`: values the thing had of its own before. */
  | { readonly kind: 'assignment'; readonly sent: Tags; readonly inverse: Tags | null }
  /** `inverse`: the document before our first write, as text without our part; empty: there was none. */
  | { readonly kind: 'admins'; readonly sent: SentAdmins; readonly inverse: string | null }
  | { readonly kind: 'statements'; readonly sent: readonly Statement[]; readonly inverse: string | null }
  /** Default permissions of new databases and tables that were closed: nothing is sent but emptiness. */
  | { readonly kind: 'table-defaults'; readonly sent: null; readonly inverse: string | null };

export interface SentAdmins {
  readonly admins: readonly string[];
  readonly readOnlyAdmins: readonly string[];
  /** The cross-account version raised to; null: left as it was. */
  readonly version: number | null;
}

/** One write of ours. */
export type Entry = EntryBase & EntryPayload;
export type EntryKind = Entry['kind'];
export type EntryOf<K extends EntryKind> = Extract<Entry, { kind: K }>;

/** What makes one write the same as another. */
export type EntryIdentity = Pick<Entry, 'kind' | 'account' | 'region' | 'target' | 'principal'>;

const base = {
  id: z.string(),
  account: z.string(),
  region: z.string(),
  part: z.enum(['database', 'catalog', 'account', 'document']),
  database: z.nullable(z.string()),
  target: z.string(),
  principal: z.nullable(z.string()),
  before: z.record(z.string(), z.enum(['absent', 'theirs'])),
  products: z.array(z.string()),
  state: z.enum(['intent', 'confirmed', 'failed', 'withdrawing', 'withdrawn']),
  error: z.nullable(z.object({ code: z.string(), message: z.string(), aws: z.nullable(AwsWordsSchema) })),
  opened: z.optional(z.string()),
  policy: z.string(),
  execution: z.string(),
  at: z.number(),
};
const text = z.nullable(z.string());
const admins = z.object({
  admins: z.array(z.string()),
  readOnlyAdmins: z.array(z.string()),
  version: z.nullable(z.number()),
});
const entry = <K extends EntryKind>(kind: K, sent: z.ZodMiniType, inverse: z.ZodMiniType = z.null()) =>
  z.object({ ...base, kind: z.literal(kind), sent, inverse });

export const EntrySchema = z.discriminatedUnion('kind', [
  entry('grant', GrantSchema),
  entry('revoke', GrantSchema),
  entry('link', LinkTargetSchema),
  entry('database', z.object({ name: z.string() })),
  entry('acceptance', z.object({ invitationArn: z.string() })),
  entry('location', LocationRegistrationSchema),
  entry('tag', TagValuesSchema),
  entry('assignment', TagsSchema, z.nullable(TagsSchema)),
  entry('admins', admins, text),
  entry('statements', z.array(StatementSchema), text),
  entry('table-defaults', z.null(), text),
]) as unknown as z.ZodMiniType<Entry>;

/** A finding's life: opened, reported once, perhaps recovered and told. Times in milliseconds since the epoch. */
export interface FindingRecord {
  readonly key: string;
  /** The scope whose runs open and close it. */
  readonly scope: string;
  readonly state: 'open' | 'recovered';
  /** As last seen. */
  readonly finding: Finding;
  readonly openedAt: number;
  readonly seenAt: number;
  readonly recoveredAt: number | null;
  /** When the alert went out; null: not yet. */
  readonly reportedAt: number | null;
  readonly recoveryReportedAt: number | null;
  readonly execution: string;
}
export const FindingRecordSchema: z.ZodMiniType<FindingRecord> = z.object({
  key: z.string(),
  scope: z.string(),
  state: z.enum(['open', 'recovered']),
  finding: FindingSchema,
  openedAt: z.number(),
  seenAt: z.number(),
  recoveredAt: z.nullable(z.number()),
  reportedAt: z.nullable(z.number()),
  recoveryReportedAt: z.nullable(z.number()),
  execution: z.string(),
});

/** A role of a consumer, and the products it is admitted to by tag or list. */
export interface AdmittedRole {
  readonly arn: string;
  /** Its unique id, `AROA…`: one of the same name made again has another. */
  readonly id: string;
  /** Sorted. */
  readonly products: readonly string[];
}

/** What a consumer's last finished run had seen and dealt with, and what its producers have to know of it. */
export interface ConsumerRecord {
  readonly account: string;
  readonly region: string;
  /** Producer scope → fingerprint of the part of its snapshot that concerns this consumer. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** ARNs of roles whose trust disproves them, sorted; their producers deny them by name. */
  readonly disproved: readonly string[];
  /**
   * Roles that are admitted by tag or list, sorted by ARN; their producers' documents name them. Absent: written before
   * that was recorded.
   */
  readonly admitted?: readonly AdmittedRole[] | undefined;
  /**
   * What its own run found: in the policy's organization or not, called `external` by the policy, or entered and not
   * told by AWS. Absent: nobody has been in the account yet.
   */
  readonly membership?: 'inside' | 'outside' | 'external' | 'untold' | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
export const ConsumerRecordSchema: z.ZodMiniType<ConsumerRecord> = z.object({
  account: z.string(),
  region: z.string(),
  fingerprints: z.record(z.string(), z.string()),
  disproved: z.array(z.string()),
  admitted: z.optional(z.array(z.object({ arn: z.string(), id: z.string(), products: z.array(z.string()) }))),
  membership: z.optional(z.enum(['inside', 'outside', 'external', 'untold'])),
  at: z.number(),
});

/** `until`: milliseconds since the epoch. */
export interface Lease {
  readonly key: string;
  readonly holder: string;
  readonly until: number;
}

/** Entries that one query answers: of a database, a catalog, its documents, or a consumer account in all its Regions. */
export type EntryQuery =
  | { readonly part: 'database'; readonly account: string; readonly region: string; readonly database: string }
  | { readonly part: 'catalog'; readonly account: string; readonly region: string }
  /** All shared documents of an account and Region. */
  | { readonly part: 'document'; readonly account: string; readonly region: string }
  | { readonly part: 'account'; readonly account: string };

/**
 * The ledger as the engine uses it. Two implementations (DynamoDB, in memory) pass the same tests.
 * All methods may throw `Transient`.
 */
export interface Ledger {
  /** Entries that have not ended. Costs nothing for other databases, nor for history. */
  entries(query: EntryQuery): Promise<readonly Entry[]>;
  /** Entries about shared documents and switches, each by its identity; those that are not there are left out. */
  documents(identities: readonly EntryIdentity[]): Promise<readonly Entry[]>;
  /** Every entry of an account that has not ended: for people, never for a run. */
  allEntries(account: string): Promise<readonly Entry[]>;
  /** Where something of ours stands, in all accounts: one query, one small item per place (law 13). */
  standing(): Promise<readonly StandingPlace[]>;
  /** A run has seen that nothing of ours stands in its scope any more; kept all the same where something does. */
  forgetStanding(place: StandingPlace): Promise<void>;
  /** Writes entries (upsert by id). One that has ended is put into the audit bucket first, and expires. */
  put(entries: readonly Entry[]): Promise<void>;
  /**
   * Writes the entry about a shared document if it still is as it was read; `was` null: it must not be there.
   *
   * @returns whether it was.
   */
  replace(entry: Entry, was: Entry | null): Promise<boolean>;
  /** What is open, and what has recovered and was not told yet. */
  findings(scope: string): Promise<readonly FindingRecord[]>;
  /** One that has recovered expires. */
  putFindings(records: readonly FindingRecord[]): Promise<void>;
  /** Marks a finding's opening or recovery as reported, and nothing else of it: it may have recovered since it was read. */
  markReported(record: FindingRecord, at: number): Promise<void>;
  consumer(account: string, region: string): Promise<ConsumerRecord | null>;
  putConsumer(record: ConsumerRecord): Promise<void>;
  /** Who confirmed the withdrawals of this hash last. */
  confirmation(hash: string): Promise<Confirmation | null>;
  confirm(hash: string, confirmation: Confirmation): Promise<void>;
  /** It is used up. @returns whether it was there: of several that use it one does. */
  unconfirm(hash: string): Promise<boolean>;
  /** Null: nothing that was confirmed is under way. */
  passing(scope: string): Promise<Passing | null>;
  putPassing(scope: string, passing: Passing | null): Promise<void>;
  /** Null: no run of the scope has finished yet. */
  finished(scope: string): Promise<FinishedRun | null>;
  putFinished(run: FinishedRun): Promise<void>;
  /** Null: the hub is not halted. */
  halt(): Promise<Halt | null>;
  /** Halts the hub, or (null) lets it go on. */
  setHalt(halt: Halt | null): Promise<void>;
  /** Takes or renews a lease until `until`; false when somebody else holds it at `now`. Conditional write. */
  take(lease: Lease, now: number): Promise<boolean>;
  /** Gives up a lease; a no-op when `holder` does not hold it. */
  release(key: string, holder: string): Promise<void>;
  /**
   * Takes or renews a turn to work in an account and Region, of which `most` runs may hold one at `now`. Conditional write.
   *
   * @returns how many hold one, this included; 0 when none is free.
   */
  takeTurn(place: Catalog, turn: Turn, at: { readonly now: number; readonly most: number }): Promise<number>;
  /** Gives up a turn; a no-op when `holder` has none. */
  releaseTurn(place: Catalog, holder: string): Promise<void>;
}
