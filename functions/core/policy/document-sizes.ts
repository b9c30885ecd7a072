/** What our statements take of a bucket's or key's policy: more than AWS allows is told before anything is deployed. */

import type { Policy, PolicyDocument, Product } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { readsByIam } from '../bucket-policy.ts';
import { largest } from '../fitting.ts';
import { BUCKET_POLICY_LIMIT, KEY_POLICY_LIMIT, mergeStatements } from '../iam/merge.ts';
import { resolvePolicy } from '../policy.ts';
import { receivers } from '../selectors.ts';
import { bucketStatements, keyStatements, type NamedRole, NO_READERS, type Readers } from '../storage-statements.ts';
import { invalid, type PolicyIssue } from './issue.ts';

/** Of a document that nothing else is wrong with. What owners have in their documents is not known, and comes on top. */
export function checkDocumentSizes(document: PolicyDocument): PolicyIssue[] {
  const policy = resolvePolicy(document, '');
  const readers = listedReaders(policy);
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
    ...[...buckets.values()].flatMap((group) => checkSize(policy, group, readers, BUCKET)),
    ...[...keys.values()].flatMap((group) => checkSize(policy, group, readers, KEY)),
  ];
}

/** A kind of document, and what of it the policy decides. */
interface Kind {
  readonly what: string;
  readonly limit: number;
  readonly option: 'location' | 'key';
  readonly instead: string;
  statements(policy: Policy, products: readonly Product[], readers: Readers): readonly Statement[];
  /** How many statements differ in more than where bytes lie, and the word for them. */
  counted(policy: Policy, products: readonly Product[]): string;
}

const BUCKET: Kind = {
  what: "the bucket's policy",
  limit: BUCKET_POLICY_LIMIT,
  option: 'location',
  instead:
    'give its products the same audience and job roles, or write proof: path, storage.access: lake-formation, storage.widen: organization, or another bucket',
  statements: bucketStatements,
  counted: (policy, products) => {
    const reads = bucketStatements(policy, products, NO_READERS).filter(({ Action }) =>
      Action.includes('s3:GetObject'),
    );
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
function checkSize(policy: Policy, products: readonly Product[], readers: Readers, kind: Kind): PolicyIssue[] {
  const size = (count: number) => sizeOf(kind.statements(policy, products.slice(0, count), readers));
  const whole = size(products.length);
  if (whole <= kind.limit) return [];
  const fitting = largest(products.length, (count) => size(count) <= kind.limit);
  const first = products[fitting];
  if (first === undefined) return [];
  const found = kind.option === 'key' ? first.storage.key : `s3://${first.storage.bucket}/${first.storage.prefix}`;
  const message = `${kind.what} would be ${whole} bytes, for ${kind.counted(policy, products)}, and AWS takes ${kind.limit}: ${fitting} of ${products.length} products fit`;
  return [invalid(['products', first.name, 'storage', kind.option], found, message, kind.instead)];
}

function sizeOf(statements: readonly Statement[]): number {
  return mergeStatements(null, statements, () => true).size;
}

/** The roles that the policy itself writes out. Their ids are not known before their accounts are entered; all are as long. */
function listedReaders({ products }: Policy): Readers {
  const named = products.map((product) => [product.name, listedRoles(product)] as const);
  return { ...NO_READERS, named: Object.fromEntries(named) };
}

function listedRoles(product: Product): readonly NamedRole[] {
  const listed = product.jobRoles.filter(({ proof }) => proof === 'listed').map(({ match }) => match);
  return listed.map((arn, i) => ({ arn, id: idLike(i) }));
}

function idLike(i: number): string {
  return `AROA${String(i).padStart(17, '0')}`;
}

/** How many roles proved by tag or list the policy of a bucket has room for, all its products together. */
export interface RoleRoom {
  readonly bucket: string;
  readonly roles: number;
}

/** Under the path `/`, with the longest name that IAM takes. */
const LONGEST_NAME = 64;
/** More than any document holds. */
const MOST_ROLES = 1000;

/** By bucket, where job roles are proved by tag or list. What owners have in their documents is not known. */
export function roomForRoles(policy: Policy): readonly RoleRoom[] {
  const read = policy.products.filter(readsByIam);
  const buckets = Map.groupBy(read, ({ storage }) => storage.bucket);
  return [...buckets].flatMap(([bucket, products]) => {
    const [first] = products.filter(({ jobRoles }) => jobRoles.some(({ proof }) => proof !== 'path'));
    const [account] = first === undefined ? [] : receivers(first);
    if (first === undefined || account === undefined) return [];
    const role = (i: number) => ({
      arn: `arn:${policy.partition}:iam::${account}:role/${String(i).padStart(LONGEST_NAME, 'x')}`,
      id: idLike(i),
    });
    const named = (count: number) => ({ [first.name]: Array.from({ length: count }, (_, i) => role(i)) });
    const size = (count: number) => sizeOf(bucketStatements(policy, products, { ...NO_READERS, named: named(count) }));
    return [{ bucket, roles: largest(MOST_ROLES, (count) => size(count) <= BUCKET_POLICY_LIMIT) }];
  });
}
