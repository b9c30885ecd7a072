/** Who may ask an organization what. */

import { AwsError } from '../aws-error.ts';
import type { Call } from '../service.ts';
import { organizationOf } from './lookup.ts';
import type { Member, Organization, Unit } from './state.ts';

/** By the model: four days after an account was created. */
const WAIT_MS = 4 * 24 * 3_600_000;

/** The caller's organization; any member may know that much. Throws `AWSOrganizationsNotInUseException` outside. */
export function memberOf(call: Call): Organization {
  const organization = organizationOf(call.world, call.account);
  if (organization) return organization;
  throw new AwsError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
}

/** The organization, for its management account and delegated administrators; others get `AccessDeniedException`. */
export function readable(call: Call): Organization {
  const organization = memberOf(call);
  const trusted = organization.managementAccount === call.account || organization.delegated.has(call.account);
  if (!trusted) throw denied();
  return organization;
}

/** The organization, for its management account; others get `AccessDeniedException`. */
export function managed(call: Call): Organization {
  const organization = memberOf(call);
  if (organization.managementAccount !== call.account) throw denied();
  return organization;
}

/** A member that may depart; throws for the management account, and for four days for an account created inside. */
export function departing(call: Call, organization: Organization, id: string): Member {
  if (id === organization.managementAccount)
    throw new AwsError('MasterCannotLeaveOrganizationException', 'A management account cannot leave its organization.');
  const member = accountIn(organization, id);
  if (member.joinedMethod === 'CREATED' && call.world.now() - member.joined.getTime() < WAIT_MS)
    throw new AwsError('ConstraintViolationException', `Account ${id} was created less than four days ago.`, {
      fields: { Reason: 'WAIT_PERIOD_ACTIVE' },
    });
  return member;
}

/** The account in the organization; throws `AccountNotFoundException` where it is no member. */
export function accountIn(organization: Organization, id: string | undefined): Member {
  const member = organization.accounts.get(id ?? '');
  if (member) return member;
  throw new AwsError('AccountNotFoundException', `You specified an account that doesn't exist: ${id}.`);
}

/** The unit in the organization; throws `OrganizationalUnitNotFoundException`. */
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
