/** Organizations, units and accounts as the API writes them. */

import type { Account, Organization as ApiOrganization, OrganizationalUnit, Root } from '@aws-sdk/client-organizations';
import type { World } from '../service.ts';
import { organizationArn, pathOf, unitArn } from './lookup.ts';
import type { Member, Organization, Unit } from './state.ts';

/** The organization as the API writes it: the same to all of its members. */
export function describedOrganization(organization: Organization): ApiOrganization {
  const { id, managementAccount, accounts } = organization;
  return {
    Id: id,
    Arn: organizationArn(organization),
    FeatureSet: 'ALL',
    MasterAccountArn: accountArn(organization, managementAccount),
    MasterAccountId: managementAccount,
    MasterAccountEmail: accounts.get(managementAccount)?.email,
    AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
  };
}

/** The root as the API writes it. */
export function describedRoot(organization: Organization): Root {
  const { root } = organization;
  const PolicyTypes = [{ Type: 'SERVICE_CONTROL_POLICY' as const, Status: 'ENABLED' as const }];
  return { Id: root, Arn: unitArn(organization, root), Name: 'Root', PolicyTypes };
}

/** A unit as the API writes it. */
export function describedUnit(organization: Organization, unit: Unit): OrganizationalUnit {
  return { Id: unit.id, Arn: unitArn(organization, unit.id), Name: unit.name };
}

/** An account as the API writes it, with its place. */
export function describedAccount(world: World, organization: Organization, member: Member): Account {
  const path = pathOf(organization, member.id);
  return {
    Id: member.id,
    Arn: accountArn(organization, member.id),
    Name: member.name,
    Email: member.email,
    State: member.state,
    JoinedMethod: member.joinedMethod,
    JoinedTimestamp: member.joined,
    Paths: path === undefined ? [] : [path],
    ...(world.switch('organizations-account-status') === 'present' && { Status: 'ACTIVE' as const }),
  };
}

/** The ARN of an account in its organization, which names the management account. */
export function accountArn(organization: Organization, account: string): string {
  return `arn:aws:organizations::${organization.managementAccount}:account/${organization.id}/${account}`;
}
