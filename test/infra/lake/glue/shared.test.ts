import {
  CreateDatabaseCommand,
  CreatePartitionCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  DeleteTableCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetPartitionsCommand,
  GetResourcePoliciesCommand,
  GetTableCommand,
  GetTablesCommand,
  GetUnfilteredPartitionsMetadataCommand,
  GetUnfilteredTableMetadataCommand,
  type GlueClient,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-glue';
import { GrantPermissionsCommand, type Permission, type Resource } from '@aws-sdk/client-lakeformation';
import {
  AcceptResourceShareInvitationCommand,
  paginateGetResourceShareInvitations,
  RAMClient,
} from '@aws-sdk/client-ram';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cloud } from './cloud.ts';
import { closeCatalog, columns, consumer, producer, region, startCloud, stranger, tableInput } from './cloud.ts';

const jobRole = `arn:aws:iam::${consumer}:role/data-jobs/data-lake-test-job-role`;
const otherRole = `arn:aws:iam::${consumer}:role/data-lake-x`;

let cloud: Cloud;
let job: GlueClient;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.lake.close());

/** A closed catalog with `cur_org.legacy_all` at the producer, a link at the consumer, both administered by root. */
beforeEach(async () => {
  await cloud.lake.control.reset();
  for (const account of [producer, consumer]) await closeCatalog(cloud, account, [`arn:aws:iam::${account}:root`]);
  const source = cloud.glue(producer);
  await source.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'cur_org' } }));
  for (const Name of ['legacy_all', 'other'])
    await source.send(new CreateTableCommand({ DatabaseName: 'cur_org', TableInput: tableInput(Name, ['year']) }));
  const at = { DatabaseName: 'cur_org', TableName: 'legacy_all' };
  await source.send(new CreatePartitionCommand({ ...at, PartitionInput: { Values: ['2026'] } }));
  const TargetDatabase = { CatalogId: producer, DatabaseName: 'cur_org' };
  const link = { Name: 'cur_org_linked', TargetDatabase };
  await cloud.glue(consumer).send(new CreateDatabaseCommand({ DatabaseInput: link }));
  job = await cloud.glueAs(jobRole);
});

const database: Resource = { Database: { CatalogId: producer, Name: 'cur_org' } };
const table: Resource = { Table: { CatalogId: producer, DatabaseName: 'cur_org', Name: 'legacy_all' } };

function grant(account: string, principal: string, Resource: Resource, Permissions: Permission[], option = false) {
  const Principal = { DataLakePrincipalIdentifier: principal };
  const PermissionsWithGrantOption = option ? Permissions : [];
  return cloud
    .lakeFormation(account)
    .send(new GrantPermissionsCommand({ Principal, Resource, Permissions, PermissionsWithGrantOption }));
}

/** Every invitation, on whatever page it comes: the first page may be empty (G-R7). */
async function accept(): Promise<void> {
  const ram = new RAMClient(cloud.config(consumer));
  for await (const { resourceShareInvitations = [] } of paginateGetResourceShareInvitations({ client: ram }, {}))
    for (const { resourceShareInvitationArn } of resourceShareInvitations)
      await ram.send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn }));
}

async function shareWithConsumer(): Promise<void> {
  await grant(producer, consumer, database, ['DESCRIBE'], true);
  await grant(producer, consumer, table, ['SELECT', 'DESCRIBE'], true);
  await accept();
}

async function grantRole(): Promise<void> {
  await grant(consumer, jobRole, { Database: { Name: 'cur_org_linked' } }, ['DESCRIBE']);
  await grant(consumer, jobRole, database, ['DESCRIBE']);
  await grant(consumer, jobRole, table, ['SELECT', 'DESCRIBE']);
}

const onTarget = { CatalogId: producer, DatabaseName: 'cur_org', Name: 'legacy_all' };
const onLink = { DatabaseName: 'cur_org_linked', Name: 'legacy_all' };
const missing = { name: 'EntityNotFoundException' };

describe('a table of another account', () => {
  test('is invisible until shared, accepted and granted, then read through the link and on the target (GL-6, GL-12)', async () => {
    await expect(job.send(new GetTableCommand(onTarget))).rejects.toMatchObject(missing);
    await shareWithConsumer();
    await expect(job.send(new GetTableCommand(onTarget))).rejects.toMatchObject(missing);
    await expect(job.send(new GetTableCommand(onLink))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'Insufficient Lake Formation permission(s): Required Describe on cur_org_linked',
    });
    await grantRole();
    for (const names of [onTarget, onLink]) {
      const { Table } = await job.send(new GetTableCommand(names));
      expect(Table).toMatchObject({
        CatalogId: producer,
        DatabaseName: 'cur_org',
        StorageDescriptor: { Columns: columns },
      });
      const { Name: TableName, ...rest } = names;
      const { Partitions } = await job.send(new GetPartitionsCommand({ ...rest, TableName }));
      expect(Partitions).toMatchObject([{ Values: ['2026'], CatalogId: producer }]);
    }
  });

  test('stays invisible while the invitation is pending (GL-1)', async () => {
    await grant(producer, consumer, database, ['DESCRIBE'], true);
    const look = cloud.glue(consumer).send(new GetDatabaseCommand({ CatalogId: producer, Name: 'cur_org' }));
    await expect(look).rejects.toMatchObject(missing);
  });

  test('does not show to another role of the account, nor to another account (GL-6)', async () => {
    await shareWithConsumer();
    await grantRole();
    const squatter = await cloud.glueAs(otherRole);
    await expect(squatter.send(new GetTableCommand(onTarget))).rejects.toMatchObject(missing);
    await expect(squatter.send(new GetTableCommand(onLink))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const elsewhere = cloud.glue(stranger).send(new GetTableCommand(onTarget));
    await expect(elsewhere).rejects.toMatchObject(missing);
  });

  test('needs the right on both ends: a link without its target leads to nothing (GL-12, G-L25)', async () => {
    await shareWithConsumer();
    await grant(consumer, jobRole, { Database: { Name: 'cur_org_linked' } }, ['DESCRIBE']);
    await expect(job.send(new GetTableCommand(onLink))).rejects.toMatchObject(missing);
    const { Database } = await job.send(new GetDatabaseCommand({ Name: 'cur_org_linked' }));
    expect(Database?.TargetDatabase?.CatalogId).toBe(producer);
  });

  test('needs the IAM right on the ARNs of both catalogs (GL-12, G-L28)', async () => {
    await shareWithConsumer();
    await grantRole();
    const own = `arn:aws:glue:${region}:${consumer}:*`;
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'glue:Get*', Resource: own }] };
    const narrow = await cloud.glueAs(jobRole, policy);
    await expect(narrow.send(new GetTableCommand(onLink))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`glue:GetTable on resource: arn:aws:glue:${region}:${producer}:catalog`),
    });
  });

  test('listings show only what is shared (GL-3, GL-18)', async () => {
    await shareWithConsumer();
    await grantRole();
    const names = async (client: GlueClient, input: ConstructorParameters<typeof GetTablesCommand>[0]) =>
      (await client.send(new GetTablesCommand(input))).TableList?.map(({ Name }) => Name);
    expect(await names(job, { DatabaseName: 'cur_org_linked' })).toEqual(['legacy_all']);
    expect(await names(cloud.glue(producer), { DatabaseName: 'cur_org' })).toEqual(['legacy_all', 'other']);
    const list = async (ResourceShareType?: 'FOREIGN' | 'ALL' | 'FEDERATED') =>
      (await job.send(new GetDatabasesCommand({ ...(ResourceShareType && { ResourceShareType }) }))).DatabaseList?.map(
        ({ Name, CatalogId }) => `${CatalogId} ${Name}`,
      );
    expect(await list()).toEqual([`${consumer} cur_org_linked`]);
    expect(await list('FOREIGN')).toEqual([`${producer} cur_org`]);
    expect(await list('ALL')).toEqual([`${producer} cur_org`, `${consumer} cur_org_linked`]);
    expect(await list('FEDERATED')).toEqual([]);
  });

  test('its owner cannot be written to without the permission', async () => {
    await shareWithConsumer();
    await grantRole();
    const make = new CreateTableCommand({ DatabaseName: 'cur_org_linked', TableInput: tableInput('mine') });
    await expect(job.send(make)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'Insufficient Lake Formation permission(s): Required Create Table on cur_org',
    });
  });
});

describe('what comes and goes', () => {
  const source = () => cloud.glue(producer);
  const drop = () => source().send(new DeleteTableCommand({ DatabaseName: 'cur_org', Name: 'legacy_all' }));

  test('a table dropped and made again keeps no grants, its link stays (G-L31)', async () => {
    await shareWithConsumer();
    await grantRole();
    await drop();
    const input = { DatabaseName: 'cur_org', TableInput: tableInput('legacy_all', ['year']) };
    await source().send(new CreateTableCommand(input));
    await expect(job.send(new GetTableCommand(onTarget))).rejects.toMatchObject(missing);
    await expect(job.send(new GetTableCommand(onLink))).rejects.toMatchObject(missing);
    const { Database } = await job.send(new GetDatabaseCommand({ Name: 'cur_org_linked' }));
    expect(Database?.TargetDatabase?.DatabaseName).toBe('cur_org');
  });

  test('with its source gone a link can still be dropped by who made it (G-K6, G-K7)', async () => {
    await shareWithConsumer();
    await grantRole();
    await source().send(new DeleteDatabaseCommand({ Name: 'cur_org' }));
    const list = cloud.glue(consumer).send(new GetTablesCommand({ DatabaseName: 'cur_org_linked' }));
    await expect(list).rejects.toMatchObject(missing);
    await cloud.glue(consumer).send(new DeleteDatabaseCommand({ Name: 'cur_org_linked' }));
    const { DatabaseList } = await cloud.glue(consumer).send(new GetDatabasesCommand({}));
    expect(DatabaseList).toEqual([]);
  });

  test('a throttled read is no "not found" (G-K1)', async () => {
    await cloud.lake.control.fault({ kind: 'error', operation: 'GetDatabase', code: 'ThrottlingException' });
    const read = cloud.glue(consumer).send(new GetDatabaseCommand({ Name: 'cur_org_linked' }));
    await expect(read).rejects.toMatchObject({ name: 'ThrottlingException' });
    await cloud.lake.control.clearFaults();
    await cloud.glue(consumer).send(new GetDatabaseCommand({ Name: 'cur_org_linked' }));
  });
});

describe('the catalog policy', () => {
  const deny = (principal: string) => {
    const Statement = [{ Effect: 'Deny', Principal: { AWS: principal }, Action: 'glue:GetTable', Resource: '*' }];
    return JSON.stringify({ Version: '2012-10-17', Statement });
  };
  test('denies its own roles and those of other accounts (GL-45)', async () => {
    await shareWithConsumer();
    await grantRole();
    await job.send(new GetTableCommand(onTarget));
    const put = { PolicyInJson: deny(jobRole), EnableHybrid: 'TRUE' as const };
    await cloud.glue(producer).send(new PutResourcePolicyCommand(put));
    for (const names of [onTarget, onLink]) {
      await expect(job.send(new GetTableCommand(names))).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message: expect.stringContaining('with an explicit deny in a resource-based policy'),
      });
    }
  });

  test('that allows nothing to other accounts is no matter to the link’s own catalog (GL-45)', async () => {
    await shareWithConsumer();
    await grantRole();
    const PolicyInJson = deny(jobRole).replace('GetTable', 'GetPartitions');
    await cloud.glue(producer).send(new PutResourcePolicyCommand({ PolicyInJson, EnableHybrid: 'TRUE' }));
    await job.send(new GetTableCommand(onLink));
    const { Name: TableName, ...rest } = onLink;
    const partitions = job.send(new GetPartitionsCommand({ ...rest, TableName }));
    await expect(partitions).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('at home', () => {
  test('what a role lacks is told by name; nobody else drops a link (GL-6)', async () => {
    const role = await cloud.glueAs(`arn:aws:iam::${producer}:role/reader`);
    const read = role.send(new GetTableCommand({ DatabaseName: 'cur_org', Name: 'legacy_all' }));
    await expect(read).rejects.toMatchObject({
      message: 'Insufficient Lake Formation permission(s): Required Describe on legacy_all',
    });
    const create = role.send(new CreateTableCommand({ DatabaseName: 'cur_org', TableInput: tableInput('x') }));
    await expect(create).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await grant(consumer, jobRole, { Database: { Name: 'cur_org_linked' } }, ['DESCRIBE']);
    const drop = job.send(new DeleteDatabaseCommand({ Name: 'cur_org_linked' }));
    await expect(drop).rejects.toMatchObject({
      message: 'Insufficient Lake Formation permission(s): Required Drop on cur_org_linked',
    });
  });

  test('a role with two columns sees and selects these two only (GL-80)', async () => {
    const reader = `arn:aws:iam::${producer}:role/reader`;
    const client = await cloud.glueAs(reader);
    const ColumnNames = ['cost'];
    const some: Resource = { TableWithColumns: { DatabaseName: 'cur_org', Name: 'legacy_all', ColumnNames } };
    await grant(producer, reader, some, ['SELECT']);
    const names = { CatalogId: producer, DatabaseName: 'cur_org', Name: 'legacy_all' };
    const unfiltered = (SupportedPermissionTypes: ('COLUMN_PERMISSION' | 'NESTED_PERMISSION')[]) =>
      client.send(new GetUnfilteredTableMetadataCommand({ ...names, SupportedPermissionTypes }));
    const answer = await unfiltered(['COLUMN_PERMISSION']);
    expect(answer.AuthorizedColumns).toEqual(['cost']);
    expect(answer.Table?.StorageDescriptor?.Columns).toHaveLength(2);
    await expect(unfiltered(['NESTED_PERMISSION'])).rejects.toMatchObject({ name: 'PermissionTypeMismatchException' });
  });
});

test('where SELECT shows a table, it shows the columns selected only', async () => {
  const other = await startCloud({ switches: { 'lf-select-describes': 'yes' } });
  try {
    await closeCatalog(other, producer, [`arn:aws:iam::${producer}:root`]);
    const source = other.glue(producer);
    await source.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'cur_org' } }));
    await source.send(new CreateTableCommand({ DatabaseName: 'cur_org', TableInput: tableInput('legacy_all') }));
    const reader = `arn:aws:iam::${producer}:role/reader`;
    const client = await other.glueAs(reader);
    const some = { TableWithColumns: { DatabaseName: 'cur_org', Name: 'legacy_all', ColumnNames: ['cost'] } };
    const Principal = { DataLakePrincipalIdentifier: reader };
    const select = new GrantPermissionsCommand({ Principal, Resource: some, Permissions: ['SELECT'] });
    await other.lakeFormation(producer).send(select);
    const { Table } = await client.send(new GetTableCommand({ DatabaseName: 'cur_org', Name: 'legacy_all' }));
    expect(Table?.StorageDescriptor?.Columns).toEqual([columns[1]]);
  } finally {
    await other.lake.close();
  }
});

test('where AWS hides what is at home too, a role finds nothing (GL-6)', async () => {
  const other = await startCloud({ switches: { 'glue-invisible-at-home': 'not-found' } });
  try {
    await closeCatalog(other, producer, [`arn:aws:iam::${producer}:root`]);
    await other.glue(producer).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'cur_org' } }));
    const client = await other.glueAs(`arn:aws:iam::${producer}:role/reader`);
    await expect(client.send(new GetDatabaseCommand({ Name: 'cur_org' }))).rejects.toMatchObject(missing);
  } finally {
    await other.lake.close();
  }
});

describe('what engines ask', () => {
  const ask = { ...onTarget, SupportedPermissionTypes: ['COLUMN_PERMISSION' as const] };
  test('needs SELECT, and says which columns and whether credentials are vended (GL-80)', async () => {
    await expect(job.send(new GetUnfilteredTableMetadataCommand(ask))).rejects.toMatchObject(missing);
    await shareWithConsumer();
    await grantRole();
    const answer = await job.send(new GetUnfilteredTableMetadataCommand(ask));
    expect(answer).toMatchObject({
      AuthorizedColumns: ['line_item_id', 'cost', 'year'],
      IsRegisteredWithLakeFormation: false,
      Table: { Name: 'legacy_all' },
    });
    const { Name: TableName, ...rest } = ask;
    const parts = await job.send(new GetUnfilteredPartitionsMetadataCommand({ ...rest, TableName }));
    expect(parts.UnfilteredPartitions).toMatchObject([{ Partition: { Values: ['2026'] } }]);
  });
});

describe('a link made anew with another target', () => {
  test('leads no engine for a day, unless the query brings its session (GL-19)', async () => {
    await shareWithConsumer();
    const home = cloud.glue(consumer);
    const relink = async (DatabaseName: string) => {
      await home.send(new DeleteDatabaseCommand({ Name: 'cur_org_linked' }));
      const TargetDatabase = { CatalogId: producer, DatabaseName };
      await home.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'cur_org_linked', TargetDatabase } }));
    };
    await relink('other');
    await relink('cur_org');
    await grantRole();
    const ask = { CatalogId: consumer, ...onLink, SupportedPermissionTypes: ['COLUMN_PERMISSION' as const] };
    const engine = (more: object = {}) => job.send(new GetUnfilteredTableMetadataCommand({ ...ask, ...more }));
    await expect(engine()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('Caller is temporarily not authorized'),
    });
    expect((await engine({ QuerySessionContext: { QueryId: 'q' } })).Table?.Name).toBe('legacy_all');
    await cloud.lake.control.moveClock(24 * 60 * 60 * 1000);
    job = await cloud.glueAs(jobRole);
    expect((await engine()).Table?.Name).toBe('legacy_all');
  });
});

describe('a catalog that RAM shares', () => {
  test('lists the policies of its shares, and a put must say EnableHybrid (GL-41, GL-42, G-S7)', async () => {
    await shareWithConsumer();
    const glue = cloud.glue(producer);
    const { GetResourcePoliciesResponseList: policies } = await glue.send(new GetResourcePoliciesCommand({}));
    expect(policies?.map(({ PolicyInJson }) => PolicyInJson).join()).toContain(':table/cur_org/legacy_all');
    const Statement = [
      { Effect: 'Allow', Principal: { Service: 'ram.amazonaws.com' }, Action: 'glue:ShareResource', Resource: '*' },
    ];
    const PolicyInJson = JSON.stringify({ Version: '2012-10-17', Statement });
    await expect(glue.send(new PutResourcePolicyCommand({ PolicyInJson }))).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
    await glue.send(new PutResourcePolicyCommand({ PolicyInJson, EnableHybrid: 'TRUE' }));
  });
});
