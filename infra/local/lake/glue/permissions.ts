/** The Data Catalog's questions to Lake Formation and RAM, for the caller at hand. */

import type { PrincipalPermissions } from '@aws-sdk/client-glue';
import type { DatabasePermission, TablePermission } from '../lakeformation/authorize.ts';
import {
  canCreateDatabase,
  canCreateTable,
  canDescribeDatabase,
  canDescribeTable,
  canOnDatabase,
  canOnTable,
  canUseLocation,
  databasesSharedWith,
  tablesInSight as inSight,
  isRegistered as locationIsRegistered,
  selectableColumns as selectable,
} from '../lakeformation/authorize.ts';
import { onDatabaseCreated, onDatabaseDropped, onTableCreated, onTableDropped } from '../lakeformation/lifecycle.ts';
import { settingsOf } from '../lakeformation/state.ts';
import type { Call } from '../service.ts';
import { insufficient } from './errors.ts';
import type { DatabaseRef, Place, TableRef } from './names.ts';
import { findTable } from './state.ts';

/** Lower-case column names, or all there are. */
export type Columns = 'all' | ReadonlySet<string>;

/** Whether the caller may describe the database. */
export function seesDatabase(call: Call, ref: DatabaseRef): boolean {
  return canDescribeDatabase(call.world, call.caller, ref);
}

/** Whether the caller may describe the table. */
export function seesTable(call: Call, ref: TableRef): boolean {
  return canDescribeTable(call.world, call.caller, ref);
}

/** Among which tables of the database those are that the caller sees: for listings. */
export function tablesInSight(call: Call, ref: DatabaseRef): ReadonlySet<string> | 'all' {
  return inSight(call.world, call.caller, ref);
}

/** Throws Lake Formation's `AccessDeniedException` unless the caller may create databases here. */
export function requireCreateDatabase(call: Call, place: Place): void {
  if (!canCreateDatabase(call.world, call.caller, place)) throw insufficient('Create Database', 'catalog');
}

/** Throws Lake Formation's `AccessDeniedException` unless the caller may create tables in the database. */
export function requireCreateTable(call: Call, ref: DatabaseRef): void {
  if (!canCreateTable(call.world, call.caller, ref)) throw insufficient('Create Table', ref.database);
}

/** Throws Lake Formation's `AccessDeniedException` unless the caller holds the permission on the database. */
export function requireOnDatabase(call: Call, ref: DatabaseRef, permission: DatabasePermission): void {
  if (!canOnDatabase(call.world, call.caller, ref, permission)) throw insufficient(worded(permission), ref.database);
}

/** Throws Lake Formation's `AccessDeniedException` unless the caller holds the permission on the table. */
export function requireOnTable(call: Call, ref: TableRef, permission: TablePermission): void {
  if (!canOnTable(call.world, call.caller, ref, permission)) throw insufficient(worded(permission), ref.table);
}

/** Pointing something at a registered place needs DATA_LOCATION_ACCESS there. */
export function requireLocation(call: Call, place: Place, location: string | undefined): void {
  if (!canUseLocation(call.world, call.caller, place, location))
    throw insufficient('Data Location Access', `${location}`);
}

/** Whether the location lies in one that is registered with Lake Formation in this catalog. */
export function isRegistered(call: Call, place: Place, location: string | undefined): boolean {
  return locationIsRegistered(call.world, place, location);
}

/** The columns the caller may select: none, if he may select nothing. */
export function selectableColumns(call: Call, ref: TableRef): Columns {
  const columns = selectable(call.world, call.caller, ref);
  if (columns?.all) return 'all';
  const table = findTable(call.world.glue, ref.account, ref.region, ref.database, ref.table)?.table;
  const all = [...(table?.StorageDescriptor?.Columns ?? []), ...(table?.PartitionKeys ?? [])];
  const names = all.map((column) => (column.Name ?? '').toLowerCase());
  return new Set(columns ? names.filter((name) => columns.may(name)) : []);
}

/** Of each column, which rows he may see; columns of which he sees all are not in it. */
export function hiddenRows(call: Call, ref: TableRef, columns: readonly string[]): ReadonlyMap<string, string> {
  const selects = selectable(call.world, call.caller, ref);
  const rows = columns.map((name) => [name, selects?.rows(name)] as const);
  return new Map(rows.filter((row): row is readonly [string, string] => row[1] !== undefined));
}

/** The columns a description shows: those he may select, or all of them to who may only describe. */
export function visibleColumns(call: Call, ref: TableRef): Columns {
  const columns = selectableColumns(call, ref);
  return columns === 'all' || columns.size === 0 ? 'all' : columns;
}

/** Databases of other accounts that the caller sees, in this Region. */
export function sharedDatabases(call: Call): DatabaseRef[] {
  return databasesSharedWith(call.world, call.caller, call.region);
}

/** What a new database takes over when its creator says nothing. */
export function defaultTablePermissions(call: Call, place: Place): PrincipalPermissions[] {
  const defaults = settingsOf(call.world, place.account, place.region).CreateTableDefaultPermissions ?? [];
  // Lake Formation admits only ALL here, which Glue knows too; the two enums have no type in common.
  return defaults.map(({ Principal }) => ({ ...(Principal && { Principal: { ...Principal } }), Permissions: ['ALL'] }));
}

/** Gives the creator what creators hold, and opens the database as the settings' defaults say. */
export function databaseCreated(call: Call, ref: DatabaseRef): void {
  onDatabaseCreated(call.world, ref, call.caller);
}

/** Gives the creator what creators hold, and opens the table as its database's defaults say. */
export function tableCreated(call: Call, ref: TableRef): void {
  onTableCreated(call.world, ref, call.caller);
}

/** Takes away what Lake Formation kept about the database and its tables. */
export function databaseDropped(call: Call, ref: DatabaseRef, tables: readonly string[]): void {
  for (const table of tables) onTableDropped(call.world, { ...ref, table });
  onDatabaseDropped(call.world, ref);
}

/** Takes away what Lake Formation kept about the table. */
export function tableDropped(call: Call, ref: TableRef): void {
  onTableDropped(call.world, ref);
}

/** `CREATE_TABLE` as Lake Formation's messages say it: `Create Table`. */
function worded(permission: string): string {
  const words = permission.toLowerCase().split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}
