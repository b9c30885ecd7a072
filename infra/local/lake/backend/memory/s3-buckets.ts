/** Buckets in memory: creation, policy, encryption, tags. */

import type {
  CreateBucketRequest,
  PutBucketEncryptionRequest,
  PutBucketPolicyRequest,
  PutBucketTaggingRequest,
} from '@aws-sdk/client-s3';
import { AwsError } from '../../aws-error.ts';
import { MalformedPolicy, parsePolicy } from '../../iam/document.ts';
import type { Call, Operation } from '../../service.ts';
import { findIdentity } from './identities.ts';
import type { BucketRecord, MemoryState } from './state.ts';

interface ByBucket {
  readonly Bucket?: string;
}

/** The bucket of that name, whoever owns it. Throws `NoSuchBucket`. */
export function bucketNamed(state: MemoryState, name: string | undefined): BucketRecord {
  const bucket = state.buckets.get(name ?? '');
  if (bucket === undefined) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404 });
  return bucket;
}

function createBucket(state: MemoryState, call: Call, input: CreateBucketRequest): { Location: string } {
  const name = input.Bucket ?? '';
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
  const known = state.buckets.get(name);
  if (known !== undefined && known.account !== call.account)
    throw new AwsError('BucketAlreadyExists', 'The requested bucket name is not available.', { status: 409 });
  if (known !== undefined)
    throw new AwsError('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded.', {
      status: 409,
    });
  state.buckets.set(name, {
    name,
    account: call.account,
    region: input.CreateBucketConfiguration?.LocationConstraint ?? call.region,
    created: new Date(call.world.now()),
    policy: undefined,
    encryption: { algorithm: 'AES256', kmsKey: undefined },
    objects: new Map(),
    tags: new Map(),
  });
  return { Location: `/${name}` };
}

const malformed = (message: string): AwsError => new AwsError('MalformedPolicy', message);

/** S3 refuses principals that don't exist and resources that aren't the bucket's. */
function assertBucketPolicy(state: MemoryState, bucket: string, text: string): void {
  const arn = `arn:aws:s3:::${bucket}`;
  try {
    for (const { principals, notPrincipals, resources } of parsePolicy(text)) {
      if (principals === undefined && notPrincipals === undefined) throw malformed('Missing required field Principal');
      if (resources?.some((resource) => resource !== arn && !resource.startsWith(`${arn}/`) && resource !== `${arn}*`))
        throw malformed('Policy has invalid resource');
      const gone = principals?.['AWS']?.find(
        (name) => /^arn:aws:iam::\d{12}:(role|user)\//.test(name) && findIdentity(state, name) === undefined,
      );
      if (gone !== undefined) throw malformed('Invalid principal in policy');
    }
  } catch (error) {
    if (error instanceof MalformedPolicy) throw Object.assign(malformed(error.message), { cause: error });
    throw error;
  }
}

function policies(state: MemoryState): Record<string, Operation> {
  return {
    PutBucketPolicy(_call: Call, input: PutBucketPolicyRequest) {
      const text = input.Policy ?? '';
      const bucket = bucketNamed(state, input.Bucket);
      if (text.length > 20 * 1024)
        throw new AwsError('PolicyTooLarge', 'Policy exceeds the maximum allowed document size.');
      assertBucketPolicy(state, bucket.name, text);
      bucket.policy = text;
    },
    GetBucketPolicy(_call: Call, input: ByBucket) {
      const { policy } = bucketNamed(state, input.Bucket);
      if (policy === undefined)
        throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', { status: 404 });
      return { Policy: policy };
    },
    DeleteBucketPolicy(_call: Call, input: ByBucket) {
      bucketNamed(state, input.Bucket).policy = undefined;
    },
  };
}

function settings(state: MemoryState): Record<string, Operation> {
  return {
    GetBucketEncryption(_call: Call, input: ByBucket) {
      const { algorithm, kmsKey } = bucketNamed(state, input.Bucket).encryption;
      const rule = { SSEAlgorithm: algorithm, ...(kmsKey === undefined ? {} : { KMSMasterKeyID: kmsKey }) };
      return { ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: rule }] } };
    },
    PutBucketEncryption(_call: Call, input: PutBucketEncryptionRequest) {
      const rule = input.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
      bucketNamed(state, input.Bucket).encryption = {
        algorithm: rule?.SSEAlgorithm ?? 'AES256',
        kmsKey: rule?.KMSMasterKeyID,
      };
    },
    PutBucketTagging(_call: Call, input: PutBucketTaggingRequest) {
      const { tags } = bucketNamed(state, input.Bucket);
      tags.clear();
      for (const { Key = '', Value = '' } of input.Tagging?.TagSet ?? []) tags.set(Key, Value);
    },
    GetBucketTagging(_call: Call, input: ByBucket) {
      const { tags } = bucketNamed(state, input.Bucket);
      if (tags.size === 0) throw new AwsError('NoSuchTagSet', 'The TagSet does not exist', { status: 404 });
      return { TagSet: [...tags].map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}

/** S3's operations on buckets. */
export function bucketOperations(state: MemoryState): Record<string, Operation> {
  return {
    CreateBucket: (call: Call, input: CreateBucketRequest) => createBucket(state, call, input),
    DeleteBucket(_call: Call, input: ByBucket) {
      const bucket = bucketNamed(state, input.Bucket);
      if (bucket.objects.size > 0)
        throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', { status: 409 });
      state.buckets.delete(bucket.name);
    },
    HeadBucket: (_call: Call, input: ByBucket) => ({ BucketRegion: bucketNamed(state, input.Bucket).region }),
    ListBuckets: (call: Call) => ({
      Buckets: [...state.buckets.values()]
        .filter(({ account }) => account === call.account)
        .map(({ name, created }) => ({ Name: name, CreationDate: created })),
    }),
    GetBucketLocation(_call: Call, input: ByBucket) {
      const { region } = bucketNamed(state, input.Bucket);
      // The oldest Region has no name here.
      return { LocationConstraint: region === 'us-east-1' ? '' : region };
    },
    ...policies(state),
    ...settings(state),
  };
}
