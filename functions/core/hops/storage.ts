/** Hop 10: bucket and key policy admit the proven readers, only where Lake Formation doesn't vend credentials. */

import { productTag } from '../../contracts/names.ts';
import type { Policy, Product } from '../../contracts/policy.ts';
import type { Action, Decision, Finding, Statement } from '../actions.ts';
import type { StorageFacts } from '../facts.ts';
import { finding, pasteable, unreadable } from '../findings.ts';
import { evaluateResource } from '../iam/evaluate.ts';
import { BUCKET_POLICY_LIMIT, KEY_POLICY_LIMIT, mergeStatements } from '../iam/merge.ts';
import type { Observed } from '../lake.ts';
import { ownsSid, sidFor } from '../sids.ts';
import { receivers } from '../wanted.ts';

export interface StorageQuestion {
  readonly policy: Policy;
  /** The product at hand. */
  readonly product: Product;
  /** All enforced products on the same bucket and key: parts of one document are written together. */
  readonly together: readonly Product[];
  /** Role ARNs whose trust disproves them, from the consumers' walks. */
  readonly disproved: readonly string[];
  readonly facts: Observed<StorageFacts>;
}

type Condition = NonNullable<Statement['Condition']>;

/** One condition per kind of proof: pattern within the protected paths, pattern plus tag, or listed roles. */
function readerConditions(
  policy: Policy,
  product: Product,
): readonly { readonly what: string; readonly condition: Condition }[] {
  const accounts = receivers(product);
  const organization = { 'aws:PrincipalOrgID': policy.organization.id };
  if (product.storage.widen === 'organization') return [{ what: 'Org', condition: { StringEquals: organization } }];
  const arn = (match: string) => `arn:${policy.partition}:iam::*:${match}`;
  return (['path', 'tag', 'listed'] as const).flatMap((proof) => {
    const patterns = product.jobRoles
      .filter((r) => r.proof === proof)
      .map((r) => arn(r.match))
      .sort();
    if (patterns.length === 0) return [];
    const tag = proof === 'tag' ? { [`aws:PrincipalTag/${productTag(policy.namespace)}`]: product.name } : {};
    // Operators are AND-ed, values of one key OR-ed: the pattern and the protected path need an operator each.
    const within =
      proof === 'path'
        ? { StringLike: { 'aws:PrincipalArn': policy.protectedPaths.map((path) => arn(`role${path}*`)) } }
        : {};
    const who = {
      StringEquals: { ...organization, 'aws:PrincipalAccount': [...accounts], ...tag },
      ArnLike: { 'aws:PrincipalArn': patterns },
    };
    return [{ what: proof, condition: { ...who, ...within } }];
  });
}

/** Keys of one operator are AND-ed: adds a StringLike key beside those already there. */
function alsoLike(condition: Condition, key: string, values: readonly string[]): Condition {
  return { ...condition, StringLike: { ...condition['StringLike'], [key]: values } };
}

/** Our statements for one bucket, for every product on it. */
export function bucketStatements(
  policy: Policy,
  products: readonly Product[],
  disproved: readonly string[],
): readonly Statement[] {
  const statements = products.flatMap((product) => {
    const bucket = `arn:${policy.partition}:s3:::${product.storage.bucket}`;
    const objects = `${bucket}/${product.storage.prefix}*`;
    const sid = (what: string) => sidFor(policy.namespace, what, product.name);
    return readerConditions(policy, product).flatMap(({ what, condition }): readonly Statement[] => [
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
  });
  return [...statements, ...denials(policy, products, disproved)];
}

function denials(policy: Policy, products: readonly Product[], disproved: readonly string[]): readonly Statement[] {
  const bucket = products[0]?.storage.bucket;
  if (bucket === undefined || disproved.length === 0) return [];
  const arn = `arn:${policy.partition}:s3:::${bucket}`;
  const resources = [arn, ...new Set(products.map((p) => `${arn}/${p.storage.prefix}*`))].sort();
  return [
    {
      Sid: sidFor(policy.namespace, 'DenyDisproved', bucket),
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: resources,
      Condition: { ArnEquals: { 'aws:PrincipalArn': [...disproved].sort() } },
    },
  ];
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

export function decideStorage(question: StorageQuestion): Decision {
  const { product, facts } = question;
  const { account } = product.storage;
  const where = {
    hop: 'storage' as const,
    account,
    region: product.region,
    product: product.name,
    resource: `bucket ${product.storage.bucket}`,
  };
  if (product.storage.access !== 'iam' || receivers(product).length === 0)
    return { actions: [], findings: [], left: [] };
  if (!facts.known) return { actions: [], findings: [unreadable(where, facts.why)], left: [] };
  const bucket = bucketDecision(question, where, facts.value);
  const key = keyDecision(question, where, facts.value);
  return {
    actions: [...bucket.actions, ...key.actions],
    findings: [
      ...bucket.findings,
      ...key.findings,
      ...encryption(where, product, facts.value),
      ...denied(question, where, facts.value),
    ],
    left: [],
  };
}

type Where = Pick<Finding, 'hop' | 'account' | 'region' | 'resource'> & { product: string };

function bucketDecision(
  question: StorageQuestion,
  where: Where,
  facts: StorageFacts,
): Pick<Decision, 'actions' | 'findings'> {
  const { policy, product, together, disproved } = question;
  const statements = bucketStatements(policy, together, disproved);
  const merged = mergeStatements(facts.bucketPolicy.text, statements, (sid) => ownsSid(policy.namespace, sid));
  if (!merged.changed) return { actions: [], findings: [] };
  if (merged.size > BUCKET_POLICY_LIMIT)
    return { actions: [], findings: [tooLarge(where, merged.size, BUCKET_POLICY_LIMIT)] };
  if (product.storage.bucketPolicy === 'emit') return { actions: [], findings: [toAdd(where, 'bucket', statements)] };
  const action: Action = {
    kind: 'merge-bucket-policy',
    hop: 'storage',
    account: where.account,
    region: where.region,
    effect: 'widens',
    products: together.map((p) => p.name).sort(),
    bucket: product.storage.bucket,
    statements,
    owned: policy.namespace,
  };
  return { actions: [action], findings: [] };
}

function keyDecision(
  question: StorageQuestion,
  where: Where,
  facts: StorageFacts,
): Pick<Decision, 'actions' | 'findings'> {
  const { policy, product, together } = question;
  const { key, bucketPolicy } = product.storage;
  if (key === null || facts.keyPolicy === null) return { actions: [], findings: [] };
  const on = { ...where, resource: `key ${key}` };
  const statements = keyStatements(
    policy,
    together.filter((p) => p.storage.key === key),
  );
  const merged = mergeStatements(facts.keyPolicy.text, statements, (sid) => ownsSid(policy.namespace, sid));
  if (!merged.changed) return { actions: [], findings: [] };
  if (merged.size > KEY_POLICY_LIMIT) return { actions: [], findings: [tooLarge(on, merged.size, KEY_POLICY_LIMIT)] };
  if (bucketPolicy === 'emit') return { actions: [], findings: [toAdd(on, 'key', statements)] };
  const action: Action = {
    kind: 'merge-key-policy',
    hop: 'storage',
    account: where.account,
    region: where.region,
    effect: 'widens',
    products: together.map((p) => p.name).sort(),
    key,
    statements,
    owned: policy.namespace,
  };
  return { actions: [action], findings: [] };
}

function tooLarge(where: Where, size: number, limit: number): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'document-too-large',
    message: `the policy of ${where.resource} would be ${size} bytes; AWS allows ${limit}`,
    remedy:
      'Take out statements of your own, name fewer patterns, or write storage.widen: organization (which lets any role of the organization with S3 rights read).',
  });
}

function toAdd(where: Where, what: 'bucket' | 'key', statements: readonly Statement[]): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: `${what}-policy-to-add`,
    message: `the ${what} policy lacks our statements, and the policy says bucketPolicy: emit`,
    remedy: `Its owner adds: ${pasteable(statements)}`,
  });
}

/** Encryption with a key the policy does not name: all grants right, and every read still refused. */
function encryption(where: Where, product: Product, facts: StorageFacts): readonly Finding[] {
  const { algorithm, key } = facts.encryption;
  if (!algorithm.startsWith('aws:kms') || product.storage.key !== null) return [];
  const managed = key === null || key.endsWith('alias/aws/s3');
  return [
    finding({
      ...where,
      state: 'broken',
      cause: managed ? 'bucket-key-not-shareable' : 'bucket-key-not-named',
      message: managed
        ? 'the bucket is encrypted with the AWS managed key aws/s3, which other accounts can never use'
        : `the bucket is encrypted with ${key}, which the policy does not name`,
      remedy: managed
        ? 'Use SSE-S3 or a customer managed key, and copy the objects over themselves.'
        : `Write products.${product.name}.storage.key: ${key}.`,
    }),
  ];
}

/** A Deny of the owner's that would still refuse our readers. */
function denied(question: StorageQuestion, where: Where, facts: StorageFacts): readonly Finding[] {
  const { policy, product } = question;
  if (facts.bucketPolicy.text === null) return [];
  const account = receivers(product)[0] ?? product.account;
  const name = (product.jobRoles[0]?.match ?? 'role/any').replaceAll('*', 'any').replaceAll('?', 'a');
  const judged = evaluateResource(facts.bucketPolicy.text, {
    principal: {
      type: 'role',
      arn: `arn:${policy.partition}:iam::${account}:${name}`,
      account,
      tags: null,
      organization: policy.organization.id,
    },
    action: 's3:GetObject',
    resource: `arn:${policy.partition}:s3:::${product.storage.bucket}/${product.storage.prefix}any`,
    context: { 'aws:SecureTransport': 'true' },
  });
  if (judged.verdict !== 'denied' || !judged.explicit) return [];
  return [
    finding({
      ...where,
      state: 'broken',
      cause: 'bucket-policy-denies',
      message: `the bucket policy denies the readers explicitly: ${judged.because}`,
      remedy: 'Except the job roles from that Deny statement; we never change statements that are not ours.',
    }),
  ];
}
