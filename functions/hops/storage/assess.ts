/**
 * Bucket and key policy admit the proven readers, only where Lake Formation doesn't vend credentials. Where it
 * does, statements of ours that admitted them before go: they would lead round it.
 */

import type { MergeBucketPolicy } from '#changes/bucket-policy/change.ts';
import type { MergeKeyPolicy } from '#changes/key-policy/change.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { type Assessment, assessed, due, found, merge, NOTHING } from '#core/assessment.ts';
import { mergedBucketPolicy, readsByIam } from '#core/bucket-policy.ts';
import type { StorageFacts } from '#core/facts.ts';
import { finding, pasteable, unreadable, type Where } from '#core/findings.ts';
import { effectOf, statementsIn, takingOf } from '#core/iam/allowed.ts';
import { evaluateResource } from '#core/iam/evaluate.ts';
import { BUCKET_POLICY_LIMIT, KEY_POLICY_LIMIT, mergeStatements } from '#core/iam/merge.ts';
import type { Observed } from '#core/observed.ts';
import { ownsSid, ownsSidAbout } from '#core/sids.ts';
import { bucketStatements, keyStatements } from '#core/storage-statements.ts';
import { sampleReader } from './sample-reader.ts';

export interface StorageQuestion {
  readonly policy: Policy;
  /** Products of one scope on one bucket with one key: parts of one document are written together. */
  readonly products: readonly Product[];
  /** Role ARNs whose trust disproves them, from the consumers' runs. */
  readonly disproved: readonly string[];
  readonly facts: Observed<StorageFacts>;
}

export function assessStorage(question: StorageQuestion): Assessment {
  const { facts, products } = question;
  const first = products[0];
  if (first === undefined) return NOTHING;
  const where = {
    hop: 'storage' as const,
    account: first.storage.account,
    region: first.region,
    product: products.length === 1 ? first.name : null,
    resource: `bucket ${first.storage.bucket}`,
  };
  if (!facts.known) return assessed({ findings: [unreadable(where, facts.why)] });
  const asked = { ...question, products, first };
  return merge(
    assessBucket(asked, where, facts.value),
    assessKey(asked, where, facts.value),
    ...products
      .filter(readsByIam)
      .map((product) => lasting(question.policy, { ...where, product: product.name }, product, facts.value)),
  );
}

type WhereOfProduct = Where & { product: string | null };
type Asked = StorageQuestion & { readonly first: Product };

function namesOf(products: readonly Product[]): readonly string[] {
  return products.map((p) => p.name).sort();
}

function assessBucket(
  { policy, products, first, disproved }: Asked,
  where: WhereOfProduct,
  facts: StorageFacts,
): Assessment {
  const { bucket } = first.storage;
  const statements = bucketStatements(policy, products.filter(readsByIam), disproved);
  const part = { bucket, products: namesOf(products), statements };
  const merged = mergedBucketPolicy(policy, part, facts.bucketPolicy.text);
  if (!merged.changed) return NOTHING;
  if (merged.size > BUCKET_POLICY_LIMIT) return found(tooLarge(where, merged.size, BUCKET_POLICY_LIMIT));
  if (first.storage.bucketPolicy === 'emit') {
    // Whole, as they are to stand there: others' products may have a part in them.
    const sids = new Set(statements.map(({ Sid }) => Sid));
    return emitted(
      where,
      'bucket',
      merged.ours.filter(({ Sid }) => sids.has(Sid)),
    );
  }
  const change = changeOf(merged.replaced, statements, merged.strays);
  const merge: MergeBucketPolicy = { ...base(where, products), ...change, kind: 'merge-bucket-policy', ...part };
  return due(merge);
}

function assessKey({ policy, products, first }: Asked, where: WhereOfProduct, facts: StorageFacts): Assessment {
  const { key, bucketPolicy } = first.storage;
  if (key === null || facts.keyPolicy === null) return NOTHING;
  const on = { ...where, resource: `key ${key}` };
  const statements = keyStatements(policy, products.filter(readsByIam));
  const ours = (sid: string) => ownsSidAbout(policy.namespace, namesOf(products), sid) || isStray(policy, sid);
  const merged = mergeStatements(facts.keyPolicy.text, statements, ours);
  if (!merged.changed) return NOTHING;
  if (merged.size > KEY_POLICY_LIMIT) return found(tooLarge(on, merged.size, KEY_POLICY_LIMIT));
  if (bucketPolicy === 'emit') return emitted(on, 'key', statements);
  const present = statementsIn(facts.keyPolicy.text, ours);
  const strays = present.map(({ Sid }) => Sid).filter((sid) => isStray(policy, sid));
  const change = changeOf(present, statements, strays);
  const merge: MergeKeyPolicy = { ...base(where, products), ...change, kind: 'merge-key-policy', key, statements };
  return due(merge);
}

function base(where: WhereOfProduct, products: readonly Product[]) {
  return {
    hop: 'storage' as const,
    account: where.account,
    region: where.region,
    products: namesOf(products),
  };
}

/** Of this hub, about a product that was renamed or taken out: nobody else would ever remove it. */
function isStray(policy: Policy, sid: string): boolean {
  const names = policy.products.map(({ name }) => name);
  return ownsSid(policy.namespace, sid) && !ownsSidAbout(policy.namespace, names, sid);
}

/** What the rewrite really does, judged against what is there: shrinking a condition is a withdrawal like any other. */
function changeOf(present: readonly Statement[], statements: readonly Statement[], strays: readonly string[]) {
  const takes = takingOf(present, statements);
  return {
    effect: effectOf(present, statements),
    ...(takes === null ? {} : { takes }),
    ...(strays.length === 0 ? {} : { strays }),
  };
}

/** What no statement of ours can mend. */
function lasting(
  policy: Policy,
  where: Where & { product: string },
  product: Product,
  facts: StorageFacts,
): Assessment {
  return assessed({ findings: [...encryption(where, product, facts), ...denied(policy, where, product, facts)] });
}

function tooLarge(where: WhereOfProduct, size: number, limit: number): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'document-too-large',
    message: `the policy of ${where.resource} would be ${size} bytes; AWS allows ${limit}`,
    remedy:
      'Take out statements of your own, name fewer patterns, or write storage.widen: organization (which lets any role of the organization with S3 rights read).',
  });
}

/** What its owner added stays the owner's to take out: nothing asks for it any longer, and nothing is in the way. */
function emitted(where: WhereOfProduct, what: 'bucket' | 'key', statements: readonly Statement[]): Assessment {
  return statements.length === 0 ? NOTHING : found(toAdd(where, what, statements));
}

function toAdd(where: WhereOfProduct, what: 'bucket' | 'key', statements: readonly Statement[]): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: `${what}-policy-to-add`,
    message: `the ${what} policy lacks our statements, and the policy says bucketPolicy: emit`,
    remedy: `Its owner adds: ${pasteable(statements)}`,
  });
}

/** Encryption with a key the policy does not name: all grants right, and every read still refused. */
function encryption(where: WhereOfProduct, product: Product, facts: StorageFacts): readonly Finding[] {
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
function denied(policy: Policy, where: WhereOfProduct, product: Product, facts: StorageFacts): readonly Finding[] {
  if (facts.bucketPolicy.text === null) return [];
  const judged = evaluateResource(facts.bucketPolicy.text, {
    principal: sampleReader(policy, product),
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
