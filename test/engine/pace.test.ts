import { expect, test } from 'vitest';
import { createRateLimit } from '#engine/rate-limit.ts';

function paced(perSecond: number) {
  const clock = { at: 0 };
  const sleep = async (ms: number) => {
    clock.at += ms;
  };
  const limit = createRateLimit({ perSecond, now: () => clock.at, sleep });
  /** Seconds that so many writes take. */
  const take = async (writes: number) => {
    const began = clock.at;
    for (let i = 0; i < writes; i += 1) await limit.acquire('here');
    return (clock.at - began) / 1000;
  };
  return { limit, take };
}

test("one second's worth at once, then so many a second", async () => {
  const { take } = paced(10);
  expect(await take(10)).toBe(0);
  expect(await take(20)).toBeCloseTo(2, 1);
});

test('half as fast once AWS throttles, never slower than one a second, and back again when it takes all', async () => {
  const { limit, take } = paced(8);
  await take(8);
  limit.adapt('here', true);
  expect(await take(8)).toBeCloseTo(2, 1);
  for (let i = 0; i < 10; i += 1) limit.adapt('here', true);
  expect(await take(4)).toBeCloseTo(4, 1);
  for (let i = 0; i < 20; i += 1) limit.adapt('here', false);
  expect(await take(8)).toBeCloseTo(1, 0);
});

test('another place has a pace of its own', async () => {
  const { limit, take } = paced(8);
  limit.adapt('there', true);
  expect(await take(8)).toBe(0);
});
