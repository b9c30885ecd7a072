/** What our statements take of a bucket's or key's policy: more than AWS allows is told before anything is deployed. */

import type { Policy, PolicyDocument, Product } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { readsByIam } from '../bucket-policy.ts';
import { BUCKET_POLICY_LIMIT, KEY_POLICY_LIMIT, mergeStatements } from '../iam/merge.ts';
import { resolvePolicy } from '../policy.ts';
import { bucketStatements, keyStatements } from '../storage-statements.ts';
import { invalid, type PolicyIssue } from './issue.ts';

/** Of a document that nothing else is wrong with. What owners have in their documents is not known, and comes on top. */
export function checkDocumentSizes(document: PolicyDocument): PolicyIssue[] {
  const policy = resolvePolicy(document, '');
  const byName = new Map(policy.products.map((product) => [product.name, product]));
  const products = Object.keys(document.products)
    .flatMap((name) => byName.get(name) ?? [])
    .filter(readsByIam);
  const buckets = Map.groupBy(products, ({ storage }) => storage.bucket);
  const keys = Map.groupBy(
    products.filter(({ storage }) => storage.key !== null),
    ({ storage }) => storage.key,
  );
  return [
    ...[...buckets.values()].flatMap((group) => checkSize(policy, group, BUCKET)),
    ...[...keys.values()].flatMap((group) => checkSize(policy, group, KEY)),
  ];
}

/** A kind of document, and what of it the policy decides. */
interface Kind {
  readonly what: string;
  readonly limit: number;
  readonly option: 'location' | 'key';
  readonly instead: string;
  statements(policy: Policy, products: readonly Product[]): readonly Statement[];
  /** How many statements differ in more than where bytes lie, and the word for them. */
  counted(policy: Policy, products: readonly Product[]): string;
}

const BUCKET: Kind = {
  what: "the bucket's policy",
  limit: BUCKET_POLICY_LIMIT,
  option: 'location',
  instead:
    'give its products the same audience and job roles, or write storage.access: lake-formation, storage.widen: organization, or another bucket',
  statements: (policy, products) => bucketStatements(policy, products, []),
  counted: (policy, products) => {
    const reads = bucketStatements(policy, products, []).filter(({ Action }) => Action.includes('s3:GetObject'));
    return `${reads.length} different audiences with their job roles`;
  },
};

const KEY: Kind = {
  what: "the key's policy",
  limit: KEY_POLICY_LIMIT,
  option: 'key',
  instead: 'name fewer accounts or job roles, or write storage.widen: organization, or a key for each few products',
  statements: keyStatements,
  counted: (_policy, products) => `${products.length} products`,
};

/** Told of the first product, in the order of the file, that has no room left. */
function checkSize(policy: Policy, products: readonly Product[], kind: Kind): PolicyIssue[] {
  const size = (count: number) =>
    mergeStatements(null, kind.statements(policy, products.slice(0, count)), () => true).size;
  const whole = size(products.length);
  if (whole <= kind.limit) return [];
  const fitting = largest(products.length, (count) => size(count) <= kind.limit);
  const first = products[fitting];
  if (first === undefined) return [];
  const found = kind.option === 'key' ? first.storage.key : `s3://${first.storage.bucket}/${first.storage.prefix}`;
  const message = `${kind.what} would be ${whole} bytes, for ${kind.counted(policy, products)}, and AWS takes ${kind.limit}: ${fitting} of ${products.length} products fit`;
  return [invalid(['products', first.name, 'storage', kind.option], found, message, kind.instead)];
}

/** The largest count from 0 to `most` that holds, where every smaller one holds too. */
function largest(most: number, holds: (count: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
