/** A database is shared by hand, all the way from the grant to the job's read. */

import {
  CreateDatabaseCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetTableCommand,
  GetTablesCommand,
} from '@aws-sdk/client-glue';
import { BatchGrantPermissionsCommand, RevokePermissionsCommand } from '@aws-sdk/client-lakeformation';
import { afterEach, expect, test } from 'vitest';
import {
  acceptAll,
  admin,
  allTables,
  brief,
  consumer,
  database,
  everyone,
  grant,
  invitations,
  jobRole,
  prepared,
  producer,
  refusal,
  rows,
  table,
} from './lakes.ts';

let lakes: Awaited<ReturnType<typeof prepared>>;
afterEach(() => lakes.close());

const target = { DatabaseName: 'cur_org', Name: 'legacy_all', CatalogId: producer };

async function shareAll(): Promise<void> {
  await grant(lakes.owner, consumer, database(), ['DESCRIBE'], ['DESCRIBE']);
  await grant(lakes.owner, consumer, allTables(), ['SELECT', 'DESCRIBE'], ['SELECT', 'DESCRIBE']);
}

async function linkAndPassOn(): Promise<void> {
  const TargetDatabase = { CatalogId: producer, DatabaseName: 'cur_org' };
  await lakes.taker.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'cur_org_linked', TargetDatabase } }));
  await grant(lakes.taker, jobRole, database('cur_org_linked'), ['DESCRIBE']);
  await grant(lakes.taker, jobRole, database('cur_org', producer), ['DESCRIBE']);
  await grant(lakes.taker, jobRole, allTables(producer), ['SELECT', 'DESCRIBE']);
}

test('LF-40 LF-60 a job role reads through link and target once everything is in place, and not before', async () => {
  lakes = await prepared();
  const read = () => lakes.job.glue.send(new GetTableCommand(target));
  const readLink = () =>
    lakes.job.glue.send(new GetTableCommand({ ...target, DatabaseName: 'cur_org_linked', CatalogId: consumer }));
  await shareAll();
  expect(await refusal(read())).toContain('EntityNotFoundException');
  expect(await refusal(lakes.taker.glue.send(new GetTableCommand(target)))).toContain('EntityNotFoundException');

  const pending = await invitations(lakes.taker);
  expect(pending.map(({ status, senderAccountId }) => [status, senderAccountId])).toEqual([
    ['PENDING', producer],
    ['PENDING', producer],
  ]);
  await acceptAll(lakes.taker);
  await lakes.taker.glue.send(new GetTableCommand(target));
  expect(await refusal(read())).toContain('EntityNotFoundException');

  await linkAndPassOn();
  expect((await read()).Table?.Name).toBe('legacy_all');
  expect((await readLink()).Table?.CatalogId).toBe(producer);
  const shared = await lakes.job.glue.send(new GetDatabasesCommand({ ResourceShareType: 'FOREIGN' }));
  expect(shared.DatabaseList?.map(({ Name, CatalogId }) => [Name, CatalogId])).toEqual([['cur_org', producer]]);
  const listed = await lakes.job.glue.send(new GetTablesCommand({ DatabaseName: 'cur_org', CatalogId: producer }));
  expect(listed.TableList?.map(({ Name }) => Name)).toEqual(['legacy_all']);

  const other = `arn:aws:iam::${consumer}:role/data-lake-x`;
  await lakes.makeRole(other);
  const squatter = await lakes.as(other);
  expect(await refusal(squatter.glue.send(new GetTableCommand(target)))).toContain('EntityNotFoundException');
  expect(await refusal(squatter.glue.send(new GetDatabaseCommand({ Name: 'cur_org_linked' })))).toContain(
    'Insufficient Lake Formation permission(s): Required Describe on cur_org_linked',
  );
});

test('LF-62 what the owner takes back is gone for those it was passed on to', async () => {
  lakes = await prepared();
  await shareAll();
  await acceptAll(lakes.taker);
  await linkAndPassOn();
  await lakes.owner.lf.send(
    new RevokePermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: consumer },
      Resource: allTables(),
      Permissions: ['SELECT', 'DESCRIBE'],
      PermissionsWithGrantOption: ['SELECT', 'DESCRIBE'],
    }),
  );
  expect(await refusal(lakes.job.glue.send(new GetTableCommand(target)))).toContain('EntityNotFoundException');
});

test('LF-51 G-L6 grants are listed as AWS stores them, with the share that carries them (G-R11)', async () => {
  lakes = await prepared();
  await shareAll();
  await grant(lakes.owner, consumer, table(), ['SELECT', 'DESCRIBE'], ['SELECT', 'DESCRIBE']);
  const onTable = await rows(lakes.owner, { resource: table() });
  expect(brief(onTable.filter((row) => row.Principal?.DataLakePrincipalIdentifier === consumer))).toEqual([
    { principal: consumer, resource: 'Table', permissions: 'DESCRIBE', grantable: 'DESCRIBE' },
    { principal: consumer, resource: 'TableWithColumns', permissions: 'SELECT', grantable: 'SELECT' },
  ]);
  const [onAll] = await rows(lakes.owner, { resource: allTables() });
  expect(onAll?.Resource?.Table).toEqual({
    CatalogId: producer,
    DatabaseName: 'cur_org',
    Name: 'ALL_TABLES',
    TableWildcard: {},
  });
  expect(onAll?.AdditionalDetails?.ResourceShare?.[0]).toMatch(
    /^arn:aws:ram:ap-northeast-1:111111111111:resource-share\//,
  );
});

test('LF-33 G-L17 nothing is shared while it is open to everyone', async () => {
  lakes = await prepared({
    settings: {
      CreateDatabaseDefaultPermissions: [
        { Principal: { DataLakePrincipalIdentifier: everyone }, Permissions: ['ALL'] },
      ],
      CreateTableDefaultPermissions: [{ Principal: { DataLakePrincipalIdentifier: everyone }, Permissions: ['ALL'] }],
      Parameters: { CROSS_ACCOUNT_VERSION: '4' },
    },
  });
  const attempt = () => grant(lakes.owner, consumer, table(), ['SELECT', 'DESCRIBE'], ['SELECT', 'DESCRIBE']);
  expect(await refusal(attempt())).toBe(
    'InvalidInputException: Please revoke permission(s) for IAM_ALLOWED_PRINCIPALS on the table.',
  );
  await lakes.owner.lf.send(
    new RevokePermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: everyone },
      Resource: table(),
      Permissions: ['ALL'],
    }),
  );
  expect(await refusal(attempt())).toBe('succeeded');
});

test('LF-20 G-L10 a batch answers 200 and tells each failure with its entry', async () => {
  lakes = await prepared();
  await lakes.lake.control.fault({
    kind: 'entry',
    service: 'lakeformation',
    operation: 'BatchGrantPermissions',
    nth: 2,
    code: 'ConcurrentModificationException',
    message: 'Concurrent modifications to your data lake are not allowed.',
  });
  const entry = (Id: string, Resource: object) => ({
    Id,
    Principal: { DataLakePrincipalIdentifier: admin(producer) },
    Resource,
    Permissions: ['DESCRIBE' as const],
  });
  const answer = await lakes.owner.lf.send(
    new BatchGrantPermissionsCommand({
      Entries: [entry('a', database()), entry('b', table()), entry('c', table('missing'))],
    }),
  );
  expect(answer.Failures?.map(({ RequestEntry, Error: error }) => [RequestEntry?.Id, error?.ErrorCode])).toEqual([
    ['b', 'ConcurrentModificationException'],
    ['c', 'EntityNotFoundException'],
  ]);
});
