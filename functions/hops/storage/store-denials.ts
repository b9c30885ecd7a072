/** What bucket and key policies deny, as their owner's publish tells it to those who read there. */

import type { Policy, Product } from '#contracts/policy.ts';
import type { Snapshot, StoreDenials } from '#contracts/snapshot.ts';
import type { StorageFacts } from '#core/facts.ts';
import { denialsIn } from '#core/iam/denials.ts';
import type { Observed } from '#core/observed.ts';
import { ownsSid } from '#core/sids.ts';

export interface ObservedStore {
  readonly product: Product;
  readonly facts: Observed<StorageFacts>;
}

/** Whether job roles of a product read its bytes with their own rights. */
export function rolesReadStore({ storage, permissions }: Product): boolean {
  return storage.access !== 'lake-formation' && permissions.includes('SELECT');
}

/** Of documents that were not read this time, what was told of them last. Sorted, one of each document. */
export function storeDenialsOf(
  policy: Policy,
  products: readonly Product[],
  stores: readonly ObservedStore[],
  last: Snapshot | null,
): readonly StoreDenials[] {
  const documents = stores.flatMap(({ product, facts }) => (facts.known ? documentsOf(product, facts.value) : []));
  const seen = new Set(documents.map(({ of }) => of));
  const named = new Set(products.flatMap(({ storage }) => [storage.bucket, storage.key]));
  const kept = (last?.storeDenials ?? []).filter(({ of }) => named.has(of) && !seen.has(of));
  const owned = (sid: string) => ownsSid(policy.namespace, sid);
  const read = documents.flatMap(({ text, ...document }) => {
    const denials = denialsIn(text, owned);
    return denials === null ? [] : [{ ...document, text: denials }];
  });
  const byName = new Map([...kept, ...read].map((document) => [document.of, document]));
  return [...byName.values()].sort((a, b) => (a.of < b.of ? -1 : 1));
}

type Document = Omit<StoreDenials, 'text'> & { readonly text: string | null };

function documentsOf({ storage }: Product, { bucketPolicy, keyPolicy }: StorageFacts): readonly Document[] {
  const { account, bucket, key } = storage;
  const ofBucket = { kind: 'bucket' as const, of: bucket, account, text: bucketPolicy.text };
  if (key === null || keyPolicy === null) return [ofBucket];
  return [ofBucket, { kind: 'key', of: key, account, text: keyPolicy.text }];
}
