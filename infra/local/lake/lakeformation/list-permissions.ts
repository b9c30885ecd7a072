/** ListPermissions: explicit grants page by page; of a principal on a resource, what is in effect. */

import type { ListPermissionsRequest, Permission, PrincipalResourcePermissions } from '@aws-sdk/client-lakeformation';
import { accountNames } from '../ram/recipients.ts';
import type { Call } from '../service.ts';
import { checkCatalog, targetOf } from './authority.ts';
import { effective } from './effective.ts';
import type { Grant } from './grants.ts';
import { iamAllowedPrincipals, namesOf, type Principal, parsePrincipal, viewsAll } from './principals.ts';
import { invalidInput, key, type Ref, refOf, resourceOf } from './resources.ts';
import { type LakeFormationCatalog, lakeCatalogOf, settingsOf } from './state.ts';
import { isLink, onDatabase, onTable } from './validity.ts';

const mostRows = 1000;

/** One page of grants: explicit ones by principal or resource, or by both together what is in effect. */
export function listPermissions(call: Call, input: ListPermissionsRequest): object {
  checkCatalog(call, input.CatalogId, input);
  const principal = principalOf(input);
  const ref = input.Resource === undefined ? undefined : queriedRef(call, input);
  const rows =
    principal && ref ? effectiveRows(call, principal, ref) : explicitRows(call, principal, ref, afterOf(input));
  return page(call, input, rows);
}

function principalOf(input: ListPermissionsRequest): Principal | undefined {
  const id = input.Principal?.DataLakePrincipalIdentifier;
  if (id === undefined) return undefined;
  const principal = parsePrincipal(id);
  if (!principal) throw invalidInput(`Invalid principal, ${id}`);
  return principal;
}

function queriedRef(call: Call, input: ListPermissionsRequest): Ref {
  const ref = refOf(input.Resource, call.account);
  if (ref.kind === 'filter' && input.Principal !== undefined)
    throw invalidInput('Permissions on a DataCellsFilter are listed without a principal.');
  if (ref.kind === 'columns')
    throw invalidInput('TableWithColumns is not supported for listing permissions: ask for the Table.');
  if (ref.kind === 'table' && isLink(call.world, { ...ref, kind: 'database' }, call.account, call.region))
    throw invalidInput('Database cannot be a link for this operation when called on a table.');
  return ref;
}

/** Rows as they were granted, oldest first. */
function* explicitRows(
  call: Call,
  principal: Principal | undefined,
  ref: Ref | undefined,
  after: number,
): Generator<Grant> {
  // Roles and users of other accounts are in the list, but no filter finds them (G-L7).
  if (principal?.kind === 'iam' && principal.account !== call.account) return;
  const catalog = lakeCatalogOf(call.world.lakeFormation, call.account, call.region);
  if (principal) yield* catalog.grants.of(principal.id).after(after);
  else if (ref) {
    if (ref.catalog !== call.account && after === 0) yield* receivedRows(call, ref);
    yield* catalog.grants.at(ref).after(after);
  } else yield* catalog.grants.all().after(after);
}

/** What the owner granted the account: the consumer sees it beside its own grants. */
function* receivedRows(call: Call, ref: Ref): Generator<Grant> {
  const names = new Set(accountNames(call.world, call.account));
  const owner = lakeCatalogOf(call.world.lakeFormation, ref.catalog, call.region);
  for (const row of owner.grants.at(ref)) if (names.has(row.principal)) yield { ...row, seq: 0 };
}

/** In effect for the principal: by name, through all tables, by tag, through everyone, or as administrator. */
function effectiveRows(call: Call, principal: Principal, ref: Ref): Grant[] {
  const catalog = lakeCatalogOf(call.world.lakeFormation, call.account, call.region);
  const own = [...catalog.grants.held(principal.id, ref)];
  if (!('database' in ref) || principal.kind !== 'iam') return own;
  const caller = { kind: 'role' as const, account: principal.account, arn: principal.id };
  if (principal.account !== call.account) return own;
  const held = effective(call.world, caller, targetOf(call, ref));
  const groups = namesOf(caller).flatMap((name) => [...catalog.grants.held(name, ref)]);
  const known = new Set(groups.flatMap(({ permissions }) => [...permissions]));
  const more = [...held.permissions].filter((permission) => !known.has(permission));
  const rows = groups.map((row) => ({ ...row, principal: principal.id }));
  const admin = settingsOf(call.world, call.account, call.region).DataLakeAdmins?.some(
    ({ DataLakePrincipalIdentifier: id }) => id === principal.id,
  );
  const grantable = admin && ref.catalog === call.account ? grantableByAdmin(ref) : [...held.grantable];
  return [...rows, ...derivedRows(ref, principal.id, more, grantable)];
}

function grantableByAdmin(ref: Ref): readonly Permission[] {
  return ref.kind === 'database' ? onDatabase : [...onTable, 'SELECT'];
}

/** SELECT is told of columns, everything else of the table. */
function derivedRows(
  ref: Ref,
  principal: string,
  permissions: readonly Permission[],
  grantable: readonly Permission[],
): Grant[] {
  const of = (row: Ref, keep: (permission: Permission) => boolean): Grant => ({
    seq: 0,
    principal,
    ref: row,
    permissions: new Set(permissions.filter(keep)),
    grantable: new Set(grantable.filter(keep)),
    shares: [],
    updated: 0,
    by: '',
    shows: () => true,
  });
  if (permissions.length === 0) return [];
  if (ref.kind !== 'table') return [of(ref, () => true)];
  const { catalog, database, table } = ref;
  const columns: Ref = { kind: 'columns', catalog, database, table, columns: { kind: 'all' } };
  const rows = [of(ref, (permission) => permission !== 'SELECT'), of(columns, (permission) => permission === 'SELECT')];
  return rows.filter((row) => row.permissions.size > 0);
}

function page(call: Call, input: ListPermissionsRequest, rows: Iterable<Grant>): object {
  const size = Math.min(input.MaxResults ?? mostRows, mostRows);
  const catalog = lakeCatalogOf(call.world.lakeFormation, call.account, call.region);
  const all = viewsAll(call.world, call.caller, call.region);
  const listed: PrincipalResourcePermissions[] = [];
  let last = 0;
  for (const row of rows) {
    if (!isOfType(row.ref, input.ResourceType) || !row.shows()) continue;
    if (!all && !concerns(call, catalog, row)) continue;
    // Rows without a number of their own come first and are never left for a next page.
    if (listed.length >= size && row.seq > 0) return { PrincipalResourcePermissions: listed, NextToken: tokenOf(last) };
    listed.push(rowOf(row));
    last = row.seq;
  }
  return { PrincipalResourcePermissions: listed };
}

/** Who is no administrator sees what he holds himself, and who else has what he may pass on. */
function concerns(call: Call, catalog: LakeFormationCatalog, row: Grant): boolean {
  const names = namesOf(call.caller);
  if (names.includes(row.principal) || row.principal === iamAllowedPrincipals) return true;
  return names.some((name) => [...catalog.grants.held(name, row.ref)].some(({ grantable }) => grantable.size > 0));
}

function isOfType(ref: Ref, type: ListPermissionsRequest['ResourceType']): boolean {
  switch (type) {
    case undefined:
      return true;
    case 'CATALOG':
      return ref.kind === 'catalog';
    case 'DATABASE':
      return ref.kind === 'database';
    case 'TABLE':
      return ref.kind === 'table' || ref.kind === 'columns' || ref.kind === 'filter';
    case 'DATA_LOCATION':
      return ref.kind === 'location';
    case 'LF_TAG':
      return ref.kind === 'tag';
    case 'LF_NAMED_TAG_EXPRESSION':
      return ref.kind === 'expression';
    case 'LF_TAG_POLICY':
      return ref.kind === 'policy';
    default:
      return ref.kind === 'policy' && type === `LF_TAG_POLICY_${ref.type}`;
  }
}

/** A grant as the API lists it, with the shares that carry it to another account. */
export function rowOf(row: Grant): PrincipalResourcePermissions {
  return {
    Principal: { DataLakePrincipalIdentifier: row.principal },
    Resource: resourceOf(row.ref),
    Permissions: [...row.permissions].sort(),
    PermissionsWithGrantOption: [...row.grantable].sort(),
    ...(row.shares.length > 0 ? { AdditionalDetails: { ResourceShare: row.shares.map(({ share }) => share) } } : {}),
    ...(row.updated > 0 ? { LastUpdated: new Date(row.updated), LastUpdatedBy: row.by } : {}),
  };
}

function tokenOf(seq: number): string {
  return Buffer.from(key('p', String(seq))).toString('base64');
}

function afterOf({ NextToken }: ListPermissionsRequest): number {
  if (NextToken === undefined) return 0;
  const [kind, seq] = Buffer.from(NextToken, 'base64').toString().split('\u0000');
  if (kind !== 'p' || !/^\d+$/.test(seq ?? '')) throw invalidInput('Invalid NextToken.');
  return Number(seq);
}
