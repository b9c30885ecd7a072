/** Law 10: what passes the brake because an account has left a part of the organization, and nothing else. */

import { expect, test } from 'vitest';
import type { Departure } from '#contracts/resolution.ts';
import { followsDeparture } from '#core/brake.ts';
import { samplePolicy } from '../support/policies.ts';

const UNIT = 'ou-a1b2-11111111';
const LEFT = '777777777777';
const HOUR = 3_600_000;
const { policy } = samplePolicy({ parts: [UNIT] });
const loss = { account: LEFT, products: ['cur'] };
const passes = (departure: Departure, now = 0) => followsDeparture({ ...policy, departed: [departure] }, loss, now);

test('the loss of a product that has the part which the account left passes, for a day', () => {
  const departure = { account: LEFT, part: UNIT, at: 0 };
  expect(passes(departure)).toBe(true);
  expect(passes(departure, 23 * HOUR)).toBe(true);
  expect(passes(departure, 24 * HOUR)).toBe(false);
});

test('who left another part, or one that was not noted, loses nothing by it unasked', () => {
  expect(passes({ account: LEFT, part: 'ou-a1b2-22222222', at: 0 })).toBe(false);
  expect(passes({ account: LEFT, at: 0 })).toBe(false);
});
