/** What the Data Catalog asks Lake Formation about a caller. Names are in lower case; a link is asked about as itself. */

import type { Permission } from '@aws-sdk/client-lakeformation';
import type { Caller } from '../caller.ts';
import { delivers } from '../ram/delivery.ts';
import { accountNames } from '../ram/recipients.ts';
import type { World } from '../service.ts';
import { effective, type Held, passes, type Reach } from './effective.ts';
import { heldAt, locationCovering, placesAbove } from './locations.ts';
import { iamAllowedPrincipals, isAdmin, namesOf, viewsAll } from './principals.ts';
import { lakeCatalogOf } from './state.ts';
import type { Place } from './target.ts';

export interface DatabaseAt extends Place {
  readonly database: string;
}

export interface TableAt extends DatabaseAt {
  readonly table: string;
}

export type DatabasePermission = 'DESCRIBE' | 'CREATE_TABLE' | 'ALTER' | 'DROP';
export type TablePermission = 'DESCRIBE' | 'SELECT' | 'INSERT' | 'DELETE' | 'ALTER' | 'DROP';

/** SELECT on a table: on all of it, or on the columns that `may` lets through. */
export interface Selectable {
  readonly all: boolean;
  may(column: string): boolean;
  /** The rows of a column that he may see, as SQL; `undefined` for all of them. */
  rows(column: string): string | undefined;
}

/** Whether the caller holds the permission on the database; any other on it, or as a switch says on its tables, shows it. */
export function canOnDatabase(world: World, caller: Caller, at: DatabaseAt, permission: DatabasePermission): boolean {
  const { permissions } = effective(world, caller, databaseOnly(at));
  if (permissions.has('ALL') || permissions.has(permission)) return true;
  if (permission !== 'DESCRIBE') return false;
  // Whoever may alter, drop or fill a database sees it; so does whoever was given one of its tables.
  return permissions.size > 0 || holdsTableIn(world, caller, at);
}

/** Whether the caller holds the permission on the table. */
export function canOnTable(world: World, caller: Caller, at: TableAt, permission: TablePermission): boolean {
  const { permissions } = effective(world, caller, at);
  if (permissions.has('ALL') || permissions.has(permission)) return true;
  return permission === 'DESCRIBE' && describes(world, permissions);
}

/** Whether the caller sees the database. */
export function canDescribeDatabase(world: World, caller: Caller, at: DatabaseAt): boolean {
  return canOnDatabase(world, caller, at, 'DESCRIBE');
}

/** Whether the caller sees the table. */
export function canDescribeTable(world: World, caller: Caller, at: TableAt): boolean {
  return canOnTable(world, caller, at, 'DESCRIBE');
}

/**
 * The tables of a database that the caller may at all hold something on: a listing asks about these only, instead of
 * 10,000. `all` for who administers, or holds a wildcard or a tag policy.
 */
export function tablesInSight(world: World, caller: Caller, at: DatabaseAt): ReadonlySet<string> | 'all' {
  if (viewsAll(world, caller, at.region)) return 'all';
  const owner = lakeCatalogOf(world.lakeFormation, at.account, at.region).grants;
  const home = lakeCatalogOf(world.lakeFormation, caller.account, at.region).grants;
  const sources = [
    ...[...namesOf(caller), iamAllowedPrincipals].map((name) => ({ grants: home, name })),
    { grants: owner, name: caller.arn },
  ];
  const found = new Set<string>();
  for (const { grants, name } of sources) {
    if ([...grants.policiesOf(name)].length > 0) return 'all';
    for (const { ref } of grants.heldIn(name, at.account, at.database)) {
      if (!('table' in ref) || ref.table === undefined) return 'all';
      found.add(ref.table);
    }
  }
  return found;
}

/** `undefined` when the caller may select nothing of the table. */
export function selectableColumns(world: World, caller: Caller, at: TableAt): Selectable | undefined {
  return selectableOf(effective(world, caller, at));
}

function selectableOf({ permissions, select }: Held): Selectable | undefined {
  if (!permissions.has('SELECT') && !permissions.has('ALL')) return undefined;
  const some = select.filter((columns) => columns.kind !== 'only' || columns.names.length > 0);
  if (some.length === 0) return undefined;
  return {
    all: some.some(wholeColumns),
    may: (column) => some.some((columns) => passes(columns, column)),
    rows: (column) => rowsIn(some.filter((columns) => passes(columns, column))),
  };
}

const wholeColumns = ({ kind, rows }: Reach): boolean => kind === 'all' && rows === undefined;

/** Filters add up: a row is seen if any of them leaves it. */
function rowsIn(reached: readonly Reach[]): string | undefined {
  const rows = reached.map((one) => one.rows);
  const unlike = [...new Set(rows.filter((text) => text !== undefined))].sort();
  if (unlike.length === 0 || rows.includes(undefined)) return undefined;
  return unlike.length === 1 ? unlike[0] : unlike.map((text) => `(${text})`).join(' OR ');
}

/** In a catalog of one's own only: nobody creates databases in another account's. */
export function canCreateDatabase(world: World, caller: Caller, place: Place): boolean {
  if (caller.account !== place.account) return false;
  if (isAdmin(world, caller, place.region)) return true;
  return heldAt(world, caller, place, { kind: 'catalog', catalog: place.account }).some((permissions) =>
    ['ALL', 'CREATE_DATABASE'].some((permission) => permissions.has(permission as Permission)),
  );
}

/** Whether the caller may make tables in the database. */
export function canCreateTable(world: World, caller: Caller, at: DatabaseAt): boolean {
  return canOnDatabase(world, caller, at, 'CREATE_TABLE');
}

/** Whether the caller may point a table, partition or database of the catalog at this place in S3 (`s3://…`). */
export function canUseLocation(world: World, caller: Caller, place: Place, location: string | undefined): boolean {
  const registered = location === undefined ? undefined : locationCovering(world, place, location);
  if (!registered) return true;
  if (caller.account === place.account && isAdmin(world, caller, place.region)) return true;
  const above = placesAbove(location ?? '');
  return above.some(
    (arn) => heldAt(world, caller, place, { kind: 'location', catalog: place.account, arn }).length > 0,
  );
}

/** Whether Lake Formation hands out credentials for what lies there. */
export function isRegistered(world: World, place: Place, location: string | undefined): boolean {
  return location !== undefined && locationCovering(world, place, location) !== undefined;
}

/** Databases of other accounts that anything is shared of with the caller, in no order. */
export function databasesSharedWith(world: World, caller: Caller, region: string): DatabaseAt[] {
  const found = new Map<string, DatabaseAt>();
  for (const name of [...accountNames(world, caller.account), caller.arn]) {
    const shares = [...(world.ram.sharedWith.get(`${name}/${region}`) ?? [])];
    const owners = new Set(shares.map(({ owner }) => owner).filter((owner) => owner !== caller.account));
    for (const account of owners)
      for (const database of databasesIn(world, account, region, name)) {
        const at = { account, region, database };
        if (canDescribeDatabase(world, caller, at)) found.set(`${account}/${database}`, at);
      }
  }
  return [...found.values()];
}

/** Databases the name was given something of; for a tag policy that may be any. */
function databasesIn(world: World, owner: string, region: string, name: string): Set<string> {
  const { grants } = lakeCatalogOf(world.lakeFormation, owner, region);
  const found = new Set<string>();
  for (const { ref } of grants.of(name)) if ('database' in ref) found.add(ref.database);
  if ([...grants.policiesOf(name)].length === 0) return found;
  const all = world.glue.catalogs.get(`${owner}/${region}`)?.databases.keys() ?? [];
  return new Set([...found, ...all]);
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
  if (tables.length > 0 && world.switch('lf-table-shows-database') === 'yes') return anyTableShared(world, caller, at);
  return viewsAll(world, caller, at.region) && anyTableShared(world, caller, at);
}

/** Whether a table of the database was given to the account and has arrived. */
function anyTableShared(world: World, caller: Caller, at: DatabaseAt): boolean {
  const { grants } = lakeCatalogOf(world.lakeFormation, at.account, at.region);
  return accountNames(world, caller.account).some((name) =>
    [...grants.heldIn(name, at.account, at.database)].some(
      (grant) => grant.shows() && delivers(world, grant.shares, name, caller.account),
    ),
  );
}

function databaseOnly({ account, region, database }: DatabaseAt): DatabaseAt {
  return { account, region, database };
}
