/** Whom the statements that we put into other people's documents let in: judged by the documents alone. */

import { describe, expect, test } from 'vitest';
import { loadPolicyFile } from '#cli/policy-file.ts';
import type { Product } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { evaluateResource } from '#core/iam/evaluate.ts';
import {
  bucketStatements,
  denialOf,
  keyStatements,
  NO_READERS,
  placesOf,
  type Readers,
} from '#core/storage-statements.ts';

const CONSUMER = '222222222222';
const { policy } = loadPolicyFile('test/fixtures/policies/demo.yaml');
const cur = productOf('cur');

function productOf(name: string): Product {
  const product = policy.products.find((p) => p.name === name);
  if (product === undefined) throw new Error(`no product ${name}`);
  return product;
}

interface Who {
  readonly arn: string;
  readonly account?: string;
  readonly organization?: string;
  readonly id?: string;
  readonly tags?: Record<string, string>;
}

interface Options {
  readonly product?: Product;
  readonly readers?: Readers;
}

function document(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

function reads(who: Who, { product = cur, readers = NO_READERS }: Options = {}): string {
  const denial = denialOf(policy, [placesOf(policy, product)[0]], readers.disproved);
  const statements = [...bucketStatements(policy, [product], readers), ...(denial === null ? [] : [denial])];
  const { arn, account = CONSUMER, organization = policy.organization.id, id = 'AROAOTHER', tags = {} } = who;
  return evaluateResource(document(statements), {
    principal: { type: 'role', arn, account, tags, organization },
    action: 's3:GetObject',
    resource: `arn:aws:s3:::${product.storage.bucket}/${product.storage.prefix}year=2024/part-0.parquet`,
    // Reading an object has no prefix.
    context: { 'aws:userid': `${id}:GlueJobRunnerSession`, 's3:prefix': [] },
  }).verdict;
}

const role = (rest: string, account = CONSUMER) => `arn:aws:iam::${account}:role${rest}`;

test('a role that matches the pattern under the protected path reads', () => {
  expect(reads({ arn: role('/data-jobs/data-lake-test-job-role') })).toBe('allowed');
  expect(reads({ arn: role('/data-jobs/営業/data-lake-日次') })).toBe('allowed');
});

test.each([
  ['another path', role('/data-lake-x')],
  ['a path that only ends like the protected one', role('/x/data-jobs/data-lake-x')],
  [
    'a path that holds a colon, so that a whole-string wildcard would reach across',
    role('/x:role/data-jobs/data-lake-x'),
  ],
  ['a name outside the pattern', role('/data-jobs/reporting')],
])('%s does not', (_what, arn) => {
  expect(reads({ arn })).toBe('denied');
});

test('neither does the right role of another account or organization', () => {
  expect(reads({ arn: role('/data-jobs/data-lake-x', '444444444444'), account: '444444444444' })).toBe('denied');
  expect(reads({ arn: role('/data-jobs/data-lake-x'), organization: 'o-stranger000' })).toBe('denied');
});

describe('proof by tag or list', () => {
  const tagged = { ...cur, jobRoles: [{ match: 'role/*data-lake-*', proof: 'tag' as const }] };
  const admitted = { arn: role('/anywhere/data-lake-x'), id: 'AROAADMITTED' };
  const readers = { named: { cur: [admitted] }, disproved: [] };

  test('lets in the very roles that were admitted, and no tag of a session lets in another (sec-1)', () => {
    expect(reads(admitted, { product: tagged, readers })).toBe('allowed');
    const other = { arn: role('/my-data-lake-thing'), tags: { 'onramp:product': 'cur', 'Onramp:Product': 'cur' } };
    expect(reads(other, { product: tagged, readers })).toBe('denied');
    expect(reads(other, { product: tagged })).toBe('denied');
    expect(document(bucketStatements(policy, [tagged], readers))).not.toContain('PrincipalTag');
  });

  test('a role of the same name that was made again is another role', () => {
    expect(reads({ ...admitted, id: 'AROAAGAIN' }, { product: tagged, readers })).toBe('denied');
    expect(reads({ arn: role('/other'), id: admitted.id }, { product: tagged, readers })).toBe('denied');
  });

  test('a role of an account that the product is not for is not written out', () => {
    const stranger = { arn: role('/etl/nightly', '555555555555'), id: 'AROASTRANGER' };
    expect(bucketStatements(policy, [tagged], { named: { cur: [stranger] }, disproved: [] })).toEqual([]);
  });

  test('names of roles are written to the letter', () => {
    const odd = { arn: role('/*/$?/data-lake-x'), id: 'AROAODD' };
    const only = { named: { cur: [odd] }, disproved: [] };
    expect(reads(odd, { product: tagged, readers: only })).toBe('allowed');
    expect(reads({ arn: role('/x/$y/data-lake-x'), id: 'AROAODD' }, { product: tagged, readers: only })).toBe('denied');
  });
});

test('a disproved role is denied to the letter: wildcards in its path mean nobody else', () => {
  const odd = role('/data-jobs/*/data-lake-x');
  const readers = { named: {}, disproved: [odd] };
  expect(reads({ arn: odd }, { readers })).toBe('denied');
  expect(reads({ arn: role('/data-jobs/team/data-lake-x') }, { readers })).toBe('allowed');
});

test('a disproved role may not list what it may not read', () => {
  const statements = [...bucketStatements(policy, [cur], NO_READERS)];
  const lists = (arn: string, disproved: readonly string[], prefix = cur.storage.prefix) => {
    const denial = denialOf(policy, [placesOf(policy, cur)[0]], disproved);
    return evaluateResource(document(denial === null ? statements : [...statements, denial]), {
      principal: { type: 'role', arn, account: CONSUMER, tags: {}, organization: policy.organization.id },
      action: 's3:ListBucket',
      resource: `arn:aws:s3:::${cur.storage.bucket}`,
      context: { 's3:prefix': prefix },
    });
  };
  const arn = role('/data-jobs/data-lake-x');
  expect(lists(arn, []).verdict).toBe('allowed');
  expect(lists(arn, [arn])).toMatchObject({ verdict: 'denied', explicit: true });
  // What is not the product's stays its owner's to say.
  expect(lists(arn, [arn], 'other/')).toMatchObject({ verdict: 'denied', explicit: false });
});

test('key statements let in the same roles, through S3 only', () => {
  const Statement = keyStatements(
    policy,
    [{ ...cur, storage: { ...cur.storage, key: 'arn:aws:kms:ap-northeast-1:111111111111:key/k' } }],
    { named: {}, disproved: [role('/data-jobs/data-lake-open'), role('/data-lake-outside')] },
  );
  const decrypt = (arn: string, via: string) =>
    evaluateResource(JSON.stringify({ Version: '2012-10-17', Statement }), {
      principal: { type: 'role', arn, account: CONSUMER, tags: {}, organization: policy.organization.id },
      action: 'kms:Decrypt',
      resource: 'arn:aws:kms:ap-northeast-1:111111111111:key/k',
      context: { 'kms:ViaService': via },
    }).verdict;
  expect(decrypt(role('/data-jobs/data-lake-x'), 's3.ap-northeast-1.amazonaws.com')).toBe('allowed');
  expect(decrypt(role('/data-jobs/data-lake-x'), 'ec2.ap-northeast-1.amazonaws.com')).toBe('denied');
  expect(decrypt(role('/data-jobs/data-lake-open'), 's3.ap-northeast-1.amazonaws.com')).toBe('denied');
  expect(document(Statement)).not.toContain('data-lake-outside');
  expect(decrypt(role('/x:role/data-jobs/data-lake-x'), 's3.ap-northeast-1.amazonaws.com')).toBe('denied');
});

test('a whole unit is admitted by its path and proof, whichever accounts it has then; nobody of another unit is', () => {
  const path = 'o-a1b2c3d4e5/r-a1b2/ou-a1b2-11111111/';
  const principal = 'arn:aws:organizations::999999999999:ou/o-a1b2c3d4e5/ou-a1b2-11111111';
  const product = { ...cur, wholes: [{ principal, path, accounts: [...cur.audience] }] };
  const [get] = bucketStatements(policy, [product], { named: {}, disproved: [] });
  expect(get?.Condition?.['ForAnyValue:StringLike']).toEqual({ 'aws:PrincipalOrgPaths': [`${path}*`] });
  expect(get?.Condition?.['StringEquals']).toEqual({ 'aws:PrincipalOrgID': policy.organization.id });
  const verdict = (organizationPaths: readonly string[], name: string) =>
    evaluateResource(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: bucketStatements(policy, [product], { named: {}, disproved: [] }),
      }),
      {
        principal: {
          type: 'role',
          arn: role(name, '555555555555'),
          account: '555555555555',
          tags: {},
          organization: policy.organization.id,
          organizationPaths,
        },
        action: 's3:GetObject',
        resource: `arn:aws:s3:::${product.storage.bucket}/${product.storage.prefix}year=2024/part-0.parquet`,
        context: {},
      },
    ).verdict;
  expect(verdict([path], '/data-jobs/data-lake-new')).toBe('allowed');
  expect(verdict([`${path}ou-a1b2-22222222/`], '/data-jobs/data-lake-new')).toBe('allowed');
  expect(verdict(['o-a1b2c3d4e5/r-a1b2/ou-a1b2-33333333/'], '/data-jobs/data-lake-new')).toBe('denied');
  expect(verdict([path], '/elsewhere/data-lake-new')).toBe('denied');
});
