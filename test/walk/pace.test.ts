import { expect, test } from 'vitest';
import { createPace } from '#walk/pace.ts';

function paced(perSecond: number) {
  const clock = { at: 0 };
  const sleep = async (ms: number) => {
    clock.at += ms;
  };
  const pace = createPace({ perSecond, now: () => clock.at, sleep });
  /** Seconds that so many writes take. */
  const take = async (writes: number) => {
    const began = clock.at;
    for (let i = 0; i < writes; i += 1) await pace.turn('here');
    return (clock.at - began) / 1000;
  };
  return { pace, take };
}

test("one second's worth at once, then so many a second", async () => {
  const { take } = paced(10);
  expect(await take(10)).toBe(0);
  expect(await take(20)).toBeCloseTo(2, 1);
});

test('half as fast once AWS throttles, never slower than one a second, and back again when it takes all', async () => {
  const { pace, take } = paced(8);
  await take(8);
  pace.went('here', true);
  expect(await take(8)).toBeCloseTo(2, 1);
  for (let i = 0; i < 10; i += 1) pace.went('here', true);
  expect(await take(4)).toBeCloseTo(4, 1);
  for (let i = 0; i < 20; i += 1) pace.went('here', false);
  expect(await take(8)).toBeCloseTo(1, 0);
});

test('another place has a pace of its own', async () => {
  const { pace, take } = paced(8);
  pace.went('there', true);
  expect(await take(8)).toBe(0);
});
