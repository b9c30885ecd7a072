/** Pages or one by one: never more calls than one by one takes at the least. */

import { expect, test } from 'vitest';
import { listsPolicies, savedByPages } from '#core/role-calls.ts';

test.each([
  { matching: 0, all: 0, saved: 0 },
  { matching: 0, all: 500, saved: -5 },
  { matching: 1, all: 20, saved: 1 },
  { matching: 1, all: 100, saved: 1 },
  { matching: 1, all: 101, saved: 0 },
  { matching: 1, all: 500, saved: -3 },
  { matching: 2, all: 500, saved: -1 },
  { matching: 3, all: 500, saved: 1 },
  { matching: 10, all: 20, saved: 19 },
  { matching: 10, all: 500, saved: 15 },
  { matching: 100, all: 500, saved: 195 },
])('$matching of $all roles: pages save $saved calls', ({ saved, ...counts }) => {
  expect(savedByPages(counts)).toBe(saved);
});

test.each([
  { wanted: 0, matching: 100, all: 500, lists: false },
  { wanted: 1, matching: 100, all: 500, lists: true },
  { wanted: 1, matching: 10, all: 500, lists: true },
  { wanted: 1, matching: 1, all: 20, lists: false },
  { wanted: 6, matching: 3, all: 500, lists: false },
  { wanted: 7, matching: 3, all: 500, lists: true },
])('$wanted policies of $matching of $all roles: listed $lists', ({ wanted, lists, ...counts }) => {
  expect(listsPolicies(wanted, counts)).toBe(lists);
});

test('whatever is chosen, no more calls than each role and each policy would take', () => {
  const [pageOfRoles, pagesOfPolicies] = [100, 15];
  for (let all = 1; all <= 2000; all += 37)
    for (let matching = 1; matching <= Math.min(all, 150); matching += 1)
      for (const wanted of [0, 1, 2, 5, 8, 50]) {
        if (savedByPages({ matching, all }) <= 0) continue;
        const policies = listsPolicies(wanted, { matching, all }) ? pagesOfPolicies : 2 * wanted;
        const calls = Math.ceil(all / pageOfRoles) + matching + policies;
        expect(calls).toBeLessThanOrEqual(3 * matching + 2 * wanted);
      }
});
