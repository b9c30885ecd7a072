/** Objects in memory. */

import { createHash } from 'node:crypto';
import type {
  DeleteObjectsRequest,
  GetObjectRequest,
  ListObjectsV2Request,
  PutObjectRequest,
} from '@aws-sdk/client-s3';
import { noSuchKey } from '../../s3/authorize.ts';
import type { Call, Operation } from '../../service.ts';
import { page } from './paging.ts';
import { bucketNamed } from './s3-buckets.ts';
import type { MemoryState, ObjectRecord } from './state.ts';

function head(object: ObjectRecord): Record<string, unknown> {
  return {
    ContentLength: object.body.length,
    ContentType: object.contentType ?? 'application/octet-stream',
    ETag: object.etag,
    LastModified: object.modified,
    ServerSideEncryption: object.kmsKey === undefined ? 'AES256' : 'aws:kms',
    ...(object.kmsKey === undefined ? {} : { SSEKMSKeyId: object.kmsKey }),
  };
}

function putObject(state: MemoryState, call: Call, input: PutObjectRequest): Record<string, unknown> {
  const bucket = bucketNamed(state, input.Bucket);
  const body = (input.Body as Uint8Array | undefined) ?? new Uint8Array();
  const object: ObjectRecord = {
    body,
    contentType: input.ContentType,
    modified: new Date(call.world.now()),
    etag: `"${createHash('md5').update(body).digest('hex')}"`,
    kmsKey: input.SSEKMSKeyId ?? bucket.encryption.kmsKey,
  };
  bucket.objects.set(input.Key ?? '', object);
  return { ETag: object.etag };
}

function find(
  state: MemoryState,
  input: { readonly Bucket?: string | undefined; readonly Key?: string | undefined },
): ObjectRecord {
  const object = bucketNamed(state, input.Bucket).objects.get(input.Key ?? '');
  if (object === undefined) throw noSuchKey();
  return object;
}

function listObjects(state: MemoryState, input: ListObjectsV2Request): Record<string, unknown> {
  const { objects, name } = bucketNamed(state, input.Bucket);
  const prefix = input.Prefix ?? '';
  const under = [...objects].filter(([key]) => key.startsWith(prefix) && key > (input.StartAfter ?? ''));
  const folder = (key: string): string | undefined => {
    const at = input.Delimiter === undefined ? -1 : key.indexOf(input.Delimiter, prefix.length);
    return at < 0 ? undefined : key.slice(0, at + (input.Delimiter ?? '').length);
  };
  const folders = new Set(under.map(([key]) => folder(key)).filter((each) => each !== undefined));
  const files = under.filter(([key]) => folder(key) === undefined);
  const size = Math.min(input.MaxKeys ?? 1000, 1000);
  const { items, next } = page(files, ([key]) => key, size, input.ContinuationToken);
  return {
    Name: name,
    Prefix: prefix,
    MaxKeys: size,
    KeyCount: items.length + folders.size,
    IsTruncated: next !== undefined,
    ...(next === undefined ? {} : { NextContinuationToken: next }),
    Contents: items.map(([key, object]) => ({
      Key: key,
      Size: object.body.length,
      ETag: object.etag,
      LastModified: object.modified,
    })),
    CommonPrefixes: [...folders].map((Prefix) => ({ Prefix })),
  };
}

/** S3's operations on objects. */
export function objectOperations(state: MemoryState): Record<string, Operation> {
  return {
    PutObject: (call: Call, input: PutObjectRequest) => putObject(state, call, input),
    GetObject(_call: Call, input: GetObjectRequest) {
      const object = find(state, input);
      return { ...head(object), Body: object.body };
    },
    HeadObject: (_call: Call, input: GetObjectRequest) => head(find(state, input)),
    DeleteObject(_call: Call, input: GetObjectRequest) {
      bucketNamed(state, input.Bucket).objects.delete(input.Key ?? '');
    },
    DeleteObjects(_call: Call, input: DeleteObjectsRequest) {
      const { objects } = bucketNamed(state, input.Bucket);
      const keys = (input.Delete?.Objects ?? []).map(({ Key = '' }) => Key);
      for (const key of keys) objects.delete(key);
      return { Deleted: keys.map((Key) => ({ Key })) };
    },
    ListObjectsV2: (_call: Call, input: ListObjectsV2Request) => listObjects(state, input),
    ListObjects: (_call: Call, input: ListObjectsV2Request) => listObjects(state, input),
  };
}
