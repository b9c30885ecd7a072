/** A consumer outside the organization: Lake Formation and RAM share with it, a bucket that asks for the organization doesn't. */

import { CreateDatabaseCommand, GetTableCommand } from '@aws-sdk/client-glue';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand, GetObjectCommand, PutBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allow, clientsOf, failure, policy } from '../frame/clients.ts';
import {
  acceptAll,
  consumer,
  database,
  grant,
  invitations,
  jobRole,
  prepared,
  producer,
  region,
  stranger,
  table,
} from '../lakeformation/lakes.ts';

const management = '999999999999';
const Bucket = 'cur-export';
const Key = 'legacy_all/part-0.parquet';

let lakes: Awaited<ReturnType<typeof prepared>>;
let keyArn: string;
beforeEach(async () => {
  lakes = await prepared({ accounts: [producer, consumer, stranger, management] });
  const organization = { managementAccount: management, id: 'o-1', accounts: [{ id: producer }], ramSharing: true };
  await lakes.lake.control.set('organizations', 'found', organization);
  const { s3, kms } = clientsOf(lakes.lake.url, producer);
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
  const members = { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } };
  const Policy = policy(allow('kms:*', '*', { Principal: { AWS: producer } }), allow('kms:Decrypt', '*', members));
  keyArn = (await kms.send(new CreateKeyCommand({ Policy }))).KeyMetadata?.Arn ?? '';
  const bucketPolicy = policy(allow('s3:GetObject', `arn:aws:s3:::${Bucket}/*`, members));
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: bucketPolicy }));
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'bytes' }));
  await s3.send(
    new PutObjectCommand({
      Bucket,
      Key: 'sealed',
      Body: 'bytes',
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: keyArn,
    }),
  );
});
afterEach(() => lakes.close());

/** Shared with the consumer, accepted if it is invited, linked, granted to the job's role. */
async function onboard(): Promise<void> {
  await grant(lakes.owner, consumer, database(), ['DESCRIBE'], ['DESCRIBE']);
  await grant(lakes.owner, consumer, table(), ['SELECT', 'DESCRIBE'], ['SELECT', 'DESCRIBE']);
  await acceptAll(lakes.taker);
  const TargetDatabase = { CatalogId: producer, DatabaseName: 'cur_org' };
  await lakes.taker.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'cur_linked', TargetDatabase } }));
  await grant(lakes.taker, jobRole, database('cur_linked'), ['DESCRIBE']);
  await grant(lakes.taker, jobRole, database('cur_org', producer), ['DESCRIBE']);
  await grant(lakes.taker, jobRole, table('legacy_all', producer), ['SELECT', 'DESCRIBE']);
}

async function readsMetadata(): Promise<string | undefined> {
  const names = { DatabaseName: 'cur_linked', Name: 'legacy_all' };
  return (await lakes.job.glue.send(new GetTableCommand(names))).Table?.CatalogId;
}

async function read(key: string): Promise<string | undefined> {
  const { s3 } = clientsOf(lakes.lake.url, await lakes.lake.control.credentials(jobRole));
  return (await s3.send(new GetObjectCommand({ Bucket, Key: key }))).Body?.transformToString();
}

const noMember = 'because no resource-based policy allows the s3:GetObject action';

test('one that is in no organization is invited, sees the table, and is refused every byte (ORG-19)', async () => {
  await onboard();
  expect((await invitations(lakes.taker)).map(({ status }) => status)).toContain('ACCEPTED');
  expect(await readsMetadata()).toBe(producer);
  for (const key of [Key, 'sealed']) expect((await failure(read(key))).message).toContain(noMember);
});

test('nor does one of another organization get any, until it moves; members do, as long as they are (ORG-12, ORG-19)', async () => {
  await lakes.lake.control.set('organizations', 'found', { managementAccount: stranger, accounts: [{ id: consumer }] });
  await onboard();
  expect(await readsMetadata()).toBe(producer);
  expect((await failure(read(Key))).message).toContain(noMember);
  await lakes.lake.control.set('organizations', 'join', { account: consumer, of: management });
  expect(await readsMetadata()).toBe(producer);
  for (const key of [Key, 'sealed']) expect(await read(key)).toBe('bytes');
  await lakes.lake.control.set('organizations', 'leave', { account: consumer });
  for (const key of [Key, 'sealed']) expect((await failure(read(key))).message).toContain(noMember);
});

test('a deny of everybody but members hits who is in none, whatever else allows him (ORG-19)', async () => {
  const { s3 } = clientsOf(lakes.lake.url, producer);
  const Resource = `arn:aws:s3:::${Bucket}/*`;
  const Condition = { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } };
  const deny = { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource, Condition };
  const named = policy(allow('s3:GetObject', Resource, { Principal: { AWS: jobRole } }));
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: named }));
  expect(await read(Key)).toBe('bytes');
  const both = policy(allow('s3:GetObject', Resource, { Principal: { AWS: jobRole } }), deny);
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: both }));
  expect((await failure(read(Key))).message).toContain('with an explicit deny in a resource-based policy');
  // The bucket is open to him by name, the key to members only.
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: named }));
  expect((await failure(read('sealed'))).message).toContain('perform: kms:Decrypt');
});
