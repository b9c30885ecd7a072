/** Law 12: a role that was not admitted reads nothing, whatever its maker calls it and whatever its sessions say. */

import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANALYTICS, BUCKET, CUR, JOB, objectKey, type Reader, readerArn } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { clientConfig, makeRole } from '../../infra/local/scenes/world.ts';
import { bucketStatements, root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, publishAll } from '../support/scopes.ts';

const policy = demoPolicy('demo-share', ({ products }) => {
  const { cur } = products;
  if (cur) cur.consumers.jobRoles = [{ match: 'role/*data-lake-*', proof: 'tag' }];
});
const THING: Reader = { name: 'thing', account: ANALYTICS, path: '/', role: 'my-data-lake-thing' };
const EVERYTHING = [{ Effect: 'Allow', Action: ['glue:*', 'lakeformation:*', 's3:*'], Resource: '*' }];
const iam = () => root(cloud.stage, ANALYTICS).iam;
const tag = (Key: string, { role }: Reader = JOB) =>
  iam().send(new TagRoleCommand({ RoleName: role, Tags: [{ Key, Value: 'cur' }] }));
const trust = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(policy, [crawled]);
});
afterEach(() => cloud.close());

/** What a session that calls itself whatever it likes gets of the bytes. */
async function bytesIn(reader: Reader, tags: Record<string, string>): Promise<string> {
  const credentials = await cloud.stage.control.credentials(readerArn(reader), { tags });
  const s3 = new S3Client({ ...clientConfig(cloud.stage, credentials), forcePathStyle: true });
  const got = await Promise.allSettled([
    s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: objectKey(CUR, '5') })),
    s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: CUR.prefix })),
  ]);
  return got.map(({ status }) => (status === 'fulfilled' ? 'read' : 'refused')).join(', ');
}

async function settle(): Promise<void> {
  await publishAll(cloud, policy);
  await cloud.settle(CONSUMER);
}

const causes = async () => (await openFindings(cloud)).map(({ cause, principal }) => `${cause} ${principal}`);

test('a session that calls itself the product is not the role that carries the tag (sec-1)', async () => {
  await makeRole(cloud.stage, THING, EVERYTHING);
  const statement = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ANALYTICS}:root` } };
  const PolicyDocument = trust({ ...statement, Action: ['sts:AssumeRole', 'sts:TagSession'] });
  await iam().send(new UpdateAssumeRolePolicyCommand({ RoleName: THING.role, PolicyDocument }));
  await tag('onramp:product');
  await settle();
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  for (const key of ['onramp:product', 'Onramp:Product']) {
    expect(await bytesIn(THING, { [key]: 'cur' })).toBe('refused, refused');
  }
  // Without proof, and judged all the same.
  expect(await causes()).toContain(`role-trust-too-wide ${readerArn(THING)}`);
  const denials = (await bucketStatements(cloud.stage)).filter(({ Effect }) => Effect === 'Deny');
  expect(JSON.stringify(denials)).toContain(readerArn(THING));
});

test('a role that is admitted later makes the producer run again, however its tag is spelled (sec-3)', async () => {
  await settle();
  expect(await bytesIn(JOB, {})).toBe('refused, refused');
  expect(await bytesIn(JOB, { 'onramp:product': 'cur' })).toBe('refused, refused');
  await tag('Onramp:Product');
  await cloud.later(60_000);
  const made = await writes(cloud, () => cloud.settle(CONSUMER));
  expect(made).toContain('111111111111 PutBucketPolicy');
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  await cloud.later(60_000);
  expect(await writes(cloud, settle)).toEqual([]);
});

test('a role made again under the same name reads no bytes before it is admitted again', async () => {
  await tag('onramp:product');
  await settle();
  expect(await bytesIn(JOB, {})).toBe('read, read');
  await iam().send(new DeleteRolePolicyCommand({ RoleName: JOB.role, PolicyName: 'default' }));
  await iam().send(new DeleteRoleCommand({ RoleName: JOB.role }));
  const open = trust({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ANALYTICS}:root` }, Action: 'sts:*' });
  await iam().send(new CreateRoleCommand({ RoleName: JOB.role, Path: JOB.path, AssumeRolePolicyDocument: open }));
  const PolicyDocument = trust(...EVERYTHING);
  await iam().send(new PutRolePolicyCommand({ RoleName: JOB.role, PolicyName: 'all', PolicyDocument }));
  await tag('onramp:product');
  expect(await bytesIn(JOB, {})).toBe('refused, refused');
  expect(await bytesIn(JOB, { 'onramp:product': 'cur' })).toBe('refused, refused');
});
