/** What runs have seen, between their stages: kept for a day, read by nobody but the function that wrote it. */

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export class ObservationBucket extends Construct {
  readonly bucket: Bucket;
  readonly key: Key;

  constructor(scope: Construct, id: string, { logs }: { readonly logs: Bucket }) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Encrypts what runs have seen of member accounts',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // CDK's own class is not quite its own interface to a strict compiler.
      serverAccessLogsBucket: logs as IBucket,
      serverAccessLogsPrefix: 'observation-access/',
      lifecycleRules: [{ expiration: Duration.days(1) }],
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
