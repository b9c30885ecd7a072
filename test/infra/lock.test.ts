import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Locked {
  readonly integrity?: string;
  /** Comes inside the package above it, and with that one's integrity. */
  readonly inBundle?: boolean;
}

test('what npm fetches is checked by its hash, on every platform', () => {
  const lock: { packages: Record<string, Locked> } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  // The first entry, without a name, is ourselves.
  const [, ...packages] = Object.entries(lock.packages);
  const fetched = packages.filter(([, { inBundle }]) => inBundle !== true);
  expect(fetched.length).toBeGreaterThan(200);
  expect(fetched.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([name]) => name)).toEqual([]);
});
