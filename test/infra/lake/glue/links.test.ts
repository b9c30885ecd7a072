import {
  CreateDatabaseCommand,
  CreatePartitionCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  DeleteTableCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GetTablesCommand,
  UpdateDatabaseCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cloud } from './cloud.ts';
import { columns, producer, startCloud, stranger, tableInput } from './cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
beforeEach(async () => {
  await cloud.lake.control.reset();
  await send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'source', Description: 'costs' } }));
  await send(new CreateTableCommand({ DatabaseName: 'source', TableInput: tableInput('t', ['n']) }));
  await send(new CreatePartitionCommand({ DatabaseName: 'source', TableName: 't', PartitionInput: { Values: ['1'] } }));
});
afterAll(() => cloud.lake.close());

const glue = () => cloud.glue(producer);
const send: ReturnType<typeof glue>['send'] = ((command: never) => glue().send(command)) as never;
const linkDatabase = (Name: string, DatabaseName: string, more: object = {}) =>
  send(
    new CreateDatabaseCommand({
      DatabaseInput: { Name, TargetDatabase: { CatalogId: producer, DatabaseName, ...more } },
    }),
  );
const linkTable = (DatabaseName: string, Name: string, target: { DatabaseName: string; Name: string }) =>
  send(new CreateTableCommand({ DatabaseName, TableInput: { Name, TargetTable: { CatalogId: producer, ...target } } }));
const missing = { name: 'EntityNotFoundException' };

describe('database links', () => {
  test('are made without a look at their target, and dangle when it goes (GL-7, GL-10)', async () => {
    await linkDatabase('early', 'later');
    await expect(send(new GetTablesCommand({ DatabaseName: 'early' }))).rejects.toMatchObject(missing);
    await send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'later' } }));
    expect((await send(new GetTablesCommand({ DatabaseName: 'early' }))).TableList).toEqual([]);
    await send(new DeleteDatabaseCommand({ Name: 'later' }));
    expect((await send(new GetDatabaseCommand({ Name: 'early' }))).Database?.TargetDatabase).toMatchObject({
      DatabaseName: 'later',
    });
    await expect(send(new GetTablesCommand({ DatabaseName: 'early' }))).rejects.toMatchObject(missing);
  });

  test('tell their target and show its properties (GL-13)', async () => {
    await linkDatabase('Link', 'SOURCE');
    const { Database } = await send(new GetDatabaseCommand({ Name: 'link' }));
    expect(Database).toMatchObject({
      Name: 'link',
      CatalogId: producer,
      Description: 'costs',
      TargetDatabase: { CatalogId: producer, DatabaseName: 'SOURCE' },
    });
    const { DatabaseList } = await send(new GetDatabasesCommand({ AttributesToGet: ['NAME', 'TARGET_DATABASE'] }));
    expect(DatabaseList).toMatchObject([{ Name: 'link', TargetDatabase: {} }, { Name: 'source' }]);
  });

  test('are made and deleted with rights on their own name only (GL-45)', async () => {
    const own = { Effect: 'Allow', Action: 'glue:*', Resource: `arn:aws:glue:*:${producer}:*` };
    const role = await cloud.glueAs(`arn:aws:iam::${producer}:role/own`, { Version: '2012-10-17', Statement: [own] });
    const TargetDatabase = { CatalogId: stranger, DatabaseName: 'theirs' };
    const make = () => role.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'away', TargetDatabase } }));
    await make();
    await expect(make()).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    const TargetTable = { ...TargetDatabase, Name: 't' };
    const makeTable = () =>
      role.send(new CreateTableCommand({ DatabaseName: 'source', TableInput: { Name: 'away', TargetTable } }));
    await makeTable();
    await expect(makeTable()).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    await expect(role.send(new GetTableCommand({ DatabaseName: 'source', Name: 'away' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`${stranger}:catalog`),
    });
    await role.send(new DeleteTableCommand({ DatabaseName: 'source', Name: 'away' }));
    await role.send(new DeleteDatabaseCommand({ Name: 'away' }));
  });

  test('lead tables and partitions to the catalog of the target (GL-12)', async () => {
    await linkDatabase('link', 'source');
    const { Table } = await send(new GetTableCommand({ DatabaseName: 'link', Name: 't' }));
    expect(Table).toMatchObject({ Name: 't', DatabaseName: 'source', CatalogId: producer });
    expect((await send(new GetTablesCommand({ DatabaseName: 'link' }))).TableList).toHaveLength(1);
    const { Partitions } = await send(new GetPartitionsCommand({ DatabaseName: 'link', TableName: 't' }));
    expect(Partitions).toMatchObject([{ Values: ['1'], DatabaseName: 'source', CatalogId: producer }]);
  });

  test('are followed once: a link to a link leads nowhere (GL-11)', async () => {
    await linkDatabase('first', 'source');
    await linkDatabase('second', 'first');
    await expect(send(new GetTableCommand({ DatabaseName: 'second', Name: 't' }))).rejects.toMatchObject(missing);
    expect((await send(new GetTablesCommand({ DatabaseName: 'second' }))).TableList).toEqual([]);
  });

  test('lead into the Region they name, and only there (GL-15, G-K8)', async () => {
    const far = cloud.glue(producer, 'eu-west-1');
    const named = { CatalogId: producer, DatabaseName: 'source', Region: 'ap-northeast-1' };
    const unnamed = { CatalogId: producer, DatabaseName: 'source' };
    await far.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'right', TargetDatabase: named } }));
    await far.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'wrong', TargetDatabase: unnamed } }));
    const { Table } = await far.send(new GetTableCommand({ DatabaseName: 'right', Name: 't' }));
    expect(Table?.DatabaseName).toBe('source');
    const lost = far.send(new GetTableCommand({ DatabaseName: 'wrong', Name: 't' }));
    await expect(lost).rejects.toMatchObject(missing);
  });

  test('an update changes the target, a delete the link, a new table goes to the target (GL-16)', async () => {
    await linkDatabase('link', 'source');
    await send(new UpdateDatabaseCommand({ Name: 'link', DatabaseInput: { Name: 'link', Description: 'new' } }));
    expect((await send(new GetDatabaseCommand({ Name: 'source' }))).Database?.Description).toBe('new');
    await send(new CreateTableCommand({ DatabaseName: 'link', TableInput: tableInput('made') }));
    expect((await send(new GetTableCommand({ DatabaseName: 'source', Name: 'made' }))).Table?.Name).toBe('made');
    await expect(linkTable('link', 'x', { DatabaseName: 'source', Name: 't' })).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
    await send(new DeleteTableCommand({ DatabaseName: 'link', Name: 'made' }));
    await send(new DeleteDatabaseCommand({ Name: 'link' }));
    const left = await send(new GetTablesCommand({ DatabaseName: 'source' }));
    expect(left.TableList?.map(({ Name }) => Name)).toEqual(['t']);
  });

  test('can be made to show late: so many reads do not see them (GL-8)', async () => {
    await cloud.lake.control.delay('glue', 'database', { reads: 2 });
    await linkDatabase('late', 'source');
    const look = () => send(new GetDatabaseCommand({ Name: 'late' }));
    await expect(look()).rejects.toMatchObject(missing);
    await expect(look()).rejects.toMatchObject(missing);
    expect((await look()).Database?.Name).toBe('late');
    await expect(linkDatabase('late', 'source')).rejects.toMatchObject({ name: 'AlreadyExistsException' });
  });

  test('where a real database has the name, a link is refused (G-K2)', async () => {
    await expect(linkDatabase('source', 'other')).rejects.toMatchObject({ name: 'AlreadyExistsException' });
  });
});

describe('table links', () => {
  beforeEach(() => send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'home' } })));

  test('have their own name and the schema of their target (GL-14)', async () => {
    await linkTable('home', 'Mine', { DatabaseName: 'Source', Name: 'T' });
    const { Table } = await send(new GetTableCommand({ DatabaseName: 'home', Name: 'mine' }));
    expect(Table).toMatchObject({
      Name: 'mine',
      DatabaseName: 'home',
      TargetTable: { DatabaseName: 'Source', Name: 'T' },
      StorageDescriptor: { Columns: columns },
    });
    const { TableList } = await send(new GetTablesCommand({ DatabaseName: 'home' }));
    expect(TableList).toMatchObject([{ Name: 'mine', StorageDescriptor: { Columns: columns } }]);
    const { Partitions } = await send(new GetPartitionsCommand({ DatabaseName: 'home', TableName: 'mine' }));
    expect(Partitions).toMatchObject([{ Values: ['1'], TableName: 't' }]);
  });

  test('dangle without a sound in a listing, loudly when asked for (GL-10)', async () => {
    await linkTable('home', 'lost', { DatabaseName: 'source', Name: 'none' });
    expect((await send(new GetTablesCommand({ DatabaseName: 'home' }))).TableList).toMatchObject([{ Name: 'lost' }]);
    await expect(send(new GetTableCommand({ DatabaseName: 'home', Name: 'lost' }))).rejects.toMatchObject(missing);
  });

  test('an update changes the target, a delete the link (GL-16)', async () => {
    await linkTable('home', 'mine', { DatabaseName: 'source', Name: 't' });
    const change = { ...tableInput('mine', ['n']), Description: 'new' };
    await send(new UpdateTableCommand({ DatabaseName: 'home', TableInput: change }));
    const { Table } = await send(new GetTableCommand({ DatabaseName: 'source', Name: 't' }));
    expect(Table).toMatchObject({ Name: 't', Description: 'new' });
    await send(new DeleteTableCommand({ DatabaseName: 'home', Name: 'mine' }));
    expect((await send(new GetTableCommand({ DatabaseName: 'source', Name: 't' }))).Table?.Name).toBe('t');
  });

  test('behind a database link have no partitions and cannot be changed (GL-17)', async () => {
    await linkTable('home', 'mine', { DatabaseName: 'source', Name: 't' });
    await linkDatabase('both', 'home');
    const seen = await send(new GetPartitionsCommand({ DatabaseName: 'both', TableName: 'mine' }));
    expect(seen.Partitions).toEqual([]);
    const change = send(new UpdateTableCommand({ DatabaseName: 'both', TableInput: tableInput('mine') }));
    await expect(change).rejects.toMatchObject({ name: 'InvalidInputException' });
    const add = { DatabaseName: 'both', TableName: 'mine', PartitionInput: { Values: ['2'] } };
    await expect(send(new CreatePartitionCommand(add))).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});
