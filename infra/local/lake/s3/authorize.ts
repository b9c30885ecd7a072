/** S3's decision, in front of whichever backend holds the bytes: bucket policy, identity policy, key policy. */

import { AwsError } from '../aws-error.ts';
import type { BucketFacts } from '../backend/backend.ts';
import type { ContextValue } from '../iam/decide.ts';
import type { Call } from '../service.ts';
import { keyActionOf, s3Action, s3Arn } from './actions.ts';

/** The members of S3 inputs that decide; each operation has some of them. */
export interface S3Input {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly MaxKeys?: number;
  readonly ExpectedBucketOwner?: string;
  readonly SSEKMSKeyId?: string;
  readonly Delete?: { readonly Objects?: readonly { readonly Key?: string }[] };
}

const noSuchBucket = (): AwsError =>
  new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404 });

/** S3's error for a key that is missing. */
export const noSuchKey = (): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });

const denied = (message = 'Access Denied'): AwsError => new AwsError('AccessDenied', message, { status: 403 });

function listContext(input: S3Input): Record<string, ContextValue> {
  return {
    's3:prefix': input.Prefix ?? '',
    ...(input.Delimiter === undefined ? {} : { 's3:delimiter': input.Delimiter }),
    ...(input.MaxKeys === undefined ? {} : { 's3:max-keys': String(input.MaxKeys) }),
  };
}

const POLICY_OPERATIONS = new Set(['PutBucketPolicy', 'GetBucketPolicy', 'DeleteBucketPolicy']);

async function ask(call: Call, bucket: BucketFacts, action: string, resource: string, input: S3Input): Promise<void> {
  await call.world.iam.authorize({
    caller: call.caller,
    action,
    resource,
    resourcePolicy: bucket.policy,
    resourceAccount: bucket.account,
    context: { 's3:ResourceAccount': bucket.account, ...(action === 's3:ListBucket' ? listContext(input) : {}) },
  });
}

async function askKey(call: Call, action: string, keyArn: string, bucket: BucketFacts): Promise<void> {
  const key = await call.world.backend.key(keyArn);
  if (key === undefined) throw denied(`the object is encrypted with ${keyArn}, which does not exist`);
  if (key.manager === 'AWS' && key.account !== call.account) throw denied();
  await call.world.iam.authorize({
    caller: call.caller,
    action,
    resource: key.arn,
    resourcePolicy: key.policy,
    resourceAccount: key.account,
    resourceMustAllow: true,
    context: {
      'kms:ViaService': `s3.${bucket.region}.amazonaws.com`,
      'kms:CallerAccount': call.account,
      'kms:EncryptionContext:aws:s3:arn': `arn:aws:s3:::${bucket.name}`,
    },
  });
}

/** Who may not list is not told whether an object exists. */
async function assertObject(call: Call, bucket: BucketFacts, input: S3Input): Promise<void> {
  const { Key: key } = input;
  if (key === undefined || !['GetObject', 'HeadObject'].includes(call.operation)) return;
  const object = await call.world.backend.object(bucket.name, key);
  if (object === undefined) {
    try {
      await ask(call, bucket, 's3:ListBucket', s3Arn({ bucket: bucket.name }), input);
    } catch (cause) {
      throw Object.assign(denied(), { cause });
    }
    throw noSuchKey();
  }
  const action = call.operation === 'GetObject' ? 'kms:Decrypt' : undefined;
  if (action !== undefined && object.kmsKey !== undefined) await askKey(call, action, object.kmsKey, bucket);
}

/** Throws S3's refusal; answers with the bucket, whose owner the request may then be made as. */
export async function authorizeS3(call: Call, input: S3Input): Promise<BucketFacts | undefined> {
  const action = s3Action(call.operation);
  const { Bucket: name } = input;
  if (name === undefined || call.operation === 'CreateBucket') {
    await call.world.iam.authorize({
      caller: call.caller,
      action,
      resource: name === undefined ? '*' : s3Arn({ bucket: name }),
    });
    return undefined;
  }
  const bucket = await call.world.backend.bucket(name);
  if (bucket === undefined) throw noSuchBucket();
  if (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== bucket.account) throw denied();
  if (bucket.region !== call.region && call.operation !== 'GetBucketLocation')
    throw new AwsError('PermanentRedirect', `The bucket ${name} must be addressed in ${bucket.region}.`, {
      status: 301,
    });
  const foreign = bucket.account !== call.account;
  if (POLICY_OPERATIONS.has(call.operation) && foreign)
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      status: 405,
    });
  // A policy that denies everybody can still be taken away by the account that owns the bucket.
  if (POLICY_OPERATIONS.has(call.operation) && call.caller.kind === 'root') return bucket;
  const keys = input.Delete?.Objects?.map(({ Key }) => Key) ?? [input.Key];
  for (const key of keys) await ask(call, bucket, action, s3Arn({ bucket: name, key }), input);
  await assertObject(call, bucket, input);
  const key = input.SSEKMSKeyId ?? bucket.kmsKey;
  const keyAction = keyActionOf(call.operation);
  if (call.operation === 'PutObject' && key !== undefined && keyAction !== undefined)
    await askKey(call, keyAction, key, bucket);
  return bucket;
}
