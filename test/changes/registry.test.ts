/** What is true of every kind of change. */

import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { bucketPolicyEntry } from '#changes/bucket-policy/change.ts';
import { catalogPolicyEntry } from '#changes/catalog-policy/change.ts';
import { keyPolicyEntry } from '#changes/key-policy/change.ts';
import { OPERATOR_ROWS, STORAGE_ROWS } from '#changes/permissions.ts';
import { CHANGES } from '#changes/registry.ts';
import { adminsEntry, catalogDefaultsEntry } from '#changes/settings/change.ts';
import { tagKeyEntry } from '#changes/tag-key/change.ts';
import { type EntryIdentity, EntrySchema } from '#contracts/ledger.ts';
import { entryId } from '#core/ownership.ts';
import { writerOf } from '#engine/change-writer.ts';
import { createDatabaseEntry } from '#hops/exposure/create-database.ts';
import { EXAMPLES, type Example } from '../support/example-changes.ts';
import { samplePolicy } from '../support/policies.ts';
import { confirmedFor, intentFor, textOf } from '../support/recorded.ts';

const examples = Object.entries(EXAMPLES);
const texts = (rows: readonly unknown[]) => new Set(rows.map((row) => JSON.stringify(row)));

test('every kind is listed once under its own name, and has an example here', () => {
  expect([...CHANGES].map(([name, { kind }]) => [name, kind.kind])).toEqual(
    [...CHANGES.keys()].map((name) => [name, name]),
  );
  expect(new Set(examples.map(([, { kind }]) => kind))).toEqual(new Set(CHANGES.keys()));
});

test.for(['Operator', 'Storage'] as const)(
  'the rows of %s are those of the kinds it writes, no more and no less',
  (role) => {
    const listed = role === 'Operator' ? OPERATOR_ROWS : STORAGE_ROWS;
    const writers = [...CHANGES.values()].filter(({ permissions }) => permissions.role === role);
    expect(writers.length).toBeGreaterThan(1);
    expect(texts(listed)).toEqual(texts(writers.flatMap(({ permissions }) => permissions.rows)));
  },
);

test.for(examples)('%s: its session is of its kind’s role, and of rows that its kind says it needs', ([, change]) => {
  const writer = writerOf(CHANGES, change);
  const session = writer.session(change, samplePolicy().policy);
  expect(session.role).toBe(writer.permissions.role);
  const allowed = texts(writer.permissions.rows);
  for (const row of session.rows) expect(allowed).toContain(JSON.stringify(row));
});

test.for(examples)('%s: what the ledger keeps of it is of the shape that the ledger reads', ([, change]) => {
  for (const entry of [intentFor(change), confirmedFor(change)]) {
    expect(z.parse(EntrySchema, JSON.parse(JSON.stringify(entry)))).toEqual(entry);
    expect(entry.target).not.toBe('');
  }
});

test.for(examples)('%s: a person can read what it is about, and what it does', ([, change]) => {
  const { kind } = writerOf(CHANGES, change);
  expect(kind.subject(change)).toMatch(/^\S.*\S$/);
  expect(textOf(change)).toMatch(/^\S.*\S$/);
});

test('what undoes a write is about the entry of that write, and ends it', () => {
  const pairs = [
    [EXAMPLES['grant to another account'], EXAMPLES.revoke],
    [
      EXAMPLES['revoke from everybody'],
      { ...EXAMPLES['grant that puts back'], grant: EXAMPLES['revoke from everybody'].grant },
    ],
    [EXAMPLES['merge-settings that closes'], EXAMPLES['merge-settings that opens again']],
    [EXAMPLES['close-table-defaults'], EXAMPLES['reopen-table-defaults']],
  ] as const;
  for (const [done, undone] of pairs) {
    const standing = confirmedFor(done);
    expect(standing.state).toBe('confirmed');
    expect(intentFor(undone).id).toBe(standing.id);
    // Until AWS has taken it, what was done stays on record; cut there, the next run knows what was under way.
    const undoing = { ...standing, state: 'withdrawing', execution: 'another' };
    expect(intentFor(undone, { execution: 'another' }, standing)).toEqual(undoing);
    expect(confirmedFor(undone, {}, standing).state).toBe('withdrawn');
  }
});

test('documents and switches that several scopes write are kept apart from any scope’s own entries', () => {
  const shared = examples.filter(
    ([, change]) => intentFor(change, { part: 'database', database: 'd' }).part === 'document',
  );
  expect(shared.map(([name]) => name).sort()).toEqual([
    'create-tag',
    'extend-tag',
    'merge-bucket-policy',
    'merge-catalog-policy',
    'merge-key-policy',
    'merge-settings',
    'merge-settings that closes',
    'merge-settings that opens again',
    'revoke of a whole catalog',
  ]);
  for (const [, change] of shared) expect(intentFor(change, { part: 'database', database: 'd' }).database).toBeNull();
  const own = intentFor(EXAMPLES.grant, { part: 'database', database: 'd' });
  expect([own.part, own.database]).toEqual(['database', 'd']);
  expect(intentFor(EXAMPLES.grant, { part: 'catalog', database: null }).part).toBe('catalog');
});

type Place = Pick<EntryIdentity, 'account' | 'region'>;

test.for<[Example, (place: Place) => EntryIdentity]>([
  ['merge-settings', adminsEntry],
  ['merge-settings that closes', catalogDefaultsEntry],
  ['merge-settings that opens again', catalogDefaultsEntry],
  ['merge-catalog-policy', catalogPolicyEntry],
  ['merge-bucket-policy', (place) => bucketPolicyEntry(place, EXAMPLES['merge-bucket-policy'].bucket)],
  ['merge-key-policy', (place) => keyPolicyEntry(place, EXAMPLES['merge-key-policy'].key)],
  ['create-tag', (place) => tagKeyEntry(place, 'pii')],
  ['extend-tag', (place) => tagKeyEntry(place, 'pii')],
  ['revoke of a whole catalog', createDatabaseEntry],
])('%s: a hop that asks the ledger for what it shares asks for this very entry', ([example, identityIn]) => {
  const change = EXAMPLES[example];
  expect(entryId(identityIn(change))).toBe(intentFor(change).id);
});
