import { expect, test } from 'vitest';
import { sameAccountRegion } from '#core/account-region.ts';
import { sortedSet, sortedSetBy, unique, uniqueBy } from '#core/collections.ts';

const items = [
  { key: 'b', n: 1 },
  { key: 'a', n: 2 },
  { key: 'b', n: 3 },
];

test('each value stands once, where it first stood or in order', () => {
  expect(unique(['b', 'a', 'b'])).toEqual(['b', 'a']);
  expect(sortedSet(new Set(['b', 'a', 'b']))).toEqual(['a', 'b']);
});

test('of items with one key the last stands where the first stood, or in the order of the keys', () => {
  expect(uniqueBy(items, ({ key }) => key).map(({ n }) => n)).toEqual([3, 2]);
  expect(sortedSetBy(items, ({ key }) => key).map(({ n }) => n)).toEqual([2, 3]);
});

test('two places are one only if account and Region are', () => {
  const here = sameAccountRegion({ account: '1', region: 'a' });
  const places = ['1a', '1b', '2a'].map(([account = '', region = '']) => ({ account, region }));
  expect(places.filter(here)).toEqual([{ account: '1', region: 'a' }]);
});
