/** What query engines ask: the whole table, with the columns this caller may select and whether it must be vended. */

import type {
  GetUnfilteredPartitionsMetadataRequest,
  GetUnfilteredTableMetadataRequest,
  PermissionType,
} from '@aws-sdk/client-glue';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation } from '../service.ts';
import { insufficient } from './errors.ts';
import type { FoundTable, TableNames } from './locate.ts';
import { tableBehind } from './locate.ts';
import type { TableRef } from './names.ts';
import { placeOf, tableArn, tableRef } from './names.ts';
import { partitionPage } from './partition-reads.ts';
import { hiddenRows, isRegistered, seesTable, selectableColumns } from './permissions.ts';
import { requireSettled } from './relinked.ts';

function getUnfilteredTable(call: Call, input: GetUnfilteredTableMetadataRequest): object {
  const found = selected(call, input);
  const { ref, entry } = found;
  const columns = authorized(call, found, input.SupportedPermissionTypes ?? []);
  const rows = hiddenRows(call, ref, columns);
  return {
    Table: { ...entry.table, IsRegisteredWithLakeFormation: registered(call, found) },
    AuthorizedColumns: columns,
    IsRegisteredWithLakeFormation: registered(call, found),
    CellFilters: [...rows].map(([ColumnName, RowFilterExpression]) => ({ ColumnName, RowFilterExpression })),
    QueryAuthorizationId: call.world.id(32),
    ResourceArn: tableArn(ref, ref.database, ref.table),
    Permissions: ['SELECT'],
  };
}

function getUnfilteredPartitions(call: Call, input: GetUnfilteredPartitionsMetadataRequest): object {
  const found = selected(call, { ...input, Name: input.TableName });
  const columns = authorized(call, found, input.SupportedPermissionTypes ?? []);
  const IsRegisteredWithLakeFormation = registered(call, found);
  const page = partitionPage(found, input, (Partition) => ({
    Partition,
    AuthorizedColumns: columns,
    IsRegisteredWithLakeFormation,
  }));
  return { UnfilteredPartitions: page.items, NextToken: page.NextToken };
}

interface EngineQuestion {
  readonly Region?: string | undefined;
  readonly QuerySessionContext?: unknown;
}

/** The table, for who may select some of it. `Region` names the target's when it is another one. */
function selected(call: Call, names: TableNames & EngineQuestion): FoundTable {
  const there = names.Region === undefined ? call : { ...call, region: names.Region };
  const named = tableRef(placeOf(there, names.CatalogId), names.DatabaseName ?? '', names.Name ?? '');
  if (names.QuerySessionContext === undefined) requireSettled(call, named);
  const found = tableBehind(there, names, seesOrSelects);
  const columns = selectableColumns(call, found.ref);
  if (columns !== 'all' && columns.size === 0) throw insufficient('Select', found.ref.table);
  return found;
}

/** Engines need SELECT here, not DESCRIBE. */
function seesOrSelects(call: Call, ref: TableRef): boolean {
  const columns = selectableColumns(call, ref);
  return columns === 'all' || columns.size > 0 || seesTable(call, ref);
}

function authorized(call: Call, found: FoundTable, supported: readonly PermissionType[]): string[] {
  const { StorageDescriptor, PartitionKeys } = found.entry.table;
  const all = [...(StorageDescriptor?.Columns ?? []), ...(PartitionKeys ?? [])].map((column) => column.Name ?? '');
  const columns = selectableColumns(call, found.ref);
  if (columns === 'all') return all;
  if (!supported.includes('COLUMN_PERMISSION') && !supported.includes('CELL_FILTER_PERMISSION'))
    throw new AwsError('PermissionTypeMismatchException', 'The engine does not support filtering by columns.');
  const some = all.filter((name) => columns.has(name.toLowerCase()));
  if (hiddenRows(call, found.ref, some).size > 0 && !supported.includes('CELL_FILTER_PERMISSION'))
    throw new AwsError('PermissionTypeMismatchException', 'The engine does not support filtering by cells.');
  return some;
}

function registered(call: Call, found: FoundTable): boolean {
  return isRegistered(call, found.ref, found.entry.table.StorageDescriptor?.Location);
}

export const unfilteredOperations: Readonly<Record<string, Operation>> = {
  GetUnfilteredTableMetadata: getUnfilteredTable,
  GetUnfilteredPartitionsMetadata: getUnfilteredPartitions,
};
