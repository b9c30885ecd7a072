/** Finds what a request names, for this caller: through links, and with AWS's answer when he may not see it. */

import type { AwsError } from '../aws-error.ts';
import type { Call } from '../service.ts';
import { databaseNotFound, insufficient, tableNotFound } from './errors.ts';
import { tableTargetOf, targetOf } from './hops.ts';
import { required } from './input.ts';
import type { DatabaseRef, TableRef } from './names.ts';
import { databaseRef, placeOf, tableRef } from './names.ts';
import { seesDatabase, seesTable } from './permissions.ts';
import type { DatabaseEntry, TableEntry } from './state.ts';
import { findDatabase, findTable } from './state.ts';

export interface FoundDatabase {
  readonly ref: DatabaseRef;
  readonly entry: DatabaseEntry;
}

export interface FoundTable {
  readonly ref: TableRef;
  readonly entry: TableEntry;
  /** The table link that led here. */
  readonly link?: { readonly ref: TableRef; readonly entry: TableEntry };
  /** Whether a database link led here: then a table link is not followed any more. */
  readonly throughDatabase: boolean;
}

/** How a request names a table. */
export interface TableNames {
  readonly CatalogId?: string | undefined;
  readonly DatabaseName: string | undefined;
  readonly Name: string | undefined;
}

/** Whether a table is there for this caller at all: mostly whether he may describe it. */
export type Sees = (call: Call, ref: TableRef) => boolean;

/** The database under its own name, a link unfollowed. */
export function databaseHere(call: Call, catalogId: string | undefined, name: string): FoundDatabase {
  return visible(call, databaseRef(placeOf(call, catalogId), name));
}

/** The database a name means: a link's target, for which the caller needs to see the link. */
export function databaseBehind(
  call: Call,
  catalogId: string | undefined,
  name: string,
): { ref: DatabaseRef; followed: boolean } {
  const { ref, entry } = visible(call, databaseRef(placeOf(call, catalogId), name));
  const target = entry.database.TargetDatabase;
  return target ? { ref: targetOf(ref, target), followed: true } : { ref, followed: false };
}

/** The table under its name; a link of its database is followed, one of its own is not. */
export function tableHere(call: Call, names: TableNames, sees: Sees = seesTable): FoundTable {
  const place = placeOf(call, names.CatalogId);
  const here = tableRef(place, required(names.DatabaseName, 'DatabaseName'), required(names.Name, 'Name'));
  const holder = findDatabase(call.world.glue, here.account, here.region, here.database);
  if (holder && !holder.shows()) throw databaseNotFound(here.database);
  const target = holder?.database.TargetDatabase;
  if (!target) return { ref: here, entry: visibleTable(call, here, sees), throughDatabase: false };
  if (!seesDatabase(call, here)) throw refusedDatabase(call, here, true);
  const there = { ...targetOf(here, target), table: here.table };
  return { ref: there, entry: visibleTable(call, there, sees), throughDatabase: true };
}

/** The table a name leads to: through a link of its database or else through its own. */
export function tableBehind(call: Call, names: TableNames, sees: Sees = seesTable): FoundTable {
  const found = tableHere(call, names, sees);
  const target = found.entry.table.TargetTable;
  if (!target || found.throughDatabase) return found;
  const ref = tableTargetOf(found.ref, target);
  return { ref, entry: visibleTable(call, ref, sees), link: found, throughDatabase: false };
}

function visible(call: Call, ref: DatabaseRef): FoundDatabase {
  const entry = findDatabase(call.world.glue, ref.account, ref.region, ref.database);
  const shows = entry?.shows() === true;
  if (!entry || !shows || !seesDatabase(call, ref)) throw refusedDatabase(call, ref, shows);
  return { ref, entry };
}

function visibleTable(call: Call, ref: TableRef, sees: Sees): TableEntry {
  const entry = findTable(call.world.glue, ref.account, ref.region, ref.database, ref.table);
  const shows = entry?.shows() === true;
  if (!entry || !shows || !sees(call, ref)) throw refusedTable(call, ref, shows);
  return entry;
}

/**
 * Of another account nothing tells missing from invisible; at home Lake Formation says what is lacking.
 * AWS's page on its unified errors can be read as hiding it at home too: a switch.
 */
function tellsWhy(call: Call, ref: DatabaseRef, exists: boolean): boolean {
  return exists && ref.account === call.account && call.world.switch('glue-invisible-at-home') === 'insufficient';
}

function refusedDatabase(call: Call, ref: DatabaseRef, exists: boolean): AwsError {
  return tellsWhy(call, ref, exists) ? insufficient('Describe', ref.database) : databaseNotFound(ref.database);
}

function refusedTable(call: Call, ref: TableRef, exists: boolean): AwsError {
  if (tellsWhy(call, ref, exists)) return insufficient('Describe', ref.table);
  const database = findDatabase(call.world.glue, ref.account, ref.region, ref.database);
  if (!database && ref.account === call.account) return databaseNotFound(ref.database);
  return tableNotFound(ref.table);
}
