import { describe, expect, test } from 'vitest';
import { loadPolicyFile } from '#cli/policy-file.ts';
import type { TagGrant } from '#contracts/policy.ts';
import { ANALYTICS, FINANCE, policyOf, productInput, REGION } from './documents.ts';

const SALES = '444444444444';

function tagsOf(tags: Record<string, unknown>, changes: Record<string, unknown> = {}) {
  const accounts = { 'finance-lake': FINANCE, analytics: ANALYTICS, sales: SALES };
  const policy = policyOf({
    accounts,
    tags: { in: [{ account: 'finance-lake' }], keys: { source: ['product', 'none'] }, ...tags },
    ...changes,
  });
  if (policy.tags === null) throw new Error('no tags');
  return policy.tags;
}

describe('keys and rules', () => {
  test('keys and values are sorted, each once, in lower case as Lake Formation stores them', () => {
    expect(tagsOf({ keys: { Zone: ['B', 'a', 'A'], pii: ['true', 'false'] } }).keys).toEqual([
      { key: 'pii', values: ['false', 'true'] },
      { key: 'zone', values: ['a', 'b'] },
    ]);
  });

  test('names that Glue folds are folded, those of crawlers and parameters are not', () => {
    const match = {
      account: 'finance-lake',
      database: 'KTHR01',
      table: 'Orders_*',
      column: 'EMail',
      crawler: 'Crawl-A',
      workflow: 'Flow-A',
      prefix: 's3://lake/Raw',
      parameters: { Owner: 'Sales*' },
      classification: 'Parquet',
    };
    expect(tagsOf({ rules: [{ match, on: 'columns', assign: { Source: 'Product' } }] }).rules).toEqual([
      {
        index: 0,
        account: FINANCE,
        region: REGION,
        database: 'kthr01',
        table: 'orders_*',
        column: 'email',
        crawler: 'Crawl-A',
        workflow: 'Flow-A',
        prefix: { bucket: 'lake', prefix: 'Raw/' },
        parameters: { Owner: 'Sales*' },
        classification: 'parquet',
        on: 'columns',
        assign: { source: 'product' },
        apply: 'only-if-absent',
      },
    ]);
  });
});

describe('grants', () => {
  const where = { source: ['product'] };
  const grantsOf = (to: object, changes: Record<string, unknown> = {}) =>
    tagsOf({ grants: [{ to, where, tables: ['SELECT'] }], ...changes }).grants;
  const places = (grants: readonly TagGrant[]) => grants.map(({ account, region, to }) => [account, region, to]);

  test('a principal of the account is an ARN; DESCRIBE comes with SELECT (G-L12)', () => {
    expect(grantsOf({ account: 'finance-lake', principal: 'role/etl/Reader' })).toEqual([
      {
        index: 0,
        account: FINANCE,
        region: REGION,
        to: [`arn:aws:iam::${FINANCE}:role/etl/Reader`],
        where: [{ key: 'source', values: ['product'] }],
        database: [],
        tables: ['DESCRIBE', 'SELECT'],
        associate: [],
      },
    ]);
  });

  test.each([
    ['user/datalake_user', `arn:aws:iam::${FINANCE}:user/datalake_user`],
    ['saml-provider/idp:user/me@x.com', `arn:aws:iam::${FINANCE}:saml-provider/idp:user/me@x.com`],
    ['saml-provider/idp:group/Analysts', `arn:aws:iam::${FINANCE}:saml-provider/idp:group/Analysts`],
    ['arn:aws:identitystore:::group/0a-1', 'arn:aws:identitystore:::group/0a-1'],
    [`arn:aws:iam::${FINANCE}:role/x`, `arn:aws:iam::${FINANCE}:role/x`],
  ])('%s', (principal, arn) => {
    expect(grantsOf({ account: 'finance-lake', principal })[0]?.to).toEqual([arn]);
  });

  const two = { in: [{ account: 'finance-lake' }, { account: 'sales', region: 'us-east-1' }] };

  test('an audience gets what every catalog has, but no catalog grants to its own account', () => {
    expect(places(grantsOf({ accounts: ['sales', 'analytics'] }, two))).toEqual([
      [FINANCE, REGION, [ANALYTICS, SALES]],
      [SALES, 'us-east-1', [ANALYTICS]],
    ]);
    expect(grantsOf({ accounts: ['finance-lake'] })).toEqual([]);
  });

  test("a principal gets what its own account's catalogs have, or, of another account, what all have", () => {
    const reader = `arn:aws:iam::${ANALYTICS}:role/r`;
    expect(places(grantsOf({ account: 'analytics', principal: 'role/r' }, two))).toEqual([
      [FINANCE, REGION, [reader]],
      [SALES, 'us-east-1', [reader]],
    ]);
    expect(places(grantsOf({ account: 'sales', principal: 'role/r' }, two))).toEqual([
      [SALES, 'us-east-1', [`arn:aws:iam::${SALES}:role/r`]],
    ]);
  });

  test("ARNs are of the hub's partition (G-B19)", () => {
    const hub = { account: '333333333333', region: 'us-gov-west-1' };
    const grants = [{ to: { account: 'finance-lake', principal: 'role/r' }, where, tables: ['SELECT'] }];
    expect(tagsOf({ grants }, { hub }).grants[0]?.to).toEqual([`arn:aws-us-gov:iam::${FINANCE}:role/r`]);
  });
});

test('data locations: bucket, prefix and ARNs', () => {
  const whole = `arn:aws:iam::${ANALYTICS}:role/loader`;
  const dataLocations = [{ account: 'finance-lake', location: 's3://lake/raw', to: ['role/x', whole, 'role/x'] }];
  expect(policyOf({ dataLocations }).dataLocations).toEqual([
    {
      index: 0,
      account: FINANCE,
      region: REGION,
      bucket: 'lake',
      prefix: 'raw/',
      to: [`arn:aws:iam::${FINANCE}:role/x`, whole],
    },
  ]);
});

test('what a registered location is read with reaches the product', () => {
  const storage = { location: 's3://cur-export/', access: 'lake-formation', registration: 'service-linked' };
  const [cur] = policyOf({ products: { cur: productInput({ storage }) } }).products;
  expect(cur?.storage).toMatchObject({ access: 'lake-formation', registration: 'service-linked' });
});

test('a policy without tags has none, and one with them hashes otherwise', () => {
  expect(policyOf()).toMatchObject({ tags: null, dataLocations: [] });
  expect(policyOf({ tags: { in: [], keys: {} } }).hash).not.toBe(policyOf().hash);
});

test("the scene's policy: four rules, and a consumer's role that its account passes the expression on to", () => {
  const { tags, dataLocations } = loadPolicyFile('test/fixtures/policies/demo-blueprint.yaml').policy;
  expect(tags?.rules).toHaveLength(4);
  expect(tags?.grants.every(({ account }) => account === SALES)).toBe(true);
  expect(tags?.grants.flatMap(({ to }) => to)).toContain(`arn:aws:iam::${ANALYTICS}:role/data-jobs/sales-job`);
  expect(dataLocations).toHaveLength(1);
});
