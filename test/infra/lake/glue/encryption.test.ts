import {
  CreateDatabaseCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  PutDataCatalogEncryptionSettingsCommand,
} from '@aws-sdk/client-glue';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cloud } from './cloud.ts';
import { everything, producer, startCloud } from './cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
beforeEach(async () => {
  await cloud.lake.control.reset();
  await cloud.glue(producer).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'db' } }));
});
afterAll(() => cloud.lake.close());

const reader = `arn:aws:iam::${producer}:role/reader`;
const onlyGlue = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'glue:*', Resource: '*' }] };
const refused = { name: 'GlueEncryptionException', message: 'Insufficient encryption key permissions for Glue API' };

function encrypt(SseAwsKmsKeyId?: string): Promise<unknown> {
  const EncryptionAtRest = { CatalogEncryptionMode: 'SSE-KMS' as const, ...(SseAwsKmsKeyId && { SseAwsKmsKeyId }) };
  const settings = { DataCatalogEncryptionSettings: { EncryptionAtRest } };
  return cloud.glue(producer).send(new PutDataCatalogEncryptionSettingsCommand(settings));
}

describe('an encrypted catalog', () => {
  test('needs its key: glue:* alone reads nothing any more (GL-46, G-S8)', async () => {
    const kms = new KMSClient(cloud.config(producer));
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const client = await cloud.glueAs(reader, onlyGlue);
    await client.send(new GetDatabaseCommand({ Name: 'db' }));
    await encrypt(KeyMetadata?.Arn);
    await expect(client.send(new GetDatabaseCommand({ Name: 'db' }))).rejects.toMatchObject(refused);
    await expect(client.send(new GetDatabasesCommand({}))).rejects.toMatchObject(refused);
    const allowed = await cloud.glueAs(reader, everything);
    expect((await allowed.send(new GetDatabaseCommand({ Name: 'db' }))).Database?.Name).toBe('db');
  });

  test('under a key that is not there is closed to everybody; its settings can still be mended (GL-46)', async () => {
    await encrypt('none');
    const client = await cloud.glueAs(reader, everything);
    await expect(client.send(new GetDatabaseCommand({ Name: 'db' }))).rejects.toMatchObject(refused);
    await encrypt();
    expect((await client.send(new GetDatabaseCommand({ Name: 'db' }))).Database?.Name).toBe('db');
  });
});
