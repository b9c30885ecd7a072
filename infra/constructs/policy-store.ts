/**
 * The policy at run time: a versioned bucket with every policy ever deployed under its hash. A deployment hands the
 * file to a function of ours, which stores it and then says so on the hub's bus.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CustomResource, Duration, RemovalPolicy, Stage } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct, type IDependable } from 'constructs';
import type { StorePolicyEnv } from '#contracts/env.ts';
import type { PolicyDocument } from '#contracts/policy.ts';
import { acknowledge } from './acknowledge.ts';
import { HubFunction } from './hub-function.ts';
import { readObjects, writeObjects } from './rights.ts';

export class PolicyBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: RemovalPolicy.RETAIN,
      // A snapshot is written anew by every publish; a month of old ones is enough to look back.
      lifecycleRules: [{ prefix: 'snapshots/', noncurrentVersionExpiration: Duration.days(30) }],
    });
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'Only our functions read and write it, and its versions keep what changed: an access log adds nothing.',
    });
  }
}

export interface StoredPolicyProps {
  readonly namespace: string;
  readonly bucket: Bucket;
  readonly bus: { readonly name: string; readonly arn: string };
  readonly document: PolicyDocument;
  readonly hash: string;
  /** What must be there before the event about a new policy is sent, or nobody hears it. */
  readonly after: readonly IDependable[];
}

export class StoredPolicy extends Construct {
  readonly store: HubFunction<StorePolicyEnv>;

  constructor(scope: Construct, id: string, props: StoredPolicyProps) {
    super(scope, id);
    const { namespace, bucket, bus, hash } = props;
    const asset = new Asset(this, 'File', { path: fileOf(this, props), displayName: `policy ${namespace}` });
    this.store = new HubFunction<StorePolicyEnv>(this, 'Store', {
      namespace,
      name: 'store-policy',
      description: 'Stores a deployed policy by its hash and tells the hub',
      environment: { NAMESPACE: namespace, POLICY_BUCKET: bucket.bucketName, BUS_NAME: bus.name },
      // Three small requests. One minute is far below the hour that CloudFormation waits for an answer.
      timeout: Duration.minutes(1),
      memory: 256,
    });
    this.store.may({ actions: ['s3:GetObject'], resources: [asset.bucket.arnForObjects(asset.s3ObjectKey)] });
    for (const right of [...readObjects(bucket, 'policies'), writeObjects(bucket, 'policies')]) this.store.may(right);
    this.store.may({ actions: ['events:PutEvents'], resources: [bus.arn] });
    const stored = new CustomResource(this, 'Policy', {
      resourceType: 'Custom::OnrampPolicy',
      serviceToken: this.store.function.functionArn,
      serviceTimeout: Duration.minutes(5),
      properties: { hash, bucket: asset.s3BucketName, key: asset.s3ObjectKey },
    });
    stored.node.addDependency(this.store, ...props.after);
  }
}

/** As JSON: the function that stores it needs no YAML. In the assembly's own directory, which CDK looks after. */
function fileOf(scope: Construct, { document, hash }: { document: PolicyDocument; hash: string }): string {
  const directory = Stage.of(scope)?.outdir ?? tmpdir();
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `policy-${hash}.json`);
  writeFileSync(path, JSON.stringify(document));
  return path;
}
