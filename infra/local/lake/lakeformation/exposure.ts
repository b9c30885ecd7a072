/** IAM_ALLOWED_PRINCIPALS in the way, and hybrid access mode as the way around it. */

import { findDatabase, findTable } from '../glue/state.ts';
import type { World } from '../service.ts';
import { locationCovering } from './locations.ts';
import { iamAllowedPrincipals } from './principals.ts';
import { key, keyOf, type Ref } from './resources.ts';
import { lakeCatalogOf } from './state.ts';
import type { Place, Target } from './target.ts';

/** Whether IAM_ALLOWED_PRINCIPALS holds something on the resource: of all tables, on any of them. */
export function isExposed(world: World, place: Place, ref: Ref): boolean {
  const { grants } = lakeCatalogOf(world.lakeFormation, place.account, place.region);
  if (!('database' in ref)) return false;
  const any = ref.kind === 'database' || ref.table !== undefined;
  const rows = any
    ? grants.held(iamAllowedPrincipals, ref)
    : grants.heldIn(iamAllowedPrincipals, place.account, ref.database);
  return [...rows].length > 0;
}

/** Whether the data lies in a location that is registered in hybrid access mode. */
export function isHybrid(world: World, target: Target): boolean {
  const holder = findDatabase(world.glue, target.account, target.region, target.database);
  const table =
    target.table === undefined || target.table === ''
      ? undefined
      : findTable(world.glue, target.account, target.region, target.database, target.table)?.table;
  const location = table?.StorageDescriptor?.Location ?? holder?.database.LocationUri;
  return location !== undefined && locationCovering(world, target, location)?.HybridAccessEnabled === true;
}

/** Whether one of the names has been opted in, in `keeper`'s catalog, for the database or table. */
export function isOptedIn(world: World, keeper: Place, names: readonly string[], target: Target): boolean {
  const { optIns } = lakeCatalogOf(world.lakeFormation, keeper.account, keeper.region);
  if (optIns.size === 0) return false;
  const { account: catalog, database, table } = target;
  const has = (name: string, ref: Ref) => optIns.has(key(name, keyOf(ref)));
  const onDatabase: Ref = { kind: 'database', catalog, database };
  if (table === undefined) return names.some((name) => has(name, onDatabase));
  const named: Ref = { kind: 'table', catalog, database, table };
  const all: Ref = { kind: 'table', catalog, database };
  // Opting in to all tables counts together with the database only.
  return names.some((name) => has(name, named) || (has(name, all) && has(name, onDatabase)));
}
