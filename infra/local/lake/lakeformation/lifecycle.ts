/** What Lake Formation does of itself when catalog objects come and go. */

import type { Permission } from '@aws-sdk/client-lakeformation';
import type { Caller } from '../caller.ts';
import { findDatabase } from '../glue/state.ts';
import type { World } from '../service.ts';
import type { DatabaseAt, TableAt } from './authorize.ts';
import type { Grant } from './grants.ts';
import { iamAllowedPrincipals } from './principals.ts';
import { key, type Ref } from './resources.ts';
import { withdraw } from './sharing.ts';
import { filtersOn, type LakeFormationCatalog, lakeCatalogOf, settingsOf } from './state.ts';
import { onDatabase, onLink, onTable } from './validity.ts';

/** The creator may do everything with it and pass it on; a link counts as what it is, a database of its own. */
export function onDatabaseCreated(world: World, at: DatabaseAt, creator: Caller): void {
  const catalog = lakeCatalogOf(world.lakeFormation, at.account, at.region);
  const ref: Ref = { kind: 'database', catalog: at.account, database: at.database };
  const link = findDatabase(world.glue, at.account, at.region, at.database)?.database.TargetDatabase !== undefined;
  implicit(world, catalog, creator, ref, link ? onLink : onDatabase);
  const defaults = settingsOf(world, at.account, at.region).CreateDatabaseDefaultPermissions ?? [];
  if (defaults.length > 0) open(world, catalog, ref);
}

/** Gives a table's creator what creators hold, and opens the table as its database's defaults say. */
export function onTableCreated(world: World, at: TableAt, creator: Caller): void {
  const catalog = lakeCatalogOf(world.lakeFormation, at.account, at.region);
  const { database, table } = at;
  const ref: Ref = { kind: 'table', catalog: at.account, database, table };
  const holder = findDatabase(world.glue, at.account, at.region, database);
  const link = holder?.tables.get(table)?.table.TargetTable !== undefined;
  implicit(world, catalog, creator, ref, link ? onLink : onTable);
  if (!link) implicit(world, catalog, creator, { ...ref, kind: 'columns', columns: { kind: 'all' } }, ['SELECT']);
  const defaults = holder?.database.CreateTableDefaultPermissions ?? [];
  if (defaults.length > 0) open(world, catalog, ref);
}

/** Grants on what is dropped go with it, and so do its tags; a new one of the same name starts bare. */
export function onDatabaseDropped(world: World, at: DatabaseAt): void {
  const catalog = lakeCatalogOf(world.lakeFormation, at.account, at.region);
  const { database } = at;
  removeGrantsOn(world, catalog, { kind: 'database', catalog: at.account, database });
  removeGrantsOn(world, catalog, { kind: 'table', catalog: at.account, database });
  catalog.assigned.delete(key('d', database));
}

/** Grants on something go with it; what shared them is left behind or not, by `lf-drop-keeps-shares`. */
export function removeGrantsOn(world: World, catalog: LakeFormationCatalog, ref: Ref): void {
  const orphans = world.switch('lf-drop-keeps-shares') === 'yes';
  for (const grant of [...catalog.grants.at(ref)]) {
    catalog.grants.remove(grant);
    if (!orphans) withdraw(world, catalog, grant);
  }
}

/** To be called for each table, also when its database is dropped. */
export function onTableDropped(world: World, at: TableAt): void {
  const catalog = lakeCatalogOf(world.lakeFormation, at.account, at.region);
  const { database, table } = at;
  removeGrantsOn(world, catalog, { kind: 'table', catalog: at.account, database, table });
  for (const { at: place, name } of [...filtersOn(catalog, { database, table })]) {
    removeGrantsOn(world, catalog, { kind: 'filter', catalog: at.account, database, table, name });
    catalog.filters.delete(place);
  }
  const tagged = [key('t', database, table), key('k', database, table, '')];
  for (const name of catalog.assigned.keys())
    if (name === tagged[0] || name.startsWith(tagged[1] ?? '')) catalog.assigned.delete(name);
}

function implicit(
  world: World,
  catalog: LakeFormationCatalog,
  creator: Caller,
  ref: Ref,
  permissions: readonly Permission[],
): void {
  if (creator.account !== catalog.account || creator.kind === 'service') return;
  put(world, catalog, creator.arn, ref, permissions, permissions);
}

function open(world: World, catalog: LakeFormationCatalog, ref: Ref): void {
  put(world, catalog, iamAllowedPrincipals, ref, ['ALL'], []);
}

function put(
  world: World,
  catalog: LakeFormationCatalog,
  principal: string,
  ref: Ref,
  permissions: readonly Permission[],
  grantable: readonly Permission[],
): Grant {
  const known = catalog.grants.find(principal, ref);
  if (known) catalog.grants.remove(known);
  return catalog.grants.add({
    principal,
    ref,
    permissions: new Set(permissions),
    grantable: new Set(grantable),
    shares: [],
    updated: world.now(),
    by: principal,
    shows: () => true,
  });
}
