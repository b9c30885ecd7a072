import type { PermissionRow } from '#contracts/permissions.ts';

/** What our storage role needs to write the policies of the buckets that products name. */
export const WRITE_BUCKET_POLICY: PermissionRow = {
  sid: 'BucketPolicies',
  actions: ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:GetEncryptionConfiguration'],
  on: ['arn:{partition}:s3:::{bucket}'],
  why: 'Buckets and keys by name.',
  features: ['buckets'],
};
