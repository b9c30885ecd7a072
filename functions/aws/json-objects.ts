/** Objects of the hub that hold JSON of a shape we know. */

import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { LakeError } from '#contracts/errors.ts';
import { asked } from './errors.ts';
import { required } from './paging.ts';

export interface ObjectPlace {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly key: string;
}

/** What S3 holds, and what it calls these bytes. */
export interface ObjectVersion<T> {
  readonly etag: string | undefined;
  readonly value: T;
}

/** @throws Missing where there is no such object; Unexpected when it is of another shape. */
export async function readJson<T extends z.ZodMiniType>(place: ObjectPlace, schema: T): Promise<z.infer<T>> {
  return required(await readJsonIfChanged(place, schema, undefined), `the body of ${place.key}`).value;
}

/** Null while S3 still holds the bytes that it called so: they are not sent again. */
export async function readJsonIfChanged<T extends z.ZodMiniType>(
  { s3, bucket, key }: ObjectPlace,
  schema: T,
  etag: string | undefined,
): Promise<ObjectVersion<z.infer<T>> | null> {
  const view = { account: 'the hub', owner: true, doing: `read s3://${bucket}/${key}` };
  return asked(view, async () => {
    const read = new GetObjectCommand({ Bucket: bucket, Key: key, IfNoneMatch: etag });
    const answer = await s3.send(read).catch(unlessNotModified);
    if (answer === null) return null;
    const text = await required(answer.Body, `the body of ${key}`).transformToString('utf-8');
    return { value: parsed(schema, text, key), etag: answer.ETag };
  });
}

/** What was written beside an object's bytes, without reading them. */
export async function readMetadata({ s3, bucket, key }: ObjectPlace): Promise<Readonly<Record<string, string>>> {
  const view = { account: 'the hub', owner: true, doing: `ask for s3://${bucket}/${key}` };
  const { Metadata } = await asked(view, () => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })));
  return Metadata ?? {};
}

/** Replaces the object. */
export async function writeJson(
  { s3, bucket, key }: ObjectPlace,
  value: unknown,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: JSON.stringify(value),
    ContentType: 'application/json',
    Metadata: metadata,
  });
  await asked({ account: 'the hub', owner: true, doing: `write s3://${bucket}/${key}` }, () => s3.send(put));
}

/** To the SDK an answer without a body is an error. Known by its status: bundles have none of the SDK's error classes. */
function unlessNotModified(error: unknown): null {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  if ($metadata?.httpStatusCode === 304) return null;
  throw error;
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
