/** The audit bucket: lines of ledger entries that have ended, for as long as the policy says. */

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** `days`: how long a line is kept. */
export function auditBucket(scope: Construct, days: number): Bucket {
  const bucket = new Bucket(scope, 'Audit', {
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    // Kept when the stack goes: it alone knows who could read what.
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [{ prefix: 'entries/', expiration: Duration.days(days) }],
  });
  acknowledge(bucket, {
    'AwsSolutions-S1': 'It is itself a log, written by one function of ours only.',
  });
  return bucket;
}
