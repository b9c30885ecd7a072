import { describe, expect, test } from 'vitest';
import type { AssignTags } from '#changes/tag-assignment/assignment.ts';
import { Exceptions } from '#changes/tag-assignment/exceptions.ts';
import type { Tags } from '#contracts/lake-formation.ts';
import { driftFindings } from '#engine/drift.ts';
import { KINDS } from '../../support/recorded.ts';

const PLACE = { account: '444444444444', region: 'ap-northeast-1' };

function assign(table: string | null, tags: Tags, columns: readonly string[] = []): AssignTags {
  const base = { kind: 'assign-tags' as const, hop: 'tags' as const, effect: 'widens' as const, products: [], had: {} };
  return { ...PLACE, ...base, database: 'kthr01', table, columns, tags };
}

const database = assign(null, { source: 'product', pii: 'false' });
const staff = assign('staff', { source: 'none' });
const email = assign('orders', { pii: 'true' }, ['email']);
const orders = assign('orders', { pii: 'false' });

describe('what is held back', () => {
  test('is the same key, of what an open exception would inherit it from', () => {
    const exceptions = new Exceptions([database, staff, email, orders]);
    expect(exceptions.holdsBack(database, 'source')).toBe(true);
    expect(exceptions.holdsBack(database, 'pii')).toBe(true);
    expect(exceptions.holdsBack(orders, 'pii')).toBe(true);
    expect(exceptions.holdsBack(staff, 'source')).toBe(false);
    expect(exceptions.holdsBack({ ...database, database: 'other' }, 'source')).toBe(false);
  });

  test('ends key by key when AWS took the exception', () => {
    const both = assign('staff', { source: 'none', pii: 'true' });
    const exceptions = new Exceptions([database, both]);
    exceptions.stands(both, ['source']);
    expect(exceptions.holdsBack(database, 'source')).toBe(false);
    expect(exceptions.holdsBack(database, 'pii')).toBe(true);
  });

  test('waits for the last of many, and for none that says the same', () => {
    const more = ['a', 'b'].map((table) => assign(table, { source: 'none' }));
    const exceptions = new Exceptions([database, ...more, assign('c', { source: 'product' })]);
    for (const one of more) {
      expect(exceptions.holdsBack(database, 'source')).toBe(true);
      exceptions.stands(one, ['source']);
    }
    expect(exceptions.holdsBack(database, 'source')).toBe(false);
  });
});

test('what waits for an exception is told with the exception, or with its key (law 5)', () => {
  const source = assign(null, { source: 'product' });
  expect(driftFindings(KINDS, [staff, source], []).map(({ resource }) => resource)).toEqual([
    `table ${PLACE.account}/kthr01.staff`,
  ]);
  const tag = { key: 'source', values: ['none'] };
  const extend = { ...PLACE, kind: 'extend-tag', hop: 'tags', effect: 'neutral', products: [], tag } as const;
  expect(driftFindings(KINDS, [extend, staff, source], []).map(({ cause }) => cause)).toEqual(['extend-tag-missing']);
});
