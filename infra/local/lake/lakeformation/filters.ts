/** Data cells filters: which rows and columns of a table a grant reaches. Kept by the table's owner. */

import type {
  CreateDataCellsFilterRequest,
  DataCellsFilter,
  DeleteDataCellsFilterRequest,
  GetDataCellsFilterRequest,
  ListDataCellsFilterRequest,
  UpdateDataCellsFilterRequest,
} from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import { pageOf } from '../glue/paging.ts';
import { findTable } from '../glue/state.ts';
import { delivers } from '../ram/delivery.ts';
import { accountNames } from '../ram/recipients.ts';
import type { Call } from '../service.ts';
import { checkGrantable, notAuthorized, notFound } from './authority.ts';
import type { Grant, GrantTable } from './grants.ts';
import { removeGrantsOn } from './lifecycle.ts';
import { isAdmin, namesOf, viewsAll } from './principals.ts';
import { invalidInput, key, type Ref, refOf } from './resources.ts';
import { lakeCatalogOf } from './state.ts';
import { isLink } from './validity.ts';

type FilterRef = Extract<Ref, { kind: 'filter' }>;

const mostPerPage = 1000;

/**
 * Makes a filter. Throws where the table or a column is missing, the name is taken, or the caller may not pass SELECT
 * on.
 */
export function createDataCellsFilter(call: Call, input: CreateDataCellsFilterRequest): object {
  const { ref, filter } = written(call, input.TableData);
  const { filters } = ownersOf(call, ref);
  if (filters.has(placeIn(ref))) throw new AwsError('AlreadyExistsException', `Filter ${ref.name} already exists.`);
  filters.set(placeIn(ref), filter);
  return {};
}

/** The version that was read, where one is named, must be the one in force. */
export function updateDataCellsFilter(call: Call, input: UpdateDataCellsFilterRequest): object {
  const { ref, filter } = written(call, input.TableData);
  const { filters } = ownersOf(call, ref);
  const known = filters.get(placeIn(ref));
  if (!known) throw notFound(`Filter ${ref.name}`);
  const read = input.TableData?.VersionId;
  if (read !== undefined && read !== known.VersionId)
    throw new AwsError('ConcurrentModificationException', `Filter ${ref.name} has been changed since.`);
  filters.set(placeIn(ref), filter);
  return {};
}

/**
 * The filter; `AccessDeniedException` for who does not see it, and before an administrator hears that it is missing.
 */
export function getDataCellsFilter(call: Call, input: GetDataCellsFilterRequest): object {
  const ref = filterRef(call, input);
  const found = ownersOf(call, ref).filters.get(placeIn(ref));
  const hidden = found !== undefined && !sees(call, ref);
  if (hidden || (found === undefined && !isAdmin(call.world, call.caller, call.region))) throw notAuthorized();
  if (found === undefined) throw notFound(`Filter ${ref.name}`);
  return { DataCellsFilter: found };
}

/** Deletes the filter with all that was granted on it: for administrators, and for who holds DROP on it. */
export function deleteDataCellsFilter(call: Call, input: DeleteDataCellsFilterRequest): object {
  const ref = filterRef(call, input);
  const catalog = ownersOf(call, ref);
  const admin = isAdmin(call.world, call.caller, call.region);
  const may = namesOf(call.caller).some((name) =>
    [...catalog.grants.held(name, ref)].some(({ permissions }) => permissions.has('DROP')),
  );
  if (ref.catalog !== call.account || (!admin && !may)) throw notAuthorized();
  if (!catalog.filters.delete(placeIn(ref))) throw notFound(`Filter ${ref.name}`);
  removeGrantsOn(call.world, catalog, ref);
  return {};
}

/** Of one table, which may be another account's, or of all tables of the caller's catalog. */
export function listDataCellsFilter(call: Call, input: ListDataCellsFilterRequest): object {
  const table = input.Table === undefined ? undefined : refOf({ Table: input.Table }, call.account);
  if (table?.kind === 'table' && table.table === undefined)
    throw invalidInput('Filters are listed of one table, not of a wildcard.');
  const owner = table?.catalog ?? call.account;
  const { filters } = lakeCatalogOf(call.world.lakeFormation, owner, call.region);
  const { items, NextToken } = pageOf(filters, input, mostPerPage, (filter) => {
    const ref = filterRef(call, filter);
    const wanted = table?.kind !== 'table' || (ref.database === table.database && ref.table === table.table);
    return wanted && sees(call, ref) ? filter : undefined;
  });
  return { DataCellsFilters: items, ...(NextToken === undefined ? {} : { NextToken }) };
}

/** Checked in form, then whether the table is there and the caller may pass SELECT on it on. */
function written(call: Call, data: DataCellsFilter | undefined): { ref: FilterRef; filter: DataCellsFilter } {
  const ref = filterRef(call, data ?? {});
  const { RowFilter, ColumnNames, ColumnWildcard } = data ?? {};
  if ((RowFilter?.FilterExpression === undefined) === (RowFilter?.AllRowsWildcard === undefined))
    throw invalidInput('RowFilter must have exactly one of FilterExpression and AllRowsWildcard.');
  if (RowFilter?.FilterExpression?.trim() === '') throw invalidInput('FilterExpression must not be empty.');
  if ((ColumnNames === undefined) === (ColumnWildcard === undefined))
    throw invalidInput('A filter must have exactly one of ColumnNames and ColumnWildcard.');
  if (ref.catalog !== call.account) throw notAuthorized();
  const { catalog, database, table } = ref;
  if (isLink(call.world, { kind: 'table', catalog, database, table }, call.account, call.region))
    throw invalidInput('Filters are made on the table itself, not on a resource link.');
  checkGrantable(call, { kind: 'table', catalog, database, table }, new Set(['SELECT']));
  checkColumns(call, ref, ColumnNames ?? ColumnWildcard?.ExcludedColumnNames ?? []);
  const names = { TableCatalogId: catalog, DatabaseName: database, TableName: table, Name: ref.name };
  const columns = ColumnNames ? { ColumnNames } : { ColumnWildcard };
  return { ref, filter: { ...names, RowFilter, ...columns, VersionId: call.world.id(32) } };
}

function checkColumns(call: Call, ref: FilterRef, named: readonly string[]): void {
  const found = findTable(call.world.glue, ref.catalog, call.region, ref.database, ref.table)?.table;
  const columns = [...(found?.StorageDescriptor?.Columns ?? []), ...(found?.PartitionKeys ?? [])];
  const known = new Set(columns.map(({ Name }) => (Name ?? '').toLowerCase()));
  const unknown = named.find((name) => !known.has(name.toLowerCase()));
  if (unknown !== undefined) throw invalidInput(`The table has no column ${unknown}.`);
}

/** Administrators see the filters of their own tables and those shared with them; others those they hold anything on. */
function sees(call: Call, ref: FilterRef): boolean {
  const { world, caller, account, region } = call;
  const owners = ownersOf(call, ref).grants;
  const passedOn = () => {
    const { grants } = lakeCatalogOf(world.lakeFormation, account, region);
    return viewsAll(world, caller, region) || namesOf(caller).some((name) => holds(grants, name, ref));
  };
  if (ref.catalog === account) return passedOn();
  const arrives = (name: string) => holds(owners, name, ref, ({ shares }) => delivers(world, shares, name, account));
  // What the account was given is nobody's there until its administrators pass it on.
  return arrives(caller.arn) || (accountNames(world, account).some(arrives) && passedOn());
}

function holds(grants: GrantTable, name: string, ref: FilterRef, counts = (_: Grant): boolean => true): boolean {
  return [...grants.held(name, ref)].some((grant) => grant.shows() && counts(grant));
}

function filterRef(call: Call, of: Partial<DataCellsFilter>): FilterRef {
  const { TableCatalogId, DatabaseName, TableName, Name } = of;
  const ref = refOf({ DataCellsFilter: { TableCatalogId, DatabaseName, TableName, Name } }, call.account);
  if (ref.kind !== 'filter' || ref.name === '') throw invalidInput('Name must not be empty.');
  return ref;
}

function ownersOf(call: Call, ref: FilterRef) {
  return lakeCatalogOf(call.world.lakeFormation, ref.catalog, call.region);
}

function placeIn({ database, table, name }: FilterRef): string {
  return key(database, table, name);
}
