/** The page of what was tried names tests that are there. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${ROOT}docs/held.md`, 'utf8');
const rows = [...page.matchAll(/^\| ([a-z\d, -]+) \| .* \| `(test\/[^`]+)`: (.+) \|$/gm)].map(
  ([, id = '', file = '', words = '']) => [id, file, words] as const,
);

test('the page has a row for each, and each once', () => {
  const ids = rows.flatMap(([held]) => held.split(', '));
  expect(ids.length).toBeGreaterThan(30);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each(rows)('%s: %s has a test of these words', (_, file, words) => {
  expect(existsSync(`${ROOT}${file}`)).toBe(true);
  expect(readFileSync(`${ROOT}${file}`, 'utf8')).toContain(words);
});
