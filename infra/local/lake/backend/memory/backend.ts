/** The in-memory backend: roles, users, buckets, objects and keys of every account, and the APIs that make them. */

import type { BucketFacts } from '../backend.ts';
import type { ServingBackend } from '../serving.ts';
import { findIdentity, policyText, toIdentity } from './identities.ts';
import { type BucketRecord, createMemoryState, keyByArn } from './state.ts';

const toFacts = ({ name, account, region, policy, encryption }: BucketRecord): BucketFacts => ({
  name,
  account,
  region,
  ...(policy === undefined ? {} : { policy }),
  ...(encryption.kmsKey === undefined ? {} : { kmsKey: encryption.kmsKey }),
});

/** An empty backend: no role, bucket or key in any account. */
export function createMemoryBackend(): ServingBackend {
  const state = createMemoryState();
  return {
    async identity(arn) {
      const record = findIdentity(state, arn);
      return record === undefined ? undefined : toIdentity(state, record);
    },
    policy: async (arn) => policyText(state, arn),
    async bucket(name) {
      const bucket = state.buckets.get(name);
      return bucket === undefined ? undefined : toFacts(bucket);
    },
    async object(bucket, key) {
      const object = state.buckets.get(bucket)?.objects.get(key);
      if (object === undefined) return undefined;
      return { size: object.body.length, ...(object.kmsKey === undefined ? {} : { kmsKey: object.kmsKey }) };
    },
    async key(arn) {
      const key = keyByArn(state, arn);
      if (key === undefined) return undefined;
      const { account, policy, manager, enabled } = key;
      return { arn: key.arn, account, policy, manager, enabled };
    },
    services: {
      iam: async () => (await import('./iam.ts')).createIamModule(state),
      s3: async () => (await import('./s3.ts')).createS3Module(state),
      kms: async () => (await import('./kms.ts')).createKmsModule(state),
    },
    state,
    reset() {
      for (const table of [state.accounts, state.buckets, state.keys, state.aliases]) table.clear();
    },
  };
}
