/** Law 10 for LF-Tags: when a run stops before it replaces values. */

import { describe, expect, test } from 'vitest';
import type { AssignTags } from '#changes/tag-assignment/assignment.ts';
import { retagBrake, retags } from '#changes/tag-assignment/brake.ts';
import type { Tags } from '#contracts/lake-formation.ts';
import { PRODUCER, samplePolicy } from '../../support/policies.ts';
import { textOf } from '../../support/recorded.ts';

const { policy: sample } = samplePolicy();
const policy = { ...sample, limits: { ...sample.limits, withdraw: { atMost: 20, percent: 5, accounts: 3 } } };
const NOBODY: ReadonlySet<string> = new Set();
const held = (changes: readonly AssignTags[], confirmed: ReadonlySet<string>) =>
  retagBrake.hold({ policy, changes, entries: [], confirmed });

function assign(table: string, tags: Tags, had: Tags = {}): AssignTags {
  const base = { hop: 'tags' as const, account: PRODUCER, region: 'ap-northeast-1', effect: 'widens' as const };
  return { kind: 'assign-tags', ...base, products: [], database: 'd', table, columns: [], tags, had };
}
const closing = (count: number, prefix = 't') =>
  Array.from({ length: count }, (_, i) => assign(`${prefix}${i}`, { source: 'none' }, { source: 'product' }));

describe('values that are replaced', () => {
  test('ten thousand are not begun: a finding with the hash that lets them pass', () => {
    const { changes, findings } = held(closing(10_000), NOBODY);
    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ cause: 'brake-pulled', hop: 'tags' }]);
    expect(findings[0]?.message).toContain('source=product into source=none on 10000 thing(s) of d');
    const hashes = new Set(retags(closing(10_000)).map(({ hash }) => hash));
    expect(findings[0]?.resource).toBe(`withdrawal ${[...hashes][0]}`);
    expect(held(closing(10_000), hashes).findings).toEqual([]);
    // What is left after one call of many is the same change: it is not asked for again.
    expect(held(closing(9_000), hashes).changes).toHaveLength(9_000);
  });

  test('as many as the limit go through, and columns count one by one', () => {
    expect(held(closing(20), NOBODY).changes).toHaveLength(20);
    const columns = { ...assign('t', { pii: 'true' }, { pii: 'false' }), columns: closing(21).map((_, i) => `c${i}`) };
    expect(held([columns], NOBODY).changes).toEqual([]);
  });

  test('hold back nothing new: neither other things nor other keys of the same thing', () => {
    const both = closing(30).map((change) => ({ ...change, tags: { ...change.tags, pii: 'true' } }));
    const { changes, findings } = held([...both, assign('new', { source: 'none' })], NOBODY);
    expect(changes).toHaveLength(31);
    expect(changes[0]).toMatchObject({ table: 't0', tags: { pii: 'true' }, had: {} });
    expect(findings).toHaveLength(1);
  });

  test('of two changes each is confirmed by itself', () => {
    const other = Array.from({ length: 30 }, (_, i) => assign(`o${i}`, { pii: 'true' }, { pii: 'false' }));
    const [first] = retags(closing(1));
    const { changes, findings } = held([...closing(30), ...other], new Set([first?.hash ?? '']));
    expect(changes).toEqual(closing(30));
    expect(findings).toHaveLength(1);
  });

  test('are said to narrow as well; new ones are not', () => {
    const [change] = closing(1);
    expect(change && textOf(change)).toMatch(/source=none \(was product\).*narrows as well/);
    expect(textOf(assign('t', { source: 'none' }))).not.toContain('narrows');
  });
});

test('tags that are new take nothing, however many', () => {
  const changes = Array.from({ length: 10_000 }, (_, i) => assign(`t${i}`, { source: 'product' }));
  expect(held(changes, NOBODY)).toEqual({ changes, findings: [] });
});
