/** The principals that grants name, and which of them a caller is. */

import type { Caller } from '../caller.ts';
import { isAccountId } from '../identity/arn.ts';
import type { World } from '../service.ts';
import { settingsOf } from './state.ts';

export const iamAllowedPrincipals = 'IAM_ALLOWED_PRINCIPALS';

export type Principal =
  | { readonly kind: 'everyone'; readonly id: string }
  | { readonly kind: 'account'; readonly id: string; readonly account: string }
  /** All IAM principals of an account. */
  | { readonly kind: 'group'; readonly id: string; readonly account: string }
  | { readonly kind: 'organization' | 'unit'; readonly id: string; readonly account: string; readonly node: string }
  | { readonly kind: 'iam'; readonly id: string; readonly account: string; readonly root: boolean }
  /** SAML, QuickSight and Identity Center: kept as they come. */
  | { readonly kind: 'federated'; readonly id: string; readonly account: string };

/** `undefined` when it is none that Lake Formation takes; an STS session, for one. */
export function parsePrincipal(id: string): Principal | undefined {
  if (/^(IAM_ALLOWED_PRINCIPALS|EVERYONE)$/i.test(id)) return { kind: 'everyone', id: iamAllowedPrincipals };
  if (isAccountId(id)) return { kind: 'account', id, account: id };
  const group = /^(\d{12}):IAMPrincipals$/i.exec(id);
  if (group) return { kind: 'group', id: `${group[1]}:IAMPrincipals`, account: group[1] ?? '' };
  const node = /^arn:aws[\w-]*:organizations::(\d{12}):(organization|ou|root)\/(?:o-\w+\/)?([\w-]+)$/.exec(id);
  if (node)
    return {
      kind: node[2] === 'organization' ? 'organization' : 'unit',
      id,
      account: node[1] ?? '',
      node: node[3] ?? '',
    };
  const iam = /^arn:aws[\w-]*:iam::(\d{12}):(root|(?:role|user)\/\S+)$/.exec(id);
  if (iam) return { kind: 'iam', id, account: iam[1] ?? '', root: iam[2] === 'root' };
  const other = /^arn:aws[\w-]*:(iam|quicksight|identitystore):[\w-]*:(\d*):(saml-provider|user|group)\/.+$/.exec(id);
  return other ? { kind: 'federated', id, account: other[2] ?? '' } : undefined;
}

/** What grants inside his own account may name him by, beyond IAM_ALLOWED_PRINCIPALS. */
export function namesOf(caller: Caller): readonly string[] {
  return [caller.arn, `${caller.account}:IAMPrincipals`];
}

/** Whether the caller is a data lake administrator of his own account; read-only ones are not. */
export function isAdmin(world: World, caller: Caller, region: string): boolean {
  return listed(settingsOf(world, caller.account, region).DataLakeAdmins, caller);
}

function isReadOnlyAdmin(world: World, caller: Caller, region: string): boolean {
  return listed(settingsOf(world, caller.account, region).ReadOnlyAdmins, caller);
}

/** Both kinds of administrators view all of the catalog (LF permissions-reference, personas; implicit-permissions). */
export function viewsAll(world: World, caller: Caller, region: string): boolean {
  return isAdmin(world, caller, region) || isReadOnlyAdmin(world, caller, region);
}

function listed(admins: readonly { DataLakePrincipalIdentifier?: string | undefined }[] | undefined, caller: Caller) {
  return (admins ?? []).some((admin) => admin.DataLakePrincipalIdentifier === caller.arn);
}
