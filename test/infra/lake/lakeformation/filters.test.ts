import {
  CreateTableCommand,
  DeleteTableCommand,
  GetUnfilteredTableMetadataCommand,
  type PermissionType,
} from '@aws-sdk/client-glue';
import {
  CreateDataCellsFilterCommand,
  type DataCellsFilter,
  DeleteDataCellsFilterCommand,
  GetDataCellsFilterCommand,
  GetTemporaryGlueTableCredentialsCommand,
  ListDataCellsFilterCommand,
  ListPermissionsCommand,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
  type Resource,
  RevokePermissionsCommand,
  UpdateDataCellsFilterCommand,
} from '@aws-sdk/client-lakeformation';
import { GetResourceShareAssociationsCommand } from '@aws-sdk/client-ram';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  acceptAll,
  addTables,
  admin,
  brief,
  type Clients,
  closed,
  consumer,
  grant,
  jobRole,
  prepared,
  producer,
  refusal,
  region,
  rows,
  table,
  tableInput,
} from './lakes.ts';

const reader = `arn:aws:iam::${producer}:role/reader`;
let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  lakes = await prepared();
  await lakes.makeRole(reader);
});
afterEach(() => lakes.close());

const names = { TableCatalogId: producer, DatabaseName: 'cur_org', TableName: 'legacy_all' };
const ofYear = (Name: string, year: string): DataCellsFilter => ({
  ...names,
  Name,
  RowFilter: { FilterExpression: `year = '${year}'` },
  ColumnWildcard: {},
});
const create = ({ lf }: Clients, TableData: DataCellsFilter) =>
  lf.send(new CreateDataCellsFilterCommand({ TableData }));
const get = ({ lf }: Clients, Name: string) => lf.send(new GetDataCellsFilterCommand({ ...names, Name }));
const on = (Name: string): Resource => ({ DataCellsFilter: { ...names, Name } });
const unfiltered = ({ glue }: Clients, ...SupportedPermissionTypes: PermissionType[]) =>
  glue.send(
    new GetUnfilteredTableMetadataCommand({
      CatalogId: producer,
      DatabaseName: 'cur_org',
      Name: 'legacy_all',
      SupportedPermissionTypes,
    }),
  );

test('LF-87 a filter is made, read, replaced by who read its version, and deleted', async () => {
  await create(lakes.owner, ofYear('y24', '2024'));
  expect(await refusal(create(lakes.owner, ofYear('y24', '2025')))).toContain('AlreadyExistsException');
  const { DataCellsFilter: made } = await get(lakes.owner, 'y24');
  expect(made).toMatchObject(ofYear('y24', '2024'));
  const update = (filter: DataCellsFilter) =>
    lakes.owner.lf.send(new UpdateDataCellsFilterCommand({ TableData: filter }));
  await update({ ...ofYear('y24', '2025'), VersionId: made?.VersionId });
  const late = update({ ...ofYear('y24', '2026'), VersionId: made?.VersionId });
  expect(await refusal(late)).toContain('ConcurrentModificationException');
  expect((await get(lakes.owner, 'y24')).DataCellsFilter?.RowFilter?.FilterExpression).toBe("year = '2025'");
  expect(await refusal(update(ofYear('other', '2025')))).toContain('EntityNotFoundException');
  const drop = () => lakes.owner.lf.send(new DeleteDataCellsFilterCommand({ ...names, Name: 'y24' }));
  await drop();
  expect(await refusal(drop())).toContain('EntityNotFoundException');
  expect(await refusal(get(lakes.owner, 'y24'))).toContain('EntityNotFoundException');
});

test('LF-87 what no filter can be is refused, and nothing is kept', async () => {
  const filter = ofYear('f', '2024');
  const columns = { ColumnNames: ['cost'], ColumnWildcard: undefined };
  const wrongs: readonly (readonly [DataCellsFilter, string])[] = [
    [{ ...filter, RowFilter: undefined }, 'exactly one of FilterExpression'],
    [{ ...filter, RowFilter: { FilterExpression: ' ' } }, 'must not be empty'],
    [{ ...filter, RowFilter: { FilterExpression: 'true', AllRowsWildcard: {} } }, 'exactly one of FilterExpression'],
    [{ ...filter, ColumnNames: ['cost'] }, 'exactly one of ColumnNames'],
    [{ ...filter, ...columns, ColumnNames: ['nothing'] }, 'no column nothing'],
    [{ ...filter, RowFilter: { FilterExpression: 'x'.repeat(2049) } }, 'less than or equal to 2048'],
    [{ ...filter, TableName: 'missing' }, 'EntityNotFoundException'],
    [{ ...filter, TableName: 'link' }, 'not on a resource link'],
    [{ ...filter, TableCatalogId: consumer }, 'AccessDeniedException'],
  ];
  const TargetTable = { CatalogId: producer, DatabaseName: 'cur_org', Name: 'legacy_all' };
  await lakes.owner.glue.send(
    new CreateTableCommand({ DatabaseName: 'cur_org', TableInput: { Name: 'link', TargetTable } }),
  );
  for (const [wrong, words] of wrongs) expect(await refusal(create(lakes.owner, wrong))).toContain(words);
  expect(await refusal(create(await lakes.as(reader), filter))).toContain('AccessDeniedException');
  const { DataCellsFilters } = await lakes.owner.lf.send(new ListDataCellsFilterCommand({}));
  expect(DataCellsFilters).toEqual([]);
});

test('LF-87 who may pass SELECT on the table on makes filters and grants SELECT on them', async () => {
  await grant(lakes.owner, reader, table(), ['SELECT'], ['SELECT']);
  const steward = await lakes.as(reader);
  await create(steward, ofYear('mine', '2024'));
  const another = `arn:aws:iam::${producer}:role/another`;
  await lakes.makeRole(another);
  await grant(steward, another, on('mine'), ['SELECT']);
  expect(await refusal(grant(steward, another, on('mine'), ['DROP']))).toContain('AccessDeniedException');
});

test('LF-88 listed page by page, of one table or of all, to who holds something on them', async () => {
  await addTables(lakes.owner, 'other', ['elsewhere']);
  for (const name of ['a', 'b', 'c']) await create(lakes.owner, ofYear(name, '2024'));
  await create(lakes.owner, { ...ofYear('d', '2024'), DatabaseName: 'other', TableName: 'elsewhere' });
  const listed = async ({ lf }: Clients, Table?: { DatabaseName: string; Name: string }) => {
    const found: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await lf.send(new ListDataCellsFilterCommand({ Table, MaxResults: 2, NextToken }));
      found.push(...(page.DataCellsFilters ?? []).map(({ Name }) => Name));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return found;
  };
  expect(await listed(lakes.owner)).toEqual(['a', 'b', 'c', 'd']);
  expect(await listed(lakes.owner, { DatabaseName: 'other', Name: 'elsewhere' })).toEqual(['d']);
  const plain = await lakes.as(reader);
  expect(await listed(plain)).toEqual([]);
  await grant(lakes.owner, reader, on('b'), ['DESCRIBE']);
  expect(await listed(plain)).toEqual(['b']);
  expect((await get(plain, 'b')).DataCellsFilter?.Name).toBe('b');
  expect(await refusal(get(plain, 'c'))).toContain('AccessDeniedException');
});

test('LF-88 a thousand a page, and no more can be asked for', async () => {
  const numbers = Array.from({ length: 1001 }, (_, i) => `f${i}`);
  for (const name of numbers) await create(lakes.owner, ofYear(name, '2024'));
  const list = (more: object = {}) => lakes.owner.lf.send(new ListDataCellsFilterCommand(more));
  const { DataCellsFilters = [], NextToken } = await list();
  const last = await list({ NextToken });
  expect([DataCellsFilters.length, last.DataCellsFilters?.length, last.NextToken]).toEqual([1000, 1, undefined]);
  expect(await refusal(list({ MaxResults: 1001 }))).toContain('less than or equal to 1000');
}, 30_000);

test('LF-89 G-L7 grants on a filter: its three permissions, listed by resource, never with a principal', async () => {
  await create(lakes.owner, ofYear('y24', '2024'));
  expect(await refusal(grant(lakes.owner, reader, on('y24'), ['INSERT']))).toContain('Permissions modification');
  expect(await refusal(grant(lakes.owner, reader, on('none'), ['SELECT']))).toContain('EntityNotFoundException');
  await grant(lakes.owner, reader, on('y24'), ['SELECT', 'DESCRIBE']);
  const [row, ...more] = await rows(lakes.owner, { resource: on('y24') });
  expect([row?.Resource, row?.Permissions, more]).toEqual([on('y24'), ['DESCRIBE', 'SELECT'], []]);
  expect(brief(await rows(lakes.owner, { principal: reader })).map(({ resource }) => resource)).toEqual([
    'DataCellsFilter',
  ]);
  const both = rows(lakes.owner, { principal: reader, resource: on('y24') });
  expect(await refusal(both)).toContain('InvalidInputException');
  const tables = await lakes.owner.lf.send(new ListPermissionsCommand({ ResourceType: 'TABLE' }));
  const kinds = tables.PrincipalResourcePermissions?.flatMap(({ Resource = {} }) => Object.keys(Resource)) ?? [];
  expect(kinds).toContain('DataCellsFilter');
  await lakes.owner.lf.send(
    new RevokePermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: reader },
      Resource: on('y24'),
      Permissions: ['SELECT', 'DESCRIBE'],
    }),
  );
  expect(await rows(lakes.owner, { resource: on('y24') })).toEqual([]);
});

test('LF-89 grants on a filter go with it, and with its table', async () => {
  await create(lakes.owner, ofYear('y24', '2024'));
  await grant(lakes.owner, reader, on('y24'), ['SELECT', 'DROP']);
  await (await lakes.as(reader)).lf.send(new DeleteDataCellsFilterCommand({ ...names, Name: 'y24' }));
  await create(lakes.owner, ofYear('y24', '2024'));
  expect(await rows(lakes.owner, { resource: on('y24') })).toEqual([]);
  await grant(lakes.owner, reader, on('y24'), ['SELECT']);
  await lakes.owner.glue.send(new DeleteTableCommand({ DatabaseName: 'cur_org', Name: 'legacy_all' }));
  await lakes.owner.glue.send(
    new CreateTableCommand({ DatabaseName: 'cur_org', TableInput: tableInput('legacy_all') }),
  );
  const { DataCellsFilters } = await lakes.owner.lf.send(new ListDataCellsFilterCommand({}));
  expect(DataCellsFilters).toEqual([]);
  await create(lakes.owner, ofYear('y24', '2024'));
  expect(await rows(lakes.owner, { resource: on('y24') })).toEqual([]);
});

test('LF-92 an engine learns which cells to leave out; filters add up; one that cannot gets nothing', async () => {
  const engine = await lakes.as(reader);
  expect(await refusal(unfiltered(engine, 'CELL_FILTER_PERMISSION'))).not.toBe('succeeded');
  await create(lakes.owner, { ...ofYear('y24', '2024'), ColumnWildcard: undefined, ColumnNames: ['Cost', 'year'] });
  await grant(lakes.owner, reader, on('y24'), ['SELECT']);
  const one = await unfiltered(engine, 'COLUMN_PERMISSION', 'CELL_FILTER_PERMISSION');
  expect(one.AuthorizedColumns).toEqual(['cost', 'year']);
  expect(one.CellFilters).toEqual([
    { ColumnName: 'cost', RowFilterExpression: "year = '2024'" },
    { ColumnName: 'year', RowFilterExpression: "year = '2024'" },
  ]);
  expect(await refusal(unfiltered(engine, 'COLUMN_PERMISSION'))).toContain('PermissionTypeMismatchException');
  const everyRow = { RowFilter: { AllRowsWildcard: {} }, ColumnWildcard: undefined, ColumnNames: ['year'] };
  await create(lakes.owner, { ...names, Name: 'all', ...everyRow });
  await create(lakes.owner, ofYear('y25', '2025'));
  for (const name of ['all', 'y25']) await grant(lakes.owner, reader, on(name), ['SELECT']);
  expect((await unfiltered(engine, 'CELL_FILTER_PERMISSION')).CellFilters).toEqual([
    { ColumnName: 'cost', RowFilterExpression: "(year = '2024') OR (year = '2025')" },
    { ColumnName: 'account', RowFilterExpression: "year = '2025'" },
  ]);
  await grant(lakes.owner, reader, table(), ['SELECT']);
  const whole = await unfiltered(engine, 'COLUMN_PERMISSION');
  expect([whole.AuthorizedColumns?.length, whole.CellFilters]).toEqual([3, []]);
});

test('LF-92 credentials only to an engine that says it filters cells, where any are hidden', async () => {
  await lakes.root(producer).lf.send(
    new PutDataLakeSettingsCommand({
      DataLakeSettings: {
        ...closed,
        DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin(producer) }],
        AllowFullTableExternalDataAccess: true,
      },
    }),
  );
  await lakes.owner.lf.send(
    new RegisterResourceCommand({ ResourceArn: 'arn:aws:s3:::cur-export', UseServiceLinkedRole: true }),
  );
  await create(lakes.owner, ofYear('y24', '2024'));
  await grant(lakes.owner, reader, on('y24'), ['SELECT']);
  await lakes.lake.control.set('lakeformation', 'grants', {
    account: producer,
    region,
    grants: [{ principal: `${producer}:IAMPrincipals`, resource: table(), permissions: ['DESCRIBE'] }],
  });
  const { lf } = await lakes.as(reader);
  const TableArn = `arn:aws:glue:${region}:${producer}:table/cur_org/legacy_all`;
  const vend = (SupportedPermissionTypes: ('COLUMN_PERMISSION' | 'CELL_FILTER_PERMISSION')[]) =>
    refusal(lf.send(new GetTemporaryGlueTableCredentialsCommand({ TableArn, SupportedPermissionTypes })));
  expect(await vend(['COLUMN_PERMISSION'])).toContain('PermissionTypeMismatchException');
  expect(await vend(['COLUMN_PERMISSION', 'CELL_FILTER_PERMISSION'])).toBe('succeeded');
  const ColumnNames = ['cost', 'account', 'year'];
  await create(lakes.owner, { ...names, Name: 'all', RowFilter: { AllRowsWildcard: {} }, ColumnNames });
  await grant(lakes.owner, reader, on('all'), ['SELECT']);
  expect(await vend(['COLUMN_PERMISSION'])).toBe('succeeded');
  const whole = await unfiltered(await lakes.as(reader), 'COLUMN_PERMISSION');
  expect([whole.AuthorizedColumns, whole.CellFilters]).toEqual([ColumnNames, []]);
});

/** What the caller's shares hold: of all pages, since the first may be empty. */
async function carried({ ram }: Clients): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ram.send(new GetResourceShareAssociationsCommand({ associationType: 'RESOURCE', nextToken }));
    found.push(...(page.resourceShareAssociations ?? []).map(({ associatedEntity }) => associatedEntity));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

test('LF-93 a filter is shared with another account, whose administrator passes on that filter and no more', async () => {
  for (const [name, year] of [
    ['y24', '2024'],
    ['y25', '2025'],
  ] as const)
    await create(lakes.owner, ofYear(name, year));
  await grant(lakes.owner, consumer, on('y24'), ['SELECT', 'DESCRIBE'], ['SELECT', 'DESCRIBE']);
  expect(await carried(lakes.owner)).toContain(`arn:aws:glue:${region}:${producer}:table/cur_org/legacy_all`);
  const listed = async ({ lf }: Clients, Table?: { CatalogId: string; DatabaseName: string; Name: string }) =>
    (await lf.send(new ListDataCellsFilterCommand({ Table }))).DataCellsFilters?.map(({ Name }) => Name);
  const ofTable = { CatalogId: producer, DatabaseName: 'cur_org', Name: 'legacy_all' };
  expect(await refusal(get(lakes.taker, 'y24'))).toContain('AccessDeniedException');
  await acceptAll(lakes.taker);
  expect(await listed(lakes.taker, ofTable)).toEqual(['y24']);
  // The account's share is its administrators' to see: its roles hold nothing of it yet.
  expect(await refusal(get(lakes.job, 'y24'))).toContain('AccessDeniedException');
  expect(await listed(lakes.job, ofTable)).toEqual([]);
  expect((await get(lakes.taker, 'y24')).DataCellsFilter?.Name).toBe('y24');
  expect(await refusal(get(lakes.taker, 'y25'))).toContain('AccessDeniedException');
  await grant(lakes.taker, jobRole, on('y24'), ['SELECT']);
  expect(await refusal(grant(lakes.taker, jobRole, on('y25'), ['SELECT']))).not.toBe('succeeded');
  expect(await refusal(grant(lakes.taker, jobRole, table('legacy_all', producer), ['SELECT']))).not.toBe('succeeded');
  expect(await listed(lakes.job, ofTable)).toEqual(['y24']);
  expect((await get(lakes.job, 'y24')).DataCellsFilter?.Name).toBe('y24');
  expect(await refusal(get(lakes.job, 'y25'))).toContain('AccessDeniedException');
  const { CellFilters = [] } = await unfiltered(lakes.job, 'CELL_FILTER_PERMISSION');
  expect(new Set(CellFilters.map(({ RowFilterExpression }) => RowFilterExpression))).toEqual(
    new Set(["year = '2024'"]),
  );
});
