/** What other services ask about organizations. */

import type { World } from '../service.ts';
import type { Organization } from './state.ts';

/** The organization an account belongs to now. */
export function organizationOf(world: World, account: string): Organization | undefined {
  const id = world.organizations.membership.get(account);
  return id === undefined ? undefined : world.organizations.organizations.get(id);
}

/** The account's place as `aws:PrincipalOrgPaths` and `Account.Paths` write it: `o-…/r-…/ou-…/`. */
export function pathOf(organization: Organization, account: string): string | undefined {
  const member = organization.accounts.get(account);
  if (!member) return undefined;
  return `${[organization.id, ...ancestry(organization, member.parent)].join('/')}/`;
}

/** Ids from the root down to `id`, which is a unit or the root. */
export function ancestry(organization: Organization, id: string): string[] {
  const path: string[] = [];
  for (let at: string | undefined = id; at !== undefined; at = organization.units.get(at)?.parent) path.unshift(at);
  return path;
}

/** Whether the account lies in the unit or below it. */
export function isWithin(organization: Organization, account: string, unitOrRoot: string): boolean {
  const member = organization.accounts.get(account);
  return member !== undefined && ancestry(organization, member.parent).includes(unitOrRoot);
}

/** Whether RAM shares inside the account's organization without invitations. */
export function sharingEnabled(world: World, account: string): boolean {
  return organizationOf(world, account)?.ramSharing === true;
}

/** Whether both accounts are in one organization. */
export function sameOrganization(world: World, one: string, other: string): boolean {
  const id = world.organizations.membership.get(one);
  return id !== undefined && id === world.organizations.membership.get(other);
}

/** `arn:aws:organizations::MANAGEMENT:organization/o-…` */
export function organizationArn(organization: Organization): string {
  return `arn:aws:organizations::${organization.managementAccount}:organization/${organization.id}`;
}

/** `arn:aws:organizations::MANAGEMENT:ou/o-…/ou-…`, for a root `…:root/o-…/r-…`. */
export function unitArn(organization: Organization, id: string): string {
  const kind = id === organization.root ? 'root' : 'ou';
  return `arn:aws:organizations::${organization.managementAccount}:${kind}/${organization.id}/${id}`;
}
