/** Policies and worlds out of nothing, for the laws. */

import * as fc from 'fast-check';
import type { LakeResource, ListedGrant } from '#contracts/lake-formation.ts';
import { IAM_ALLOWED_PRINCIPALS } from '#contracts/lake-formation.ts';
import type { Policy } from '#contracts/policy.ts';
import { NO_SETTINGS, type World } from './model.ts';
import { ANALYTICS, FINANCE, policyOf, productInput } from './policy/documents.ts';

const DATABASE = 'cur_org';
const TABLES = ['legacy_all', 'with space', '日本', 'orders_2024', 'orders_2025'];
const ROLES = ['data-lake-a', 'data-lake-b', 'Data-Lake-C', 'other'];

const product = fc.record({
  database: fc.constantFrom(DATABASE, 'CUR_org'),
  tables: fc.oneof(
    fc.constant('all' as const),
    fc.uniqueArray(fc.constantFrom(...TABLES, 'orders_*', 'Legacy_All', 'missing'), { minLength: 1, maxLength: 3 }),
  ),
  exposure: fc.constantFrom('report', 'revoke'),
  mode: fc.constantFrom('report', 'enforce'),
  permissions: fc.constantFrom(['SELECT', 'DESCRIBE'], ['DESCRIBE']),
});

export const policies: fc.Arbitrary<Policy> = fc
  .record({ products: fc.array(product, { minLength: 1, maxLength: 3 }), raise: fc.boolean() })
  .map(({ products, raise }) =>
    policyOf({
      mode: 'enforce',
      settings: { crossAccountVersion: { atLeast: 3, raise } },
      products: Object.fromEntries(
        products.map(({ permissions, ...rest }, i) => [
          `p${i}`,
          productInput({
            ...rest,
            storage: { location: `s3://cur-export/p${i}/`, bucketPolicy: 'manage' },
            consumers: { link: `link_${i}`, jobRoles: [{ match: 'role/data-jobs/*data-lake-*' }], permissions },
          }),
        ]),
      ),
    }),
  );

const resource: fc.Arbitrary<LakeResource> = fc.oneof(
  fc.constant({ type: 'database' as const, catalog: FINANCE, database: DATABASE }),
  fc.constant({ type: 'all-tables' as const, catalog: FINANCE, database: DATABASE }),
  fc.constantFrom(...TABLES).map((table) => ({ type: 'table' as const, catalog: FINANCE, database: DATABASE, table })),
  fc.constant({ type: 'database' as const, catalog: FINANCE, database: 'elsewhere' }),
);

const principal = fc.constantFrom(
  IAM_ALLOWED_PRINCIPALS,
  ANALYTICS,
  '444444444444',
  `arn:aws:iam::${FINANCE}:role/theirs`,
);

const row: fc.Arbitrary<ListedGrant> = fc
  .record({
    principal,
    resource,
    permissions: fc.subarray(['SELECT', 'DESCRIBE'], { minLength: 1 }),
    grants: fc.boolean(),
  })
  .map(({ grants, permissions, ...rest }) => {
    const all = rest.principal === IAM_ALLOWED_PRINCIPALS ? ['ALL'] : permissions;
    return { ...rest, permissions: all, grantable: grants && all[0] !== 'ALL' ? all : [], shareArns: [] };
  });

const rows = fc.uniqueArray(row, { maxLength: 8, selector: (r) => JSON.stringify([r.principal, r.resource]) });

const roles = fc
  .uniqueArray(fc.tuple(fc.constantFrom('/', '/data-jobs/'), fc.constantFrom(...ROLES)), {
    maxLength: 3,
    selector: String,
  })
  .map((found) =>
    found.map(([path, name]) => ({
      arn: `arn:aws:iam::${ANALYTICS}:role${path}${name}`,
      id: `AROA${name}`,
      name,
      path,
      trust: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      }),
      tags: {},
      policies: [],
      boundary: null,
    })),
  );

const theirStatement = {
  Sid: 'Theirs',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:PutObject',
  Resource: 'arn:aws:s3:::cur-export/*',
};
const THEIR_DOCUMENT = JSON.stringify({ Version: '2012-10-17', Statement: [theirStatement] });
const document = fc.constantFrom(null, THEIR_DOCUMENT);

const facts = fc.record({
  admins: fc.subarray([`arn:aws:iam::${FINANCE}:user/someone`, `arn:aws:iam::${FINANCE}:role/onramp/onramp-operator`]),
  version: fc.integer({ min: 1, max: 5 }),
});

export const worlds: fc.Arbitrary<World> = fc
  .record({
    facts,
    openTables: fc.boolean(),
    tables: fc.subarray(TABLES),
    exists: fc.boolean(),
    rows,
    roles,
    bucketPolicy: document,
    catalogPolicy: document,
    taken: fc.constantFrom(undefined, null, 'elsewhere'),
  })
  .map((w): World => {
    const target = w.taken === 'elsewhere' ? { catalog: ANALYTICS, database: 'mine', region: 'ap-northeast-1' } : null;
    return {
      settings: { [FINANCE]: { ...NO_SETTINGS, admins: w.facts.admins, crossAccountVersion: w.facts.version } },
      catalog: {
        database: { name: DATABASE, openTables: w.openTables, isLink: false },
        tables: w.tables.map((name) => ({ name, location: null, isLink: false, columns: [], parameters: {} })),
      },
      grants: { [FINANCE]: w.rows },
      links: w.taken === undefined ? {} : { link_0: { name: 'link_0', target } },
      roles: w.roles,
      bucketPolicy: w.bucketPolicy,
      catalogPolicy: w.catalogPolicy,
      ledger: [],
    };
  });
