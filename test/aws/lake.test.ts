/** The adapters against the lake: every stage's call, made with no more rights than that stage's session policy. */

import { CreateCrawlerCommand, CreateDatabaseCommand, CreateTableCommand } from '@aws-sdk/client-glue';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { RegisterResourceCommand } from '@aws-sdk/client-lakeformation';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putBucketPolicy, readBucketPolicy, readEncryption } from '#aws/buckets.ts';
import { closeTableDefaults, createDatabase, createLink, readCatalog, readCrawler, readLink } from '#aws/catalog.ts';
import { putCatalogPolicy, readCatalogPolicy } from '#aws/catalog-policy.ts';
import { grantBatch, listGrants, revokeBatch } from '#aws/grants.ts';
import { putKeyPolicy, readKeyPolicy } from '#aws/keys.ts';
import { covering, listLocations } from '#aws/location.ts';
import { listRoles, readRole } from '#aws/roles.ts';
import { mergeSettings, readSettings, requireAdministrator, writeSettings } from '#aws/settings.ts';
import { acceptInvitation, readAssociations, readInvitations, readShares } from '#aws/shares.ts';
import type { Grant, LakeResource } from '#contracts/lake-formation.ts';
import { memberRoleArn } from '#contracts/names.ts';
import { CONSUMER, HUB, type OnrampLake, PRODUCER, REGION, startOnrampLake } from '../support/onramp-lake.ts';

let lake: OnrampLake;
beforeAll(async () => {
  lake = await startOnrampLake();
});
afterAll(() => lake.close());

const JOB = `arn:aws:iam::${CONSUMER}:role/data-jobs/data-lake-test-job-role`;
const database: LakeResource = { type: 'database', catalog: PRODUCER, database: 'cur_org' };
const allTables: LakeResource = { type: 'all-tables', catalog: PRODUCER, database: 'cur_org' };
const table: LakeResource = { type: 'table', catalog: PRODUCER, database: 'cur_org', table: 'legacy_all' };
const link: LakeResource = { type: 'database', catalog: CONSUMER, database: 'cur_org_linked' };
const grant = (principal: string, resource: LakeResource, permissions: string[], grantable: string[] = []): Grant => ({
  principal,
  resource,
  permissions,
  grantable,
});
const shared = [
  grant(CONSUMER, database, ['DESCRIBE'], ['DESCRIBE']),
  grant(CONSUMER, allTables, ['DESCRIBE', 'SELECT'], ['DESCRIBE', 'SELECT']),
];
const reader = (account: string) => lake.as(account, 'Reader', 'observe');
const operator = (account: string, purpose: 'settings' | 'exposure' | 'share' | 'accept' | 'link' | 'grant') =>
  lake.as(account, 'Operator', purpose);

test('the scene: a database found by a crawler, open to everyone as Glue makes it', async () => {
  const { glue } = lake.root(PRODUCER);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'cur_org', Description: 'costs' } }));
  const StorageDescriptor = { Location: 's3://cur-export/cur/', Columns: [{ Name: 'cost', Type: 'double' }] };
  await glue.send(
    new CreateTableCommand({ DatabaseName: 'cur_org', TableInput: { Name: 'legacy_all', StorageDescriptor } }),
  );
  await glue.send(
    new CreateCrawlerCommand({
      Name: 'cur-crawler',
      Role: 'crawler',
      DatabaseName: 'cur_org',
      TablePrefix: 'p_',
      Targets: { S3Targets: [{ Path: 's3://cur-export/cur/' }] },
    }),
  );
  expect(await readCrawler(reader(PRODUCER), 'cur-crawler')).toEqual({ database: 'cur_org', prefix: 'p_' });
  expect(await readCrawler(reader(PRODUCER), 'none')).toBeNull();
});

test('settings: our part is merged in, and a second time there is nothing to do', async () => {
  for (const account of [PRODUCER, CONSUMER]) {
    const arn = (role: 'Operator' | 'Reader') =>
      memberRoleArn({ partition: 'aws', account, namespace: 'onramp', role });
    const change = { addAdmins: [arn('Operator')], addReadOnlyAdmins: [arn('Reader')], raiseVersionTo: 3 };
    const { raw, facts } = await readSettings(operator(account, 'settings'), account);
    expect(() => requireAdministrator(facts, arn('Reader'), account)).toThrow(/is no Lake Formation administrator/);
    const merged = mergeSettings(raw, change);
    expect(merged).not.toBeNull();
    if (merged) await writeSettings(operator(account, 'settings'), account, merged);
    const after = await readSettings(reader(account), account);
    expect(mergeSettings(after.raw, change)).toBeNull();
    requireAdministrator(after.facts, arn('Reader'), account);
    expect(after.facts).toMatchObject({ admins: [arn('Operator')], crossAccountVersion: 3, openTables: true });
  }
});

test('catalog: what the owner sees; what nobody else may take for missing (law 6)', async () => {
  expect(await readCatalog(reader(PRODUCER), { account: PRODUCER, database: 'cur_org', owner: true })).toEqual({
    database: { name: 'cur_org', openTables: true, isLink: false },
    tables: [expect.objectContaining({ name: 'legacy_all', location: 's3://cur-export/cur/', isLink: false })],
  });
  expect((await readCatalog(reader(PRODUCER), { account: PRODUCER, database: 'x', owner: true })).database).toBeNull();
  const peek = readCatalog(reader(CONSUMER), { account: PRODUCER, database: 'cur_org', owner: false });
  await expect(peek).rejects.toMatchObject({ code: expect.stringMatching(/^(NotVisible|AccessDenied)$/) });
});

test('exposure: seen, in the way of sharing, taken off; new tables stay closed (G-L17)', async () => {
  const everyone = await listGrants(reader(PRODUCER), { account: PRODUCER, owner: true, resource: table });
  const open = {
    principal: 'IAM_ALLOWED_PRINCIPALS',
    resource: table,
    permissions: ['ALL'],
    grantable: [],
    shareArns: [],
  };
  expect(everyone).toContainEqual(open);
  const refused = await grantBatch(operator(PRODUCER, 'share'), PRODUCER, shared);
  expect(refused.map((error) => error?.code)).toContain('ExposureInTheWay');

  // First: once nobody is allowed everything, changing the database takes ALTER on it, administrator or not (G-L25).
  const scoped = lake.as(PRODUCER, 'Operator', 'exposure', { database: 'cur_org' });
  await closeTableDefaults(scoped, { account: PRODUCER, database: 'cur_org' }, async () => undefined);
  const toTakeOff = [database, table].map((resource) => grant('IAM_ALLOWED_PRINCIPALS', resource, ['ALL']));
  expect(await revokeBatch(operator(PRODUCER, 'exposure'), PRODUCER, toTakeOff)).toEqual([null, null]);
  const again = await revokeBatch(operator(PRODUCER, 'exposure'), PRODUCER, toTakeOff);
  expect(again.map((error) => error?.code)).toEqual(['NothingToRevoke', 'NothingToRevoke']);

  const { database: closed } = await readCatalog(reader(PRODUCER), {
    account: PRODUCER,
    database: 'cur_org',
    owner: true,
  });
  expect(closed?.openTables).toBe(false);
});

test('share: granted with the grant option, listed with the RAM shares that carry it (G-L13, G-R11)', async () => {
  expect(await grantBatch(operator(PRODUCER, 'share'), PRODUCER, shared)).toEqual([null, null]);
  for (const wanted of shared) {
    const listed = await listGrants(reader(PRODUCER), { account: PRODUCER, owner: true, resource: wanted.resource });
    const ours = listed.find(({ principal }) => principal === CONSUMER);
    expect(ours).toMatchObject(wanted);
    expect(ours?.shareArns[0]).toContain(':resource-share/');
    const associations = await readAssociations(reader(PRODUCER), ours?.shareArns ?? []);
    expect(associations.map(({ entity }) => entity)).toContain(CONSUMER);
  }
  const all = await listGrants(reader(PRODUCER), { account: PRODUCER, resourceType: 'DATABASE' });
  expect(all.map(({ principal }) => principal)).toContain(CONSUMER);
});

test('to a role that is no administrator a list is short and looks complete: why one is required (law 6)', async () => {
  await lake.makeRole({ account: PRODUCER, name: 'onlooker', path: '/', trust: { Service: 'glue.amazonaws.com' } });
  const onlooker = lake.principal(`arn:aws:iam::${PRODUCER}:role/onlooker`);
  const query = { account: PRODUCER, owner: true, resource: database };
  expect((await listGrants(reader(PRODUCER), query)).map(({ principal }) => principal)).toContain(CONSUMER);
  expect(await listGrants(onlooker, query)).toEqual([]);
});

test('accept: only what is pending, once; then the shares are there (G-R1, G-R8)', async () => {
  const before = await readInvitations(operator(CONSUMER, 'accept'), CONSUMER, { senders: [PRODUCER] });
  const pending = before.filter(({ status }) => status === 'PENDING');
  expect(pending.length).toBeGreaterThan(0);
  for (const { arn, sender, resources } of pending) {
    expect(sender).toBe(PRODUCER);
    expect(resources?.length).toBeGreaterThan(0);
    await acceptInvitation(operator(CONSUMER, 'accept'), { arn, token: 'run-1' });
    await acceptInvitation(operator(CONSUMER, 'accept'), { arn, token: 'run-1' });
  }
  const after = await readShares(reader(CONSUMER), CONSUMER);
  expect(after.map(({ owner, status }) => [owner, status])).toContainEqual([PRODUCER, 'ACTIVE']);
});

test('link: made once, read with its target; the name is then taken (G-K3)', async () => {
  const target = { catalog: PRODUCER, database: 'cur_org', region: REGION };
  expect(await readLink(reader(CONSUMER), CONSUMER, 'cur_org_linked')).toEqual({ database: null });
  const scoped = lake.as(CONSUMER, 'Operator', 'link', { database: 'cur_org_linked' });
  await createLink(scoped, CONSUMER, { name: 'cur_org_linked', target });
  expect(await readLink(reader(CONSUMER), CONSUMER, 'cur_org_linked')).toEqual({
    database: { name: 'cur_org_linked', target },
  });
  await createDatabase(operator(CONSUMER, 'link'), CONSUMER, { name: 'default' });
  expect(await readLink(reader(CONSUMER), CONSUMER, 'default')).toEqual({
    database: { name: 'default', target: null },
  });
  const taken = createLink(operator(CONSUMER, 'link'), CONSUMER, { name: 'default', target });
  await expect(taken).rejects.toMatchObject({ code: 'AlreadyExists' });
});

test('grants: the job role gets link, target and tables, and they are listed as sent (G-K5)', async () => {
  await lake.makeRole({
    account: CONSUMER,
    name: 'data-lake-test-job-role',
    path: '/data-jobs/',
    trust: { Service: 'glue.amazonaws.com' },
  });
  const wanted = [
    grant(JOB, link, ['DESCRIBE']),
    grant(JOB, database, ['DESCRIBE']),
    grant(JOB, allTables, ['DESCRIBE', 'SELECT']),
  ];
  expect(await grantBatch(operator(CONSUMER, 'grant'), CONSUMER, wanted)).toEqual([null, null, null]);
  for (const one of wanted) {
    const query = { account: CONSUMER, owner: one.resource.catalog === CONSUMER, resource: one.resource };
    expect(await listGrants(reader(CONSUMER), query)).toContainEqual({ ...one, shareArns: [] });
  }
  const selectOnLink = await grantBatch(operator(CONSUMER, 'grant'), CONSUMER, [grant(JOB, link, ['SELECT'])]);
  expect(selectOnLink[0]?.code).toBe('RequestRefused');
});

test('roles: found by path, read with policies; a missing one is null', async () => {
  const [found] = await listRoles(reader(CONSUMER), { pathPrefix: '/data-jobs/' });
  expect(found).toMatchObject({ arn: JOB, path: '/data-jobs/' });
  const role = await readRole(reader(CONSUMER), 'data-lake-test-job-role');
  expect(role?.policies).toHaveLength(1);
  expect(JSON.parse(role?.trust ?? '')).toMatchObject({
    Statement: [{ Principal: { Service: 'glue.amazonaws.com' } }],
  });
  expect(await readRole(reader(CONSUMER), 'nobody')).toBeNull();
});

test('catalog policy: written over what was read, refused over anything else (G-S7)', async () => {
  const clients = lake.as(PRODUCER, 'Operator', 'catalog-policy');
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'ram.amazonaws.com' },
    Action: 'glue:ShareResource',
    Resource: `arn:aws:glue:${REGION}:${PRODUCER}:catalog`,
  };
  const text = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const before = await readCatalogPolicy(clients, PRODUCER);
  await putCatalogPolicy(clients, { account: PRODUCER, text, previousHash: before.hash, hybrid: true });
  const after = await readCatalogPolicy(reader(PRODUCER), PRODUCER);
  expect(JSON.parse(after.text ?? '')).toEqual(JSON.parse(text));
  const late = putCatalogPolicy(clients, { account: PRODUCER, text, previousHash: before.hash, hybrid: true });
  await expect(late).rejects.toMatchObject({ code: 'DocumentChanged' });
  await putCatalogPolicy(clients, { account: PRODUCER, text, previousHash: after.hash, hybrid: true });
});

test('location: none, then the registered parent', async () => {
  const place = { bucket: 'cur-export', prefix: 'cur/', partition: 'aws' };
  expect(covering(await listLocations(reader(PRODUCER)), place)).toEqual({ registered: null });
  await lake.makeRole({
    account: PRODUCER,
    name: 'registrar',
    path: '/',
    trust: { Service: 'lakeformation.amazonaws.com' },
  });
  await lake.root(PRODUCER).lakeFormation.send(
    new RegisterResourceCommand({
      ResourceArn: 'arn:aws:s3:::cur-export',
      RoleArn: `arn:aws:iam::${PRODUCER}:role/registrar`,
      HybridAccessEnabled: true,
    }),
  );
  const { registered } = covering(await listLocations(reader(PRODUCER)), place);
  expect(registered).toMatchObject({ arn: 'arn:aws:s3:::cur-export', hybrid: true });
});

test('storage: bucket and key policies, read and written only in the owner’s account (G-B2, G-B5, G-B7)', async () => {
  const root = lake.root(PRODUCER);
  await root.s3.send(
    new CreateBucketCommand({ Bucket: 'cur-export', CreateBucketConfiguration: { LocationConstraint: REGION } }),
  );
  const { KeyMetadata: key } = await root.kms.send(new CreateKeyCommand({}));
  const arn = key?.Arn ?? '';
  const clients = lake.as(PRODUCER, 'Storage', 'storage', { bucket: 'cur-export', key: arn });
  const bucket = { bucket: 'cur-export', owner: PRODUCER };
  expect(await readBucketPolicy(clients, bucket)).toEqual({ text: null });
  expect((await readEncryption(reader(PRODUCER), bucket)).key).toBeNull();

  const statement = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${CONSUMER}:root` },
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::cur-export/*',
  };
  const text = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await putBucketPolicy(clients, { ...bucket, text });
  expect(JSON.parse((await readBucketPolicy(reader(PRODUCER), bucket)).text ?? '')).toEqual(JSON.parse(text));
  await putBucketPolicy(clients, { ...bucket, text: null });
  expect(await readBucketPolicy(clients, bucket)).toEqual({ text: null });
  await expect(readBucketPolicy(clients, { ...bucket, owner: CONSUMER })).rejects.toMatchObject({
    code: 'AccessDenied',
  });

  const { text: keyPolicy } = await readKeyPolicy(clients, arn);
  expect(keyPolicy).toContain(`${PRODUCER}:root`);
  await putKeyPolicy(clients, arn, keyPolicy ?? '');
});

test('a purpose cannot do another’s work, whatever its role may', async () => {
  const settings = readSettings(operator(PRODUCER, 'accept'), PRODUCER);
  await expect(settings).rejects.toMatchObject({ code: 'AccessDenied' });
  const [refused] = await Promise.allSettled([revokeBatch(reader(PRODUCER), PRODUCER, shared)]);
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'AccessDenied' } });
});

test('an account without our role is not entered', async () => {
  const elsewhere = lake.as(HUB, 'Reader', 'observe');
  await expect(readCrawler(elsewhere, 'c')).rejects.toMatchObject({ code: 'AccountNotEntered' });
});
