/**
 * Hop 10: bucket and key policy admit the proven readers, only where Lake Formation doesn't vend credentials. Where it
 * does, statements of ours that admitted them before go: they would lead round it.
 */

import type { Policy, Product } from '../../contracts/policy.ts';
import { type Action, type Decision, type Finding, merge, NOTHING, type Statement } from '../actions.ts';
import type { StorageFacts } from '../facts.ts';
import { finding, pasteable, unreadable } from '../findings.ts';
import { effectOf, statementsIn, takingOf } from '../iam/allowed.ts';
import { evaluateResource } from '../iam/evaluate.ts';
import { BUCKET_POLICY_LIMIT, KEY_POLICY_LIMIT, mergeStatements } from '../iam/merge.ts';
import type { Observed } from '../lake.ts';
import { ownsSid, ownsSidAbout } from '../sids.ts';
import { bucketStatements, keyStatements, sampleReader } from '../storage-statements.ts';
import { receivers } from '../wanted.ts';

export interface StorageQuestion {
  readonly policy: Policy;
  /** Products of one scope on one bucket with one key: parts of one document are written together. */
  readonly products: readonly Product[];
  /** Role ARNs whose trust disproves them, from the consumers' walks. */
  readonly disproved: readonly string[];
  readonly facts: Observed<StorageFacts>;
}

export function decideStorage(question: StorageQuestion): Decision {
  const { facts } = question;
  const products = question.products.filter((p) => receivers(p).length > 0);
  const first = products[0];
  if (first === undefined) return NOTHING;
  const where = {
    hop: 'storage' as const,
    account: first.storage.account,
    region: first.region,
    product: products.length === 1 ? first.name : null,
    resource: `bucket ${first.storage.bucket}`,
  };
  if (!facts.known) return { actions: [], findings: [unreadable(where, facts.why)], left: [] };
  const asked = { ...question, products, first };
  return merge(
    bucketDecision(asked, where, facts.value),
    keyDecision(asked, where, facts.value),
    ...products
      .filter(readsByIam)
      .map((product) => told(question.policy, { ...where, product: product.name }, product, facts.value)),
  );
}

/** With `hybrid`, too, until a principal has opted in. */
function readsByIam({ storage }: Product): boolean {
  return storage.access !== 'lake-formation';
}

type Where = Pick<Finding, 'hop' | 'account' | 'region' | 'resource'> & { product: string | null };
type Asked = StorageQuestion & { readonly first: Product };

function namesOf(products: readonly Product[]): readonly string[] {
  return products.map((p) => p.name).sort();
}

function bucketDecision({ policy, products, first, disproved }: Asked, where: Where, facts: StorageFacts): Decision {
  const statements = bucketStatements(policy, products.filter(readsByIam), disproved);
  const ours = (sid: string) => ownsSidAbout(policy.namespace, namesOf(products), sid) || isStray(policy, sid);
  const merged = mergeStatements(facts.bucketPolicy.text, statements, ours);
  if (!merged.changed) return NOTHING;
  if (merged.size > BUCKET_POLICY_LIMIT) return only(tooLarge(where, merged.size, BUCKET_POLICY_LIMIT));
  if (first.storage.bucketPolicy === 'emit') return emitted(where, 'bucket', statements);
  const { bucket } = first.storage;
  const change = changeOf(policy, facts.bucketPolicy.text, statements, ours);
  return does({ ...base(where, products), ...change, kind: 'merge-bucket-policy', bucket, statements });
}

function keyDecision({ policy, products, first }: Asked, where: Where, facts: StorageFacts): Decision {
  const { key, bucketPolicy } = first.storage;
  if (key === null || facts.keyPolicy === null) return NOTHING;
  const on = { ...where, resource: `key ${key}` };
  const statements = keyStatements(policy, products.filter(readsByIam));
  const ours = (sid: string) => ownsSidAbout(policy.namespace, namesOf(products), sid) || isStray(policy, sid);
  const merged = mergeStatements(facts.keyPolicy.text, statements, ours);
  if (!merged.changed) return NOTHING;
  if (merged.size > KEY_POLICY_LIMIT) return only(tooLarge(on, merged.size, KEY_POLICY_LIMIT));
  if (bucketPolicy === 'emit') return emitted(on, 'key', statements);
  const change = changeOf(policy, facts.keyPolicy.text, statements, ours);
  return does({ ...base(where, products), ...change, kind: 'merge-key-policy', key, statements });
}

function base(where: Where, products: readonly Product[]) {
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
function changeOf(
  policy: Policy,
  text: string | null,
  statements: readonly Statement[],
  ours: (sid: string) => boolean,
) {
  const present = statementsIn(text, ours);
  const takes = takingOf(present, statements);
  const strays = present.map(({ Sid }) => Sid).filter((sid) => isStray(policy, sid));
  return {
    effect: effectOf(present, statements),
    ...(takes === null ? {} : { takes }),
    ...(strays.length === 0 ? {} : { strays }),
  };
}

function does(action: Action): Decision {
  return { actions: [action], findings: [], left: [] };
}

function only(found: Finding): Decision {
  return { actions: [], findings: [found], left: [] };
}

/** What no statement of ours can mend. */
function told(policy: Policy, where: Where & { product: string }, product: Product, facts: StorageFacts): Decision {
  return {
    actions: [],
    findings: [...encryption(where, product, facts), ...denied(policy, where, product, facts)],
    left: [],
  };
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

/** What its owner added stays the owner's to take out: nothing asks for it any longer, and nothing is in the way. */
function emitted(where: Where, what: 'bucket' | 'key', statements: readonly Statement[]): Decision {
  return statements.length === 0 ? NOTHING : only(toAdd(where, what, statements));
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
function denied(policy: Policy, where: Where, product: Product, facts: StorageFacts): readonly Finding[] {
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
