/** Who may ask an organization what. */

import type { Call } from '../service.ts';
import { AwsError } from '../service.ts';
import { organizationOf } from './lookup.ts';
import type { Member, Organization, Unit } from './state.ts';

/** The caller's organization; any member may know that much. */
export function memberOf(call: Call): Organization {
  const organization = organizationOf(call.world, call.account);
  if (organization) return organization;
  throw new AwsError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
}

/** The organization, for its management account and delegated administrators. */
export function readable(call: Call): Organization {
  const organization = memberOf(call);
  const trusted = organization.managementAccount === call.account || organization.delegated.has(call.account);
  if (!trusted) throw denied();
  return organization;
}

/** The organization, for its management account. */
export function managed(call: Call): Organization {
  const organization = memberOf(call);
  if (organization.managementAccount !== call.account) throw denied();
  return organization;
}

export function accountIn(organization: Organization, id: string | undefined): Member {
  const member = organization.accounts.get(id ?? '');
  if (member) return member;
  throw new AwsError('AccountNotFoundException', `You specified an account that doesn't exist: ${id}.`);
}

export function unitIn(organization: Organization, id: string | undefined): Unit {
  const unit = organization.units.get(id ?? '');
  if (unit) return unit;
  throw new AwsError('OrganizationalUnitNotFoundException', `There is no unit ${id}.`);
}

/** The id, if it is the root's or a unit's. */
export function parentIn(organization: Organization, id: string | undefined, code = 'ParentNotFoundException'): string {
  if (id !== undefined && (id === organization.root || organization.units.has(id))) return id;
  throw new AwsError(code, `You specified a parent that doesn't exist: ${id}.`);
}

function denied(): AwsError {
  return new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
}
