/** What the hub keeps in its policy bucket: policies by hash, the current one, and publishers' snapshots. */

import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { LakeError } from '#contracts/errors.ts';
import { CURRENT_POLICY_KEY, DEPLOYED_POLICY_KEY, policyKey, snapshotKey } from '#contracts/names.ts';
import { type Snapshot, SnapshotSchema } from '#contracts/snapshot.ts';
import { parseStoredPolicy } from '#contracts/stored-policy.ts';
import { partsUsed } from '#core/policy/audiences.ts';
import { unlessMissing } from './errors.ts';
import { readJson, readJsonIfChanged, readMetadata, writeJson } from './json-objects.ts';

/** The policy as it was deployed and its hash; all objects of a policy have this shape. */
const StoredPolicySchema = z.object({ hash: z.string(), document: z.unknown() });
export type StoredPolicy = z.infer<typeof StoredPolicySchema>;

/** @returns the policy in force. @throws Missing before the first deployment. */
export async function readCurrentPolicy(s3: S3Client, bucket: string): Promise<StoredPolicy> {
  return readJson({ s3, bucket, key: CURRENT_POLICY_KEY }, StoredPolicySchema);
}

/** @returns the policy deployed last, in force or not yet; null where none was since versions that tell the two apart. */
export async function readDeployedPolicy(s3: S3Client, bucket: string): Promise<StoredPolicy | null> {
  return unlessMissing(() => readJson({ s3, bucket, key: DEPLOYED_POLICY_KEY }, StoredPolicySchema));
}

/** Hash of the policy in force, and whether parts of the organization belong to it, without reading the policy. */
export async function readCurrentHash(
  s3: S3Client,
  bucket: string,
): Promise<{ readonly hash: string; readonly asksOrganization: boolean }> {
  const told = await readMetadata({ s3, bucket, key: CURRENT_POLICY_KEY });
  const hash = told['policy'];
  if (hash !== undefined) return { hash, asksOrganization: told['organization'] === 'asked' };
  // One that an older version stored says nothing of itself.
  const stored = await readCurrentPolicy(s3, bucket);
  return { hash: stored.hash, asksOrganization: partsUsed(parseStoredPolicy(stored)).length > 0 };
}

/** The current policy and what S3 calls its bytes. */
export interface PolicyVersion {
  readonly etag: string | undefined;
  readonly stored: StoredPolicy;
}

/** Null while S3 still holds the bytes that it called so: they are not sent again. */
export async function readPolicyIfChanged(
  s3: S3Client,
  bucket: string,
  etag: string | undefined,
): Promise<PolicyVersion | null> {
  const found = await readJsonIfChanged({ s3, bucket, key: CURRENT_POLICY_KEY }, StoredPolicySchema, etag);
  return found === null ? null : { etag: found.etag, stored: found.value };
}

/** @returns the policy of this hash. @throws Missing; Unexpected when another one is stored there. */
export async function readPolicy(s3: S3Client, bucket: string, hash: string): Promise<StoredPolicy> {
  const stored = await readJson({ s3, bucket, key: policyKey(hash) }, StoredPolicySchema);
  if (stored.hash === hash) return stored;
  throw new LakeError('Unexpected', { message: `${policyKey(hash)} holds policy ${stored.hash}` });
}

/** What was deployed last, in force or not. */
export async function putDeployedPolicy(s3: S3Client, bucket: string, policy: StoredPolicy): Promise<void> {
  await writeJson({ s3, bucket, key: DEPLOYED_POLICY_KEY }, policy);
}

/**
 * Puts a policy in force. By its hash first, so that whoever sees a new current policy can also read it by hash.
 * `asksOrganization`: it is written with parts of the organization, which are pinned beside it.
 */
export async function putPolicy(
  s3: S3Client,
  bucket: string,
  { asksOrganization = false, ...policy }: StoredPolicy & { readonly asksOrganization?: boolean },
): Promise<void> {
  await writeJson({ s3, bucket, key: policyKey(policy.hash) }, policy);
  const told = { policy: policy.hash, ...(asksOrganization ? { organization: 'asked' } : {}) };
  await writeJson({ s3, bucket, key: CURRENT_POLICY_KEY }, policy, told);
}

/** Null before the first publish of that database. */
export async function readSnapshot(
  s3: S3Client,
  bucket: string,
  scope: { account: string; region: string; database: string | null },
): Promise<Snapshot | null> {
  return unlessMissing(() => readJson({ s3, bucket, key: snapshotKey(scope) }, SnapshotSchema));
}

/** Replaces what consumers of the scope are told. */
export async function putSnapshot(s3: S3Client, bucket: string, snapshot: Snapshot): Promise<void> {
  await writeJson({ s3, bucket, key: snapshotKey(snapshot) }, snapshot);
}
