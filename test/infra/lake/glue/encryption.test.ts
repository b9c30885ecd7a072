import {
  CreateConnectionCommand,
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteTableCommand,
  GetConnectionCommand,
  GetCrawlerCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetDataCatalogEncryptionSettingsCommand,
  GetPartitionsCommand,
  GetResourcePoliciesCommand,
  GetTableCommand,
  GetTablesCommand,
  type GlueClient,
  UpdateDatabaseCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cloud, consumer, producer, region, startCloud, tableInput } from './cloud.ts';
import {
  boundTo,
  encrypt as encryptCatalog,
  keyPolicy,
  makeKey,
  onGlue,
  policy,
  refusedBy,
  withSession,
} from './keys.ts';

let cloud: Cloud;
let key: string;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.lake.close());

/** `db.legacy_all` in the producer's catalog, and a key that its account's identity policies decide about. */
beforeEach(async () => {
  await cloud.lake.control.reset();
  const glue = cloud.glue(producer);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'db' } }));
  await glue.send(new CreateTableCommand({ DatabaseName: 'db', TableInput: tableInput('legacy_all', ['year']) }));
  key = await makeKey(cloud, producer);
});

const reader = `arn:aws:iam::${producer}:role/reader`;
const onKey = (Action: string | string[], more: object = {}) => ({ Effect: 'Allow', Action, Resource: key, ...more });
const encryption = 'GlueEncryptionException';
const refused = (action: string, why: string) => refusedBy(key, action, why);
const encrypt = (settings: object = {}) => encryptCatalog(cloud, producer, { SseAwsKmsKeyId: key, ...settings });
const byIdentity = 'because no identity-based policy allows the kms:';

const readDatabase = (client: GlueClient) => client.send(new GetDatabaseCommand({ Name: 'db' }));

describe('a reader of an encrypted catalog', () => {
  test('needs kms:Decrypt on its key: without it KMS refuses, in the words Glue passes on (GL-46, G-S8)', async () => {
    const client = await cloud.glueAs(reader, policy(onGlue));
    await readDatabase(client);
    await encrypt();
    const origin =
      /\(Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: \w+; Proxy: null\)$/;
    await expect(readDatabase(client)).rejects.toMatchObject(refused('kms:Decrypt', byIdentity));
    await expect(readDatabase(client)).rejects.toMatchObject({ message: expect.stringMatching(origin) });
    const names = { DatabaseName: 'db', Name: 'legacy_all' };
    for (const command of [
      client.send(new GetDatabasesCommand({})),
      client.send(new GetTableCommand(names)),
      client.send(new GetTablesCommand({ DatabaseName: 'db' })),
      client.send(new GetPartitionsCommand({ DatabaseName: 'db', TableName: 'legacy_all' })),
      client.send(new GetConnectionCommand({ Name: 'vpc' })),
      client.send(new GetResourcePoliciesCommand({})),
    ])
      await expect(command).rejects.toMatchObject({ name: encryption });
    const allowed = await cloud.glueAs(reader, policy(onGlue, onKey('kms:Decrypt')));
    expect((await readDatabase(allowed)).Database?.Name).toBe('db');
    expect((await allowed.send(new GetTableCommand(names))).Table?.Name).toBe('legacy_all');
  });

  test('sees the settings and mends them without the key; a key that is gone opens to nobody (GL-47)', async () => {
    const client = await cloud.glueAs(reader);
    const gone = `arn:aws:kms:${region}:${producer}:key/none`;
    await encrypt({ SseAwsKmsKeyId: gone });
    const settings = await client.send(new GetDataCatalogEncryptionSettingsCommand({}));
    expect(settings.DataCatalogEncryptionSettings?.EncryptionAtRest?.SseAwsKmsKeyId).toBe(gone);
    await expect(readDatabase(client)).rejects.toMatchObject({
      name: encryption,
      message: expect.stringContaining(`Key '${gone}' does not exist`),
    });
    await encrypt();
    expect((await readDatabase(client)).Database?.Name).toBe('db');
  });

  test('of the same account needs nothing under the key that AWS manages (GL-48)', async () => {
    await encrypt({ SseAwsKmsKeyId: 'alias/aws/glue' });
    const client = await cloud.glueAs(reader, policy(onGlue));
    expect((await readDatabase(client)).Database?.Name).toBe('db');
  });
});

describe('a writer of an encrypted catalog', () => {
  test('needs Decrypt, GenerateDataKey and Encrypt (GL-46)', async () => {
    await encrypt();
    const granted: string[] = [];
    const connection = { ConnectionInput: { Name: 'x', ConnectionType: 'JDBC' as const, ConnectionProperties: {} } };
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:Encrypt']) {
      const client = await cloud.glueAs(reader, policy(onGlue, onKey([...granted, 'kms:DescribeKey'])));
      const table = { DatabaseName: 'db', TableInput: tableInput('legacy_all') };
      for (const command of [
        client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'new' } })),
        client.send(new UpdateDatabaseCommand({ Name: 'db', DatabaseInput: { Name: 'db' } })),
        client.send(new CreateTableCommand({ DatabaseName: 'db', TableInput: tableInput('other') })),
        client.send(new UpdateTableCommand(table)),
        client.send(new CreateConnectionCommand(connection)),
      ])
        await expect(command).rejects.toMatchObject(refused(action, byIdentity));
      granted.push(action);
    }
    const client = await cloud.glueAs(reader, policy(onGlue, onKey(granted)));
    await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'new' } }));
    expect((await client.send(new GetDatabasesCommand({}))).DatabaseList).toHaveLength(2);
  });

  test('drops a table without the key only where a call that declares no such error needs none (GL-46)', async () => {
    const drop = (client: GlueClient) =>
      client.send(new DeleteTableCommand({ DatabaseName: 'db', Name: 'legacy_all' }));
    await encrypt();
    await expect(drop(await cloud.glueAs(reader, policy(onGlue)))).rejects.toMatchObject({ name: encryption });
    const other = await startCloud({ switches: { 'catalog-key-asked-by': 'declared' } });
    try {
      const glue = other.glue(producer);
      await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'db' } }));
      await glue.send(new CreateTableCommand({ DatabaseName: 'db', TableInput: tableInput('legacy_all') }));
      await encryptCatalog(other, producer, { SseAwsKmsKeyId: await makeKey(other, producer) });
      const client = await other.glueAs(reader, policy(onGlue));
      await expect(readDatabase(client)).rejects.toMatchObject({ name: encryption });
      await drop(client);
    } finally {
      await other.lake.close();
    }
  });

  test('is the crawler’s role, too: without the key its run fails (GL-49)', async () => {
    await encrypt();
    const crawlerRole = `arn:aws:iam::${producer}:role/crawler`;
    const glue = cloud.glue(producer);
    const Targets = { S3Targets: [{ Path: 's3://lake/' }] };
    await glue.send(new CreateCrawlerCommand({ Name: 'cur', Role: crawlerRole, DatabaseName: 'db', Targets }));
    const run = { account: producer, region, name: 'cur', state: 'Succeeded', tables: [tableInput('found')] };
    const crawl = async (): Promise<string | undefined> => {
      await cloud.lake.control.set('glue', 'crawler-run', run);
      return (await glue.send(new GetCrawlerCommand({ Name: 'cur' }))).Crawler?.LastCrawl?.Status;
    };
    await cloud.glueAs(crawlerRole, policy(onGlue));
    expect(await crawl()).toBe('FAILED');
    const all = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:Encrypt'];
    await cloud.glueAs(crawlerRole, policy(onGlue, onKey(all)));
    expect(await crawl()).toBe('SUCCEEDED');
  });
});

describe('who may use the key', () => {
  test('is for identity policies to say when its policy admits the account (GL-47)', async () => {
    await encrypt();
    const denied = policy(onGlue, onKey('kms:*'), { ...onKey('kms:Decrypt'), Effect: 'Deny' });
    const without = readDatabase(await cloud.glueAs(reader, policy(onGlue)));
    await expect(without).rejects.toMatchObject(refused('kms:Decrypt', byIdentity));
    const against = readDatabase(await cloud.glueAs(reader, denied));
    await expect(against).rejects.toMatchObject(refused('kms:Decrypt', 'with an explicit deny in an identity-based'));
    await readDatabase(await cloud.glueAs(reader, policy(onGlue, onKey('kms:Decrypt'))));
  });

  test('is for its policy alone to say when that names roles and not the account (GL-47)', async () => {
    const other = `arn:aws:iam::${producer}:role/other`;
    await cloud.glueAs(reader, policy(onGlue));
    key = await makeKey(cloud, producer, keyPolicy(['kms:Decrypt'], reader));
    await encrypt();
    await readDatabase(await cloud.glueAs(reader, policy(onGlue)));
    await expect(readDatabase(await cloud.glueAs(other))).rejects.toMatchObject(
      refused('kms:Decrypt', 'because no resource-based policy allows the kms:'),
    );
  });

  test('is nobody beyond a session policy or a permissions boundary without it (GL-47)', async () => {
    await encrypt();
    const session = await withSession(cloud, reader, policy(onGlue));
    await expect(readDatabase(session)).rejects.toMatchObject(
      refused('kms:Decrypt', 'because no session policy allows the kms:'),
    );
    await readDatabase(await withSession(cloud, reader, policy(onGlue, onKey('kms:Decrypt'))));
    const bound = `arn:aws:iam::${producer}:role/bound`;
    await expect(readDatabase(await boundTo(cloud, bound, policy(onGlue)))).rejects.toMatchObject(
      refused('kms:Decrypt', 'because no permissions boundary allows the kms:'),
    );
    const wide = `arn:aws:iam::${producer}:role/wide`;
    await readDatabase(await boundTo(cloud, wide, policy(onGlue, onKey('kms:Decrypt'))));
  });

  test('can be asked by the service it is used through, the caller’s account and the catalog (GL-47)', async () => {
    await encrypt();
    const through = async (equals: object) =>
      readDatabase(
        await cloud.glueAs(reader, policy(onGlue, onKey('kms:Decrypt', { Condition: { StringEquals: equals } }))),
      );
    await through({
      'kms:ViaService': `glue.${region}.amazonaws.com`,
      'kms:CallerAccount': producer,
      'kms:EncryptionContext:glue_catalog_id': producer,
      'aws:ViaAWSService': 'true',
    });
    for (const wrong of [
      { 'kms:ViaService': `s3.${region}.amazonaws.com` },
      { 'kms:ViaService': 'glue.eu-west-1.amazonaws.com' },
      { 'kms:CallerAccount': consumer },
      { 'kms:EncryptionContext:glue_catalog_id': consumer },
    ])
      await expect(through(wrong)).rejects.toMatchObject({ name: encryption });
  });

  test('is the service role in its mode: the caller needs nothing, the role everything (GL-49)', async () => {
    const role = `arn:aws:iam::${producer}:role/catalog-key`;
    await encrypt({ CatalogEncryptionMode: 'SSE-KMS-WITH-SERVICE-ROLE', CatalogEncryptionServiceRole: role });
    const client = await cloud.glueAs(reader, policy(onGlue));
    await expect(readDatabase(client)).rejects.toMatchObject({
      name: encryption,
      message: expect.stringContaining(`sts:AssumeRole on resource: ${role}`),
    });
    await cloud.glueAs(role, policy(onGlue));
    await expect(readDatabase(client)).rejects.toMatchObject({
      name: encryption,
      message: expect.stringContaining('assumed-role/catalog-key/'),
    });
    await cloud.glueAs(role, policy(onKey(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'])));
    expect((await readDatabase(client)).Database?.Name).toBe('db');
    await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'new' } }));
  });
});
