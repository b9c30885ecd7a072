/** Bucket and key of a product as they are: what its location and its statements rest on. */

import type { Product } from '#contracts/policy.ts';
import type { StorageFacts } from '#core/facts.ts';
import { known, type Observed } from '#core/observed.ts';
import type { Reads } from '#engine/query.ts';
import { BUCKET_ENCRYPTION, BUCKET_POLICY, KEY_POLICY } from './queries.ts';

/** Unknown as soon as one part is. */
export async function observeStore(read: Reads, product: Product): Promise<Observed<StorageFacts>> {
  const { bucket, account, key } = product.storage;
  const place = read.in(account, product.region);
  const [policy, encryption, keyPolicy] = await Promise.all([
    place.ask(BUCKET_POLICY, { bucket }),
    place.ask(BUCKET_ENCRYPTION, { bucket }),
    key === null ? known(null) : place.ask(KEY_POLICY, { key }),
  ]);
  if (!policy.known) return policy;
  if (!encryption.known) return encryption;
  if (!keyPolicy.known) return keyPolicy;
  return known({ bucketPolicy: policy.value, encryption: encryption.value, keyPolicy: keyPolicy.value });
}
