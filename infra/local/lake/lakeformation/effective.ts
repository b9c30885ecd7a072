/** What a caller may do with a database or table: his grants, his account's share, tags, and being an administrator. */

import type { DataCellsFilter, Permission } from '@aws-sdk/client-lakeformation';
import type { Caller } from '../caller.ts';
import { delivers } from '../ram/delivery.ts';
import { accountNames } from '../ram/recipients.ts';
import type { World } from '../service.ts';
import { isExposed, isHybrid, isOptedIn } from './exposure.ts';
import type { Grant } from './grants.ts';
import { iamAllowedPrincipals, namesOf, viewsAll } from './principals.ts';
import type { Columns, Ref } from './resources.ts';
import { filtersOn, type LakeFormationCatalog, lakeCatalogOf } from './state.ts';
import { expressionIn, matchedColumns, matches, tagsInForce } from './tagging.ts';
import type { Target } from './target.ts';

/** What one grant lets a caller select. */
export type Reach = Columns & {
  /** The data cells filter it was granted by, and the rows that it leaves; without one, all rows. */
  readonly filter?: string;
  readonly rows?: string;
};

/** Permissions, and what SELECT reaches: what any of the entries lets through. */
export interface Held {
  readonly permissions: Set<Permission>;
  readonly grantable: Set<Permission>;
  readonly select: Reach[];
}

type Filter = (grant: Grant) => boolean;

const nothing = (): Held => ({ permissions: new Set(), grantable: new Set(), select: [] });

/** What the caller holds on the target from all sides; nothing, where nothing was granted or shared. */
export function effective(world: World, caller: Caller, target: Target): Held {
  return caller.account === target.account ? atHome(world, caller, target) : abroad(world, caller, target);
}

function atHome(world: World, caller: Caller, target: Target): Held {
  const held = nothing();
  const catalog = lakeCatalogOf(world.lakeFormation, target.account, target.region);
  // Who has been opted in lives by Lake Formation, whatever is open to everyone else.
  const everyone = isOptedIn(world, target, namesOf(caller), target) ? [] : [iamAllowedPrincipals];
  for (const name of [...namesOf(caller), ...everyone]) collect(world, catalog, name, target, held);
  if (viewsAll(world, caller, target.region)) held.permissions.add('DESCRIBE');
  return held;
}

/** Another account's: granted to the caller himself, or through his account, whose administrators pass it on. */
function abroad(world: World, caller: Caller, target: Target): Held {
  const own = nothing();
  if (!isOpenAbroad(world, caller, target)) return own;
  const catalog = lakeCatalogOf(world.lakeFormation, target.account, target.region);
  collect(world, catalog, caller.arn, target, own, (grant) => delivers(world, grant.shares, caller.arn));
  const account = sharedWithAccount(world, caller.account, target);
  if (account.permissions.size === 0) return own;
  if (viewsAll(world, caller, target.region)) own.permissions.add('DESCRIBE');
  const passed = nothing();
  const home = lakeCatalogOf(world.lakeFormation, caller.account, target.region);
  for (const name of namesOf(caller)) collect(world, home, name, target, passed);
  return merged(own, limited(passed, account));
}

/** A table that is open to everyone at home isn't Lake Formation's to share, but for those opted in on both sides. */
function isOpenAbroad(world: World, caller: Caller, target: Target): boolean {
  const { account: catalog, database, table } = target;
  if (table === undefined || !isExposed(world, target, { kind: 'table', catalog, database, table })) return true;
  if (!isHybrid(world, target)) return false;
  const home = { account: caller.account, region: target.region };
  const shared = [...accountNames(world, caller.account), caller.arn];
  return isOptedIn(world, target, shared, target) && isOptedIn(world, home, namesOf(caller), target);
}

/** What the owner shares with the account as a whole, once the share has arrived there. */
export function sharedWithAccount(world: World, account: string, target: Target): Held {
  const held = nothing();
  const catalog = lakeCatalogOf(world.lakeFormation, target.account, target.region);
  for (const name of accountNames(world, account))
    collect(world, catalog, name, target, held, (grant) => delivers(world, grant.shares, name, account));
  return held;
}

/** The grants of one name that apply to the target. */
function* applying(
  catalog: LakeFormationCatalog,
  name: string,
  target: Target,
  filter: Filter = () => true,
): Generator<Grant> {
  const { account, database, table } = target;
  const refs: Ref[] =
    table === undefined
      ? [{ kind: 'database', catalog: account, database }]
      : [
          { kind: 'table', catalog: account, database, table },
          { kind: 'table', catalog: account, database },
        ];
  for (const ref of refs)
    for (const grant of catalog.grants.held(name, ref)) if (grant.shows() && filter(grant)) yield grant;
}

function collect(
  world: World,
  catalog: LakeFormationCatalog,
  name: string,
  target: Target,
  into: Held,
  filter: Filter = () => true,
): void {
  for (const grant of applying(catalog, name, target, filter)) take(grant, into);
  takeFiltered(world, catalog, name, target, into, filter);
  for (const grant of catalog.grants.policiesOf(name))
    if (grant.ref.catalog === target.account && grant.shows() && filter(grant)) takePolicy(world, grant, target, into);
}

function take(grant: Grant, into: Held): void {
  for (const permission of grant.permissions) into.permissions.add(permission);
  for (const permission of grant.grantable) into.grantable.add(permission);
  if (grant.permissions.has('SELECT') || grant.permissions.has('ALL'))
    into.select.push(grant.ref.kind === 'columns' ? grant.ref.columns : { kind: 'all' });
}

/** Of what a filter's grant allows, SELECT reaches the table; DESCRIBE and DROP are about the filter. */
function takeFiltered(
  world: World,
  catalog: LakeFormationCatalog,
  name: string,
  target: Target,
  into: Held,
  counts: Filter,
): void {
  const { account, region, database, table } = target;
  if (table === undefined) return;
  const owner = lakeCatalogOf(world.lakeFormation, account, region);
  for (const found of filtersOn(owner, { database, table })) {
    const ref: Ref = { kind: 'filter', catalog: account, database, table, name: found.name };
    for (const grant of catalog.grants.held(name, ref)) {
      if (!grant.permissions.has('SELECT') || !grant.shows() || !counts(grant)) continue;
      into.permissions.add('SELECT');
      into.select.push(reachOf(found.name, found.filter));
    }
  }
}

function reachOf(filter: string, { RowFilter, ColumnNames, ColumnWildcard }: DataCellsFilter): Reach {
  const rows = RowFilter?.FilterExpression;
  const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase());
  const excluded = lower(ColumnWildcard?.ExcludedColumnNames ?? []);
  const columns: Columns = ColumnNames
    ? { kind: 'only', names: lower(ColumnNames) }
    : excluded.length > 0
      ? { kind: 'except', names: excluded }
      : { kind: 'all' };
  return { ...columns, filter, ...(rows === undefined ? {} : { rows }) };
}

/** A tag policy that matches only some columns leaves of its permissions SELECT on these, and DESCRIBE. */
function takePolicy(world: World, grant: Grant, target: Target, into: Held): void {
  const { ref } = grant;
  if (ref.kind !== 'policy') return;
  const expression = expressionIn(world, ref, target.region);
  const { table } = target;
  if (ref.type === 'DATABASE' || table === undefined) {
    if (ref.type === 'DATABASE' && table === undefined && matches(expression, tagsInForce(world, target)))
      take(grant, into);
    return;
  }
  const columns = matchedColumns(world, { ...target, table }, expression);
  if (columns === 'all') take(grant, into);
  else if (columns.length > 0) {
    into.permissions.add('DESCRIBE');
    if (!grant.permissions.has('SELECT') && !grant.permissions.has('ALL')) return;
    into.permissions.add('SELECT');
    into.select.push({ kind: 'only', names: columns });
  }
}

/** A grant passed on is worth what the owner still shares, no more. */
function limited(passed: Held, account: Held): Held {
  const keeps = (permission: Permission) => account.permissions.has('ALL') || account.permissions.has(permission);
  const only = (set: Set<Permission>) => new Set([...set].filter(keeps));
  const wide = account.select.some(({ kind, rows }) => kind === 'all' && rows === undefined);
  // What was passed on by a filter lives by the share of that filter.
  const backs = (his: Reach, mine: Reach) => his.filter === undefined || his.filter === mine.filter;
  const paired = (mine: Reach) => account.select.filter((his) => backs(his, mine)).map((his) => both(mine, his));
  const select = wide ? passed.select : passed.select.flatMap(paired);
  return { permissions: only(passed.permissions), grantable: only(passed.grantable), select };
}

function both(one: Reach, other: Reach): Reach {
  const { filter, rows } = one.filter === undefined ? other : one;
  const of = { ...(filter === undefined ? {} : { filter }), ...(rows === undefined ? {} : { rows }) };
  return { ...bothColumns(one, other), ...of };
}

/** Columns that both let through. */
function bothColumns(one: Columns, other: Columns): Columns {
  if (one.kind === 'all') return other;
  if (other.kind === 'all') return one;
  if (one.kind === 'only') return { kind: 'only', names: one.names.filter((name) => passes(other, name)) };
  if (other.kind === 'only') return { kind: 'only', names: other.names.filter((name) => passes(one, name)) };
  return { kind: 'except', names: [...new Set([...one.names, ...other.names])] };
}

/** Whether the column, in any case, is among those let through. */
export function passes(columns: Columns, name: string): boolean {
  if (columns.kind === 'all') return true;
  return columns.names.includes(name.toLowerCase()) === (columns.kind === 'only');
}

function merged(one: Held, other: Held): Held {
  return {
    permissions: new Set([...one.permissions, ...other.permissions]),
    grantable: new Set([...one.grantable, ...other.grantable]),
    select: [...one.select, ...other.select],
  };
}
