/** What consumers are told of grants by tag, what they make of it, and which invitations they accept for it. */

import { describe, expect, test } from 'vitest';
import type { Policy, TagGrant } from '#contracts/policy.ts';
import type { TaggedFacts } from '#core/facts.ts';
import { decideAcceptance, expectedByTag } from '#core/hops/acceptance.ts';
import { linkReaders } from '#core/hops/tag-grants.ts';
import { reachedBy, tagShares, withAssigned } from '#core/hops/tag-reach.ts';
import { consumerWants } from '#core/hops/tag-shares.ts';
import { type Grant, known, type ListedGrant } from '#core/lake.ts';
import { consumerPart } from '#core/wanted.ts';
import { ANALYTICS, FINANCE, HUB, policyOf, REGION } from '../policy/documents.ts';

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
    const action = {
      ...base,
      products: [],
      database: 'db',
      table: 'orders',
      columns: [],
      tags: { source: 'product' },
      had: {},
    };
    expect(reachedBy(policy, catalog, withAssigned(facts({}), [action]))).toEqual(SOLD);
    const column = { ...action, columns: ['email'] };
    expect(reachedBy(policy, catalog, withAssigned(facts({}), [column]))).toEqual(SOLD);
  });

  test('a grant counts as shared with its option only, and carries its shares', () => {
    const grant = { principal: ANALYTICS, resource: byTag, permissions: ['DESCRIBE', 'SELECT'] };
    const told = (grantable: readonly string[]) =>
      tagShares(policy, catalog, { rows: [row({ ...grant, grantable }, ['arn:share'])], planning: false }).find(
        ({ where }) => where === 'source=product',
      );
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
    const part = (account: string, snapshot = told) => consumerPart(policy, account, snapshot);
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
    expect(linkReaders(consumerWants(policy, catalog, ANALYTICS), links)).toEqual([
      { principal: JOB, links: ['sales'] },
    ]);
  });
});

describe('invitations of shares by tag (law 8)', () => {
  const expected = expectedByTag(catalog, { shared: true, arns: ['share-1'], databases: ['sales'] });
  const invited = (sender: string, ...resources: readonly string[]) => {
    const invitation = { arn: 'i', shareArn: 'share-1', shareName: 'LakeFormation-V4', sender, receiver: ANALYTICS };
    const invitations = [{ ...invitation, status: 'PENDING' as const, at: 0, resources }];
    const facts = known({ invitations, shares: [] });
    return decideAcceptance({ account: ANALYTICS, region: REGION, products: [], tagged: [expected], facts });
  };
  const arn = (rest: string, account = FINANCE, region = REGION) => `arn:aws:glue:${region}:${account}:${rest}`;

  test.each([['catalog'], ['database/sales'], ['table/sales/*']])('%s of the catalog is accepted', (rest) => {
    expect(invited(FINANCE, arn(rest)).actions).toMatchObject([{ kind: 'accept-invitation', products: [] }]);
  });

  test.each([
    ['a database no tag reaches', FINANCE, arn('database/hr')],
    ['another account', HUB, arn('catalog', HUB)],
    ["another account's catalog from this sender", FINANCE, arn('catalog', HUB)],
    ['another Region', FINANCE, arn('catalog', FINANCE, 'us-east-1')],
    ['another service', FINANCE, `arn:aws:ec2:${REGION}:${FINANCE}:subnet/subnet-1`],
  ])('%s is left alone', (_, sender, resource) => {
    const { actions, findings } = invited(sender, arn('catalog'), resource);
    expect(actions).toEqual([]);
    expect(findings.map(({ cause }) => cause)).toContain('invitation-left-alone');
  });
});
