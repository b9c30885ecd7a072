/**
 * The statements that admit proven readers to a bucket and a key, in the words of IAM. In a bucket's policy, products
 * that differ only in where their bytes lie share them: such a statement is named for whom it admits, and each product
 * has its part in it.
 */

import { arnParts } from '#contracts/arn.ts';
import type { Policy, Product, Whole } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { asTexts, isMembers } from './iam/document.ts';
import { joined } from './iam/parts.ts';
import { isMeantByPath, pathPatterns } from './role-patterns.ts';
import { isExternal, receivers } from './selectors.ts';
import { ownsSidAbout, sidFor } from './sids.ts';
import { receiversAlone, wholesShared } from './wholes.ts';

type Condition = NonNullable<Statement['Condition']>;

/** A role that documents name: by its ARN, for people, and by its unique id, which one of that name made again has not. */
export interface NamedRole {
  readonly arn: string;
  /** `AROA…` */
  readonly id: string;
}

/** Whom the statements of a document let in and keep out, beyond what patterns of paths say. */
export interface Readers {
  /** By product, the roles that are admitted to it by tag or list, sorted by ARN. */
  readonly named: Readonly<Record<string, readonly NamedRole[]>>;
  /** ARNs of roles whose trust policy disproves them, sorted. */
  readonly disproved: readonly string[];
  /** Products whose pattern for parts of the organization the document has no room for. */
  readonly closed?: readonly string[];
  /** By product, the accounts that its pattern for single accounts has room for; absent: all of its audience. */
  readonly within?: Readonly<Record<string, readonly string[]>>;
}

export const NO_READERS: Readers = { named: {}, disproved: [] };

interface ReaderCondition {
  readonly what: string;
  readonly condition: Condition;
}

/** Readers of the organization, and those of accounts that are known to be outside: these by their account alone. */
function readerConditions(policy: Policy, product: Product, readers: Readers): readonly ReaderCondition[] {
  const accounts = receivers(product);
  const outside = accounts.filter((account) => isExternal(policy, account));
  const inside = accounts.filter((account) => !outside.includes(account));
  const wholes = wholesShared(product);
  const alone = receiversAlone(product).filter((account) => inside.includes(account));
  const organization = { 'aws:PrincipalOrgID': policy.organization.id };
  const members =
    product.storage.widen === 'organization'
      ? [{ what: 'Org', condition: { StringEquals: organization } }]
      : [
          ...ofWholes({ policy, product, readers, where: organization }, wholes),
          ...provenByPath({ policy, product, readers, where: organization }, alone),
          ...provenByName({ product, readers, where: organization }, inside),
        ];
  const others = [
    ...provenByPath({ policy, product, readers, where: {} }, outside),
    ...provenByName({ product, readers, where: {} }, outside),
  ];
  return [
    ...(inside.length === 0 ? [] : members),
    ...(outside.length === 0 ? [] : others.map(({ what, condition }) => ({ what: `${what}External`, condition }))),
  ];
}

interface Proving {
  readonly policy: Policy;
  readonly product: Product;
  readonly readers: Readers;
  /** What is asked of them beside. */
  readonly where: Readonly<Record<string, string>>;
}

/** Of the organization, or of units of it by their paths: which accounts that is, AWS knows at every request. */
function ofWholes(proving: Proving, wholes: readonly Whole[]): readonly ReaderCondition[] {
  const isClosed = proving.readers.closed?.includes(proving.product.name) ?? false;
  const condition = wholes.length === 0 || isClosed ? null : pathCondition(proving, proving.where);
  if (condition === null) return [];
  const paths = wholes.flatMap(({ path }) => path ?? []);
  if (paths.length < wholes.length) return [{ what: 'pathOrg', condition }];
  const within = { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths.map((path) => `${path}*`).sort() } };
  return [{ what: 'pathUnits', condition: { ...condition, ...within } }];
}

/** By their path as a pattern, as far as paths are protected. */
function provenByPath(proving: Proving, wanted: readonly string[]): readonly ReaderCondition[] {
  const within = proving.readers.within?.[proving.product.name];
  const accounts = within === undefined ? wanted : wanted.filter((account) => within.includes(account));
  if (accounts.length === 0) return [];
  const condition = pathCondition(proving, { ...proving.where, 'aws:PrincipalAccount': accounts });
  return condition === null ? [] : [{ what: 'path', condition }];
}

/** Null where no path proves anything. */
function pathCondition(
  { policy, product }: Proving,
  where: Readonly<Record<string, string | readonly string[]>>,
): Condition | null {
  const byPath = pathPatterns(policy, product);
  if (byPath === null) return null;
  // Operators are AND-ed, values of one key OR-ed: the pattern and the protected path need an operator each.
  return {
    StringEquals: where,
    ArnLike: { 'aws:PrincipalArn': byPath.match },
    ArnEquals: { 'aws:PrincipalArn': byPath.under },
  };
}

/**
 * By tag or list the very roles. Never by a tag of the principal: whoever may assume a role chooses the tags of its
 * session, and to IAM they are the role's (law 12).
 */
function provenByName(
  { product, readers, where }: Omit<Proving, 'policy'>,
  accounts: readonly string[],
): readonly ReaderCondition[] {
  const named = (readers.named[product.name] ?? []).filter(({ arn }) =>
    accounts.includes(arnParts(arn)?.account ?? ''),
  );
  return named.length === 0 ? [] : [{ what: 'Named', condition: namedCondition(where, named) }];
}

/** Of a role `aws:userid` is its unique id, a colon, and the session's name. */
function namedCondition(where: Proving['where'], named: readonly NamedRole[]): Condition {
  return {
    StringEquals: { ...where, 'aws:PrincipalArn': named.map(({ arn }) => literally(arn)).sort() },
    StringLike: { 'aws:userid': named.map(sessionsOf).sort() },
  };
}

/** The sessions of a role, as `aws:userid` has them. */
export function sessionsOf({ id }: Pick<NamedRole, 'id'>): string {
  return `${id}:*`;
}

/** Keys of one operator are AND-ed: adds a StringLike key beside those already there. */
function alsoLike(condition: Condition, key: string, values: readonly string[]): Condition {
  return { ...condition, StringLike: { ...condition['StringLike'], [key]: values } };
}

/** The words in which a product's bytes are named: as objects, and as a prefix that is listed. */
export function placesOf({ partition }: Pick<Policy, 'partition'>, { storage }: Product): readonly [string, string] {
  return [`arn:${partition}:s3:::${storage.bucket}/${storage.prefix}*`, `${storage.prefix}*`];
}

/** Whether a statement of ours is about the objects of a product, or of a key, where only its name says that. */
export function isAbout(policy: Policy, product: Product, { Sid, Resource }: Statement): boolean {
  const [objects] = placesOf(policy, product);
  return [Resource].flat().includes(objects) || ownsSidAbout(policy.namespace, [product.name], Sid);
}

/** Our statements that let in the readers of products of one bucket. */
export function bucketStatements(policy: Policy, products: readonly Product[], readers: Readers): readonly Statement[] {
  const all = products.flatMap((product) => {
    const [objects, listed] = placesOf(policy, product);
    const sid = (what: string, whom: Condition) => sidFor(policy.namespace, what, JSON.stringify(whom));
    const allow = { Effect: 'Allow', Principal: '*' } as const;
    return readerConditions(policy, product, readers).flatMap(({ what, condition }): readonly Statement[] => [
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
  });
  return joined(all);
}

/** How a policy writes a dollar sign that begins no variable. */
const DOLLAR = `$\{$}`;

/** To the letter: paths may hold * and ?, which an ARN operator would take for wildcards, and $, which begins a variable. */
function literally(arn: string): string {
  return arn.replaceAll('$', DOLLAR);
}

/**
 * The denial of a bucket: one statement for all its products, by the places of their objects. Null: nobody is denied. What
 * products have there, and its names, only: other users of the bucket are not ours to deny.
 */
export function denialOf(
  { namespace }: Policy,
  places: readonly string[],
  disproved: readonly string[],
): Statement | null {
  const [first] = places;
  if (disproved.length === 0 || first === undefined) return null;
  const bucket = first.slice(0, first.indexOf('/'));
  return {
    Sid: denialSid({ namespace }),
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: [...places, bucket],
    Condition: {
      ...disprovedCondition(disproved),
      // Reading an object has no prefix.
      StringLikeIfExists: { 's3:prefix': places.map((place) => place.slice(bucket.length + 1)) },
    },
  };
}

/** The denial's own: it is always the same. */
export function denialSid({ namespace }: Pick<Policy, 'namespace'>): string {
  return sidFor(namespace, 'Deny', 'disproved');
}

function disprovedCondition(disproved: readonly string[]): Condition {
  return { StringEquals: { 'aws:PrincipalArn': disproved.map(literally).sort() } };
}

/** ARNs of roles that a statement of ours denies. */
export function deniedIn({ Effect, Condition }: Statement): readonly string[] {
  if (Effect !== 'Deny' || !isMembers(Condition)) return [];
  const keys: unknown = Condition['StringEquals'];
  const names = isMembers(keys) ? (asTexts(keys['aws:PrincipalArn']) ?? []) : [];
  return names.map((name) => name.replaceAll(DOLLAR, '$'));
}

/**
 * Our statements for one key, each of one product: a key policy's resource is always the key itself, so that nothing but
 * its name would say whose part a statement is.
 */
export function keyStatements(policy: Policy, products: readonly Product[], readers: Readers): readonly Statement[] {
  const throughS3 = (condition: Condition) =>
    alsoLike(condition, 'kms:ViaService', ['s3.*.amazonaws.com', 's3.*.amazonaws.com.cn']);
  return products.flatMap((product) => {
    const statement = (Effect: Statement['Effect'], what: string, condition: Condition): Statement => ({
      Sid: sidFor(policy.namespace, what, product.name),
      Effect,
      Principal: { AWS: '*' },
      Action: ['kms:Decrypt', 'kms:DescribeKey'],
      Resource: ['*'],
      Condition: throughS3(condition),
    });
    const allows = readerConditions(policy, product, readers).map(({ what, condition }) =>
      statement('Allow', `Decrypt${what}`, condition),
    );
    const disproved = readers.disproved.filter((arn) => isMeantByPath(policy, product, arn));
    return disproved.length === 0 ? allows : [...allows, statement('Deny', 'Deny', disprovedCondition(disproved))];
  });
}
