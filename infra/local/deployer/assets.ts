/** What `cdk bootstrap` and `cdk deploy` put into an account before a stack: bucket, version parameter, files. */

import { readFileSync } from 'node:fs';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { LakeError } from '#contracts/errors.ts';
import { sha256 } from '#contracts/hash.ts';
import { type LocalTarget, localClient } from '../clients.ts';
import type { FileAsset } from './assembly.ts';
import { directoryEntries, zip } from './zip.ts';

const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version';
// What `cdk bootstrap` of 2.1148 writes is newer than any version a template of ours asks for (6 and up).
const BOOTSTRAP_VERSION = '30';

export async function bootstrap(target: LocalTarget): Promise<void> {
  await new SSMClient(localClient(target)).send(
    new PutParameterCommand({ Name: BOOTSTRAP_PARAMETER, Type: 'String', Value: BOOTSTRAP_VERSION, Overwrite: true }),
  );
}

/** Publishes each file under the key the template names; directories become zips, the same bytes every time. */
export async function publishAssets(target: LocalTarget, assets: readonly FileAsset[]): Promise<void> {
  const s3 = new S3Client({ ...localClient(target), forcePathStyle: true });
  for (const bucket of new Set(assets.map((asset) => asset.bucket))) await ensureBucket(s3, bucket, target.region);
  for (const asset of assets) {
    const Body = asset.zip ? zip(directoryEntries(asset.path)) : readFileSync(asset.path);
    await s3.send(new PutObjectCommand({ Bucket: asset.bucket, Key: asset.key, Body }));
  }
}

// AWS's limit on a template within the request; larger ones come from a bucket.
const MAX_INLINE_BYTES = 51_200;

export type TemplateSource = { readonly TemplateBody: string } | { readonly TemplateURL: string };

/** The template as CloudFormation is to read it: in the request, or, when too large, from the bootstrap bucket. */
export async function templateSource(
  target: LocalTarget,
  stack: string,
  template: unknown,
  bucket: string | undefined,
): Promise<TemplateSource> {
  const TemplateBody = JSON.stringify(template);
  if (Buffer.byteLength(TemplateBody) <= MAX_INLINE_BYTES) return { TemplateBody };
  if (bucket === undefined) {
    throw new LakeError('UsageInvalid', {
      message: `stack ${stack} has a template over ${MAX_INLINE_BYTES} bytes and no bootstrap bucket to put it into`,
      remedy: 'make it smaller, or use the default synthesizer',
    });
  }
  const Key = `${sha256(TemplateBody)}.json`;
  const s3 = new S3Client({ ...localClient(target), forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: TemplateBody }));
  return { TemplateURL: `https://s3.${target.region}.amazonaws.com/${bucket}/${Key}` };
}

async function ensureBucket(s3: S3Client, Bucket: string, region: string): Promise<void> {
  try {
    const elsewhere =
      region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } };
    await s3.send(new CreateBucketCommand({ Bucket, ...elsewhere }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'BucketAlreadyOwnedByYou') throw error;
  }
}
