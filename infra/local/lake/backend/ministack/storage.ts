/** Buckets, objects and keys as MiniStack tells them. */

import { parseXml } from '../../protocol/xml.ts';
import type { BucketFacts, KeyFacts, ObjectFacts } from '../backend.ts';
import { all, json, send, type Target, text } from './wire.ts';

/** MiniStack lists what the asking account owns, so the owner is the account whose list has the name. */
export async function findOwner(
  accounts: Iterable<string>,
  name: string,
  to: (account: string) => Target,
): Promise<string | undefined> {
  for (const account of accounts) {
    const { status, text: body } = await send(to(account), 'GET', '/', {});
    if (status !== 200) throw new Error(`MiniStack answered ListBuckets of ${account} with ${status}`);
    if (all(parseXml(body), 'Bucket').some((bucket) => text(bucket, 'Name') === name)) return account;
  }
  return undefined;
}

/** Undefined when there is none: S3 says 404 to a policy or configuration that was never put. */
async function subresource(target: Target, path: string): Promise<string | undefined> {
  const { status, text: body } = await send(target, 'GET', path, {});
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`MiniStack answered GET ${path} with ${status}: ${body.slice(0, 300)}`);
  return body;
}

/** A bucket's Region, policy and default key, read in the name of the account that owns it. */
export async function loadBucket(anywhere: Target, name: string): Promise<BucketFacts> {
  const path = `/${encodeURIComponent(name)}`;
  const location = await subresource(anywhere, `${path}?location`);
  const region = (location === undefined ? '' : parseXml(location).text) || 'us-east-1';
  // Everything but the location is told in the bucket's own Region only.
  const target = { ...anywhere, region };
  const [policy, encryption] = await Promise.all([
    subresource(target, `${path}?policy`),
    subresource(target, `${path}?encryption`),
  ]);
  const kmsKey = encryption === undefined ? undefined : text(parseXml(encryption), 'KMSMasterKeyID');
  return {
    name,
    account: target.account,
    region,
    ...(policy === undefined ? {} : { policy }),
    ...(kmsKey === undefined || kmsKey === '' ? {} : { kmsKey }),
  };
}

/** An object's size and key; undefined where there is none. Throws for any other answer than these two. */
export async function loadObject(target: Target, bucket: string, key: string): Promise<ObjectFacts | undefined> {
  const path = `/${encodeURIComponent(bucket)}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const { status, headers } = await send(target, 'HEAD', path, {});
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`MiniStack answered HeadObject of ${bucket}/${key} with ${status}`);
  const kmsKey = headers.get('x-amz-server-side-encryption-aws-kms-key-id');
  return { size: Number(headers.get('content-length') ?? 0), ...(kmsKey === null ? {} : { kmsKey }) };
}

/** A key by ARN or alias, with its policy; undefined where there is none. */
export async function loadKey(target: Target, arn: string): Promise<KeyFacts | undefined> {
  const described = await json(target, 'TrentService.DescribeKey', { KeyId: arn });
  const metadata = described?.['KeyMetadata'] as Record<string, unknown> | undefined;
  if (metadata === undefined) return undefined;
  const found = await json(target, 'TrentService.GetKeyPolicy', { KeyId: metadata['KeyId'], PolicyName: 'default' });
  return {
    arn: String(metadata['Arn']),
    account: target.account,
    policy: String(found?.['Policy'] ?? ''),
    manager: metadata['KeyManager'] === 'AWS' ? 'AWS' : 'CUSTOMER',
    enabled: metadata['Enabled'] === true,
  };
}
