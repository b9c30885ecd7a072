/** The statements that admit proven readers to a bucket and a key, in the words of IAM. */

import { productTag } from '#contracts/names.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import type { Principal } from '#core/iam/evaluate.ts';
import { isExternal, receivers } from '#core/selectors.ts';
import { sidFor } from '#core/sids.ts';

type Condition = NonNullable<Statement['Condition']>;

/**
 * Twelve characters and no more: to a `*` here, a role under the path `/x:role/data-jobs/` would lie under `/data-jobs/`,
 * should the comparison reach across colons. Which accounts, aws:PrincipalAccount says.
 */
const ANY_ACCOUNT = '?'.repeat(12);

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
  const arn = (match: string) => `arn:${policy.partition}:iam::${ANY_ACCOUNT}:${match}`;
  return (['path', 'tag', 'listed'] as const).flatMap((proof) => {
    const wanted = product.jobRoles.filter((r) => r.proof === proof);
    // A listed role is written out with its account; patterns hold in every account of the audience.
    const patterns = wanted.map((r) => (proof === 'listed' ? r.match : arn(r.match))).sort();
    if (patterns.length === 0) return [];
    const tag = proof === 'tag' ? { [`aws:PrincipalTag/${productTag(policy.namespace)}`]: product.name } : {};
    // Operators are AND-ed, values of one key OR-ed: the pattern and the protected path need an operator each.
    const within =
      proof === 'path'
        ? { ArnEquals: { 'aws:PrincipalArn': policy.protectedPaths.map((path) => arn(`role${path}*`)) } }
        : {};
    const who = {
      StringEquals: { ...where, ...tag },
      ArnLike: { 'aws:PrincipalArn': patterns },
    };
    return [{ what: proof, condition: { ...who, ...within } }];
  });
}

/** Keys of one operator are AND-ed: adds a StringLike key beside those already there. */
function alsoLike(condition: Condition, key: string, values: readonly string[]): Condition {
  return { ...condition, StringLike: { ...condition['StringLike'], [key]: values } };
}

/** Our statements for one bucket. */
export function bucketStatements(
  policy: Policy,
  products: readonly Product[],
  disproved: readonly string[],
): readonly Statement[] {
  return products.flatMap((product) => {
    const bucket = `arn:${policy.partition}:s3:::${product.storage.bucket}`;
    const objects = `${bucket}/${product.storage.prefix}*`;
    const sid = (what: string) => sidFor(policy.namespace, what, product.name);
    const allows = readerConditions(policy, product).flatMap(({ what, condition }): readonly Statement[] => [
      {
        Sid: sid(`Get${what}`),
        Effect: 'Allow',
        Principal: '*',
        Action: ['s3:GetObject'],
        Resource: [objects],
        Condition: condition,
      },
      {
        Sid: sid(`List${what}`),
        Effect: 'Allow',
        Principal: '*',
        Action: ['s3:ListBucket'],
        Resource: [bucket],
        Condition: alsoLike(condition, 's3:prefix', [`${product.storage.prefix}*`]),
      },
    ]);
    return disproved.length === 0 ? allows : [...allows, denial(sid('Deny'), objects, disproved)];
  });
}

/** How a policy writes a dollar sign that begins no variable. */
const DOLLAR = `$\{$}`;

/** Their bytes only: other users of the bucket are not ours to deny. */
function denial(Sid: string, objects: string, disproved: readonly string[]): Statement {
  // To the letter: paths may hold * and ?, which an ARN operator would take for wildcards, and $, which begins a variable.
  const names = disproved.map((arn) => arn.replaceAll('$', DOLLAR)).sort();
  const Condition = { StringEquals: { 'aws:PrincipalArn': names } };
  return { Sid, Effect: 'Deny', Principal: '*', Action: ['s3:GetObject'], Resource: [objects], Condition };
}

/** Our statements for one key. A key policy's resource is always the key itself. */
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

/** A role that a product would admit: what documents of others are asked about. */
export function sampleReader(
  policy: Policy,
  product: Product,
  account = receivers(product)[0] ?? product.account,
): Principal {
  const first = product.jobRoles[0];
  const match = first?.match ?? 'role/any';
  const arn = match.startsWith('arn:')
    ? match
    : `arn:${policy.partition}:iam::${account}:${filled(policy, match, first?.proof)}`;
  const tags = first?.proof === 'tag' ? { [productTag(policy.namespace)]: product.name } : null;
  const organization = isExternal(policy, account) ? null : policy.organization.id;
  return { type: 'role', arn, account, tags, organization };
}

/** The pattern's first wildcard stands for the protected path, where the path is the proof. */
function filled(policy: Policy, match: string, proof: string | undefined): string {
  const path = policy.protectedPaths[0]?.slice(1) ?? '';
  const under = proof === 'path' && match.startsWith('role/*') ? match.replace('*', `${path}any`) : match;
  return under.replaceAll('*', 'any').replaceAll('?', 'a');
}
