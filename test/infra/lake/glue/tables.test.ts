import {
  BatchDeleteTableCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteTableCommand,
  GetTableCommand,
  GetTablesCommand,
  GetTableVersionCommand,
  GetTableVersionsCommand,
  SearchTablesCommand,
  type SearchTablesCommandInput,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { RegisterResourceCommand } from '@aws-sdk/client-lakeformation';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cloud } from './cloud.ts';
import { columns, producer, startCloud, tableInput } from './cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  // Glue's file on the wire.
  cloud = await startCloud({ wire: true });
});
beforeEach(async () => {
  await cloud.lake.control.reset();
  await cloud.glue(producer).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'db' } }));
});
afterAll(() => cloud.lake.close());

const create = (Name: string, keys: readonly string[] = []) =>
  cloud.glue(producer).send(new CreateTableCommand({ DatabaseName: 'db', TableInput: tableInput(Name, keys) }));
const get = (Name: string) => cloud.glue(producer).send(new GetTableCommand({ DatabaseName: 'db', Name }));

describe('tables', () => {
  test('a table is kept as it was sent, in lower case, with who made it (GL-2)', async () => {
    await create('Legacy_ALL', ['year', 'month']);
    const { Table } = await get('LEGACY_all');
    expect(Table).toMatchObject({
      Name: 'legacy_all',
      DatabaseName: 'db',
      CatalogId: producer,
      CreatedBy: `arn:aws:iam::${producer}:root`,
      PartitionKeys: [{ Name: 'year' }, { Name: 'month' }],
      StorageDescriptor: { Columns: columns, Location: 's3://lake/Legacy_ALL/' },
      VersionId: '0',
      IsRegisteredWithLakeFormation: false,
    });
  });

  test('a name taken, a table missing, a database missing (GL-5)', async () => {
    await create('t');
    await expect(create('T')).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    await expect(get('none')).rejects.toMatchObject({ name: 'EntityNotFoundException' });
    const lost = new CreateTableCommand({ DatabaseName: 'none', TableInput: tableInput('t') });
    await expect(cloud.glue(producer).send(lost)).rejects.toMatchObject({ name: 'EntityNotFoundException' });
  });

  test('an expression is a regular expression over whole names; pages hold 100 (GL-21, G-K12)', async () => {
    for (let i = 0; i < 120; i++) await create(`t${String(i).padStart(3, '0')}`);
    const glue = cloud.glue(producer);
    const some = await glue.send(new GetTablesCommand({ DatabaseName: 'db', Expression: 't00[0-4]' }));
    expect(some.TableList?.map(({ Name }) => Name)).toEqual(['t000', 't001', 't002', 't003', 't004']);
    const part = await glue.send(new GetTablesCommand({ DatabaseName: 'db', Expression: 't0' }));
    expect(part.TableList).toEqual([]);
    const first = await glue.send(new GetTablesCommand({ DatabaseName: 'db' }));
    expect(first.TableList).toHaveLength(100);
    const { NextToken } = first;
    const second = await glue.send(new GetTablesCommand({ DatabaseName: 'db', NextToken }));
    expect(second.TableList?.map(({ Name }) => Name)?.[0]).toBe('t100');
    expect(second).toMatchObject({ TableList: { length: 20 } });
    expect(second.NextToken).toBeUndefined();
    const bad = glue.send(new GetTablesCommand({ DatabaseName: 'db', Expression: '(' }));
    await expect(bad).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  test('an update replaces the definition and archives the version (GL-22)', async () => {
    await create('t');
    const glue = cloud.glue(producer);
    const change = { ...tableInput('t'), Description: 'second' };
    await glue.send(new UpdateTableCommand({ DatabaseName: 'db', TableInput: change }));
    expect((await get('t')).Table).toMatchObject({ Description: 'second', VersionId: '1' });
    const versions = await glue.send(new GetTableVersionsCommand({ DatabaseName: 'db', TableName: 't' }));
    expect(versions.TableVersions?.map(({ VersionId }) => VersionId)).toEqual(['1', '0']);
    const old = new GetTableVersionCommand({ DatabaseName: 'db', TableName: 't', VersionId: '0' });
    expect((await glue.send(old)).TableVersion?.Table?.Description).toBeUndefined();
    await glue.send(new UpdateTableCommand({ DatabaseName: 'db', TableInput: change, SkipArchive: true }));
    const after = await glue.send(new GetTableVersionsCommand({ DatabaseName: 'db', TableName: 't' }));
    expect(after.TableVersions).toHaveLength(2);
    const stale = new UpdateTableCommand({ DatabaseName: 'db', TableInput: change, VersionId: '0' });
    await expect(glue.send(stale)).rejects.toMatchObject({ name: 'ConcurrentModificationException' });
  });

  test('only GetTable tells that a location is registered; a listing always says no (GL-20)', async () => {
    await create('t');
    const register = { ResourceArn: 'arn:aws:s3:::lake/t', UseServiceLinkedRole: true };
    await cloud.lakeFormation(producer).send(new RegisterResourceCommand(register));
    expect((await get('t')).Table?.IsRegisteredWithLakeFormation).toBe(true);
    const { TableList } = await cloud.glue(producer).send(new GetTablesCommand({ DatabaseName: 'db' }));
    expect(TableList).toMatchObject([{ Name: 't', IsRegisteredWithLakeFormation: false }]);
  });

  test('a batch of deletions tells what failed and does the rest (GL-23, G-L10)', async () => {
    await create('one');
    await create('two');
    const batch = new BatchDeleteTableCommand({ DatabaseName: 'db', TablesToDelete: ['one', 'none', 'two'] });
    const { Errors } = await cloud.glue(producer).send(batch);
    expect(Errors).toMatchObject([{ TableName: 'none', ErrorDetail: { ErrorCode: 'EntityNotFoundException' } }]);
    expect((await cloud.glue(producer).send(new GetTablesCommand({ DatabaseName: 'db' }))).TableList).toEqual([]);
  });

  test('a table dropped and made again has no partitions and no versions', async () => {
    await create('t');
    await cloud.glue(producer).send(new DeleteTableCommand({ DatabaseName: 'db', Name: 't' }));
    await expect(get('t')).rejects.toMatchObject({ name: 'EntityNotFoundException' });
    await create('t');
    expect((await get('t')).Table?.VersionId).toBe('0');
  });

  test('a search finds by text, by whole names and by properties (GL-24)', async () => {
    await create('orders');
    await create('orders_archive');
    const names = async (input: SearchTablesCommandInput) => {
      const { TableList } = await cloud.glue(producer).send(new SearchTablesCommand(input));
      return TableList?.map(({ Name }) => Name);
    };
    expect(await names({ SearchText: 'orders' })).toEqual(['orders', 'orders_archive']);
    expect(await names({ SearchText: '"orders"' })).toEqual(['orders']);
    const filter = [{ Key: 'DatabaseName', Value: 'db', Comparator: 'EQUALS' as const }];
    expect(await names({ Filters: filter, SortCriteria: [{ FieldName: 'Name', Sort: 'DESC' }] })).toEqual([
      'orders_archive',
      'orders',
    ]);
    expect(await names({ SearchText: 'nothing' })).toEqual([]);
  });
});
