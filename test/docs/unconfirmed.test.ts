/** Whatever the local cloud is unsure of is said in docs/unconfirmed.md, with its values and what each means for us. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SWITCHES } from '../../infra/local/lake/switches.ts';

const page = readFileSync(new URL('../../docs/unconfirmed.md', import.meta.url), 'utf8');

/** Rows whose first column is a switch's name. */
const rows = new Map(
  [...page.matchAll(/^\| `([a-z0-9-]+)` \| (.+?) \| (.+) \|$/gm)].map(
    ([, name, values, meaning]) => [name, { values, meaning }] as const,
  ),
);

test.each(SWITCHES)('$name is on the page with its values', ({ name, default: first, alternatives }) => {
  expect(rows.get(name)?.values).toBe([first, ...alternatives.map((value) => `*${value}*`)].join(', '));
  expect(rows.get(name)?.meaning?.length).toBeGreaterThan(20);
});

test('the page has no switch that no longer exists', () => {
  const names = SWITCHES.map(({ name }) => name);
  expect([...rows.keys()].filter((name) => !names.includes(String(name)))).toEqual([]);
});
