/** Every session that our roles are entered with: of readings, of lookups for events, and of each kind of change. */

import type { MemberRole } from '#contracts/names.ts';
import type { PermissionRow } from '#contracts/permissions.ts';
import { readingPolicy, type SessionPlace, type SessionPolicy, writingPolicy } from '#core/session-policy.ts';
import { writerOf } from '#engine/change-writer.ts';
import { readerRows } from '#engine/reads.ts';
import { PATH } from '#hops/path.ts';
import { LOOKUP_ROWS } from '#hops/reader-rows.ts';
import { EXAMPLES } from './example-changes.ts';
import { samplePolicy } from './policies.ts';
import { QUERIES } from './queries.ts';
import { KINDS } from './recorded.ts';

export interface Session {
  readonly role: MemberRole;
  /** With the places that the session itself names, such as a bucket, over those given. */
  policy(place: SessionPlace): SessionPolicy;
}

const reading = (rows: readonly PermissionRow[]): Session => ({
  role: 'Reader',
  policy: (place) => readingPolicy(rows, place),
});

const { policy } = samplePolicy();
/** Of a place only what the change itself names is its own: the rest is for names of any length. */
const writing = (change: (typeof EXAMPLES)[keyof typeof EXAMPLES]): Session => {
  const { role, rows, place: own = {} } = writerOf(KINDS.changes, change).session(change, policy);
  return { role, policy: (place) => writingPolicy(rows, { ...onlyOf(place, Object.keys(own)) }) };
};

function onlyOf(place: SessionPlace, named: readonly string[]): SessionPlace {
  const { partition, account, region, ...rest } = place;
  const kept = Object.entries(rest).filter(([key]) => named.includes(key));
  return { partition, account, region, ...Object.fromEntries(kept) };
}

const ownRows = QUERIES.flatMap(({ name, rows }) => (rows === undefined ? [] : [[name, rows] as const]));

export const READING: readonly (readonly [string, Session])[] = [
  ['observing', reading(readerRows(PATH))],
  ['lookups for events', reading(LOOKUP_ROWS)],
  ...ownRows.map(([name, rows]) => [`reading ${name}`, reading(rows)] as const),
];
export const WRITING: readonly (readonly [string, Session])[] = Object.entries(EXAMPLES).map(
  ([name, change]) => [name, writing(change)] as const,
);
export const SESSIONS = [...READING, ...WRITING];
