/** GrantPermissions: checked, shared through RAM where it leaves the account, and written down. */

import type { BatchPermissionsRequestEntry, Permission } from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import { findTable } from '../glue/state.ts';
import type { Carrier } from '../ram/state.ts';
import type { Call } from '../service.ts';
import { checkGrantable, targetOf } from './authority.ts';
import { requireKeyFor } from './catalog-key.ts';
import { isExposed, isHybrid } from './exposure.ts';
import { type Principal, parsePrincipal } from './principals.ts';
import { invalidInput, type Ref, refOf } from './resources.ts';
import { checkRamRights, mayShareCatalog, share } from './sharing.ts';
import { crossAccountVersion, lakeCatalogOf } from './state.ts';
import { checkExternalFit, checkFit, checkSubset, isLink, modificationInvalid, type Row, rowsOf } from './validity.ts';

export type Entry = Omit<BatchPermissionsRequestEntry, 'Id'>;

export interface Wish {
  readonly principal: Principal;
  readonly ref: Ref;
  readonly permissions: ReadonlySet<Permission>;
  readonly grantable: ReadonlySet<Permission>;
}

/** What the entry asks for, read; throws where it names no principal, no permission or no resource. */
export function wishOf(call: Call, entry: Entry): Wish {
  const id = entry.Principal?.DataLakePrincipalIdentifier ?? '';
  const principal = parsePrincipal(id);
  if (!principal) throw invalidInput(`Invalid principal, ${id}`);
  if (entry.Condition !== undefined)
    throw new AwsError('NotImplemented', 'The lake does not evaluate Condition.', { status: 501 });
  const permissions = new Set(entry.Permissions ?? []);
  const grantable = new Set(entry.PermissionsWithGrantOption ?? []);
  if (permissions.size + grantable.size === 0) throw invalidInput('Permissions must not be empty.');
  const ref = refOf(entry.Resource, call.account);
  return { principal, ref, permissions, grantable };
}

/** Grants what the entry says; throws AWS's refusal and changes nothing where it may not be. */
export async function grant(call: Call, entry: Entry): Promise<void> {
  const wish = wishOf(call, entry);
  const { principal, ref, permissions, grantable } = wish;
  await requireKeyFor(call, ref);
  const link = isLink(call.world, ref, call.account, call.region);
  checkSubset(permissions, grantable);
  // Everything on a link to everyone is what AWS itself grants by default; nobody else gets more than its two.
  checkFit(ref, link && principal.kind !== 'everyone', permissions, grantable);
  checkGrantable(call, ref, permissions);
  checkColumns(call, wish);
  await checkPrincipal(call, principal);
  if (!isExternal(call, principal)) {
    write(call, wish, undefined);
    return;
  }
  checkExternal(call, wish, link);
  await checkRamRights(call, principal.id, ref);
  write(call, wish, { refused: !(await mayShareCatalog(call)) });
}

function isExternal(call: Call, principal: Principal): boolean {
  if (principal.kind === 'everyone') return false;
  return principal.kind === 'organization' || principal.kind === 'unit' || principal.account !== call.account;
}

async function checkPrincipal(call: Call, principal: Principal): Promise<void> {
  if (principal.kind === 'account' && principal.account === call.account)
    throw invalidInput(`Invalid principal, ${principal.id}`);
  if (principal.kind !== 'iam' || principal.root) return;
  if ((await call.world.backend.identity(principal.id)) === undefined)
    throw invalidInput(`Invalid principal, ${principal.id}`);
}

function checkExternal(call: Call, { principal, ref, permissions, grantable }: Wish, link: boolean): void {
  if (ref.catalog !== call.account)
    throw new AwsError('AccessDeniedException', 'Not authorized to grant permissions for the resource.');
  if (link) throw invalidInput('Resource links cannot be shared with another account.');
  checkExternalFit(ref, permissions);
  checkVersions(call, principal, ref, grantable);
  if (!isExposed(call.world, call, ref)) return;
  const version = crossAccountVersion(call.world, call.account, call.region);
  if (version >= 4 && 'database' in ref && isHybrid(call.world, targetOf(call, ref))) return;
  const what = ref.kind === 'database' ? 'database' : 'table';
  throw invalidInput(`Please revoke permission(s) for IAM_ALLOWED_PRINCIPALS on the ${what}.`);
}

function checkVersions(call: Call, principal: Principal, ref: Ref, grantable: ReadonlySet<Permission>): void {
  const version = crossAccountVersion(call.world, call.account, call.region);
  if (principal.kind === 'iam' || principal.kind === 'group' || principal.kind === 'federated') {
    if (version < 3)
      throw invalidInput('Cross account grants to IAM principals require cross account version 3 or above.');
    if (grantable.size > 0) throw invalidInput('Grant option is not supported for IAM principals of another account.');
    return;
  }
  if (principal.kind !== 'account') {
    if (ref.kind === 'policy' && version < 3)
      throw invalidInput('LF-Tag policies can be granted to organizations from cross account version 3 on.');
    return;
  }
  const consumer = crossAccountVersion(call.world, principal.account, call.region);
  const named = version === 1 && call.world.switch('lf-version-1-to-3') === 'refused';
  if (consumer >= 3 && version < 3 && (ref.kind === 'policy' || named))
    throw invalidInput(
      `Invalid cross account grant request. Consumer account has opt-in to cross account version: v${consumer}. ` +
        'Please update CrossAccountVersion in DataLakeSetting to minimal version v3',
    );
}

/** Named columns must exist, and some columns only don't go together with permissions on the whole table. */
function checkColumns(call: Call, { principal, ref, permissions }: Wish): void {
  const { grants } = lakeCatalogOf(call.world.lakeFormation, call.account, call.region);
  const whole = (set: ReadonlySet<Permission>) => [...set].some((permission) => permission !== 'SELECT');
  if (ref.kind === 'table' && whole(permissions)) {
    for (const row of grants.held(principal.id, ref))
      if (row.ref.kind === 'columns' && row.ref.columns.kind !== 'all') throw invalidInput(modificationInvalid);
  }
  if (ref.kind !== 'columns' || ref.columns.kind === 'all') return;
  for (const row of grants.held(principal.id, ref))
    if (row.ref.kind === 'table' && whole(row.permissions)) throw invalidInput(modificationInvalid);
  const table = findTable(call.world.glue, ref.catalog, call.region, ref.database, ref.table ?? '')?.table;
  const columns = [...(table?.StorageDescriptor?.Columns ?? []), ...(table?.PartitionKeys ?? [])];
  const known = new Set(columns.map(({ Name }) => (Name ?? '').toLowerCase()));
  const unknown = ref.columns.names.find((name) => !known.has(name));
  if (unknown !== undefined) throw invalidInput(`Cannot grant/revoke permission on non-existent column: ${unknown}`);
}

/** The grant joins what the principal already has; a grant that adds nothing leaves RAM alone. */
function write(
  call: Call,
  { principal, ref, permissions, grantable }: Wish,
  outward: { readonly refused: boolean } | undefined,
): void {
  const { world } = call;
  const catalog = lakeCatalogOf(world.lakeFormation, call.account, call.region);
  const rows = rowsOf(principal, ref, permissions, grantable).filter((row) => adds(call, principal.id, row));
  if (rows.length === 0) return;
  const carriers = outward ? share(world, catalog, { principal: principal.id, ref, ...outward }) : [];
  for (const row of rows) {
    const known = catalog.grants.find(principal.id, row.ref);
    if (known) catalog.grants.remove(known);
    catalog.grants.add({
      principal: principal.id,
      ref: known ? joined(known.ref, row.ref) : row.ref,
      permissions: new Set([...(known?.permissions ?? []), ...row.permissions]),
      grantable: new Set([...(known?.grantable ?? []), ...row.grantable]),
      shares: known ? united(known.shares, carriers) : carriers,
      updated: world.now(),
      by: call.caller.arn,
      shows: world.visibility.wrote('lakeformation', 'grant'),
    });
  }
}

function united(known: readonly Carrier[], more: readonly Carrier[]): readonly Carrier[] {
  const has = ({ share: arn, resource }: Carrier) =>
    known.some((one) => one.share === arn && one.resource === resource);
  return [...known, ...more.filter((carrier) => !has(carrier))];
}

function adds(call: Call, principal: string, row: Row): boolean {
  const { grants } = lakeCatalogOf(call.world.lakeFormation, call.account, call.region);
  const known = grants.find(principal, row.ref);
  if (!known) return true;
  if (joined(known.ref, row.ref) !== known.ref) return true;
  return row.permissions.some((p) => !known.permissions.has(p)) || row.grantable.some((p) => !known.grantable.has(p));
}

/** Named columns of one table add up. */
function joined(known: Ref, more: Ref): Ref {
  if (known.kind !== 'columns' || more.kind !== 'columns') return known;
  if (known.columns.kind !== 'only' || more.columns.kind !== 'only') return known;
  const names = [...new Set([...known.columns.names, ...more.columns.names])].sort();
  return names.length === known.columns.names.length ? known : { ...known, columns: { kind: 'only', names } };
}
