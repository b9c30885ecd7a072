import { CreateDatabaseCommand, CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-glue';
import {
  BatchGrantPermissionsCommand,
  type Permission,
  PutDataLakeSettingsCommand,
  type Resource,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  admin,
  allTables,
  brief,
  closed,
  consumer,
  database,
  everyone,
  grant,
  invitations,
  prepared,
  producer,
  refusal,
  rows,
  table,
  tableInput,
} from './lakes.ts';

const reader = `arn:aws:iam::${producer}:role/reader`;
let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  // Lake Formation's file on the wire.
  lakes = await prepared({ wire: true });
  await lakes.makeRole(reader);
});
afterEach(() => lakes.close());

const invalid = 'InvalidInputException: Permissions modification is invalid.';
const give = (resource: Resource, permissions: Permission[], grantable: Permission[] = [], principal = reader) =>
  refusal(grant(lakes.owner, principal, resource, permissions, grantable));
const ofReader = async (resource: Resource) =>
  brief(await rows(lakes.owner, { resource })).filter(({ principal }) => principal === reader);

test('LF-20 G-L11 a batch takes twenty entries with ids of their own', async () => {
  const entry = (Id: string) => ({
    Id,
    Principal: { DataLakePrincipalIdentifier: reader },
    Resource: database(),
    Permissions: ['DESCRIBE' as const],
  });
  const send = (Entries: ReturnType<typeof entry>[]) =>
    refusal(lakes.owner.lf.send(new BatchGrantPermissionsCommand({ Entries })));
  expect(await send(Array.from({ length: 21 }, (_, i) => entry(String(i))))).toContain('InvalidInputException');
  expect(await send([entry('a'), entry('a')])).toContain('InvalidInputException');
  expect(await send(Array.from({ length: 20 }, (_, i) => entry(String(i))))).toBe('succeeded');
});

test('LF-21 a request names exactly one resource', async () => {
  expect(await give({}, ['DESCRIBE'])).toBe(
    'InvalidInputException: Resource must have one of the have either the catalog, table or database field populated.',
  );
  expect(await give({ ...database(), ...table() }, ['DESCRIBE'])).toContain('InvalidInputException');
});

test('LF-22 each resource takes only its permissions, a link DESCRIBE and DROP', async () => {
  expect(await give(database(), ['SELECT'])).toBe(invalid);
  expect(await give(table(), ['CREATE_TABLE'])).toBe(invalid);
  const TargetDatabase = { CatalogId: consumer, DatabaseName: 'elsewhere' };
  await lakes.owner.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'link', TargetDatabase } }));
  expect(await give(database('link'), ['ALTER'])).toBe(invalid);
  expect(await give(database('link'), ['DESCRIBE', 'DROP'])).toBe('succeeded');
});

test('LF-23 G-L9 grant options are a subset', async () => {
  expect(await give(table(), ['SELECT'], ['SELECT', 'DESCRIBE'])).toContain('InvalidInputException');
  const columns = { TableWithColumns: { DatabaseName: 'cur_org', Name: 'legacy_all', ColumnNames: ['cost'] } };
  expect(await give(columns, ['SELECT'], ['SELECT'])).toContain('InvalidInputException');
});

test('LF-24 G-L6 ALL is spelled out, SELECT kept on the columns', async () => {
  expect(await give(table(), ['ALL'])).toBe('succeeded');
  expect(await ofReader(table())).toEqual([
    { principal: reader, resource: 'Table', permissions: 'ALL,ALTER,DELETE,DESCRIBE,DROP,INSERT', grantable: '' },
    { principal: reader, resource: 'TableWithColumns', permissions: 'SELECT', grantable: '' },
  ]);
});

test('LF-25 G-L16 G-L23 principals must exist, and be no sessions', async () => {
  const missing = `arn:aws:iam::${producer}:role/missing`;
  expect(await give(table(), ['SELECT'], [], missing)).toBe(`InvalidInputException: Invalid principal, ${missing}`);
  const session = `arn:aws:sts::${producer}:assumed-role/reader/session`;
  expect(await give(table(), ['SELECT'], [], session)).toContain('Invalid principal');
  expect(await give(table(), ['SELECT'], [], producer)).toContain('Invalid principal');
  expect(await give(table(), ['SELECT'], [], `arn:aws:iam::${producer}:role/other/reader`)).toContain(
    'Invalid principal',
  );
});

test('LF-26 G-L29 what does not exist is not found; who may not grant is told nothing', async () => {
  expect(await give(table('missing'), ['SELECT'])).toBe('EntityNotFoundException: Table missing not found.');
  const other = await lakes.as(reader);
  const denied =
    'AccessDeniedException: Resource does not exist or requester is not authorized to access requested permissions.';
  expect(await refusal(grant(other, reader, table(), ['SELECT']))).toBe(denied);
  expect(await refusal(grant(other, reader, table('missing'), ['SELECT']))).toBe(denied);
});

test('LF-27 the same grant again changes nothing and invites nobody', async () => {
  const share = () => give(table(), ['SELECT'], ['SELECT'], consumer);
  expect(await share()).toBe('succeeded');
  const before = await invitations(lakes.taker);
  expect(await share()).toBe('succeeded');
  expect(await invitations(lakes.taker)).toEqual(before);
});

test('LF-28 named columns add up, exist, and exclude permissions on the whole table', async () => {
  const columns = (...ColumnNames: string[]) => ({
    TableWithColumns: { DatabaseName: 'cur_org', Name: 'legacy_all', ColumnNames },
  });
  expect(await give(columns('price'), ['SELECT'])).toContain('non-existent column');
  expect(await give(columns('cost'), ['SELECT'])).toBe('succeeded');
  expect(await give(columns('account'), ['SELECT'])).toBe('succeeded');
  const found = await rows(lakes.owner, { resource: table() });
  const mine = found.filter(({ Principal }) => Principal?.DataLakePrincipalIdentifier === reader);
  expect(mine.map(({ Resource }) => Resource?.TableWithColumns?.ColumnNames)).toEqual([['account', 'cost']]);
  expect(await give(table(), ['INSERT'])).toBe(invalid);
});

test('LF-29 who holds a grant option may pass it on, a read-only administrator may not', async () => {
  await grant(lakes.owner, reader, table(), ['DESCRIBE', 'SELECT'], ['DESCRIBE']);
  const other = await lakes.as(reader);
  const principal = admin(producer);
  expect(await refusal(grant(other, principal, table(), ['DESCRIBE']))).toBe('succeeded');
  expect(await refusal(grant(other, principal, table(), ['SELECT']))).toContain('AccessDeniedException');
  const DataLakeSettings = { ...closed, ReadOnlyAdmins: [{ DataLakePrincipalIdentifier: reader }] };
  await lakes.root(producer).lf.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
  expect(await refusal(grant(other, principal, database(), ['DESCRIBE']))).toContain('AccessDeniedException');
  expect((await rows(other, { resource: database() })).length).toBeGreaterThan(0);
});

test('LF-41 LF-42 creators hold what they made; defaults open links too', async () => {
  const creator = brief(await rows(lakes.owner, { resource: database() }));
  const all = 'ALL,ALTER,CREATE_TABLE,DESCRIBE,DROP';
  expect(creator).toEqual([{ principal: admin(producer), resource: 'Database', permissions: all, grantable: all }]);
  const DataLakeSettings = {
    DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin(consumer) }],
    CreateDatabaseDefaultPermissions: [
      { Principal: { DataLakePrincipalIdentifier: everyone }, Permissions: ['ALL' as const] },
    ],
  };
  await lakes.root(consumer).lf.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
  const TargetDatabase = { CatalogId: producer, DatabaseName: 'cur_org' };
  await lakes.taker.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'link', TargetDatabase } }));
  expect(
    brief(await rows(lakes.taker, { resource: database('link') })).map((row) => [row.principal, row.permissions]),
  ).toEqual([
    [admin(consumer), 'DESCRIBE,DROP'],
    [everyone, 'ALL'],
  ]);
});

test('LF-43 G-L31 a dropped table takes its grants along, a new one starts bare', async () => {
  await grant(lakes.owner, reader, table(), ['SELECT']);
  await grant(lakes.owner, reader, allTables(), ['DESCRIBE']);
  await lakes.owner.glue.send(new DeleteTableCommand({ DatabaseName: 'cur_org', Name: 'legacy_all' }));
  await lakes.owner.glue.send(
    new CreateTableCommand({ DatabaseName: 'cur_org', TableInput: tableInput('legacy_all') }),
  );
  expect(await ofReader(table())).toEqual([]);
  expect(await ofReader(allTables())).toHaveLength(1);
});
