/** What the hub keeps, on MiniStack: the ledger's contract on DynamoDB, policies and snapshots on S3. */

import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archiveTo } from '#aws/audit.ts';
import { putBucketPolicy, readBucketPolicy } from '#aws/buckets.ts';
import { type Clients, createAccess, type HubClients } from '#aws/clients.ts';
import { createDynamoLedger } from '#aws/ledger.ts';
import { putPolicy, putSnapshot, readCurrentPolicy, readPolicy, readSnapshot } from '#aws/objects.ts';
import type { Entry } from '#contracts/ledger.ts';
import { type Emulator, startEmulator } from '../../infra/local/emulator/emulator.ts';
import { ledgerContract } from './ledger.contract.ts';

const HUB = '333333333333';
const LocationConstraint = 'ap-northeast-1';
let emulator: Emulator;
let hub: Clients & HubClients;
let tables = 0;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env['AWS_ENDPOINT_URL'] = emulator.url;
  const access = createAccess({
    partition: 'aws',
    namespace: 'onramp',
    rolePath: '/onramp/',
    sessionName: 'test',
    baseCredentials: async () => ({ accessKeyId: HUB, secretAccessKey: 'test' }),
  });
  hub = access.own('ap-northeast-1');
}, 240_000);
afterAll(() => emulator?.close());

/** Entries that the audit bucket has, as its objects' lines. */
async function archivedIn(Bucket: string): Promise<readonly Entry[]> {
  const { Contents = [] } = await hub.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'entries/' }));
  const texts = await Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await hub.s3.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToString()) ?? '';
    }),
  );
  return texts.flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry),
  );
}

describe('the ledger in DynamoDB', () => {
  ledgerContract(async () => {
    tables += 1;
    const TableName = `ledger-${process.pid}-${tables}`;
    await hub.dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    const Bucket = `audit-${process.pid}-${tables}`;
    await hub.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
    const ledger = createDynamoLedger(hub.dynamodb, TableName, archiveTo(hub.s3, Bucket));
    return { ledger, ended: () => archivedIn(Bucket) };
  });
});

test('policies by hash, snapshots by database, and a bucket’s policy', async () => {
  const Bucket = `policies-${process.pid}`;
  await hub.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
  await expect(readCurrentPolicy(hub.s3, Bucket)).rejects.toMatchObject({ code: 'Missing' });
  for (const hash of ['one', 'two']) await putPolicy(hub.s3, Bucket, { hash, document: { version: 1, hash } });
  expect(await readCurrentPolicy(hub.s3, Bucket)).toEqual({ hash: 'two', document: { version: 1, hash: 'two' } });
  expect((await readPolicy(hub.s3, Bucket, 'one')).hash).toBe('one');

  const scope = { account: '111111111111', region: 'ap-northeast-1', database: '売上 2026' };
  expect(await readSnapshot(hub.s3, Bucket, scope)).toBeNull();
  const snapshot = {
    ...scope,
    policy: 'one',
    at: '2026-11-22T00:00:00Z',
    products: [],
    denied: [],
    tagged: [],
    reached: [],
  };
  await putSnapshot(hub.s3, Bucket, snapshot);
  expect(await readSnapshot(hub.s3, Bucket, scope)).toEqual(snapshot);

  const bucket = { bucket: Bucket, owner: HUB };
  expect(await readBucketPolicy(hub, bucket)).toEqual({ text: null });
  const text = '{"Version":"2012-10-17","Statement":[]}';
  await putBucketPolicy(hub, { ...bucket, text });
  expect(await readBucketPolicy(hub, bucket)).toEqual({ text });
  await putBucketPolicy(hub, { ...bucket, text: null });
  expect(await readBucketPolicy(hub, bucket)).toEqual({ text: null });
});
