/** Which service control policies hold for a caller: at every level from the root down to his account. */

import type { Caller } from '../caller.ts';
import { ancestry } from './lookup.ts';
import type { ControlPolicy, Organization, OrganizationsState } from './state.ts';

/** AWS's own, attached to everything until somebody detaches it. */
export const fullAccess: ControlPolicy = {
  id: 'p-FullAWSAccess',
  name: 'FullAWSAccess',
  description: 'Allows access to every operation',
  content: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }),
};

/** Ids of the policies on a root, unit or account. */
export function attachedTo(organization: Organization, target: string): ReadonlySet<string> {
  return organization.attached.get(target) ?? new Set([fullAccess.id]);
}

/**
 * Texts level by level: each level must allow, none may deny. `undefined` for whom they don't concern: the management
 * account, service-linked roles, services, accounts outside, and where there is nothing but full access.
 */
export function controlOf(state: OrganizationsState, caller: Caller): readonly (readonly string[])[] | undefined {
  const organization = state.organizations.get(state.membership.get(caller.account) ?? '');
  const member = organization?.accounts.get(caller.account);
  if (!organization || !member || organization.managementAccount === caller.account) return undefined;
  if (caller.kind === 'service' || caller.arn.includes(':role/aws-service-role/')) return undefined;
  const levels = [...ancestry(organization, member.parent), caller.account].map((id) => attachedTo(organization, id));
  if (levels.every((ids) => ids.size === 1 && ids.has(fullAccess.id))) return undefined;
  return levels.map((ids) => [...ids].flatMap((id) => organization.policies.get(id)?.content ?? []));
}
