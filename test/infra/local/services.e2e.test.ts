/** What our code relies on in DynamoDB, S3, SQS and SNS, on the pinned MiniStack. */

import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SendMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../../infra/local/emulator/emulator.ts';
import { as, createQueue, MEMBER } from './support/lambda.ts';

// Real processes on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

describe('DynamoDB', () => {
  const TableName = 'ledger';
  let dynamo: DynamoDBClient;
  const Item = { pk: { S: 'lease' }, expires: { N: '9' } };
  beforeAll(async () => {
    dynamo = new DynamoDBClient(as(emulator.url));
    await dynamo.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    await dynamo.send(new PutItemCommand({ TableName, Item }));
  });

  test('a put whose condition fails changes nothing and shows what is there', async () => {
    const taken = new PutItemCommand({
      TableName,
      Item: { pk: { S: 'lease' }, expires: { N: '20' } },
      ConditionExpression: 'attribute_not_exists(pk) OR expires < :now',
      ExpressionAttributeValues: { ':now': { N: '5' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(dynamo.send(taken)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item });
  });

  test('an update whose condition fails changes nothing', async () => {
    const update = new UpdateItemCommand({
      TableName,
      Key: { pk: { S: 'lease' } },
      UpdateExpression: 'SET expires = :later',
      ConditionExpression: 'expires = :other',
      ExpressionAttributeValues: { ':later': { N: '30' }, ':other': { N: '1' } },
    });
    await expect(dynamo.send(update)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect((await dynamo.send(new GetItemCommand({ TableName, Key: { pk: { S: 'lease' } } }))).Item).toEqual(Item);
  });

  test('a transaction is all or nothing, with the reason of each part', async () => {
    const put = (pk: string) => ({
      Put: { TableName, Item: { pk: { S: pk } }, ConditionExpression: 'attribute_not_exists(pk)' },
    });
    const transaction = dynamo.send(new TransactWriteItemsCommand({ TransactItems: [put('new'), put('lease')] }));
    await expect(transaction).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
    });
    expect((await dynamo.send(new GetItemCommand({ TableName, Key: { pk: { S: 'new' } } }))).Item).toBeUndefined();
  });
});

test('S3 keeps versions, refuses to overwrite when told not to, and other accounts', async () => {
  const [Bucket, Key] = ['policies', 'current'];
  const s3 = new S3Client({ ...as(emulator.url), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const first = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'one' }));
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'two' }));
  const old = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId: first.VersionId }));
  expect(await old.Body?.transformToString()).toBe('one');
  const again = s3.send(new PutObjectCommand({ Bucket, Key, Body: 'three', IfNoneMatch: '*' }));
  await expect(again).rejects.toMatchObject({ name: 'PreconditionFailed' });
  const stranger = new S3Client({ ...as(emulator.url, MEMBER), forcePathStyle: true });
  await expect(stranger.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('SQS moves what is received too often to the dead-letter queue', async () => {
  const dead = await createQueue(emulator.url, 'dead');
  const main = await createQueue(emulator.url, 'main');
  const sqs = new SQSClient(as(emulator.url));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
  const Attributes = { VisibilityTimeout: '0', RedrivePolicy };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: main.url, Attributes }));
  await sqs.send(new SendMessageCommand({ QueueUrl: main.url, MessageBody: '{"a":1}' }));
  for (let i = 0; i < 3; i += 1) await sqs.send(new ReceiveMessageCommand({ QueueUrl: main.url }));
  expect(await dead.next()).toEqual({ a: 1 });
});

test('SNS delivers subject and message to a subscribed queue', async () => {
  const sns = new SNSClient(as(emulator.url));
  const inbox = await createQueue(emulator.url, 'alerts');
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: inbox.arn }));
  await sns.send(new PublishCommand({ TopicArn, Subject: 'a grant failed', Message: 'why' }));
  expect(await inbox.next()).toMatchObject({ Type: 'Notification', Subject: 'a grant failed', Message: 'why' });
});
