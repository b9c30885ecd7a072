import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  closeTableDefaults,
  createLink,
  readCatalog,
  readCrawler,
  readLink,
  reopenTableDefaults,
} from '#aws/catalog.ts';
import { readCatalogEncryption } from '#aws/catalog-key.ts';
import { putCatalogPolicy, readCatalogPolicy } from '#aws/catalog-policy.ts';
import { covering, listLocations } from '#aws/location.ts';
import { type AwsStub, awsError, inTurn, type StubAnswer, startAwsStub } from '../support/aws-stub.ts';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

const ACCOUNT = '111111111111';
const clients = () => stub.access().own('ap-northeast-1');
const everybody = { Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' }, Permissions: ['ALL'] };
const notFound = awsError('EntityNotFoundException', 'Database cur_org not found.');
/** Answers by operation. */
const by = (answers: Record<string, StubAnswer>) => {
  stub.respond = ({ operation }) => answers[operation] ?? awsError('Unexpected', operation, 501);
};

test('reads a database and all pages of its tables (G-K12)', async () => {
  const database = { Name: 'cur_org', CreateTableDefaultPermissions: [everybody] };
  const pages = inTurn(
    { body: { TableList: [{ Name: 'a', StorageDescriptor: { Location: 's3://b/a/' } }], NextToken: 'n' } },
    { body: { TableList: [], NextToken: 'm' } },
    {
      body: {
        TableList: [
          { Name: 'l', TargetTable: { Name: 'x' }, StorageDescriptor: { Location: 's3://other/' } },
          { Name: 'v' },
        ],
      },
    },
  );
  stub.respond = (request, nth) =>
    request.operation === 'GetTables' ? pages(request, nth) : { body: { Database: database } };
  expect(await readCatalog(clients(), { account: ACCOUNT, database: 'cur_org', owner: true })).toEqual({
    database: { name: 'cur_org', openTables: true, isLink: false },
    tables: [
      { name: 'a', location: 's3://b/a/', isLink: false, columns: [], parameters: {} },
      { name: 'l', location: null, isLink: true, columns: [], parameters: {} },
      { name: 'v', location: null, isLink: false, columns: [], parameters: {} },
    ],
  });
});

test('only the owner is told that a database is missing; anybody else sees NotVisible (law 6, G-K1)', async () => {
  by({ GetDatabase: notFound });
  const ask = (owner: boolean) => readCatalog(clients(), { account: ACCOUNT, database: 'cur_org', owner });
  expect(await ask(true)).toEqual({ database: null, tables: [] });
  await expect(ask(false)).rejects.toMatchObject({ code: 'NotVisible' });
});

test.for(['AccessDeniedException', 'ThrottlingException', 'InternalServiceException'])(
  '%s is never "missing" (law 6, G-K1, G-L29)',
  async (code) => {
    by({ GetDatabase: awsError(code), GetCrawler: awsError(code) });
    await expect(readCatalog(clients(), { account: ACCOUNT, database: 'd', owner: true })).rejects.toThrow();
    await expect(readLink(clients(), ACCOUNT, 'd')).rejects.toThrow();
    await expect(readCrawler(clients(), 'c')).rejects.toThrow();
  },
);

test('a database that is a link is said to be one, and its target’s tables are not taken for its own (G-L24)', async () => {
  by({ GetDatabase: { body: { Database: { Name: 'l', TargetDatabase: { CatalogId: '9', DatabaseName: 'd' } } } } });
  const facts = await readCatalog(clients(), { account: ACCOUNT, database: 'l', owner: true });
  expect(facts).toEqual({ database: { name: 'l', openTables: false, isLink: true }, tables: [] });
});

test('a link is read with account, database and Region of its target; a real database has none (G-K2)', async () => {
  const target = { CatalogId: '222222222222', DatabaseName: 'd', Region: 'us-east-1' };
  by({ GetDatabase: { body: { Database: { Name: 'l', TargetDatabase: target } } } });
  expect(await readLink(clients(), ACCOUNT, 'l')).toEqual({
    database: { name: 'l', target: { catalog: '222222222222', database: 'd', region: 'us-east-1' } },
  });
  by({ GetDatabase: { body: { Database: { Name: 'l' } } } });
  expect(await readLink(clients(), ACCOUNT, 'l')).toEqual({ database: { name: 'l', target: null } });
  by({ GetDatabase: notFound });
  expect(await readLink(clients(), ACCOUNT, 'l')).toEqual({ database: null });
});

test('a link is made with the Region of its target (G-K8); a taken name is AlreadyExists (G-K3)', async () => {
  by({ CreateDatabase: {} });
  const link = { name: 'cur_org_linked', target: { catalog: ACCOUNT, database: 'cur_org', region: 'us-east-1' } };
  await createLink(clients(), '222222222222', link);
  expect(stub.requests[0]?.body).toEqual({
    CatalogId: '222222222222',
    DatabaseInput: {
      Name: 'cur_org_linked',
      TargetDatabase: { CatalogId: ACCOUNT, DatabaseName: 'cur_org', Region: 'us-east-1' },
    },
  });
  by({ CreateDatabase: awsError('AlreadyExistsException') });
  await expect(createLink(clients(), '222222222222', link)).rejects.toMatchObject({ code: 'AlreadyExists' });
});

test('closing the table defaults keeps every other field of the database, and what others are given', async () => {
  const team = {
    Principal: { DataLakePrincipalIdentifier: 'arn:aws:iam::111111111111:role/team' },
    Permissions: ['SELECT'],
  };
  const kept = { Description: 'd', LocationUri: 's3://b/', Parameters: { k: 'v' } };
  const read = {
    Name: 'cur_org',
    CatalogId: ACCOUNT,
    CreateTime: 1,
    CreateTableDefaultPermissions: [everybody, team],
    ...kept,
  };
  by({ GetDatabase: { body: { Database: read } }, UpdateDatabase: {} });
  const before: string[] = [];
  await closeTableDefaults(
    clients(),
    { account: ACCOUNT, database: 'cur_org' },
    async (text) => void before.push(text),
  );
  expect(stub.requests.at(-1)?.body).toEqual({
    CatalogId: ACCOUNT,
    Name: 'cur_org',
    DatabaseInput: { Name: 'cur_org', ...kept, CreateTableDefaultPermissions: [team] },
  });
  expect(before).toEqual([JSON.stringify([everybody, team])]);
  by({ GetDatabase: { body: { Database: { ...read, CreateTableDefaultPermissions: [team] } } }, UpdateDatabase: {} });
  await reopenTableDefaults(clients(), { account: ACCOUNT, database: 'cur_org', defaults: before[0] ?? '' });
  expect(stub.requests.at(-1)?.body).toMatchObject({
    DatabaseInput: { ...kept, CreateTableDefaultPermissions: [team, everybody] },
  });
});

test('closing what is closed writes nothing (law 7)', async () => {
  by({ GetDatabase: { body: { Database: { Name: 'cur_org', CreateTableDefaultPermissions: [] } } } });
  await closeTableDefaults(clients(), { account: ACCOUNT, database: 'cur_org' }, async () => undefined);
  expect(stub.count('UpdateDatabase')).toBe(0);
});

test('a crawler says which database it fills; a deleted one is null', async () => {
  by({ GetCrawler: { body: { Crawler: { Name: 'c', DatabaseName: 'cur_org', TablePrefix: 'p_' } } } });
  expect(await readCrawler(clients(), 'c')).toEqual({ database: 'cur_org', prefix: 'p_' });
  by({ GetCrawler: awsError('EntityNotFoundException') });
  expect(await readCrawler(clients(), 'c')).toBeNull();
});

const encryption = (settings: object) => ({ body: { DataCatalogEncryptionSettings: settings } });

test('the catalog policy with its hash (G-S7)', async () => {
  by({ GetResourcePolicy: { body: { PolicyInJson: '{}', PolicyHash: 'h' } } });
  expect(await readCatalogPolicy(clients(), ACCOUNT)).toEqual({ text: '{}', hash: 'h' });
  by({ GetResourcePolicy: notFound });
  expect(await readCatalogPolicy(clients(), ACCOUNT)).toEqual({ text: null, hash: null });
});

test('how a catalog is encrypted; without settings it is not (G-S8)', async () => {
  const atRest = { CatalogEncryptionMode: 'SSE-KMS', SseAwsKmsKeyId: 'k' };
  by({ GetDataCatalogEncryptionSettings: encryption({ EncryptionAtRest: atRest }) });
  expect(await readCatalogEncryption(clients())).toEqual({ mode: 'SSE-KMS', key: 'k' });
  by({ GetDataCatalogEncryptionSettings: encryption({}) });
  expect(await readCatalogEncryption(clients())).toEqual({ mode: 'DISABLED', key: null });
});

test.for([
  [
    { text: '{}', previousHash: null, hybrid: false },
    { PolicyInJson: '{}', PolicyExistsCondition: 'NOT_EXIST' },
  ],
  [
    { text: '{}', previousHash: 'h', hybrid: true },
    { PolicyInJson: '{}', PolicyExistsCondition: 'MUST_EXIST', PolicyHashCondition: 'h', EnableHybrid: 'TRUE' },
  ],
] as const)('a catalog policy is written only over the one that was read (G-S7) %#', async ([options, sent]) => {
  by({ PutResourcePolicy: {} });
  await putCatalogPolicy(clients(), { account: ACCOUNT, ...options });
  expect(stub.requests[0]?.body).toEqual(sent);
  by({ PutResourcePolicy: awsError('ConditionCheckFailureException') });
  await expect(putCatalogPolicy(clients(), { account: ACCOUNT, ...options })).rejects.toMatchObject({
    code: 'DocumentChanged',
  });
});

test('a location is covered by its own registration or its nearest parent’s, found on any page (G-L26)', async () => {
  const resource = (ResourceArn: string, more: object = {}) => ({ ResourceArn, ...more });
  const parent = { RoleArn: 'r', HybridAccessEnabled: true, VerificationStatus: 'VERIFIED' };
  stub.respond = inTurn(
    { body: { ResourceInfoList: [resource('arn:aws:s3:::cur'), resource('arn:aws:s3:::cur/other')], NextToken: 'n' } },
    { body: { ResourceInfoList: [resource('arn:aws:s3:::cur/cur/', parent), resource('arn:aws:s3:::cur/cu')] } },
  );
  expect(covering(await listLocations(clients()), { bucket: 'cur', prefix: 'cur/2026/', partition: 'aws' })).toEqual({
    registered: { arn: 'arn:aws:s3:::cur/cur/', roleArn: 'r', hybrid: true, verification: 'VERIFIED' },
  });
});

test.for(['arn:aws:s3:::curious', 'arn:aws:s3:::cur/a/b', 'arn:aws-cn:s3:::cur'])(
  '%s does not cover s3://cur/a/',
  async (arn) => {
    stub.respond = () => ({ body: { ResourceInfoList: [{ ResourceArn: arn }] } });
    expect(covering(await listLocations(clients()), { bucket: 'cur', prefix: 'a/', partition: 'aws' })).toEqual({
      registered: null,
    });
  },
);
