/** F-71: a client without a socket is told what a client on the wire is told. */

import { CreateDatabaseCommand, GetDatabaseCommand, GetDatabasesCommand, GlueClient } from '@aws-sdk/client-glue';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { failure, PRODUCER, REGION } from './clients.ts';

let lake: RunningLake;
beforeEach(async () => {
  lake = await startLake({ accounts: [PRODUCER] });
});
afterEach(() => lake.close());

/** Clients of the account's root; `wire`: by HTTP. */
function clients(way: 'direct' | 'wire', accessKeyId = PRODUCER) {
  const config = {
    endpoint: lake.url,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey: 'unused' },
    ...(way === 'direct' ? { requestHandler: lake.requestHandler } : {}),
  };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  return { glue: new GlueClient(config), iam: new IAMClient(config), s3, sqs: new SQSClient(config) };
}

const make = (Name: string) => new CreateDatabaseCommand({ DatabaseInput: { Name } });
const journal = async () =>
  (await lake.control.journal()).map(({ service, operation, status, error }) => [service, operation, status, error]);

test('what is written one way is read the other', async () => {
  await clients('direct').glue.send(make('one'));
  await clients('wire').glue.send(make('two'));
  for (const way of ['direct', 'wire'] as const) {
    const { DatabaseList = [] } = await clients(way).glue.send(new GetDatabasesCommand({}));
    expect(DatabaseList.map(({ Name }) => Name)).toEqual(['one', 'two']);
  }
});

test.each([
  ['an error in JSON', 'glue', new GetDatabaseCommand({ Name: 'x' })],
  ['an error in XML', 'iam', new GetRoleCommand({ RoleName: 'x' })],
  ['a bucket that is not there', 's3', new ListObjectsV2Command({ Bucket: 'x' })],
  ['a service that is nobody’s', 'sqs', new SendMessageCommand({ QueueUrl: 'x', MessageBody: 'x' })],
  ['somebody unknown', 'glue', new GetDatabasesCommand({}), '999999999999'],
])('%s is the same, and so is the journal', async (_, service, command, caller = PRODUCER) => {
  const ask = (way: 'direct' | 'wire') =>
    failure(clients(way, caller)[service as 'glue'].send(command as GetDatabaseCommand));
  expect(await ask('direct')).toEqual(await ask('wire'));
  const rows = await journal();
  expect(rows.slice(0, rows.length / 2)).toEqual(rows.slice(rows.length / 2));
});

test('objects come as streams, questions have parameters, and HEAD has no body', async () => {
  const { s3 } = clients('direct');
  await s3.send(new CreateBucketCommand({ Bucket: 'lake-data' }));
  for (const Key of ['a b/ü&=?.txt', 'c'])
    await s3.send(new PutObjectCommand({ Bucket: 'lake-data', Key, Body: `bytes of ${Key}` }));
  const where = { Bucket: 'lake-data', Key: 'a b/ü&=?.txt' };
  expect(await (await s3.send(new GetObjectCommand(where))).Body?.transformToString()).toBe('bytes of a b/ü&=?.txt');
  expect((await s3.send(new HeadObjectCommand(where))).ContentLength).toBe('bytes of a b/ü&=?.txt'.length + 1);
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: 'lake-data', Prefix: 'a b/' }));
  expect(listed.Contents?.map(({ Key }) => Key)).toEqual([where.Key]);
});

test('a cut connection is repeated by the SDK: the effect has happened', async () => {
  await lake.control.fault({ kind: 'cut', operation: 'CreateDatabase', nth: 1 });
  expect((await failure(clients('direct').glue.send(make('one')))).name).toBe('AlreadyExistsException');
  expect(await journal()).toEqual([
    ['glue', 'CreateDatabase', 0, 'ConnectionCut'],
    ['glue', 'CreateDatabase', 400, 'AlreadyExistsException'],
  ]);
});
