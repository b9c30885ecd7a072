/** What is true of every hop of the access path. */

import { describe, expect, test } from 'vitest';
import { PATH } from '#hops/path.ts';
import { READER_ROWS } from '#hops/permissions.ts';
import { LOOKUP_ROWS } from '#hops/reader-rows.ts';
import { QUERIES } from '../support/queries.ts';

const texts = (rows: readonly unknown[]) => new Set(rows.map((row) => JSON.stringify(row)));
const modules = PATH.map((hop) => [`${hop.name} of ${hop.half}`, hop] as const);

test('our reader’s rows are those of all hops and of lookups for events, no more and no less', () => {
  expect(texts(READER_ROWS)).toEqual(texts([...LOOKUP_ROWS, ...PATH.flatMap(({ permissions }) => permissions)]));
});

test('a query with a session of its own asks for rows that our reader has', () => {
  const own = QUERIES.flatMap(({ rows = [] }) => rows);
  expect(own.length).toBeGreaterThan(0);
  const reader = texts(READER_ROWS);
  for (const row of own) expect(reader).toContain(JSON.stringify(row));
});

test('each hop is once in its half', () => {
  expect(new Set(modules.map(([name]) => name)).size).toBe(PATH.length);
});

describe.each(modules)('%s', (_, { half, after, again = [], awaits, scopes, name }) => {
  const place = PATH.findIndex((hop) => hop.half === half && hop.name === name);
  const names = (hops: readonly { readonly half: string; readonly name: string }[]) =>
    hops.filter((hop) => hop.half === half).map((hop) => hop.name);

  test('is handed assessments of hops that come before it in its half', () => {
    for (const earlier of after) expect(names(PATH.slice(0, place))).toContain(earlier);
  });

  test('names only hops of its half as due again, or ahead', () => {
    for (const other of [...again, ...(awaits?.ahead ?? [])]) expect(names(PATH)).toContain(other);
  });

  test('is about scopes that its half has', () => {
    const possible = half === 'publish' ? ['database', 'catalog'] : ['account'];
    expect(scopes.length).toBeGreaterThan(0);
    for (const scope of scopes) expect(possible).toContain(scope);
  });
});
