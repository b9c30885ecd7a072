/** The catalog's events: on the bus of the catalog's owner, whoever wrote. */

import type { World } from '../service.ts';
import type { DatabaseRef, Place, TableRef } from './names.ts';
import { databaseArn, glueArn, tableArn } from './names.ts';

type DatabaseChange = 'CreateDatabase' | 'DeleteDatabase' | 'CreateTable' | 'DeleteTable' | 'BatchDeleteTable';
type PartitionChange =
  | 'CreatePartition'
  | 'BatchCreatePartition'
  | 'UpdatePartition'
  | 'DeletePartition'
  | 'BatchUpdatePartition'
  | 'BatchDeletePartition';

/** AWS names at most this many tables or partitions in one event and sends more events for the rest. */
const namesPerEvent = 100;

/** Tells of a change to a database or its tables: one event for every hundred tables. */
export function emitDatabaseChange(
  world: World,
  ref: DatabaseRef,
  typeOfChange: DatabaseChange,
  tables: readonly string[] = [],
): void {
  for (const changedTables of chunks(tables)) {
    const resources = changedTables.map((table) => tableArn(ref, ref.database, table));
    emit(world, ref, {
      detailType: 'Glue Data Catalog Database State Change',
      resources: resources.length > 0 ? resources : [databaseArn(ref, ref.database)],
      detail: { databaseName: ref.database, typeOfChange, changedTables },
    });
  }
}

/** Tells that a table's definition was replaced. */
export function emitTableUpdate(world: World, ref: TableRef): void {
  emit(world, ref, tableChange(ref, { typeOfChange: 'UpdateTable' }));
}

/** Tells of changed partitions by their values: one event for every hundred, none for none. */
export function emitPartitionChange(
  world: World,
  ref: TableRef,
  typeOfChange: PartitionChange,
  partitions: readonly (readonly string[])[],
): void {
  if (partitions.length === 0) return;
  for (const changed of chunks(partitions)) {
    const changedPartitions = changed.map((values) => `[${values.join(', ')}]`);
    emit(world, ref, tableChange(ref, { typeOfChange, changedPartitions }));
  }
}

function tableChange(ref: TableRef, change: Record<string, unknown>): Parts {
  return {
    detailType: 'Glue Data Catalog Table State Change',
    // The form of AWS's own sample; a reader that takes names from here reads nonsense.
    resources: [glueArn(ref, `database/${ref.database}/${ref.table}`)],
    detail: { databaseName: ref.database, tableName: ref.table, ...change },
  };
}

interface Parts {
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Any event of Glue. */
export function emit(world: World, place: Place, parts: Parts): void {
  world.emit({ account: place.account, region: place.region, source: 'aws.glue', ...parts });
}

/** Always one chunk at least: a change without names is an event too. */
function chunks<T>(all: readonly T[]): T[][] {
  const parts: T[][] = [all.slice(0, namesPerEvent)];
  for (let i = namesPerEvent; i < all.length; i += namesPerEvent) parts.push(all.slice(i, i + namesPerEvent));
  return parts;
}
