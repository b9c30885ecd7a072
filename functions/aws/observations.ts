/** What runs have seen, in the hub's bucket for it: read back only if it is what the run itself wrote. */

import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { isLakeError } from '#contracts/errors.ts';
import { sha256, shortHash } from '#contracts/hash.ts';
import { type Observation, ObservationSchema } from '#contracts/observation.ts';
import { asked } from './errors.ts';
import { required } from './paging.ts';

/** Characters: about 60,000 answers. What is larger is not kept, and each stage reads what it needs. */
const MOST = 64 * 1024 * 1024;

/** @returns the SHA-256 by which it is read; empty when it is too large. @throws Transient */
export async function putObservation(
  s3: S3Client,
  bucket: string,
  { execution, observation }: { readonly execution: string; readonly observation: Observation },
): Promise<string> {
  const text = JSON.stringify(observation);
  if (text.length > MOST) return '';
  const hash = sha256(text);
  const key = keyOf(execution, hash);
  await asked({ account: 'the hub', owner: true, doing: `write ${key} to bucket ${bucket}` }, () =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' })),
  );
  return hash;
}

/** Null: it is gone, as after a day, or is not what the hash says: then everything is read anew. @throws Transient */
export async function readObservation(
  s3: S3Client,
  bucket: string,
  { execution, hash }: { readonly execution: string; readonly hash: string },
): Promise<Observation | null> {
  const key = keyOf(execution, hash);
  try {
    const text = await asked(
      { account: 'the hub', owner: true, doing: `read ${key} of bucket ${bucket}` },
      async () => {
        const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return required(answer.Body, `the body of ${key}`).transformToString('utf-8');
      },
    );
    if (sha256(text) !== hash) return null;
    const parsed = z.safeParse(ObservationSchema, JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (isLakeError(error, 'Missing')) return null;
    throw error;
  }
}

function keyOf(execution: string, hash: string): string {
  return `runs/${shortHash(execution, 32)}/${hash}.json`;
}
