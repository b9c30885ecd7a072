/** What the organization has told, pinned beside the policy: by hash, and the one in force. */

import type { S3Client } from '@aws-sdk/client-s3';
import { LakeError } from '#contracts/errors.ts';
import { CURRENT_RESOLUTION_KEY, resolutionKey } from '#contracts/names.ts';
import { pinnedHashes, pinOf, type StoredResolution, StoredResolutionSchema } from '#contracts/resolution.ts';
import { unlessMissing } from './errors.ts';
import { readJson, readJsonIfChanged, readMetadata, writeJson } from './json-objects.ts';
import { readCurrentHash, readCurrentPolicy, readPolicy, type StoredPolicy } from './objects.ts';

/** Null before the organization has told for the first time. */
export async function readCurrentResolution(s3: S3Client, bucket: string): Promise<StoredResolution | null> {
  return unlessMissing(() => readJson({ s3, bucket, key: CURRENT_RESOLUTION_KEY }, StoredResolutionSchema));
}

/** As `readPolicyIfChanged`. @throws Missing where there is none. */
export async function readResolutionIfChanged(
  s3: S3Client,
  bucket: string,
  etag: string | undefined,
): Promise<{ readonly etag: string | undefined; readonly value: StoredResolution } | null> {
  return readJsonIfChanged({ s3, bucket, key: CURRENT_RESOLUTION_KEY }, StoredResolutionSchema, etag);
}

/** By its hash first, so that whoever sees a new one can also read it by hash. */
export async function putResolution(s3: S3Client, bucket: string, stored: StoredResolution): Promise<void> {
  await writeJson({ s3, bucket, key: resolutionKey(stored.hash) }, stored);
  await writeJson({ s3, bucket, key: CURRENT_RESOLUTION_KEY }, stored, { resolution: stored.hash });
}

export interface Pinned {
  readonly policy: StoredPolicy;
  readonly resolution: StoredResolution | null;
}

/** What a run is pinned to, or what is in force now. @throws Missing; Unexpected when another one is stored there. */
export async function readPinned(s3: S3Client, bucket: string, pin: string | undefined): Promise<Pinned> {
  if (pin === undefined) {
    const [policy, resolution] = await Promise.all([readCurrentPolicy(s3, bucket), readCurrentResolution(s3, bucket)]);
    return { policy, resolution };
  }
  const { policy, resolution } = pinnedHashes(pin);
  return {
    policy: await readPolicy(s3, bucket, policy),
    resolution: resolution === null ? null : await readResolution(s3, bucket, resolution),
  };
}

async function readResolution(s3: S3Client, bucket: string, hash: string): Promise<StoredResolution> {
  const stored = await readJson({ s3, bucket, key: resolutionKey(hash) }, StoredResolutionSchema);
  if (stored.hash === hash) return stored;
  throw new LakeError('Unexpected', { message: `${resolutionKey(hash)} holds resolution ${stored.hash}` });
}

/** The pin of what is in force now, without reading it. */
export async function readCurrentPin(s3: S3Client, bucket: string): Promise<string> {
  const { hash, asksOrganization } = await readCurrentHash(s3, bucket);
  if (!asksOrganization) return hash;
  const told = await readMetadata({ s3, bucket, key: CURRENT_RESOLUTION_KEY });
  return pinOf(hash, told['resolution'] ?? (await readCurrentResolution(s3, bucket))?.hash ?? null);
}
