/** Where a name leads: through at most one link. Facts only, nobody's permissions. */

import type { DatabaseIdentifier, TableIdentifier } from '@aws-sdk/client-glue';
import type { World } from '../service.ts';
import type { DatabaseRef, Place, TableRef } from './names.ts';
import { databaseRef, tableRef } from './names.ts';
import { findDatabase, findTable } from './state.ts';

/** The database a link points to. An unset account or Region is the link's own. */
export function targetOf(place: Place, target: DatabaseIdentifier): DatabaseRef {
  return databaseRef(elsewhere(place, target), target.DatabaseName ?? '');
}

/** The table a link points to. */
export function tableTargetOf(place: Place, target: TableIdentifier): TableRef {
  return tableRef(elsewhere(place, target), target.DatabaseName ?? '', target.Name ?? '');
}

/** The database under this name and, when it is a link, the one it points to. */
export function databaseHops(world: World, ref: DatabaseRef): DatabaseRef[] {
  const target = findDatabase(world.glue, ref.account, ref.region, ref.database)?.database.TargetDatabase;
  return target ? [ref, targetOf(ref, target)] : [ref];
}

/** The table under this name and where a link of the database, or else of the table, leads: one hop. */
export function tableHops(world: World, ref: TableRef): TableRef[] {
  const [, database] = databaseHops(world, ref);
  if (database) return [ref, { ...database, table: ref.table }];
  const target = findTable(world.glue, ref.account, ref.region, ref.database, ref.table)?.table.TargetTable;
  return target ? [ref, tableTargetOf(ref, target)] : [ref];
}

function elsewhere(place: Place, target: { CatalogId?: string | undefined; Region?: string | undefined }): Place {
  return { account: target.CatalogId ?? place.account, region: target.Region ?? place.region };
}
