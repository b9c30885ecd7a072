/** What the hub keeps in its policy bucket: policies by hash, the current one, and publishers' snapshots. */

import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import { CURRENT_POLICY_KEY, policyKey, snapshotKey } from '#contracts/names.ts';
import { type Snapshot, SnapshotSchema } from '#contracts/snapshot.ts';
import { asked } from './errors.ts';
import { required } from './paging.ts';

/** The policy as it was deployed and its hash; both objects of a policy have this shape. */
const StoredPolicySchema = z.object({ hash: z.string(), document: z.unknown() });
export type StoredPolicy = z.infer<typeof StoredPolicySchema>;

/** @returns the policy in force. @throws Missing before the first deployment. */
export async function readCurrentPolicy(s3: S3Client, bucket: string): Promise<StoredPolicy> {
  return parsed(StoredPolicySchema, await readText(s3, bucket, CURRENT_POLICY_KEY), CURRENT_POLICY_KEY);
}

/** Hash of the policy in force, without reading the policy. */
export async function readCurrentHash(s3: S3Client, bucket: string): Promise<string> {
  const view = { account: 'the hub', owner: true, doing: `ask for s3://${bucket}/${CURRENT_POLICY_KEY}` };
  const { Metadata } = await asked(view, () =>
    s3.send(new HeadObjectCommand({ Bucket: bucket, Key: CURRENT_POLICY_KEY })),
  );
  // One that an older version stored says nothing of itself.
  return Metadata?.['policy'] ?? (await readCurrentPolicy(s3, bucket)).hash;
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
  const found = await readBytes(s3, { Bucket: bucket, Key: CURRENT_POLICY_KEY, IfNoneMatch: etag });
  if (found === null) return null;
  return { etag: found.etag, stored: parsed(StoredPolicySchema, found.text, CURRENT_POLICY_KEY) };
}

/** @returns the policy of this hash. @throws Missing; Unexpected when another one is stored there. */
export async function readPolicy(s3: S3Client, bucket: string, hash: string): Promise<StoredPolicy> {
  const stored = parsed(StoredPolicySchema, await readText(s3, bucket, policyKey(hash)), policyKey(hash));
  if (stored.hash === hash) return stored;
  throw new LakeError('Unexpected', { message: `${policyKey(hash)} holds policy ${stored.hash}` });
}

/** By its hash first, so that whoever sees a new current policy can also read it by hash. */
export async function putPolicy(s3: S3Client, bucket: string, policy: StoredPolicy): Promise<void> {
  const text = JSON.stringify(policy);
  await writeText(s3, bucket, policyKey(policy.hash), text);
  await writeText(s3, bucket, CURRENT_POLICY_KEY, text, { policy: policy.hash });
}

/** Null before the first publish of that database. */
export async function readSnapshot(
  s3: S3Client,
  bucket: string,
  scope: { account: string; region: string; database: string | null },
): Promise<Snapshot | null> {
  try {
    return parsed(SnapshotSchema, await readText(s3, bucket, snapshotKey(scope)), snapshotKey(scope));
  } catch (error) {
    if (isLakeError(error, 'Missing')) return null;
    throw error;
  }
}

/** Replaces what consumers of the scope are told. */
export async function putSnapshot(s3: S3Client, bucket: string, snapshot: Snapshot): Promise<void> {
  await writeText(s3, bucket, snapshotKey(snapshot), JSON.stringify(snapshot));
}

async function readText(s3: S3Client, bucket: string, key: string): Promise<string> {
  return required(await readBytes(s3, { Bucket: bucket, Key: key }), `the body of ${key}`).text;
}

interface ObjectRead {
  readonly Bucket: string;
  readonly Key: string;
  readonly IfNoneMatch?: string | undefined;
}

/** Null: not modified. */
async function readBytes(s3: S3Client, read: ObjectRead): Promise<{ text: string; etag: string | undefined } | null> {
  const view = { account: 'the hub', owner: true, doing: `read s3://${read.Bucket}/${read.Key}` };
  return asked(view, async () => {
    const answer = await s3.send(new GetObjectCommand(read)).catch(unlessNotModified);
    if (answer === null) return null;
    const text = await required(answer.Body, `the body of ${read.Key}`).transformToString('utf-8');
    return { text, etag: answer.ETag };
  });
}

/** To the SDK an answer without a body is an error. Known by its status: bundles have none of the SDK's error classes. */
function unlessNotModified(error: unknown): null {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  if ($metadata?.httpStatusCode === 304) return null;
  throw error;
}

async function writeText(
  s3: S3Client,
  bucket: string,
  key: string,
  text: string,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await asked({ account: 'the hub', owner: true, doing: `write s3://${bucket}/${key}` }, () =>
    s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: text,
        ContentType: 'application/json',
        Metadata: metadata,
      }),
    ),
  );
}

function parsed<T extends z.ZodMiniType>(schema: T, text: string, key: string): z.infer<T> {
  const result = z.safeParse(schema, jsonOf(text, key));
  if (result.success) return result.data;
  const paths = result.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ');
  throw new LakeError('Unexpected', { message: `${key} is not of the shape this version reads: ${paths}` });
}

function jsonOf(text: string, key: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LakeError('Unexpected', { message: `${key} is not JSON`, cause });
  }
}
