/**
 * The ledger: what we wrote, findings, leases and what each finished walk saw. One DynamoDB table in the hub;
 * every item has `pk` and `sk`, the rest is JSON-shaped. `core` sees items, never DynamoDB.
 */

import * as z from 'zod/mini';

const aws = z.object({ code: z.string(), message: z.string() });

/** One write of ours. `before` says, per permission or part, whose it was: only `absent` is ever withdrawn. */
export const EntrySchema = z.object({
  /** SHA-256 of kind, account, Region and target: the same write has the same id in every run. */
  id: z.string(),
  kind: z.enum([
    'grant',
    'revoke',
    'link',
    'database',
    'admins',
    'statements',
    'table-defaults',
    'acceptance',
    'version',
    'tag',
    'assignment',
    'location',
  ]),
  account: z.string(),
  region: z.string(),
  /** What it is about, in words: `resourceText`, a document's ARN, a link's name. */
  target: z.string(),
  principal: z.nullable(z.string()),
  /** The exact thing as sent to AWS, JSON. */
  sent: z.string(),
  /** Per permission (or part): `absent` or `theirs`. */
  before: z.record(z.string(), z.enum(['absent', 'theirs'])),
  /** What puts back what was there, JSON; for documents the text before. Null when withdrawing is enough. */
  inverse: z.nullable(z.string()),
  products: z.array(z.string()),
  state: z.enum(['intent', 'confirmed', 'failed', 'withdrawn']),
  error: z.nullable(z.object({ code: z.string(), message: z.string(), aws: z.nullable(aws) })),
  policy: z.string(),
  execution: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
});
export type Entry = z.infer<typeof EntrySchema>;

/** A finding's life: opened, reported once, perhaps recovered and told. */
export const FindingRecordSchema = z.object({
  key: z.string(),
  /** The scope whose walks open and close it. */
  scope: z.string(),
  state: z.enum(['open', 'recovered']),
  /** The finding as last seen, JSON of core's `Finding`. */
  finding: z.string(),
  openedAt: z.number(),
  seenAt: z.number(),
  recoveredAt: z.nullable(z.number()),
  /** When the alert went out; null: not yet. */
  reportedAt: z.nullable(z.number()),
  recoveryReportedAt: z.nullable(z.number()),
  execution: z.string(),
});
export type FindingRecord = z.infer<typeof FindingRecordSchema>;

/** What a finished consumer walk had seen of one producer scope, and the roles it judged. */
export const WalkedSchema = z.object({
  account: z.string(),
  region: z.string(),
  /** Producer scope → hash of the part of its snapshot that concerns this consumer. */
  parts: z.record(z.string(), z.string()),
  /** ARNs whose trust disproves them; their producers deny them by name. */
  disproved: z.array(z.string()),
  at: z.number(),
});
export type Walked = z.infer<typeof WalkedSchema>;

export const LeaseSchema = z.object({ key: z.string(), holder: z.string(), until: z.number() });
export type Lease = z.infer<typeof LeaseSchema>;

export const ConfirmationSchema = z.object({ by: z.string(), at: z.number() });
export type Confirmation = z.infer<typeof ConfirmationSchema>;

/**
 * The ledger as the walk uses it. Two implementations (DynamoDB, in memory) pass the same tests.
 * All methods may throw `Transient`.
 */
export interface Ledger {
  /** Entries of one account and Region that are not withdrawn. */
  entries(account: string, region: string): Promise<readonly Entry[]>;
  /** Writes entries (upsert by id). */
  put(entries: readonly Entry[]): Promise<void>;
  findings(scope: string): Promise<readonly FindingRecord[]>;
  putFindings(records: readonly FindingRecord[]): Promise<void>;
  /** Marks a finding's opening or recovery as told, and nothing else of it: it may have recovered since it was read. */
  markTold(record: FindingRecord, at: number): Promise<void>;
  walked(account: string, region: string): Promise<Walked | null>;
  putWalked(walked: Walked): Promise<void>;
  /** Who confirmed the withdrawals of this hash last, and when (milliseconds since the epoch). */
  confirmation(hash: string): Promise<Confirmation | null>;
  confirm(hash: string, confirmation: Confirmation): Promise<void>;
  /** Takes or renews a lease until `until`; false when somebody else holds it at `now`. Conditional write. */
  take(lease: Lease, now: number): Promise<boolean>;
  /** Gives up a lease; a no-op when `holder` does not hold it. */
  release(key: string, holder: string): Promise<void>;
}
