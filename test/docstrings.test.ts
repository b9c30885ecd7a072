import { expect, test } from 'vitest';
import { exportedFunctions } from './support/docstrings.ts';

test('every exported function of hops, changes, core and aws says what comes back', () => {
  const all = exportedFunctions().filter(({ room }) => room !== 'engine');
  expect(all.length).toBeGreaterThan(400);
  expect(all.filter(({ saidBy }) => saidBy === null).map(({ name }) => name)).toEqual([]);
});
