/** A consumer of many products as the hops `grants` and `role` observe it: everything granted, five roles, five policies. */

import type { ListedGrant } from '#contracts/lake-formation.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { type Assessment, merge, NOTHING } from '#core/assessment.ts';
import { DEFAULT_DATABASE } from '#core/consumer-grants.ts';
import type { RoleFacts } from '#core/facts.ts';
import { known } from '#core/observed.ts';
import { productsFor } from '#core/selectors.ts';
import type { Question } from '#engine/hop.ts';
import { grants } from '#hops/grants/index.ts';
import { role } from '#hops/role/index.ts';
import { PRODUCER, REGION, ROLE_PATH } from './large-policy.ts';

const ROLES = 5;
const SHARE = { arn: `arn:aws:ram:${REGION}:${PRODUCER}:resource-share/all`, owner: PRODUCER, status: 'ACTIVE' };
const SHARES = new Map([[REGION, known([SHARE])]]);

/** What the two hops would have read in this account. */
export interface ConsumerWorld {
  readonly account: string;
  readonly roles: readonly RoleFacts[];
  readonly rows: readonly ListedGrant[];
}

/** `named`: one of the roles names every database and bucket, as far as AWS's limits let it. */
export function consumerWorld(policy: Policy, account: string, named = false): ConsumerWorld {
  const products = policy.products;
  const roles = Array.from({ length: ROLES }, (_, i) => roleOf(account, i, policiesOf(account, i)));
  if (named) roles[0] = roleOf(account, 0, byName(products));
  return { account, roles, rows: roles.flatMap(({ arn }) => rowsOf(account, arn, products)) };
}

function roleOf(account: string, index: number, policies: readonly string[]): RoleFacts {
  const name = `data-lake-${index}`;
  return {
    arn: `arn:aws:iam::${account}:role${ROLE_PATH}${name}`,
    id: `AROA${account}${index}`,
    name,
    path: ROLE_PATH,
    trust: text({ Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' }),
    tags: { team: `team-${index}` },
    policies,
    boundary: null,
  };
}

const ACCESS = { Effect: 'Allow', Action: 'lakeformation:GetDataAccess', Resource: '*' };
const READS = { Effect: 'Allow', Action: ['glue:GetDatabase', 'glue:GetTable*', 'glue:GetPartition*'] };
const OBJECTS = { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'] };
const UNENCRYPTED = {
  Effect: 'Deny',
  Action: 's3:*',
  Resource: '*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};

/** Five ways in which teams write it: everything, by service, by wildcard, in one account, and with a Deny beside it. */
function policiesOf(account: string, index: number): readonly string[] {
  const glue = (owner: string, rest: string) =>
    ['catalog', `database/${rest}`, `table/${rest}`].map((what) => `arn:aws:glue:${REGION}:${owner}:${what}`);
  const lake = [...glue(PRODUCER, 'lake_*'), ...glue(account, 'lake_*')];
  const some = { ...OBJECTS, Resource: ['arn:aws:s3:::lake-*', 'arn:aws:s3:::lake-*/data/*'] };
  const kinds: readonly (readonly string[])[] = [
    [text(ACCESS, { ...READS, Action: 'glue:*', Resource: '*' }, { ...OBJECTS, Action: 's3:*', Resource: '*' })],
    [text(ACCESS), text({ ...READS, Resource: glue('*', '*') }), text({ ...OBJECTS, Resource: 'arn:aws:s3:::*' })],
    [text(ACCESS, { ...READS, Resource: glue('*', 'lake_*') }, some)],
    [text(ACCESS, { ...READS, Resource: lake }, some)],
    [text(ACCESS, { ...READS, Resource: lake }, some), text(UNENCRYPTED)],
  ];
  return kinds[index % kinds.length] ?? [];
}

/** About what fits a managed policy of 6,144 characters, twice. */
function byName(products: readonly Product[]): readonly string[] {
  const glue = products.flatMap(({ database }) => [
    `arn:aws:glue:*:*:database/${database}*`,
    `arn:aws:glue:*:*:table/${database}*`,
  ]);
  const buckets = products.flatMap(({ storage: { bucket } }) => [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]);
  const reads = { ...READS, Resource: ['arn:aws:glue:*:*:catalog', ...glue] };
  return [text(ACCESS, reads), text({ ...OBJECTS, Resource: buckets })];
}

function text(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

function rowsOf(account: string, principal: string, products: readonly Product[]): readonly ListedGrant[] {
  const row = (database: string, catalog: string): ListedGrant => ({
    principal,
    resource: { type: 'database', catalog, database },
    permissions: ['DESCRIBE'],
    grantable: [],
    shareArns: [],
  });
  const perProduct = products.flatMap((product): ListedGrant[] => [
    row(product.link, account),
    row(product.database, product.account),
    {
      ...row(product.database, product.account),
      resource: { type: 'all-tables', catalog: product.account, database: product.database },
      permissions: ['SELECT', 'DESCRIBE'],
    },
  ]);
  return [row(DEFAULT_DATABASE, account), ...perProduct];
}

/** What the hops `grants` and `role` say of it, once each, as a look of a run asks them. */
export function assessConsumer(policy: Policy, { account, roles, rows }: ConsumerWorld): Assessment {
  const scope = { half: 'onboard' as const, account, region: REGION };
  const products = productsFor(policy, scope).map((product) => ({ product, snapshot: snapshotOf(product, account) }));
  const arrivals = { account, region: REGION, products, sources: [], places: [], shares: SHARES };
  const question: Question<OnboardScope> = {
    scope,
    policy,
    rolePath: '/onramp/',
    execution: 'bench',
    now: 0,
    entries: [],
    recent: [],
    planning: false,
    verifying: false,
    patient: false,
    before: new Map([
      ['link', NOTHING],
      ['membership', NOTHING],
    ]),
  };
  const seen = { arrivals, roles: known(roles), hasDefault: known(true), byTag: null, places: null, suspects: [] };
  const listed = new Map([[REGION, known({ grants: rows })]]);
  const asked = { arrivals, roles: known(roles), tagRoles: new Map() };
  return merge(grants.assess({ ...seen, listed }, question), role.assess(asked, question));
}

function snapshotOf({ name, account, region, database }: Product, consumer: string): ProductSnapshot {
  return { product: name, account, region, database, tables: 'all', shared: true, shares: { [consumer]: [SHARE.arn] } };
}
