/** The backend of the local cloud: every fact read from MiniStack through its API, nothing kept but for a moment. */

import { arnParts } from '../../identity/arn.ts';
import type { Backend, BucketFacts, Identity, KeyFacts } from '../backend.ts';
import type { ServingBackend } from '../serving.ts';
import { createCache } from './cache.ts';
import { loadIdentity, nameOfArn, policyDocument } from './identities.ts';
import { ministackServices } from './modules.ts';
import { findOwner, loadBucket, loadKey, loadObject } from './storage.ts';
import { query, type Target, text } from './wire.ts';

export interface MiniStackOptions {
  readonly url: string;
  /** Accounts that may own buckets. */
  readonly accounts: () => Iterable<string>;
}

/** A backend that answers from MiniStack; what it read it keeps for a moment, until `reset`. */
export function createMiniStackBackend({ url, accounts }: MiniStackOptions): ServingBackend {
  const identities = createCache<Identity | undefined>();
  const buckets = createCache<BucketFacts | undefined>();
  const keys = createCache<KeyFacts | undefined>();
  const to = (service: string, account: string, region = 'us-east-1'): Target => ({ url, account, region, service });
  const roleArn = async (account: string, name: string): Promise<string | undefined> =>
    text(await query(to('iam', account), 'GetRole', { RoleName: name }), 'Arn');
  const loadNamedBucket = async (name: string): Promise<BucketFacts | undefined> => {
    const owner = await findOwner(accounts(), name, (account) => to('s3', account));
    return owner === undefined ? undefined : loadBucket(to('s3', owner), name);
  };
  const backend: Backend = {
    async identity(arn) {
      const named = nameOfArn(arn);
      return named === undefined ? undefined : identities.get(arn, () => loadIdentity(to('iam', named.account), arn));
    },
    async policy(arn) {
      const account = /^arn:aws:iam::(\d{12}):policy\//.exec(arn)?.[1] ?? '';
      return policyDocument(to('iam', account), arn);
    },
    bucket: (name) => buckets.get(name, () => loadNamedBucket(name)),
    async object(bucket, key) {
      const facts = await backend.bucket(bucket);
      return facts === undefined ? undefined : loadObject(to('s3', facts.account, facts.region), bucket, key);
    },
    async key(arn) {
      const { region, account } = arnParts(arn);
      return keys.get(arn, () => loadKey(to('kms', account, region), arn));
    },
    reset() {
      identities.clear();
      buckets.clear();
      keys.clear();
    },
  };
  return { ...backend, services: ministackServices(roleArn) };
}
