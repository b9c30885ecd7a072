import {
  GetDatabaseCommand,
  PutDataCatalogEncryptionSettingsCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-glue';
import { PutDataLakeSettingsCommand, type Resource, RevokePermissionsCommand } from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  acceptAll,
  addTables,
  admin,
  allTables,
  closed,
  consumer,
  database,
  everything,
  grant,
  invitations,
  prepared,
  producer,
  refusal,
  rows,
  stranger,
  table,
} from '../lakeformation/lakes.ts';
import { associationsOf, databaseArn, hours, sharesOf, tableArn } from './shares.ts';

let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  lakes = await prepared();
});
afterEach(() => lakes.close());

const version = (account: string, CROSS_ACCOUNT_VERSION: string) =>
  lakes.root(account).lf.send(
    new PutDataLakeSettingsCommand({
      DataLakeSettings: {
        ...closed,
        DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin(account) }],
        Parameters: { CROSS_ACCOUNT_VERSION },
      },
    }),
  );
const give = (resource: Resource, principal = consumer) =>
  grant(lakes.owner, principal, resource, ['DESCRIBE'], ['DESCRIBE']);
const take = (Resource: Resource, principal = consumer) =>
  lakes.owner.lf.send(
    new RevokePermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: principal },
      Resource,
      Permissions: ['DESCRIBE'],
      PermissionsWithGrantOption: ['DESCRIBE'],
    }),
  );
const resources = async () => (await associationsOf(lakes.owner, 'RESOURCE')).map((one) => one.associatedEntity);
const active = async () => (await sharesOf(lakes.owner, 'SELF')).filter(({ status }) => status === 'ACTIVE');

test('RAM-30 G-R14 in version 1 a share for each grant, later one for each kind', async () => {
  await addTables(lakes.owner, 'more', ['one', 'two']);
  const one = { Table: { DatabaseName: 'more', Name: 'one' } };
  const two = { Table: { DatabaseName: 'more', Name: 'two' } };
  for (const account of [producer, consumer]) await version(account, '1');
  await give(one);
  await give(two);
  expect((await active()).map(({ name }) => name?.startsWith(`${producer}-${consumer}-`))).toEqual([true, true]);
  await version(producer, '2');
  await give(table());
  await give(allTables());
  await give(database());
  await give(database('more'));
  const names = (await active()).map(({ name = '' }) => name).slice(2);
  expect(names.map((name) => /^LakeFormation-[0-9A-F]{10}$/.test(name))).toEqual([true, true, true]);
});

test('RAM-31 G-R5 the first table of a pair makes two invitations, the next joins what was accepted', async () => {
  await give(table());
  expect((await invitations(lakes.taker)).map(({ resourceShareName = '' }) => resourceShareName.slice(0, 17))).toEqual([
    'LakeFormation-V4-',
    'LakeFormation-V4-',
  ]);
  expect(await resources()).toEqual([tableArn, databaseArn]);
  await acceptAll(lakes.taker);
  await addTables(lakes.owner, 'more', ['one']);
  await give({ Table: { DatabaseName: 'more', Name: 'one' } });
  expect(await invitations(lakes.taker)).toHaveLength(2);
  await give(table(), stranger);
  expect(await active()).toHaveLength(4);
});

test('RAM-32 G-R10 all tables are their database, or from version 5 a pattern', async () => {
  await give(allTables());
  expect(await resources()).toEqual([databaseArn]);
  await version(producer, '5');
  await give(allTables(), stranger);
  expect(await resources()).toEqual([databaseArn, `arn:aws:glue:ap-northeast-1:${producer}:table/cur_org/*`]);
});

test('RAM-33 G-S7 G-R13 a catalog policy without RAM lets the grant pass and the association fail', async () => {
  const policy = (...Statement: object[]) =>
    lakes
      .root(producer)
      .glue.send(new PutResourcePolicyCommand({ PolicyInJson: JSON.stringify({ Version: '2012-10-17', Statement }) }));
  const Resource = [`arn:aws:glue:ap-northeast-1:${producer}:*`];
  const read = {
    Effect: 'Allow',
    Action: 'glue:GetTable',
    Principal: { AWS: `arn:aws:iam::${stranger}:root` },
    Resource,
  };
  await policy(read);
  await give(database());
  expect(await rows(lakes.owner, { principal: consumer })).toHaveLength(1);
  expect(
    (await associationsOf(lakes.owner, 'RESOURCE')).map(({ status, statusMessage }) => [status, statusMessage]),
  ).toEqual([['FAILED', 'Association failed because the caller was not authorized.']]);
  await acceptAll(lakes.taker);
  const see = () => refusal(lakes.taker.glue.send(new GetDatabaseCommand({ Name: 'cur_org', CatalogId: producer })));
  expect(await see()).toContain('EntityNotFoundException');
  await take(database());
  await policy(read, {
    Effect: 'Allow',
    Action: 'glue:ShareResource',
    Principal: { Service: 'ram.amazonaws.com' },
    Resource,
  });
  await give(database());
  expect((await associationsOf(lakes.owner, 'RESOURCE')).map(({ status }) => status)).toContain('ASSOCIATED');
  await acceptAll(lakes.taker);
  expect(await see()).toBe('succeeded');
});

test('RAM-33 a grantor who may not write the catalog policy shares nothing', async () => {
  const few = `arn:aws:iam::${producer}:role/few`;
  const denied = { Effect: 'Deny', Action: 'glue:PutResourcePolicy', Resource: '*' };
  await lakes.makeRole(few, { ...everything, Statement: [...everything.Statement, denied] });
  const DataLakeAdmins = [admin(producer), few].map((DataLakePrincipalIdentifier) => ({ DataLakePrincipalIdentifier }));
  const DataLakeSettings = { ...closed, DataLakeAdmins };
  await lakes.root(producer).lf.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
  await grant(await lakes.as(few), consumer, database(), ['DESCRIBE'], ['DESCRIBE']);
  expect(
    (await associationsOf(lakes.owner, 'RESOURCE')).map(({ status, statusMessage }) => [status, statusMessage]),
  ).toEqual([['FAILED', 'Association failed because the caller was not authorized.']]);
});

test('RAM-33 G-S8 a catalog under the key that AWS manages is not shared', async () => {
  await lakes.root(producer).glue.send(
    new PutDataCatalogEncryptionSettingsCommand({
      DataCatalogEncryptionSettings: { EncryptionAtRest: { CatalogEncryptionMode: 'SSE-KMS' } },
    }),
  );
  await give(database());
  expect((await associationsOf(lakes.owner, 'RESOURCE')).map(({ status }) => status)).toEqual(['FAILED']);
});

test('RAM-34 the last revoke takes the share along, and a new grant invites anew', async () => {
  await give(table());
  await acceptAll(lakes.taker);
  await take(table());
  expect(await active()).toEqual([]);
  expect(await sharesOf(lakes.taker, 'OTHER-ACCOUNTS')).toEqual([]);
  await give(table());
  expect((await invitations(lakes.taker)).map(({ status }) => status)).toEqual([
    'ACCEPTED',
    'ACCEPTED',
    'PENDING',
    'PENDING',
  ]);
});

test('RAM-34 G-R4 taking one table back leaves the others shared', async () => {
  await addTables(lakes.owner, 'more', ['one', 'two']);
  const [one, two] = ['one', 'two'].map((Name) => ({ Table: { DatabaseName: 'more', Name } }));
  if (!one || !two) throw new Error('two tables were expected');
  await give(one);
  await give(two);
  await acceptAll(lakes.taker);
  await take(one);
  const ofTaker = await refusal(
    grant(lakes.taker, admin(consumer), { Table: { ...two.Table, CatalogId: producer } }, ['DESCRIBE']),
  );
  expect(ofTaker).toBe('succeeded');
});

test('RAM-11 G-R4 an expired invitation is renewed by revoking and granting', async () => {
  await give(database());
  await lakes.lake.control.moveClock(hours(12));
  await give(database());
  expect((await invitations(lakes.taker)).map(({ status }) => status)).toEqual(['EXPIRED']);
  await take(database());
  await give(database());
  expect((await invitations(lakes.taker)).map(({ status }) => status)).toEqual(['EXPIRED', 'PENDING']);
});
