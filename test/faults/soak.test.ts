import { expect, test } from 'vitest';
import { soak } from '../soak/soak.ts';

test('three bad days by their seeds end as undisturbed ones do, and nobody was told twice', async () => {
  const { troubles, runs } = await soak(1, (rounds) => rounds < 3);
  expect(troubles).toEqual([]);
  expect(runs).toBeGreaterThan(10);
});
