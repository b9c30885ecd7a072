/** The rules of the ledger: what is ours, what an intent keeps of earlier writes, what came of a write. Pure. */

import { shortHash } from '#contracts/hash.ts';
import type { Grant } from '#contracts/lake-formation.ts';
import type { Before, Entry, EntryIdentity, EntryPart, EntryPayload } from '#contracts/ledger.ts';
import { sortedSet } from './collections.ts';
import type { Trouble } from './observed.ts';

/** What the ledger keeps of one change. Its kind says it. */
export type EntryRecord = EntryPayload & {
  readonly target: string;
  readonly principal: string | null;
  readonly before: Before;
  /** A document or switch that runs of several scopes write: it is kept apart from any scope's own entries. */
  readonly shared?: boolean;
};

/** Which run writes, under which policy; `at` in milliseconds since the epoch. */
export interface WritingRun {
  readonly policy: string;
  readonly execution: string;
  readonly at: number;
  readonly part: Exclude<EntryPart, 'document'>;
  readonly database: string | null;
}

/** Of a change, as far as its entry is concerned. */
export interface Recorded {
  readonly account: string;
  readonly region: string;
  readonly products: readonly string[];
  readonly record: EntryRecord;
  /** It undoes what an entry of ours is about: a grant is taken back, or what was revoked is put back (law 3). */
  readonly ends: boolean;
}

/**
 * How long after a write AWS may take to show it. For as long it is believed, so as not to be written again; after that
 * what AWS shows counts: a table may have been dropped and made anew.
 */
export const VISIBLE_WITHIN_MS = 20_000;

/** Hash of what makes one write the same as another. */
export function entryId({ kind, account, region, target, principal }: EntryIdentity): string {
  return shortHash(JSON.stringify([kind, account, region, target, principal]), 32);
}

/** The id that a change's entry has in the ledger. */
export function idOf({ account, region, record }: Pick<Recorded, 'account' | 'region' | 'record'>): string {
  const { kind, target, principal } = record;
  return entryId({ kind, account, region, target, principal });
}

/** How an entry goes on that was written before: by default what was there before our first write is kept. */
export type Joining = (record: EntryRecord, standing: Entry) => EntryRecord;

/** The intent of a change. What an earlier entry knows of `before` is kept: our own write must not look like theirs. */
export function intentOf(change: Recorded, run: WritingRun, earlier: Entry | undefined, join?: Joining): Entry {
  // Taking back or putting back ends an entry of ours; until AWS has taken it, what was granted stays on record.
  if (change.ends && earlier !== undefined)
    return { ...earlier, state: 'withdrawing', execution: run.execution, error: null };
  // What was refused never stood: what is there now is somebody else's.
  const standing = earlier !== undefined && mayStand(earlier) ? earlier : undefined;
  const { shared = false, ...record } = standing === undefined ? change.record : joined(change.record, standing, join);
  return {
    id: idOf(change),
    account: change.account,
    region: change.region,
    part: shared ? 'document' : run.part,
    database: shared || run.part !== 'database' ? null : run.database,
    products: sortedSet([...(earlier?.products ?? []), ...change.products]),
    state: 'intent',
    error: null,
    policy: run.policy,
    execution: run.execution,
    at: run.at,
    ...record,
  };
}

function joined(record: EntryRecord, standing: Entry, join: Joining | undefined): EntryRecord {
  const both = join?.(record, standing) ?? record;
  const inverse = standing.inverse ?? record.inverse;
  return { ...both, before: { ...both.before, ...standing.before }, inverse } as EntryRecord;
}

export interface Outcome {
  readonly at: number;
  /** Null when AWS took it. */
  readonly trouble: Trouble | null;
  /** Somebody else made it between our look and our write. */
  readonly found?: boolean;
  /** Refused in part: the entry with what AWS took. */
  readonly took?: Entry;
}

/** The entry after its write. `earlier`: what the ledger had before; a refusal does not undo it. */
export function settled(entry: Entry, ends: boolean, outcome: Outcome, earlier: Entry | undefined): Entry {
  const { at, trouble } = outcome;
  const stands = earlier !== undefined && mayStand(earlier);
  if (trouble === null) {
    if (ends) return { ...entry, state: 'withdrawn', at };
    const before = outcome.found && !stands ? allTheirs(entry.before) : entry.before;
    return { ...entry, before, state: 'confirmed', error: null, at };
  }
  const error = { code: trouble.code, message: trouble.message, aws: trouble.aws ?? null };
  if (ends)
    return { ...entry, state: UNSURE_ENDS.includes(trouble.code) ? entry.state : standingState(earlier), error, at };
  if (outcome.took !== undefined) return { ...outcome.took, state: 'confirmed', error, at };
  if (!stands || UNSURE.includes(trouble.code)) return { ...entry, state: 'failed', error, at };
  return {
    ...earlier,
    state: earlier.state === 'failed' ? 'intent' : earlier.state,
    error,
    execution: entry.execution,
  };
}

/** Of an entry whose end was refused. */
function standingState(earlier: Entry | undefined): Entry['state'] {
  return earlier === undefined || earlier.state === 'withdrawing' ? 'confirmed' : earlier.state;
}

function allTheirs(before: Before): Before {
  return Object.fromEntries(Object.keys(before).map((part) => [part, 'theirs' as const]));
}

/**
 * Codes of a failure after which the write may have happened all the same: the answer was lost, or AWS took it and does
 * not show it. No refusal.
 */
const UNSURE = ['Transient', 'Unexpected', 'NotYetVisible'];
/** The same of taking back; and what is not to be seen may be gone: the next look tells. */
const UNSURE_ENDS = [...UNSURE, 'Missing', 'NotVisible'];

/**
 * Whether what an entry is about may stand in AWS by our doing. A run that was cut never confirmed its intents: if the
 * thing is there, it is ours, or it could never be withdrawn (law 4).
 */
export function mayStand(entry: Entry): boolean {
  if (entry.state === 'failed') return UNSURE.includes(entry.error?.code ?? '');
  return entry.state === 'confirmed' || entry.state === 'intent' || entry.state === 'withdrawing';
}

/** Whether an entry is a share of another account that we accepted. */
export function isAccepted({ kind }: Entry): boolean {
  return kind === 'acceptance';
}

/** Whether an entry is access that somebody was given: what a brake counts. */
export function givesAccess({ kind }: Entry): boolean {
  return kind === 'grant';
}

/** Confirmed entries young enough to be laid over observations, so as not to write again. `now` in milliseconds. */
export function recentOf(entries: readonly Entry[], now: number): readonly Entry[] {
  return entries.filter((entry) => entry.error === null && isYoung(entry, now));
}

/** Whether AWS took the write, and had not shown it when it was last looked at. */
export function isUnseen({ error }: Pick<Entry, 'error'>): boolean {
  return error?.code === 'NotYetVisible';
}

/** Written so short a time ago that AWS may not show it yet. `now` in milliseconds. */
export function isYoung(entry: Entry, now: number): boolean {
  const isTaken = entry.error === null ? entry.state === 'confirmed' : isUnseen(entry);
  return isTaken && now - entry.at < VISIBLE_WITHIN_MS;
}

/** Whether the write of an entry that stands was never seen in AWS: a look that finds it confirms it. */
export function isUnsure(entry: Entry): boolean {
  return entry.state === 'failed' && mayStand(entry);
}

/** Names of our parts of a document by its entry: ids of statements, ARNs of administrators. */
export function ownParts(entry: Entry | undefined): ReadonlySet<string> {
  if (entry === undefined || !mayStand(entry)) return new Set();
  return new Set(Object.keys(entry.before).filter((part) => entry.before[part] === 'absent'));
}

/** An entry as a ledger gives it back: without members that are undefined. */
export function asStored(entry: Entry | null): unknown {
  return JSON.parse(JSON.stringify(entry));
}

/** What the ledger says we granted. */
export function grantsSent(entries: readonly Entry[]): readonly Grant[] {
  return entries.flatMap((entry) => (entry.kind === 'grant' ? [entry.sent] : []));
}
