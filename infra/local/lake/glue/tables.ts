/** Writing tables and links to tables. */

import type {
  BatchDeleteTableRequest,
  CreateTableRequest,
  DeleteTableRequest,
  TableInput,
  UpdateTableRequest,
} from '@aws-sdk/client-glue';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation } from '../service.ts';
import { eachEntry } from './entries.ts';
import { alreadyExists, databaseNotFound, invalidInput } from './errors.ts';
import { emitDatabaseChange, emitTableUpdate } from './events.ts';
import { required } from './input.ts';
import type { FoundTable, TableNames } from './locate.ts';
import { databaseBehind, tableBehind, tableHere } from './locate.ts';
import type { DatabaseRef, TableRef } from './names.ts';
import { tableArn } from './names.ts';
import { Ordered } from './ordered.ts';
import { requireCreateTable, requireLocation, requireOnTable, tableCreated, tableDropped } from './permissions.ts';
import { rememberLink } from './relinked.ts';
import type { TableEntry } from './state.ts';
import { catalogOf, findDatabase } from './state.ts';

/** A table keeps this many archived versions; the oldest go. AWS's limit is far higher, nobody reads that many here. */
const versionsKept = 100;

function createTable(call: Call, input: CreateTableRequest): object {
  const given = required(input.TableInput, 'TableInput');
  const place = databaseBehind(call, input.CatalogId, required(input.DatabaseName, 'DatabaseName'));
  if (place.followed && given.TargetTable)
    throw invalidInput('Table resource links cannot be created through a database resource link.');
  addTable(call, place.ref, given);
  return {};
}

/** Makes a table as this caller; a crawler's run uses it too. */
export function addTable(call: Call, database: DatabaseRef, given: TableInput): TableRef {
  const entry = findDatabase(call.world.glue, database.account, database.region, database.database);
  if (!entry) throw databaseNotFound(database.database);
  const ref: TableRef = { ...database, table: required(given.Name, 'Name').toLowerCase() };
  requireCreateTable(call, database);
  requireLocation(call, database, given.StorageDescriptor?.Location);
  if (entry.tables.has(ref.table)) throw alreadyExists('Table');
  entry.tables.set(ref.table, newTable(call, ref, given));
  if (given.TargetTable) rememberLink(call, ref, `${ref.database}/${ref.table}`, given.TargetTable);
  tableCreated(call, ref);
  emitDatabaseChange(call.world, ref, 'CreateTable', [ref.table]);
  return ref;
}

function newTable(call: Call, ref: TableRef, given: TableInput): TableEntry {
  const now = new Date(call.world.now());
  return {
    table: {
      ...stored(given, ref),
      CreateTime: now,
      UpdateTime: now,
      CreatedBy: call.caller.sessionArn ?? call.caller.arn,
      VersionId: '0',
    },
    partitions: new Ordered(),
    versions: [],
    shows: call.world.visibility.wrote('glue', 'table'),
  };
}

function stored(given: TableInput, ref: TableRef): Omit<TableEntry['table'], 'CreateTime'> {
  const { ViewDefinition: _view, ...rest } = given;
  return { Retention: 0, ...rest, Name: ref.table, DatabaseName: ref.database, CatalogId: ref.account };
}

function updateTable(call: Call, input: UpdateTableRequest): object {
  const given = required(input.TableInput, 'TableInput');
  const name = input.Name ?? required(given.Name, 'Name');
  const found = tableBehind(call, { CatalogId: input.CatalogId, DatabaseName: input.DatabaseName, Name: name });
  refuseDoubleLink(found);
  replaceTable(call, found, given, input);
  return {};
}

/** Replaces a table's definition as this caller. */
export function replaceTable(
  call: Call,
  found: Pick<FoundTable, 'ref' | 'entry'>,
  given: TableInput,
  options: { VersionId?: string | undefined; SkipArchive?: boolean | undefined } = {},
): void {
  const { ref, entry } = found;
  requireOnTable(call, ref, 'ALTER');
  const before = entry.table;
  if (given.StorageDescriptor?.Location !== before.StorageDescriptor?.Location)
    requireLocation(call, ref, given.StorageDescriptor?.Location);
  if (options.VersionId !== undefined && options.VersionId !== before.VersionId)
    throw new AwsError('ConcurrentModificationException', `Table ${ref.table} has been changed since that version.`);
  if (options.SkipArchive !== true) archive(entry);
  entry.table = {
    ...stored(given, ref),
    ...(before.TargetTable && { TargetTable: before.TargetTable }),
    CreateTime: before.CreateTime,
    CreatedBy: before.CreatedBy,
    UpdateTime: new Date(call.world.now()),
    VersionId: String(Number(before.VersionId) + 1),
  };
  emitTableUpdate(call.world, ref);
}

function archive(entry: TableEntry): void {
  entry.versions.unshift(entry.table);
  entry.versions.length = Math.min(entry.versions.length, versionsKept);
}

/** Where both the database and the table are links AWS changes nothing. */
export function refuseDoubleLink(found: FoundTable): void {
  if (found.throughDatabase && found.entry.table.TargetTable)
    throw invalidInput('Cannot change a table resource link through a database resource link.');
}

function deleteTable(call: Call, input: DeleteTableRequest): object {
  const ref = dropTable(call, input);
  emitDatabaseChange(call.world, ref, 'DeleteTable', [ref.table]);
  return {};
}

function batchDeleteTable(call: Call, input: BatchDeleteTableRequest): object {
  const { ref } = databaseBehind(call, input.CatalogId, required(input.DatabaseName, 'DatabaseName'));
  const wanted = required(input.TablesToDelete, 'TablesToDelete');
  const { done, failed } = eachEntry(call, wanted, (Name) => dropTable(call, { ...input, Name }).table);
  if (done.length > 0) emitDatabaseChange(call.world, ref, 'BatchDeleteTable', done);
  return { Errors: failed.map(({ entry, ErrorDetail }) => ({ TableName: entry, ErrorDetail })) };
}

function dropTable(call: Call, names: TableNames): TableRef {
  const { ref } = tableHere(call, names);
  requireOnTable(call, ref, 'DROP');
  findDatabase(call.world.glue, ref.account, ref.region, ref.database)?.tables.delete(ref.table);
  catalogOf(call.world.glue, ref.account, ref.region).tags.delete(tableArn(ref, ref.database, ref.table));
  tableDropped(call, ref);
  return ref;
}

export const tableWrites: Readonly<Record<string, Operation>> = {
  CreateTable: createTable,
  UpdateTable: updateTable,
  DeleteTable: deleteTable,
  BatchDeleteTable: batchDeleteTable,
};
