/** What the Data Catalog asks Lake Formation about a caller. Names are in lower case; a link is asked about as itself. */

import type { Permission } from '@aws-sdk/client-lakeformation';
import { accountNames } from '../ram/recipients.ts';
import type { Caller, World } from '../service.ts';
import { effective, type Held, type Place, passes, sharedWithAccount, type Target } from './effective.ts';
import { heldAt, locationCovering } from './locations.ts';
import { iamAllowedPrincipals, isAdmin, namesOf, viewsAll } from './principals.ts';
import { lakeCatalogOf } from './state.ts';

export type { Place } from './effective.ts';

export interface DatabaseAt extends Place {
  readonly database: string;
}

export interface TableAt extends DatabaseAt {
  readonly table: string;
}

export type DatabasePermission = 'DESCRIBE' | 'CREATE_TABLE' | 'ALTER' | 'DROP';
export type TablePermission = 'DESCRIBE' | 'SELECT' | 'INSERT' | 'DELETE' | 'ALTER' | 'DROP';

/** SELECT on a table: on all columns, or on those that `may` lets through. */
export interface Selectable {
  readonly all: boolean;
  may(column: string): boolean;
}

export function canOnDatabase(world: World, caller: Caller, at: DatabaseAt, permission: DatabasePermission): boolean {
  const { permissions } = effective(world, caller, databaseOnly(at));
  if (permissions.has('ALL') || permissions.has(permission)) return true;
  if (permission !== 'DESCRIBE') return false;
  // Whoever may alter, drop or fill a database sees it; so does whoever was given one of its tables.
  return permissions.size > 0 || holdsTableIn(world, caller, at);
}

export function canOnTable(world: World, caller: Caller, at: TableAt, permission: TablePermission): boolean {
  const { permissions } = effective(world, caller, at);
  if (permissions.has('ALL') || permissions.has(permission)) return true;
  return permission === 'DESCRIBE' && describes(world, permissions);
}

export function canDescribeDatabase(world: World, caller: Caller, at: DatabaseAt): boolean {
  return canOnDatabase(world, caller, at, 'DESCRIBE');
}

export function canDescribeTable(world: World, caller: Caller, at: TableAt): boolean {
  return canOnTable(world, caller, at, 'DESCRIBE');
}

/** `undefined` when the caller may select nothing of the table. */
export function selectableColumns(world: World, caller: Caller, at: TableAt): Selectable | undefined {
  return selectableOf(effective(world, caller, at));
}

export function selectableOf({ permissions, select }: Held): Selectable | undefined {
  if (!permissions.has('SELECT') && !permissions.has('ALL')) return undefined;
  const some = select.filter((columns) => columns.kind !== 'only' || columns.names.length > 0);
  if (some.length === 0) return undefined;
  return {
    all: some.some(({ kind }) => kind === 'all'),
    may: (column) => some.some((columns) => passes(columns, column)),
  };
}

/** In a catalog of one's own only: nobody creates databases in another account's. */
export function canCreateDatabase(world: World, caller: Caller, place: Place): boolean {
  if (caller.account !== place.account) return false;
  if (isAdmin(world, caller, place.region)) return true;
  return heldAt(world, caller, place, { kind: 'catalog', catalog: place.account }).some((permissions) =>
    ['ALL', 'CREATE_DATABASE'].some((permission) => permissions.has(permission as Permission)),
  );
}

export function canCreateTable(world: World, caller: Caller, at: DatabaseAt): boolean {
  return canOnDatabase(world, caller, at, 'CREATE_TABLE');
}

/** Whether the caller may point a table, partition or database of the catalog at this place in S3 (`s3://…`). */
export function canUseLocation(world: World, caller: Caller, place: Place, location: string | undefined): boolean {
  const registered = location === undefined ? undefined : locationCovering(world, place, location);
  if (!registered) return true;
  if (caller.account === place.account && isAdmin(world, caller, place.region)) return true;
  const ref = { kind: 'location' as const, catalog: place.account, arn: registered.ResourceArn };
  return heldAt(world, caller, place, ref).length > 0;
}

/** Whether Lake Formation hands out credentials for what lies there. */
export function isRegistered(world: World, place: Place, location: string | undefined): boolean {
  return location !== undefined && locationCovering(world, place, location) !== undefined;
}

/** Databases of other accounts that anything is shared of with the caller, in no order. */
export function databasesSharedWith(world: World, caller: Caller, region: string): DatabaseAt[] {
  const found = new Map<string, DatabaseAt>();
  for (const name of [...accountNames(world, caller.account), caller.arn])
    for (const share of world.ram.sharedWith.get(`${name}/${region}`) ?? []) {
      if (share.owner === caller.account) continue;
      for (const { database } of databasesIn(world, share.owner, region, name)) {
        const at = { account: share.owner, region, database };
        if (canDescribeDatabase(world, caller, at)) found.set(`${share.owner}/${database}`, at);
      }
    }
  return [...found.values()];
}

function* databasesIn(world: World, owner: string, region: string, name: string): Generator<{ database: string }> {
  const seen = new Set<string>();
  for (const { ref } of lakeCatalogOf(world.lakeFormation, owner, region).grants.of(name)) {
    if (ref.kind === 'policy') {
      const databases = world.glue.catalogs.get(`${owner}/${region}`)?.databases.keys() ?? [];
      for (const database of databases) yield { database };
    } else if ('database' in ref && !seen.has(ref.database)) {
      seen.add(ref.database);
      yield ref;
    }
  }
}

/** Whether `SELECT` alone shows a table is one of the things only a real account tells. */
function describes(world: World, permissions: Set<Permission>): boolean {
  const others = [...permissions].some((permission) => permission !== 'SELECT');
  return others || (permissions.has('SELECT') && world.switch('lf-select-describes') === 'yes');
}

function holdsTableIn(world: World, caller: Caller, at: DatabaseAt): boolean {
  const home = caller.account === at.account;
  const catalog = lakeCatalogOf(world.lakeFormation, caller.account, at.region);
  const own = home ? [...namesOf(caller), iamAllowedPrincipals] : namesOf(caller);
  const tables = own.flatMap((name) => [...catalog.grants.heldIn(name, at.account, at.database)]);
  if (home) return world.switch('lf-table-shows-database') === 'yes' && tables.length > 0;
  if (tables.length > 0 && world.switch('lf-table-shows-database') === 'yes')
    return tablesShared(world, caller, at).length > 0;
  return viewsAll(world, caller, at.region) && tablesShared(world, caller, at).length > 0;
}

/** Tables of the database that the account has been given and that have arrived; `undefined` stands for all. */
function tablesShared(world: World, caller: Caller, at: DatabaseAt): (string | undefined)[] {
  const { grants } = lakeCatalogOf(world.lakeFormation, at.account, at.region);
  const refs = accountNames(world, caller.account).flatMap((name) =>
    [...grants.heldIn(name, at.account, at.database)].map(({ ref }) => ref),
  );
  const tables = refs.map((ref) => ('table' in ref ? ref.table : undefined));
  return [...new Set(tables)].filter((table) => {
    const target: Target = { ...databaseOnly(at), table: table ?? '' };
    return sharedWithAccount(world, caller.account, target).permissions.size > 0;
  });
}

function databaseOnly({ account, region, database }: DatabaseAt): DatabaseAt {
  return { account, region, database };
}
