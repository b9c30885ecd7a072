/** Reading tables, one, a page, by search, by version. */

import type {
  GetTableRequest,
  GetTablesRequest,
  GetTableVersionRequest,
  GetTableVersionsRequest,
  Table,
  TableVersion,
} from '@aws-sdk/client-glue';
import type { Call, Operation } from '../service.ts';
import { databaseNotFound, invalidInput, notFound } from './errors.ts';
import { tableTargetOf } from './hops.ts';
import { required } from './input.ts';
import type { FoundTable } from './locate.ts';
import { databaseBehind, tableBehind } from './locate.ts';
import type { TableRef } from './names.ts';
import { pageOf, pageOfList } from './paging.ts';
import { namesIn } from './partitions.ts';
import { isRegistered, seesDatabase, seesTable, tablesInSight, visibleColumns } from './permissions.ts';
import type { TableEntry } from './state.ts';
import { findDatabase, findTable } from './state.ts';

function getTable(call: Call, input: GetTableRequest): object {
  const found = tableBehind(call, input);
  const registered = isRegistered(call, found.ref, found.entry.table.StorageDescriptor?.Location);
  return { Table: { ...shown(call, found), IsRegisteredWithLakeFormation: registered } };
}

/** The table as this caller sees it: only his columns; a link's own name and place before its target's schema. */
export function shown(call: Call, found: Pick<FoundTable, 'ref' | 'entry' | 'link'>): Table {
  const table = withColumns(call, found.ref, found.entry.table);
  const link = found.link?.entry.table;
  if (!link) return table;
  const { Name, DatabaseName, CatalogId, TargetTable, CreateTime, UpdateTime, CreatedBy, VersionId } = link;
  return { ...table, Name, DatabaseName, CatalogId, TargetTable, CreateTime, UpdateTime, CreatedBy, VersionId };
}

function withColumns(call: Call, ref: TableRef, table: Table): Table {
  const columns = table.StorageDescriptor?.Columns;
  if (!columns || columns.length === 0) return table;
  const names = visibleColumns(call, ref);
  if (names === 'all') return table;
  const kept = columns.filter((column) => names.has((column.Name ?? '').toLowerCase()));
  return { ...table, StorageDescriptor: { ...table.StorageDescriptor, Columns: kept } };
}

function getTables(call: Call, input: GetTablesRequest): object {
  const { ref, followed } = databaseBehind(call, input.CatalogId, required(input.DatabaseName, 'DatabaseName'));
  const database = findDatabase(call.world.glue, ref.account, ref.region, ref.database);
  if (!database || (followed && !seesDatabase(call, ref))) throw databaseNotFound(ref.database);
  const matches = nameFilter(input.Expression);
  const follow = !followed && ref.account === call.account;
  const sight = tablesInSight(call, ref);
  const tables = sight === 'all' ? database.tables : database.tables.among(sight);
  const page = pageOf(tables, input, 100, (entry, table) => {
    if (!matches(table)) return undefined;
    const at = { ...ref, table };
    return entry.shows() && seesTable(call, at) ? attributes(listed(call, at, entry, follow), input) : undefined;
  });
  return { TableList: page.items, NextToken: page.NextToken };
}

/** Listings always say false: AWS asks callers to believe `GetTable` only. */
function listed(call: Call, ref: TableRef, entry: TableEntry, follow: boolean): Table {
  const target = entry.table.TargetTable;
  if (!target || !follow) return { ...shown(call, { ref, entry }), IsRegisteredWithLakeFormation: false };
  const at = tableTargetOf(ref, target);
  const behind = findTable(call.world.glue, at.account, at.region, at.database, at.table);
  const found = behind && seesTable(call, at) ? { ref: at, entry: behind, link: { ref, entry } } : { ref, entry };
  return { ...shown(call, found), IsRegisteredWithLakeFormation: false };
}

function attributes(table: Table, input: GetTablesRequest): Table {
  const wanted = input.AttributesToGet;
  if (!wanted || wanted.length === 0) return table;
  return { Name: table.Name, ...(wanted.includes('TABLE_TYPE') && { TableType: table.TableType }) };
}

function nameFilter(expression: string | undefined): (name: string) => boolean {
  if (expression === undefined || expression === '') return () => true;
  try {
    const pattern = new RegExp(`^(?:${expression})$`, 'i');
    return (name) => pattern.test(name);
  } catch {
    throw invalidInput(`Expression ${expression} is not a valid regular expression.`);
  }
}

function versionsOf(call: Call, input: GetTableVersionsRequest): TableVersion[] {
  const found = tableBehind(call, namesIn(input));
  return [found.entry.table, ...found.entry.versions].map((table) => ({
    Table: withColumns(call, found.ref, table),
    VersionId: table.VersionId,
  }));
}

function getTableVersions(call: Call, input: GetTableVersionsRequest): object {
  const page = pageOfList(versionsOf(call, input), input, 100);
  return { TableVersions: page.items, NextToken: page.NextToken };
}

function getTableVersion(call: Call, input: GetTableVersionRequest): object {
  const versions = versionsOf(call, input);
  const wanted = input.VersionId ?? versions[0]?.VersionId;
  const version = versions.find((each) => each.VersionId === wanted);
  if (!version) throw notFound(`Version ${wanted} of table ${input.TableName} not found.`);
  return { TableVersion: version };
}

export const tableReads: Readonly<Record<string, Operation>> = {
  GetTable: getTable,
  GetTables: getTables,
  GetTableVersion: getTableVersion,
  GetTableVersions: getTableVersions,
};
