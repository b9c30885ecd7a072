/** Bucket and key of a product as they are: what its location and its statements rest on. */

import { readBucketPolicy, readEncryption } from '#aws/buckets.ts';
import { readKeyPolicy } from '#aws/keys.ts';
import type { Product } from '#contracts/policy.ts';
import type { StorageFacts } from '#core/facts.ts';
import type { WalkContext } from './context.ts';
import { reader } from './entrance.ts';

type Stored = Pick<Product['storage'], 'bucket' | 'account' | 'key'> & Pick<Product, 'region'>;

/** Products on one bucket with one key are read once. */
export function storageText({ region, storage: { bucket, account, key } }: Product): string {
  return JSON.stringify({ region, bucket, account, key } satisfies Stored);
}

export async function readStorage(ctx: WalkContext, text: string): Promise<StorageFacts> {
  const { region, bucket, account, key } = JSON.parse(text) as Stored;
  const clients = reader(ctx, { account, region });
  const [bucketPolicy, encryption, keyPolicy] = await Promise.all([
    readBucketPolicy(clients, { bucket, owner: account }),
    readEncryption(clients, { bucket, owner: account }),
    key === null ? null : readKeyPolicy(clients, key),
  ]);
  return { bucketPolicy, encryption, keyPolicy };
}
