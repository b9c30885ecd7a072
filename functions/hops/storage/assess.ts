/**
 * Bucket and key policy admit the proven readers, only where Lake Formation doesn't vend credentials. Where it
 * does, statements of ours that admitted them before go: they would lead round it.
 */

import { bucketDue, bucketPolicyEntry, type MergeBucketPolicy } from '#changes/bucket-policy/change.ts';
import { keyDue, keyPolicyEntry, type MergeKeyPolicy } from '#changes/key-policy/change.ts';
import { openedText, type Rewriting, rewriting, sentText } from '#changes/policy-statements.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Entry, EntryIdentity } from '#contracts/ledger.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { type Assessment, assessed, due, found, merge, NOTHING } from '#core/assessment.ts';
import { readsByIam } from '#core/bucket-policy.ts';
import type { StorageFacts } from '#core/facts.ts';
import { finding, pasteable, unreadable, type Where } from '#core/findings.ts';
import { BUCKET_POLICY_LIMIT, KEY_POLICY_LIMIT } from '#core/iam/merge.ts';
import type { Observed } from '#core/observed.ts';
import { entryId } from '#core/ownership.ts';
import { isMeantByPath } from '#core/role-patterns.ts';
import { bucketStatements, keyStatements, type Readers } from '#core/storage-statements.ts';
import { openedBefore, openedFinding, strangersFinding } from '../statements.ts';
import { losesAll, roomFor } from './room.ts';

export interface StorageQuestion {
  readonly policy: Policy;
  /** Products of one scope on one bucket with one key: parts of one document are written together. */
  readonly products: readonly Product[];
  /** Whom documents name and whom they deny, from the consumers' runs. */
  readonly readers: Readers;
  readonly facts: Observed<StorageFacts>;
  /** What the ledger has on the documents. */
  readonly entries: readonly Entry[];
  /** ARN of the execution that asks. */
  readonly execution: string;
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
      .map((product) => assessed({ findings: encryption({ ...where, product: product.name }, product, facts.value) })),
  );
}

type WhereOfProduct = Where & { product: string | null };
type Asked = StorageQuestion & { readonly first: Product };

function namesOf(products: readonly Product[]): readonly string[] {
  return products.map((p) => p.name).sort();
}

function assessBucket(asked: Asked, where: WhereOfProduct, facts: StorageFacts): Assessment {
  const { policy, products, first, readers, entries } = asked;
  const { bucket } = first.storage;
  const { text } = facts.bucketPolicy;
  const open = products.filter(readsByIam);
  const entry = entryOf(entries, bucketPolicyEntry(where, bucket));
  const partOf = (some: Readers) => {
    return { bucket, products: namesOf(products), statements: bucketStatements(policy, open, some), readers: some };
  };
  const mergedOf = (some: Readers) => bucketDue(policy, partOf(some), text, entry);
  const room = roomFor({ policy, products: open, readers, sizeOf: mergedOf, limit: BUCKET_POLICY_LIMIT, where });
  const merged = mergedOf(room.readers);
  const sent = bucketDue(policy, partOf(room.readers), sentText(entry), entry).replaced;
  const about = { replaced: merged.replaced, statements: merged.next, sent };
  const findings = [...room.findings, ...meddled({ ...asked, where, entry }, merged.strangers, about)];
  const told = assessed({ findings });
  if (!merged.changed) return told;
  if (first.storage.bucketPolicy === 'emit') {
    // Whole, as they are to stand there: others' products may have a part in them.
    const sids = new Set(merged.next.map(({ Sid }) => Sid));
    const ours = merged.ours.filter(({ Sid }) => sids.has(Sid));
    return merge(told, emitted(where, 'bucket', ours));
  }
  const change: MergeBucketPolicy = {
    ...base(where, products),
    ...changeOf(about, merged.strays),
    ...emptiedOf(open.filter((product) => losesAll(policy, product, merged))),
    kind: 'merge-bucket-policy',
    ...{ ...partOf(room.readers), statements: merged.next },
  };
  return merge(told, due(change));
}

function emptiedOf(products: readonly Product[]): { readonly emptied?: readonly string[] } {
  return products.length === 0 ? {} : { emptied: namesOf(products) };
}

function assessKey(asked: Asked, where: WhereOfProduct, facts: StorageFacts): Assessment {
  const { policy, products, first, readers, entries } = asked;
  const { key, bucketPolicy } = first.storage;
  if (key === null || facts.keyPolicy === null) return NOTHING;
  const on = { ...where, resource: `key ${key}` };
  const { text } = facts.keyPolicy;
  const open = products.filter(readsByIam);
  const entry = entryOf(entries, keyPolicyEntry(where, key));
  const partOf = (some: Readers) => ({ products: namesOf(products), statements: keyStatements(policy, open, some) });
  const mergedOf = (some: Readers) => keyDue(policy, partOf(some), text, entry);
  // A key denies whom its patterns would let in.
  const isMeant = (arn: string) => open.some((product) => isMeantByPath(policy, product, arn));
  const all = { ...readers, disproved: readers.disproved.filter(isMeant) };
  const room = roomFor({ policy, products: open, readers: all, sizeOf: mergedOf, limit: KEY_POLICY_LIMIT, where: on });
  const part = partOf(room.readers);
  const merged = mergedOf(room.readers);
  const sent = keyDue(policy, part, sentText(entry), entry).replaced;
  const about = { replaced: merged.replaced, statements: part.statements, sent };
  const findings = [...room.findings, ...meddled({ ...asked, where: on, entry }, merged.strangers, about)];
  const told = assessed({ findings });
  if (!merged.changed) return told;
  if (bucketPolicy === 'emit') return merge(told, emitted(on, 'key', part.statements));
  const change: MergeKeyPolicy = {
    ...base(where, products),
    ...changeOf(about, merged.strays),
    ...emptiedOf(open.filter((product) => losesAll(policy, product, { ...merged, next: part.statements }))),
    kind: 'merge-key-policy',
    key,
    statements: part.statements,
  };
  return merge(told, due(change));
}

function entryOf(entries: readonly Entry[], identity: EntryIdentity): Entry | undefined {
  const id = entryId(identity);
  return entries.find((entry) => entry.id === id);
}

interface Meddled {
  readonly where: WhereOfProduct;
  readonly entry: Entry | undefined;
}

/** What others have done to our statements; what is in nobody's name, one scope tells for all of the document. */
function meddled(
  { policy, products, execution, where, entry }: Omit<Asked, 'entries'> & Meddled,
  strangers: readonly string[],
  about: Rewriting,
): readonly Finding[] {
  const tells = tellsFor(policy, products);
  return [
    ...openedFinding(where, openedText(about) ?? openedBefore(entry, { execution, tells })),
    ...strangersFinding({ ...where, product: null }, tells ? strangers : []),
  ];
}

/** Of the scopes that write one document, the one that tells what is in no product's name. */
export function tellsFor(policy: Policy, products: readonly Product[]): boolean {
  const stores = new Set(products.map(({ storage }) => `${storage.bucket} ${storage.key}`));
  const sharers = policy.products.filter(({ storage }) => stores.has(`${storage.bucket} ${storage.key}`));
  const [first] = namesOf(sharers);
  return products.some(({ name }) => name === first);
}

function base(where: WhereOfProduct, products: readonly Product[]) {
  return {
    hop: 'storage' as const,
    account: where.account,
    region: where.region,
    products: namesOf(products),
  };
}

function changeOf(about: Rewriting, strays: readonly string[]) {
  return { ...rewriting(about), ...(strays.length === 0 ? {} : { strays }) };
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

/** What no statement of ours can mend. Encryption with a key the policy does not name: all grants right, and every read still refused. */
function encryption(where: WhereOfProduct, product: Product, facts: StorageFacts): readonly Finding[] {
  const { algorithm, key } = facts.encryption;
  const named = product.storage.key;
  if (!algorithm.startsWith('aws:kms')) return [];
  const managed = key === null || key.endsWith('alias/aws/s3');
  // Which key an alias of the owner's stands for is not told with the bucket: not compared.
  if (!managed && named !== null && (key.includes('alias/') || sameKey(key, named))) return [];
  return [
    finding({
      ...where,
      state: 'broken',
      cause: managed ? 'bucket-key-not-shareable' : 'bucket-key-not-named',
      message: managed
        ? 'the bucket is encrypted with the AWS managed key aws/s3, which other accounts can never use'
        : `the bucket is encrypted with ${key}, ${named === null ? 'which the policy does not name' : `and the policy names ${named}`}`,
      remedy: managed
        ? 'Use SSE-S3 or a customer managed key, and copy the objects over themselves.'
        : `Write products.${product.name}.storage.key: ${key}.`,
    }),
  ];
}

/** A bucket names its key by ARN or by id, the policy by ARN. */
function sameKey(found: string, arn: string): boolean {
  return found === arn || arn.endsWith(`:key/${found}`);
}
