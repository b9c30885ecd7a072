/** Whom the statements that we put into other people's documents let in: judged by the documents alone. */

import { expect, test } from 'vitest';
import { loadPolicyFile } from '#cli/policy-file.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import { evaluateResource } from '#core/iam/evaluate.ts';
import { bucketStatements, keyStatements } from '#core/storage-statements.ts';

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
  readonly tags?: Record<string, string>;
}

function reads(who: Who, options: { policy?: Policy; product?: Product; disproved?: readonly string[] } = {}): string {
  const product = options.product ?? cur;
  const Statement = bucketStatements(options.policy ?? policy, [product], options.disproved ?? []);
  const { arn, account = CONSUMER, organization = policy.organization.id, tags = {} } = who;
  return evaluateResource(JSON.stringify({ Version: '2012-10-17', Statement }), {
    principal: { type: 'role', arn, account, tags, organization },
    action: 's3:GetObject',
    resource: `arn:aws:s3:::${product.storage.bucket}/${product.storage.prefix}year=2024/part-0.parquet`,
    context: {},
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

test('proof by tag wants the tag, proof by list the very ARN', () => {
  const tagged = { ...cur, jobRoles: [{ match: 'role/*data-lake-*', proof: 'tag' as const }] };
  const arn = role('/anywhere/data-lake-x');
  expect(reads({ arn, tags: { 'onramp:product': 'cur' } }, { product: tagged })).toBe('allowed');
  expect(reads({ arn, tags: { 'onramp:product': 'hr' } }, { product: tagged })).toBe('denied');
  expect(reads({ arn }, { product: tagged })).toBe('denied');
  const written = { ...cur, jobRoles: [{ match: role('/etl/nightly'), proof: 'listed' as const }] };
  expect(reads({ arn: role('/etl/nightly') }, { product: written })).toBe('allowed');
  const elsewhere = { ...written, audience: [...cur.audience, '555555555555'] };
  expect(reads({ arn: role('/etl/nightly', '555555555555'), account: '555555555555' }, { product: elsewhere })).toBe(
    'denied',
  );
});

test('a disproved role is denied to the letter: wildcards in its path mean nobody else', () => {
  const odd = role('/data-jobs/*/data-lake-x');
  expect(reads({ arn: odd }, { disproved: [odd] })).toBe('denied');
  expect(reads({ arn: role('/data-jobs/team/data-lake-x') }, { disproved: [odd] })).toBe('allowed');
});

test('key statements let in the same roles, through S3 only', () => {
  const Statement = keyStatements(policy, [
    { ...cur, storage: { ...cur.storage, key: 'arn:aws:kms:ap-northeast-1:111111111111:key/k' } },
  ]);
  const decrypt = (arn: string, via: string) =>
    evaluateResource(JSON.stringify({ Version: '2012-10-17', Statement }), {
      principal: { type: 'role', arn, account: CONSUMER, tags: {}, organization: policy.organization.id },
      action: 'kms:Decrypt',
      resource: 'arn:aws:kms:ap-northeast-1:111111111111:key/k',
      context: { 'kms:ViaService': via },
    }).verdict;
  expect(decrypt(role('/data-jobs/data-lake-x'), 's3.ap-northeast-1.amazonaws.com')).toBe('allowed');
  expect(decrypt(role('/data-jobs/data-lake-x'), 'ec2.ap-northeast-1.amazonaws.com')).toBe('denied');
  expect(decrypt(role('/x:role/data-jobs/data-lake-x'), 's3.ap-northeast-1.amazonaws.com')).toBe('denied');
});
