/** RevokePermissions: all of what is named, or nothing and the reason. */

import type { Permission } from '@aws-sdk/client-lakeformation';
import type { Call } from '../service.ts';
import { checkMayRevoke, checkVisible } from './authority.ts';
import { requireKeyFor } from './catalog-key.ts';
import { type Entry, type Wish, wishOf } from './grant.ts';
import type { Grant } from './grants.ts';
import { iamAllowedPrincipals } from './principals.ts';
import { invalidInput, keyOf, type Ref } from './resources.ts';
import { mayWithdraw, withdraw } from './sharing.ts';
import { lakeCatalogOf, settingsOf } from './state.ts';
import { checkFit, isLink, modificationInvalid, type Row, rowsOf } from './validity.ts';

interface Change {
  readonly row: Grant;
  readonly permissions: readonly Permission[];
  readonly grantable: readonly Permission[];
  /** Of a grant of named columns, those that are taken away. */
  readonly columns: readonly string[] | undefined;
}

/** Revokes all that the entry says; throws AWS's refusal and changes nothing where one part of it can't be. */
export async function revoke(call: Call, entry: Entry): Promise<void> {
  const wish = wishOf(call, entry);
  const { principal, ref, permissions, grantable } = wish;
  await requireKeyFor(call, ref);
  const link = isLink(call.world, ref, call.account, call.region);
  checkFit(ref, link && principal.id !== iamAllowedPrincipals, permissions, new Set());
  checkMayRevoke(call, ref, new Set([...permissions, ...grantable]));
  const held = [...lakeCatalogOf(call.world.lakeFormation, call.account, call.region).grants.held(principal.id, ref)];
  // What is gone or out of sight can still be cleaned up after, as long as there is a grant on it.
  if (held.length === 0) checkVisible(call, ref);
  const changes = changesOf(call, wish, held);
  for (const change of changes) await apply(call, change);
}

function changesOf(call: Call, { principal, ref, permissions, grantable }: Wish, held: readonly Grant[]): Change[] {
  if (held.length === 0) {
    if (isImplicit(call, principal.id)) throw invalidInput(modificationInvalid);
    throw invalidInput('Grantee has no permissions and no grantable permissions on resource.');
  }
  const wanted = rowsOf(principal, ref, permissions, grantable);
  const changes = wanted.map((row) => changeOf(row, held));
  const missing = changes.flatMap(({ missing: some }) => some);
  if (missing.length > 0)
    throw invalidInput(`No permissions revoked. Grantee does not have: [${[...new Set(missing)].sort().join(', ')}]`);
  return changes.flatMap(({ change }) => change ?? []);
}

function changeOf(wanted: Row, held: readonly Grant[]): { change?: Change; missing: readonly Permission[] } {
  const row = held.find((one) => keyOf(one.ref) === keyOf(wanted.ref));
  if (!row) {
    // The same table with other columns: AWS doesn't take one shape for the other.
    const shaped = wanted.ref.kind === 'columns' && held.some(({ ref }) => ref.kind === 'columns');
    if (shaped) throw invalidInput(modificationInvalid);
    return { missing: wanted.permissions };
  }
  const columns = columnsTaken(row.ref, wanted.ref);
  const missing = [
    ...wanted.permissions.filter((permission) => !row.permissions.has(permission)),
    ...wanted.grantable.filter((permission) => !row.grantable.has(permission)),
  ];
  // ALL is spelled out when stored: what of it was taken away before is no reason to refuse the rest.
  const excused = wanted.permissions.includes('ALL') && row.permissions.has('ALL') ? [] : missing;
  return { change: { row, permissions: wanted.permissions, grantable: wanted.grantable, columns }, missing: excused };
}

function columnsTaken(held: Ref, wanted: Ref): readonly string[] | undefined {
  if (held.kind !== 'columns' || wanted.kind !== 'columns') return undefined;
  if (held.columns.kind !== 'only' || wanted.columns.kind !== 'only') return undefined;
  const { names } = held.columns;
  if (wanted.columns.names.some((name) => !names.includes(name))) throw invalidInput(modificationInvalid);
  return wanted.columns.names.length === names.length ? undefined : wanted.columns.names;
}

async function apply(call: Call, { row, permissions, grantable, columns }: Change): Promise<void> {
  const { world } = call;
  const catalog = lakeCatalogOf(world.lakeFormation, call.account, call.region);
  const gone = new Set(permissions);
  const left = [...row.permissions].filter((permission) => columns !== undefined || !gone.has(permission));
  const options = [...row.grantable].filter((p) => !gone.has(p) && !grantable.includes(p));
  const shared = left.length > 0 || row.shares.length === 0 || (await mayWithdraw(call, row));
  catalog.grants.remove(row);
  if (left.length > 0)
    catalog.grants.add({
      ...row,
      ref: without(row.ref, columns),
      permissions: new Set(left),
      grantable: new Set(options),
      updated: world.now(),
      by: call.caller.arn,
    });
  else if (shared) withdraw(world, catalog, row);
}

function without(ref: Ref, columns: readonly string[] | undefined): Ref {
  if (columns === undefined || ref.kind !== 'columns' || ref.columns.kind !== 'only') return ref;
  return { ...ref, columns: { kind: 'only', names: ref.columns.names.filter((name) => !columns.includes(name)) } };
}

/** Administrators have what they have by being administrators: it is nobody's to revoke. */
function isImplicit(call: Call, principal: string): boolean {
  const admins = settingsOf(call.world, call.account, call.region).DataLakeAdmins ?? [];
  return admins.some(({ DataLakePrincipalIdentifier }) => DataLakePrincipalIdentifier === principal);
}
