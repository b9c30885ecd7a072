/** SearchTables: tables and links by text and by properties; no link is followed. */

import type { PropertyPredicate, SearchTablesRequest, SortCriterion, Table } from '@aws-sdk/client-glue';
import type { Call, Operation } from '../service.ts';
import type { DatabaseRef } from './names.ts';
import { placeOf } from './names.ts';
import { pageOfList } from './paging.ts';
import { seesTable, sharedDatabases } from './permissions.ts';
import { catalogOf, findDatabase } from './state.ts';
import { shown } from './table-reads.ts';

function searchTables(call: Call, input: SearchTablesRequest): object {
  const found: Table[] = [];
  for (const ref of searched(call, input)) {
    const tables = findDatabase(call.world.glue, ref.account, ref.region, ref.database)?.tables;
    for (const [table, entry] of tables?.entries() ?? []) {
      if (!matches(entry.table, input) || !seesTable(call, { ...ref, table })) continue;
      found.push({ ...shown(call, { ref: { ...ref, table }, entry }), IsRegisteredWithLakeFormation: false });
    }
  }
  const page = pageOfList(sorted(found, input.SortCriteria ?? []), input, 1000);
  return { TableList: page.items, NextToken: page.NextToken };
}

function searched(call: Call, input: SearchTablesRequest): DatabaseRef[] {
  const place = placeOf(call, input.CatalogId);
  const own = [...catalogOf(call.world.glue, place.account, place.region).databases.keys()];
  const home = input.ResourceShareType === 'FOREIGN' ? [] : own.map((database) => ({ ...place, database }));
  const away = input.ResourceShareType === 'FOREIGN' || input.ResourceShareType === 'ALL' ? sharedDatabases(call) : [];
  return [...home, ...away];
}

function matches(table: Table, input: SearchTablesRequest): boolean {
  return (input.Filters ?? []).every((filter) => fulfils(table, filter)) && contains(table, input.SearchText);
}

function fulfils(table: Table, filter: PropertyPredicate): boolean {
  const actual = propertyOf(table, filter.Key ?? '');
  const wanted = (filter.Value ?? '').toLowerCase();
  if (actual === undefined) return false;
  switch (filter.Comparator) {
    case 'GREATER_THAN':
      return actual > wanted;
    case 'GREATER_THAN_EQUALS':
      return actual >= wanted;
    case 'LESS_THAN':
      return actual < wanted;
    case 'LESS_THAN_EQUALS':
      return actual <= wanted;
    default:
      return actual === wanted;
  }
}

function propertyOf(table: Table, key: string): string | undefined {
  const own = properties.get(key.toLowerCase());
  const { Parameters = {} } = table;
  const value = own ? own(table) : Object.hasOwn(Parameters, key) ? Parameters[key] : undefined;
  return value?.toLowerCase();
}

const properties: ReadonlyMap<string, (table: Table) => string | undefined> = new Map([
  ['name', (table: Table) => table.Name],
  ['databasename', (table: Table) => table.DatabaseName],
  ['description', (table: Table) => table.Description],
  ['owner', (table: Table) => table.Owner],
  ['tabletype', (table: Table) => table.TableType],
  ['location', (table: Table) => table.StorageDescriptor?.Location],
  ['createtime', (table: Table) => table.CreateTime?.toISOString()],
  ['updatetime', (table: Table) => table.UpdateTime?.toISOString()],
]);

/** Quoted text is one whole name; other text is a part of anything that is written about a table. */
function contains(table: Table, text: string | undefined): boolean {
  if (text === undefined || text === '') return true;
  const quoted = /^"(.*)"$/.exec(text)?.[1];
  const columns = (table.StorageDescriptor?.Columns ?? []).map((column) => column.Name);
  const words = [
    table.Name,
    table.DatabaseName,
    table.Description,
    ...columns,
    ...Object.values(table.Parameters ?? {}),
  ];
  if (quoted !== undefined) return words.some((word) => word?.toLowerCase() === quoted.toLowerCase());
  return words.some((word) => word?.toLowerCase().includes(text.toLowerCase()));
}

function sorted(tables: Table[], criteria: readonly SortCriterion[]): Table[] {
  return tables.sort((one, other) => {
    for (const { FieldName, Sort } of criteria) {
      const [left, right] = [propertyOf(one, FieldName ?? '') ?? '', propertyOf(other, FieldName ?? '') ?? ''];
      if (left !== right) return (left < right ? -1 : 1) * (Sort === 'DESC' ? -1 : 1);
    }
    return 0;
  });
}

export const searchOperations: Readonly<Record<string, Operation>> = { SearchTables: searchTables };
