/** What consumers are told of grants by tag, and what they make of it. */

import { describe, expect, test } from 'vitest';
import type { Grant, ListedGrant } from '#contracts/lake-formation.ts';
import type { Policy, TagGrant } from '#contracts/policy.ts';
import type { TaggedFacts } from '#core/facts.ts';
import { fingerprintOf } from '#core/fingerprints.ts';
import { consumerGrants } from '#core/tags/grants.ts';
import { linkReaders } from '#hops/grants/by-tag.ts';
import { reachedBy, tagShares, withAssigned } from '#hops/reach.ts';
import { ANALYTICS, FINANCE, HUB, policyOf, REGION } from '../core/policy/documents.ts';

const catalog = { account: FINANCE, region: REGION };
const JOB = `arn:aws:iam::${ANALYTICS}:role/data-jobs/sales-job`;
const sold = [{ key: 'source', values: ['product'] }];
const byTag = { type: 'tag-policy' as const, catalog: FINANCE, on: 'table' as const, expression: sold };
const row = (grant: Grant, shareArns: readonly string[]): ListedGrant => ({ ...grant, shareArns });
const entry = (to: readonly string[], where = sold): TagGrant => ({
  ...catalog,
  index: 0,
  to,
  where,
  database: [],
  tables: ['DESCRIBE', 'SELECT'],
  associate: [],
});
const grants = [entry([ANALYTICS, JOB]), entry([HUB], [{ key: 'pii', values: ['false'] }])];
const policy: Policy = { ...policyOf(), products: [], tags: { catalogs: [catalog], keys: [], rules: [], grants } };

describe('what consumers are told', () => {
  const on = (inForce: Readonly<Record<string, string>>) => ({ assigned: inForce, inForce, unsure: [] });
  const facts = (changes: Partial<TaggedFacts>): TaggedFacts => ({
    database: on({}),
    tables: {},
    columns: {},
    ...changes,
  });
  const reached = (changes: Partial<TaggedFacts>) => reachedBy(policy, catalog, facts(changes));
  const SOLD = [{ where: 'source=product', on: 'table', accounts: [ANALYTICS] }];

  test('a database is reached by its own tag, a table, or a column', () => {
    expect(reached({})).toEqual([]);
    expect(reached({ database: on({ source: 'none' }) })).toEqual([]);
    expect(reached({ database: on({ source: 'product' }) })).toEqual(SOLD);
    expect(reached({ tables: { orders: on({ source: 'product' }), staff: on({ source: 'none' }) } })).toEqual(SOLD);
    expect(reached({ columns: { orders: { email: on({ source: 'product' }) } } })).toEqual(SOLD);
  });

  test('what a plan would tag counts', () => {
    const base = { kind: 'assign-tags' as const, hop: 'tags' as const, ...catalog, effect: 'widens' as const };
    const change = {
      ...base,
      products: [],
      database: 'db',
      table: 'orders',
      columns: [],
      tags: { source: 'product' },
      had: {},
    };
    expect(reachedBy(policy, catalog, withAssigned(facts({}), [change]))).toEqual(SOLD);
    const column = { ...change, columns: ['email'] };
    expect(reachedBy(policy, catalog, withAssigned(facts({}), [column]))).toEqual(SOLD);
  });

  test('a grant counts as shared with its option only, and carries its shares', () => {
    const grant = { principal: ANALYTICS, resource: byTag, permissions: ['DESCRIBE', 'SELECT'] };
    const told = (grantable: readonly string[]) =>
      tagShares(policy, catalog, {
        rows: [row({ ...grant, grantable }, ['arn:share'])],
        held: [],
        planning: false,
      }).find(({ where }) => where === 'source=product');
    expect(told(['DESCRIBE', 'SELECT'])).toMatchObject({ shared: [ANALYTICS], shares: { [ANALYTICS]: ['arn:share'] } });
    expect(told([])).toMatchObject({ shared: [] });
  });

  test("one consumer's part changes with what is for it, and with nothing else", () => {
    const told = {
      ...catalog,
      database: 'db',
      products: [],
      tagged: [],
      reached: SOLD.map((r) => ({ ...r, on: 'table' as const })),
    };
    const part = (account: string, snapshot = told) => fingerprintOf(policy, account, snapshot);
    expect(part(ANALYTICS)).not.toBeNull();
    expect(part(HUB)).toBeNull();
    const more = { where: 'pii=false', on: 'table' as const, accounts: [HUB] };
    expect(part(ANALYTICS, { ...told, reached: [...told.reached, more] })).toBe(part(ANALYTICS));
    expect(part(HUB, { ...told, reached: [...told.reached, more] })).not.toBeNull();
  });

  test('a principal sees the links of what its own expressions reach', () => {
    const links = [
      { catalog: FINANCE, link: 'sales', by: reached({ database: on({ source: 'product' }) }) },
      { catalog: FINANCE, link: 'hr', by: reached({ database: on({ pii: 'false' }) }) },
      { catalog: HUB, link: 'elsewhere', by: reached({ database: on({ source: 'product' }) }) },
    ];
    expect(linkReaders(consumerGrants(policy, catalog, ANALYTICS), links)).toEqual([
      { principal: JOB, links: ['sales'] },
    ]);
  });
});
