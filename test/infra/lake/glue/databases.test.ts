import {
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetTableCommand,
  UpdateDatabaseCommand,
} from '@aws-sdk/client-glue';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cloud } from './cloud.ts';
import { closeCatalog, producer, region, startCloud, stranger, tableInput } from './cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
beforeEach(() => cloud.lake.control.reset());
afterAll(() => cloud.lake.close());

const root = `arn:aws:iam::${producer}:root`;

describe('databases', () => {
  test('a database is found in any case and told in lower case (GL-2)', async () => {
    const glue = cloud.glue(producer);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'Cur_ORG', Description: 'costs' } }));
    const { Database } = await glue.send(new GetDatabaseCommand({ Name: 'CUR_org' }));
    expect(Database).toMatchObject({ Name: 'cur_org', Description: 'costs', CatalogId: producer });
    expect(Database?.CreateTime).toBeInstanceOf(Date);
  });

  test('a catalog is an account in a Region; what is no account is not found (GL-1, G-K11)', async () => {
    await cloud.glue(producer).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'here' } }));
    const elsewhere = cloud.glue(producer, 'us-east-1').send(new GetDatabaseCommand({ Name: 'here' }));
    await expect(elsewhere).rejects.toMatchObject({ name: 'EntityNotFoundException' });
    const nested = new GetDatabaseCommand({ Name: 'here', CatalogId: `${producer}:s3tablescatalog/bucket` });
    await expect(cloud.glue(producer).send(nested)).rejects.toMatchObject({ name: 'EntityNotFoundException' });
  });

  test('another account sees nothing that is not shared (GL-1, GL-6)', async () => {
    await cloud.glue(producer).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'mine' } }));
    const look = cloud.glue(stranger).send(new GetDatabaseCommand({ Name: 'mine', CatalogId: producer }));
    await expect(look).rejects.toMatchObject({ name: 'EntityNotFoundException' });
    const { DatabaseList } = await cloud.glue(stranger).send(new GetDatabasesCommand({ ResourceShareType: 'ALL' }));
    expect(DatabaseList).toEqual([]);
  });

  test('a name taken is AlreadyExistsException, a name missing EntityNotFoundException (GL-5)', async () => {
    const glue = cloud.glue(producer);
    const create = new CreateDatabaseCommand({ DatabaseInput: { Name: 'once' } });
    await glue.send(create);
    await expect(glue.send(create)).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    for (const lost of [new GetDatabaseCommand({ Name: 'no' }), new DeleteDatabaseCommand({ Name: 'no' })])
      await expect(glue.send(lost as GetDatabaseCommand)).rejects.toMatchObject({ name: 'EntityNotFoundException' });
  });

  test('pages hold at most 100, in the order of names, nothing twice and nothing lost (GL-3)', async () => {
    const glue = cloud.glue(producer);
    const names = Array.from({ length: 230 }, (_, i) => `db${String(i).padStart(3, '0')}`);
    for (const Name of names) await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name } }));
    const read: (string | undefined)[] = [];
    const sizes: number[] = [];
    let NextToken: string | undefined;
    do {
      const page = await glue.send(new GetDatabasesCommand({ NextToken }));
      sizes.push(page.DatabaseList?.length ?? 0);
      read.push(...(page.DatabaseList ?? []).map(({ Name }) => Name));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(sizes).toEqual([100, 100, 30]);
    expect(read).toEqual(names);
    const first = await glue.send(new GetDatabasesCommand({ MaxResults: 3, AttributesToGet: ['NAME'] }));
    expect(first.DatabaseList).toEqual([{ Name: 'db000' }, { Name: 'db001' }, { Name: 'db002' }]);
    await expect(glue.send(new GetDatabasesCommand({ NextToken: 'rubbish' }))).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
  });

  test('takes over the catalog setting for its tables when it says nothing (GL-4, G-L17)', async () => {
    const glue = cloud.glue(producer);
    const permissionsOf = async (Name: string) => {
      const { Database } = await glue.send(new GetDatabaseCommand({ Name }));
      return Database?.CreateTableDefaultPermissions;
    };
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'open' } }));
    expect(await permissionsOf('open')).toMatchObject([{ Permissions: ['ALL'] }]);
    await closeCatalog(cloud, producer, [root]);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'closed' } }));
    expect(await permissionsOf('closed')).toEqual([]);
  });

  test('an update replaces what it describes; a delete takes the tables with it (GL-5, GL-7)', async () => {
    const glue = cloud.glue(producer);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'db', Description: 'old' } }));
    const update = { Name: 'db', LocationUri: 's3://lake/', CreateTableDefaultPermissions: [] };
    await glue.send(new UpdateDatabaseCommand({ Name: 'db', DatabaseInput: update }));
    const { Database } = await glue.send(new GetDatabaseCommand({ Name: 'db' }));
    expect(Database).toMatchObject({ LocationUri: 's3://lake/', CreateTableDefaultPermissions: [] });
    expect(Database?.Description).toBeUndefined();
    await glue.send(new CreateTableCommand({ DatabaseName: 'db', TableInput: tableInput('t') }));
    await glue.send(new DeleteDatabaseCommand({ Name: 'db' }));
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'db' } }));
    await expect(glue.send(new GetTableCommand({ DatabaseName: 'db', Name: 't' }))).rejects.toMatchObject({
      name: 'EntityNotFoundException',
    });
  });

  test('names in Japanese and with spaces are kept; 256 characters are too many (GL-2)', async () => {
    const glue = cloud.glue(producer);
    for (const Name of ['売上 データ', `x${'y'.repeat(254)}`]) {
      await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name } }));
      const { Database } = await glue.send(new GetDatabaseCommand({ Name }));
      expect(Database?.Name).toBe(Name);
    }
    const long = new CreateDatabaseCommand({ DatabaseInput: { Name: 'y'.repeat(256) } });
    await expect(glue.send(long)).rejects.toMatchObject({ name: 'InvalidInputException' });
    expect(cloud.lake.world.glue.catalogs.get(`${producer}/${region}`)?.databases.size).toBe(2);
  });
});
