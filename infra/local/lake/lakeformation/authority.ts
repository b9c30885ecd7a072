/** Who may grant what: administrators of the owner, those with the grant option, and in a consumer what came with it. */

import type { Permission, Resource } from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import { findDatabase, findTable } from '../glue/state.ts';
import { delivers } from '../ram/delivery.ts';
import { accountNames } from '../ram/recipients.ts';
import type { Call } from '../service.ts';
import { effective, type Held, sharedWithAccount } from './effective.ts';
import type { Grant } from './grants.ts';
import { locationCovering } from './locations.ts';
import { isAdmin, namesOf } from './principals.ts';
import { invalidInput, type Ref } from './resources.ts';
import { filtersOn, lakeCatalogOf } from './state.ts';
import { expressionIn } from './tagging.ts';
import type { Target } from './target.ts';

/** A database or something in it. */
type InCatalog = Extract<Ref, { database: string }>;

/** AWS tells missing rights and missing resources apart for nobody. */
export function notAuthorized(): AwsError {
  return new AwsError(
    'AccessDeniedException',
    'Resource does not exist or requester is not authorized to access requested permissions.',
  );
}

/** An `EntityNotFoundException`; `what` begins its sentence. */
export function notFound(what: string): AwsError {
  return new AwsError('EntityNotFoundException', `${what} not found.`);
}

/** Administrators learn that a resource isn't there or not visible to them, others only that they may not. */
export function checkGrantable(call: Call, ref: Ref, permissions: ReadonlySet<Permission>): void {
  const checks = [checkVisible, checkMayGrant];
  if (!isAdmin(call.world, call.caller, call.region)) checks.reverse();
  for (const check of checks) check(call, ref, permissions);
}

/** Administrators may clean up in their own catalog, whatever has become of the resource. */
export function checkMayRevoke(call: Call, ref: Ref, permissions: ReadonlySet<Permission>): void {
  if (!isAdmin(call.world, call.caller, call.region)) checkMayGrant(call, ref, permissions);
}

/** Refuses unless the caller may give all of these on the resource. */
function checkMayGrant(call: Call, ref: Ref, permissions: ReadonlySet<Permission>): void {
  const admin = isAdmin(call.world, call.caller, call.region);
  if (admin && ref.catalog === call.account) return;
  const grantable = admin ? grantableOfAccount(call, ref) : grantableOfCaller(call, ref);
  if ([...permissions].some((permission) => !grantable.has(permission) && !grantable.has('ALL'))) throw notAuthorized();
}

/** The resource must exist, and for another account's the share must have arrived. */
export function checkVisible(call: Call, ref: Ref): void {
  if (ref.catalog === call.account) {
    if ('database' in ref) checkExists(call, ref);
    else checkOtherExists(call, ref);
    return;
  }
  if (!('database' in ref)) return;
  const held = sharedWithAccount(call.world, call.account, targetOf(call, ref));
  const anyTable = (ref.kind === 'database' || ref.table === undefined) && tablesReach(call, ref);
  if ((held.permissions.size === 0 && !anyTable) || !isThere(call, ref)) throw missing(ref);
}

function hasFilter({ world, region }: Call, ref: Extract<Ref, { kind: 'filter' }>): boolean {
  const catalog = lakeCatalogOf(world.lakeFormation, ref.catalog, region);
  return [...filtersOn(catalog, ref)].some(({ name }) => name === ref.name);
}

/** A share of all tables shows none that isn't there. */
function isThere({ world, region }: Call, ref: InCatalog): boolean {
  if (ref.kind === 'database' || ref.table === undefined)
    return findDatabase(world.glue, ref.catalog, region, ref.database) !== undefined;
  return findTable(world.glue, ref.catalog, region, ref.database, ref.table) !== undefined;
}

function checkExists(call: Call, ref: InCatalog): void {
  const { glue } = call.world;
  const holder = findDatabase(glue, call.account, call.region, ref.database);
  if (!holder) throw notFound(`Database ${ref.database}`);
  if (ref.kind === 'database' || ref.table === undefined || holder.database.TargetDatabase) return;
  if (!findTable(glue, call.account, call.region, ref.database, ref.table)) throw notFound(`Table ${ref.table}`);
  if (ref.kind === 'filter' && !hasFilter(call, ref)) throw notFound(`Filter ${ref.name}`);
}

function checkOtherExists(call: Call, ref: Ref): void {
  if (ref.kind === 'location' && !locationCovering(call.world, call, ref.arn))
    throw invalidInput(`The location ${ref.arn} is not registered: register the S3 path first.`);
  const { tags, expressions } = lakeCatalogOf(call.world.lakeFormation, call.account, call.region);
  const needed =
    ref.kind === 'tag' ? [{ key: ref.key, values: ref.values }] : ref.kind === 'policy' ? (ref.expression ?? []) : [];
  for (const { key, values } of needed) {
    const tag = tags.get(key);
    if (!tag) throw notFound(`Tag key ${key}`);
    const unknown = values.find((value) => value !== '*' && !tag.values.includes(value));
    if (unknown !== undefined) throw notFound(`Tag value ${unknown} of tag key ${key}`);
  }
  const name = ref.kind === 'policy' ? ref.expressionName : ref.kind === 'expression' ? ref.name : undefined;
  if (name !== undefined && !expressions.has(name)) throw notFound(`LF-Tag expression ${name}`);
}

function missing(ref: InCatalog): AwsError {
  const table = ref.kind === 'database' ? undefined : ref.table;
  return notFound(table === undefined ? `Database ${ref.database}` : `Table ${table}`);
}

/** All tables are asked about as a table that has no name of its own: only what is for all reaches it. */
export function targetOf(call: Call, ref: InCatalog): Target {
  const { catalog: account, database } = ref;
  const base = { account, region: call.region, database };
  return ref.kind === 'database' ? base : { ...base, table: ref.table ?? '' };
}

function tablesReach(call: Call, ref: InCatalog): boolean {
  const { grants } = lakeCatalogOf(call.world.lakeFormation, ref.catalog, call.region);
  return accountNames(call.world, call.account).some((name) =>
    [...grants.heldIn(name, ref.catalog, ref.database)].some((grant) =>
      delivers(call.world, grant.shares, name, call.account),
    ),
  );
}

function grantableOfCaller(call: Call, ref: Ref): Set<Permission> {
  const held: Held | undefined =
    'database' in ref ? effective(call.world, call.caller, targetOf(call, ref)) : undefined;
  const { grants } = lakeCatalogOf(call.world.lakeFormation, call.account, call.region);
  if (held && ref.kind !== 'filter') return held.grantable;
  // Who may pass SELECT on the table on may grant SELECT on its filters.
  const ofTable = held?.grantable.has('SELECT') ? (['SELECT'] as const) : [];
  const own = grantableIn(namesOf(call.caller).flatMap((name) => [...grants.held(name, ref)]));
  return new Set([...own, ...ofTable]);
}

/** What the owner gave the account with the grant option; of tag policies, what the rules of cascading allow. */
function grantableOfAccount(call: Call, ref: Ref): Set<Permission> {
  if (ref.kind === 'policy') return cascaded(call, ref);
  if ('database' in ref && ref.kind !== 'filter')
    return sharedWithAccount(call.world, call.account, targetOf(call, ref)).grantable;
  return grantableIn(receivedAt(call, ref));
}

/** The same expression must have come with the grant option; another needs DESCRIBE on all of its values. */
function cascaded(call: Call, ref: Extract<Ref, { kind: 'policy' }>): Set<Permission> {
  const same = receivedAt(call, ref);
  if (same.length > 0) return grantableIn(same);
  const wanted = expressionIn(call.world, ref, call.region);
  const described = wanted.every(({ key, values }) => {
    const seen = receivedAt(call, { kind: 'tag', catalog: ref.catalog, key, values }).filter(({ permissions }) =>
      permissions.has('DESCRIBE'),
    );
    const known = new Set(seen.flatMap((grant) => (grant.ref.kind === 'tag' ? grant.ref.values : [])));
    return known.has('*') || values.every((value) => known.has(value));
  });
  if (!described) return new Set();
  const { grants } = lakeCatalogOf(call.world.lakeFormation, ref.catalog, call.region);
  const received = accountNames(call.world, call.account).flatMap((name) => [...grants.policiesOf(name)]);
  return grantableIn(received.filter((grant) => grant.ref.kind === 'policy' && grant.ref.type === ref.type));
}

function receivedAt(call: Call, ref: Ref): Grant[] {
  const { grants } = lakeCatalogOf(call.world.lakeFormation, ref.catalog, call.region);
  return accountNames(call.world, call.account).flatMap((name) => [...grants.held(name, ref)]);
}

function grantableIn(grants: readonly Grant[]): Set<Permission> {
  return new Set(grants.flatMap(({ grantable }) => [...grantable]));
}

/** The catalog named beside the resource is the caller's own, or that of the resource. */
export function checkCatalog(
  call: Call,
  catalogId: string | undefined,
  { Resource: resource }: { Resource?: Resource | undefined },
): void {
  if (catalogId === undefined || catalogId === call.account) return;
  const { Database, Table, TableWithColumns, DataLocation } = resource ?? {};
  const named = (Database ?? Table ?? TableWithColumns ?? DataLocation)?.CatalogId;
  if (named !== catalogId)
    throw new AwsError('AccessDeniedException', 'Cross account access to the permissions of the catalog is denied.');
}
