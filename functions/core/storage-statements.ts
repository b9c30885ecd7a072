/**
 * The statements that admit proven readers to a bucket and a key, in the words of IAM. In a bucket's policy, products
 * that differ only in where their bytes lie share them: such a statement is named for whom it admits, and each product
 * has its part in it.
 */

import { productTag } from '#contracts/names.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { joined } from './iam/parts.ts';
import { pathPatterns } from './role-patterns.ts';
import { isExternal, receivers } from './selectors.ts';
import { sidFor } from './sids.ts';

type Condition = NonNullable<Statement['Condition']>;

interface ReaderCondition {
  readonly what: string;
  readonly condition: Condition;
}

/** Readers of the organization, and those of accounts that are known to be outside: these by their account alone. */
function readerConditions(policy: Policy, product: Product): readonly ReaderCondition[] {
  const accounts = receivers(product);
  const outside = accounts.filter((account) => isExternal(policy, account));
  const inside = accounts.filter((account) => !outside.includes(account));
  const organization = { 'aws:PrincipalOrgID': policy.organization.id };
  const members =
    product.storage.widen === 'organization'
      ? [{ what: 'Org', condition: { StringEquals: organization } }]
      : provenIn(policy, product, { ...organization, 'aws:PrincipalAccount': inside });
  const others = provenIn(policy, product, { 'aws:PrincipalAccount': outside });
  return [
    ...(inside.length === 0 ? [] : members),
    ...(outside.length === 0 ? [] : others.map(({ what, condition }) => ({ what: `${what}External`, condition }))),
  ];
}

/** One condition per kind of proof: pattern within the protected paths, pattern plus tag, or listed roles. */
function provenIn(
  policy: Policy,
  product: Product,
  where: Readonly<Record<string, string | readonly string[]>>,
): readonly ReaderCondition[] {
  const arn = (match: string) => `arn:${policy.partition}:iam::${'?'.repeat(12)}:${match}`;
  const byName = (['tag', 'listed'] as const).flatMap((proof) => {
    const wanted = product.jobRoles.filter((r) => r.proof === proof);
    // A listed role is written out with its account; patterns hold in every account of the audience.
    const patterns = wanted.map((r) => (proof === 'listed' ? r.match : arn(r.match))).sort();
    if (patterns.length === 0) return [];
    const tag = proof === 'tag' ? { [`aws:PrincipalTag/${productTag(policy.namespace)}`]: product.name } : {};
    const who = { StringEquals: { ...where, ...tag }, ArnLike: { 'aws:PrincipalArn': patterns } };
    return [{ what: proof as string, condition: who as Condition }];
  });
  const byPath = pathPatterns(policy, product);
  if (byPath === null) return byName;
  // Operators are AND-ed, values of one key OR-ed: the pattern and the protected path need an operator each.
  const condition = {
    StringEquals: where,
    ArnLike: { 'aws:PrincipalArn': byPath.match },
    ArnEquals: { 'aws:PrincipalArn': byPath.under },
  };
  return [{ what: 'path', condition }, ...byName];
}

/** Keys of one operator are AND-ed: adds a StringLike key beside those already there. */
function alsoLike(condition: Condition, key: string, values: readonly string[]): Condition {
  return { ...condition, StringLike: { ...condition['StringLike'], [key]: values } };
}

/** The words in which a product's bytes are named: as objects, and as a prefix that is listed. */
export function placesOf({ partition }: Pick<Policy, 'partition'>, { storage }: Product): readonly [string, string] {
  return [`arn:${partition}:s3:::${storage.bucket}/${storage.prefix}*`, `${storage.prefix}*`];
}

/** Our statements for products of one bucket. */
export function bucketStatements(
  policy: Policy,
  products: readonly Product[],
  disproved: readonly string[],
): readonly Statement[] {
  const all = products.flatMap((product) => {
    const [objects, listed] = placesOf(policy, product);
    const sid = (what: string, whom: Condition) => sidFor(policy.namespace, what, JSON.stringify(whom));
    const allow = { Effect: 'Allow', Principal: '*' } as const;
    const allows = readerConditions(policy, product).flatMap(({ what, condition }): readonly Statement[] => [
      {
        ...allow,
        Sid: sid(`Get${what}`, condition),
        Action: ['s3:GetObject'],
        Resource: [objects],
        Condition: condition,
      },
      {
        ...allow,
        Sid: sid(`List${what}`, condition),
        Action: ['s3:ListBucket'],
        Resource: [`arn:${policy.partition}:s3:::${product.storage.bucket}`],
        Condition: alsoLike(condition, 's3:prefix', [listed]),
      },
    ]);
    return disproved.length === 0 ? allows : [...allows, denial(policy, objects, disproved)];
  });
  return joined(all);
}

/** How a policy writes a dollar sign that begins no variable. */
const DOLLAR = `$\{$}`;

/** Their bytes only: other users of the bucket are not ours to deny. */
function denial({ namespace }: Policy, objects: string, disproved: readonly string[]): Statement {
  // To the letter: paths may hold * and ?, which an ARN operator would take for wildcards, and $, which begins a variable.
  const names = disproved.map((arn) => arn.replaceAll('$', DOLLAR)).sort();
  const Condition = { StringEquals: { 'aws:PrincipalArn': names } };
  const Sid = sidFor(namespace, 'Deny', JSON.stringify(names));
  return { Sid, Effect: 'Deny', Principal: '*', Action: ['s3:GetObject'], Resource: [objects], Condition };
}

/**
 * Our statements for one key, each of one product: a key policy's resource is always the key itself, so that nothing but
 * its name would say whose part a statement is.
 */
export function keyStatements(policy: Policy, products: readonly Product[]): readonly Statement[] {
  return products.flatMap((product) =>
    readerConditions(policy, product).map(({ what, condition }) => ({
      Sid: sidFor(policy.namespace, `Decrypt${what}`, product.name),
      Effect: 'Allow' as const,
      Principal: { AWS: '*' },
      Action: ['kms:Decrypt', 'kms:DescribeKey'],
      Resource: ['*'],
      Condition: alsoLike(condition, 'kms:ViaService', ['s3.*.amazonaws.com', 's3.*.amazonaws.com.cn']),
    })),
  );
}
