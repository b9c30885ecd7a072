import {
  BatchCreatePartitionCommand,
  BatchDeleteTableCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  DeleteTableCommand,
  UpdateDatabaseCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cloud } from './cloud.ts';
import { consumer, producer, region, startCloud, tableInput } from './cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
beforeEach(() => cloud.lake.control.reset());
afterAll(() => cloud.lake.close());

const told = () => cloud.lake.control.events();
const database = (Name: string) =>
  cloud.glue(producer).send(new CreateDatabaseCommand({ DatabaseInput: { Name, CreateTableDefaultPermissions: [] } }));
const table = (Name: string, keys: readonly string[] = []) =>
  cloud.glue(producer).send(new CreateTableCommand({ DatabaseName: 'db', TableInput: tableInput(Name, keys) }));

describe('catalog events', () => {
  test('a new database and a new table are database changes, on the bus of the catalog owner (GL-50, GL-54)', async () => {
    await database('DB');
    await table('T');
    const [first, second] = await told();
    expect(first).toMatchObject({
      source: 'aws.glue',
      'detail-type': 'Glue Data Catalog Database State Change',
      account: producer,
      region,
      resources: [`arn:aws:glue:${region}:${producer}:database/db`],
      detail: { databaseName: 'db', typeOfChange: 'CreateDatabase', changedTables: [] },
    });
    expect(second).toMatchObject({
      'detail-type': 'Glue Data Catalog Database State Change',
      resources: [`arn:aws:glue:${region}:${producer}:table/db/t`],
      detail: { databaseName: 'db', typeOfChange: 'CreateTable', changedTables: ['t'] },
    });
    expect(Object.keys(second?.detail ?? {})).not.toContain('catalogId');
  });

  test('a link is a database like any other to the bus (GL-54, G-E4)', async () => {
    const TargetDatabase = { CatalogId: producer, DatabaseName: 'db' };
    await cloud.glue(consumer).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'link', TargetDatabase } }));
    expect(await told()).toMatchObject([{ account: consumer, detail: { databaseName: 'link' } }]);
  });

  test('an updated table is a table change without partitions; an updated database is nothing (GL-51, GL-53)', async () => {
    await database('db');
    await table('t');
    await cloud.glue(producer).send(new UpdateTableCommand({ DatabaseName: 'db', TableInput: tableInput('t') }));
    await cloud.glue(producer).send(new UpdateDatabaseCommand({ Name: 'db', DatabaseInput: { Name: 'db' } }));
    const events = await told();
    expect(events).toHaveLength(3);
    expect(events[2]).toMatchObject({
      'detail-type': 'Glue Data Catalog Table State Change',
      resources: [`arn:aws:glue:${region}:${producer}:database/db/t`],
    });
    expect(events[2]?.detail).toEqual({ databaseName: 'db', tableName: 't', typeOfChange: 'UpdateTable' });
  });

  test('250 partitions are told in three events (GL-52)', async () => {
    await database('db');
    await table('t', ['n']);
    for (let from = 0; from < 250; from += 100) {
      const all = Array.from({ length: Math.min(100, 250 - from) }, (_, i) => ({ Values: [String(from + i)] }));
      const at = { DatabaseName: 'db', TableName: 't' };
      await cloud.glue(producer).send(new BatchCreatePartitionCommand({ ...at, PartitionInputList: all }));
    }
    const changes = (await told()).filter((event) => event.detail['typeOfChange'] === 'BatchCreatePartition');
    expect(changes.map((event) => (event.detail['changedPartitions'] as string[]).length)).toEqual([100, 100, 50]);
    expect(changes[0]?.detail).toMatchObject({ tableName: 't', changedPartitions: expect.arrayContaining(['[7]']) });
  });

  test('a batch of deletions is one change; what failed is not in it (GL-50)', async () => {
    await database('db');
    await table('a');
    await table('b');
    await table('c');
    const glue = cloud.glue(producer);
    await glue.send(new BatchDeleteTableCommand({ DatabaseName: 'db', TablesToDelete: ['a', 'none', 'b'] }));
    await glue.send(new DeleteTableCommand({ DatabaseName: 'db', Name: 'c' }));
    await glue.send(new DeleteDatabaseCommand({ Name: 'db' }));
    const details = (await told()).slice(4).map((event) => event.detail);
    expect(details).toEqual([
      { databaseName: 'db', typeOfChange: 'BatchDeleteTable', changedTables: ['a', 'b'] },
      { databaseName: 'db', typeOfChange: 'DeleteTable', changedTables: ['c'] },
      { databaseName: 'db', typeOfChange: 'DeleteDatabase', changedTables: [] },
    ]);
  });

  test('a write that failed says nothing', async () => {
    await database('db');
    await expect(database('db')).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    expect(await told()).toHaveLength(1);
  });
});
