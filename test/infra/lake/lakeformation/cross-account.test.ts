import { CreateDatabaseCommand, GetTableCommand, GetTablesCommand } from '@aws-sdk/client-glue';
import {
  type DataLakeSettings,
  type Permission,
  PutDataLakeSettingsCommand,
  type Resource,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
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
  jobRole,
  prepared,
  producer,
  refusal,
  rows,
  stranger,
  table,
} from './lakes.ts';

let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  lakes = await prepared();
});
afterEach(() => lakes.close());

const target = { DatabaseName: 'cur_org', Name: 'legacy_all', CatalogId: producer };
const give = (principal: string, resource: Resource, permissions: Permission[], grantable: Permission[] = []) =>
  refusal(grant(lakes.owner, principal, resource, permissions, grantable));
const settings = (account: string, more: DataLakeSettings) =>
  lakes.root(account).lf.send(
    new PutDataLakeSettingsCommand({
      DataLakeSettings: { ...closed, DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin(account) }], ...more },
    }),
  );
const version = (account: string, CROSS_ACCOUNT_VERSION: string) =>
  settings(account, { Parameters: { CROSS_ACCOUNT_VERSION } });

test('LF-30 G-S5 roles of other accounts from version 3 on, without grant option', async () => {
  await version(producer, '2');
  expect(await give(jobRole, table(), ['SELECT'])).toContain('cross account version 3');
  await version(producer, '3');
  expect(await give(jobRole, table(), ['SELECT'], ['SELECT'])).toContain('Grant option is not supported');
  expect(await give(jobRole, table(), ['SELECT', 'DESCRIBE'])).toBe('succeeded');
});

test('LF-63 G-S6 a role granted directly sees the table, its administrators do not', async () => {
  await give(jobRole, table(), ['SELECT', 'DESCRIBE']);
  await acceptAll(lakes.taker);
  expect((await lakes.job.glue.send(new GetTableCommand(target))).Table?.Name).toBe('legacy_all');
  expect(await refusal(lakes.taker.glue.send(new GetTableCommand(target)))).toContain('EntityNotFoundException');
});

test('LF-31 not for others: dropping a database, all of it, links', async () => {
  expect(await give(consumer, database(), ['DROP'])).toContain('InvalidInputException');
  expect(await give(consumer, database(), ['ALL'], ['ALL'])).toContain('InvalidInputException');
  const TargetDatabase = { CatalogId: stranger, DatabaseName: 'x' };
  await lakes.owner.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'link', TargetDatabase } }));
  expect(await give(consumer, database('link'), ['DESCRIBE'], ['DESCRIBE'])).toContain(
    'Resource links cannot be shared',
  );
});

test('LF-32 G-L24 a consumer does not share on', async () => {
  await give(consumer, table(), ['SELECT'], ['SELECT']);
  await acceptAll(lakes.taker);
  expect(await refusal(grant(lakes.taker, stranger, table('legacy_all', producer), ['SELECT'], ['SELECT']))).toBe(
    'AccessDeniedException: Not authorized to grant permissions for the resource.',
  );
});

test('LF-34 an organization that RAM does not share with is not found', async () => {
  const organization = `arn:aws:organizations::${producer}:organization/o-a1b2c3d4e5`;
  expect(await give(organization, table(), ['SELECT'], ['SELECT'])).toBe(
    'InvalidInputException: Organization o-a1b2c3d4e5 not found.',
  );
  expect(await rows(lakes.owner, { principal: organization })).toEqual([]);
});

test('LF-35 versions that do not go together', async () => {
  await version(producer, '1');
  expect(await give(consumer, table(), ['SELECT'], ['SELECT'])).toContain(
    'Please update CrossAccountVersion in DataLakeSetting to minimal version v3',
  );
  await version(consumer, '1');
  expect(await give(consumer, table(), ['SELECT'], ['SELECT'])).toBe('succeeded');
});

test('LF-36 G-R12 without rights in RAM no share is made, and none is taken back', async () => {
  const few = `arn:aws:iam::${producer}:role/few`;
  const denied = {
    Effect: 'Deny',
    Action: ['ram:CreateResourceShare', 'ram:DisassociateResourceShare'],
    Resource: '*',
  };
  await lakes.makeRole(few, { ...everything, Statement: [...everything.Statement, denied] });
  const admins = [admin(producer), few].map((DataLakePrincipalIdentifier) => ({ DataLakePrincipalIdentifier }));
  await settings(producer, { DataLakeAdmins: admins });
  const weak = await lakes.as(few);
  expect(await refusal(grant(weak, consumer, table(), ['SELECT'], ['SELECT']))).toContain('ram:CreateResourceShare');
  expect(await rows(lakes.owner, { principal: consumer })).toEqual([]);
  await give(consumer, table(), ['SELECT'], ['SELECT']);
  await weak.lf.send(
    new RevokePermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: consumer },
      Resource: table(),
      Permissions: ['SELECT'],
      PermissionsWithGrantOption: ['SELECT'],
    }),
  );
  expect(await rows(lakes.owner, { principal: consumer })).toEqual([]);
  expect((await invitations(lakes.taker)).map(({ status }) => status)).toEqual(['PENDING', 'PENDING']);
});

test('LF-40 G-L12 SELECT without DESCRIBE shows no table', async () => {
  const reader = `arn:aws:iam::${producer}:role/reader`;
  await lakes.makeRole(reader);
  const { glue } = await lakes.as(reader);
  await give(reader, database(), ['DESCRIBE']);
  await give(reader, table(), ['SELECT']);
  const read = () => glue.send(new GetTableCommand({ DatabaseName: 'cur_org', Name: 'legacy_all' }));
  expect(await refusal(read())).toBe(
    'AccessDeniedException: Insufficient Lake Formation permission(s): Required Describe on legacy_all',
  );
  await give(reader, table(), ['DESCRIBE']);
  expect((await read()).Table?.Name).toBe('legacy_all');
});

test('LF-61 G-L13 a consumer passes on what came with the grant option', async () => {
  await give(consumer, table(), ['SELECT', 'DESCRIBE'], ['DESCRIBE']);
  await acceptAll(lakes.taker);
  const pass = (permissions: Permission[]) =>
    refusal(grant(lakes.taker, jobRole, table('legacy_all', producer), permissions));
  expect(await pass(['SELECT'])).toContain('AccessDeniedException');
  expect(await pass(['DESCRIBE'])).toBe('succeeded');
  expect(await refusal(grant(lakes.taker, jobRole, allTables(producer), ['DESCRIBE']))).toContain('AccessDenied');
});

test('G-L13 a grant in the consumer needs the owner’s catalog id, and an arrived share', async () => {
  await give(consumer, table(), ['SELECT'], ['SELECT']);
  expect(await refusal(grant(lakes.taker, jobRole, table(), ['SELECT']))).toContain('EntityNotFoundException');
  expect(await refusal(grant(lakes.taker, jobRole, table('legacy_all', producer), ['SELECT']))).toContain(
    'EntityNotFoundException',
  );
  await acceptAll(lakes.taker);
  expect(await refusal(grant(lakes.taker, jobRole, table('legacy_all', producer), ['SELECT']))).toBe('succeeded');
});

test('LF-60 of a database only the shared tables are listed', async () => {
  await addTables(lakes.owner, 'more', ['one', 'two']);
  const one = { Table: { DatabaseName: 'more', Name: 'one' } };
  await give(consumer, one, ['DESCRIBE'], ['DESCRIBE']);
  await acceptAll(lakes.taker);
  const listed = await lakes.taker.glue.send(new GetTablesCommand({ DatabaseName: 'more', CatalogId: producer }));
  expect(listed.TableList?.map(({ Name }) => Name)).toEqual(['one']);
});
