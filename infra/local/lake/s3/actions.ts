/** Which IAM action and which ARN an S3 operation is checked against. */

export interface S3Target {
  readonly bucket: string;
  readonly key?: string | undefined;
}

/** Actions that aren't called like their operation. */
const ACTIONS: Readonly<Record<string, string>> = {
  HeadObject: 'GetObject',
  HeadBucket: 'ListBucket',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListBuckets: 'ListAllMyBuckets',
  DeleteObjects: 'DeleteObject',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketTagging: 'PutBucketTagging',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
};

/** The IAM action of an S3 operation: not always its name. */
export const s3Action = (operation: string): string => `s3:${ACTIONS[operation] ?? operation}`;

/** The ARN of a bucket or object; `*` where no bucket is named. */
export function s3Arn({ bucket, key }: S3Target): string {
  if (bucket === '') return '*';
  return key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
}

/** What an object's encryption asks of the reader or writer beyond S3. */
export const keyActionOf = (operation: string): string | undefined =>
  operation === 'GetObject' ? 'kms:Decrypt' : operation === 'PutObject' ? 'kms:GenerateDataKey' : undefined;
