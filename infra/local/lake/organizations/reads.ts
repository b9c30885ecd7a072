/** Reading the organization. */

import type {
  DescribeAccountRequest,
  DescribeOrganizationalUnitRequest,
  ListAccountsForParentRequest,
  ListChildrenRequest,
  ListDelegatedAdministratorsRequest,
  ListDelegatedServicesForAccountRequest,
  ListOrganizationalUnitsForParentRequest,
  ListParentsRequest,
} from '@aws-sdk/client-organizations';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation } from '../service.ts';
import { accountIn, memberOf, parentIn, readable, unitIn } from './access.ts';
import { describedAccount, describedOrganization, describedRoot, describedUnit } from './describe.ts';
import { type PageRequest, page } from './paging.ts';
import type { Organization } from './state.ts';

function describeOrganization(call: Call): object {
  return { Organization: describedOrganization(memberOf(call)) };
}

function listRoots(call: Call, input: PageRequest): object {
  const { items, NextToken } = page([describedRoot(readable(call))], input);
  return { Roots: items, NextToken };
}

function listAccounts(call: Call, input: PageRequest): object {
  const organization = readable(call);
  const { items, NextToken } = page(membersOf(organization), input);
  return { Accounts: items.map((member) => describedAccount(call.world, organization, member)), NextToken };
}

function listAccountsForParent(call: Call, input: ListAccountsForParentRequest): object {
  const organization = readable(call);
  const parent = parentIn(organization, input.ParentId);
  const { items, NextToken } = page(
    membersOf(organization).filter((member) => member.parent === parent),
    input,
  );
  return { Accounts: items.map((member) => describedAccount(call.world, organization, member)), NextToken };
}

function membersOf(organization: Organization) {
  return [...organization.accounts.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

function listUnits(call: Call, input: ListOrganizationalUnitsForParentRequest): object {
  const organization = readable(call);
  const parent = parentIn(organization, input.ParentId);
  const { items, NextToken } = page(unitsBelow(organization, parent), input);
  return { OrganizationalUnits: items.map((unit) => describedUnit(organization, unit)), NextToken };
}

function unitsBelow(organization: Organization, parent: string) {
  return [...organization.units.values()].filter((unit) => unit.parent === parent);
}

function listChildren(call: Call, input: ListChildrenRequest): object {
  const organization = readable(call);
  const parent = parentIn(organization, input.ParentId);
  const all =
    input.ChildType === 'ACCOUNT'
      ? membersOf(organization).filter((member) => member.parent === parent)
      : unitsBelow(organization, parent);
  const { items, NextToken } = page(all, input);
  return { Children: items.map(({ id }) => ({ Id: id, Type: input.ChildType })), NextToken };
}

function listParents(call: Call, input: ListParentsRequest): object {
  const organization = readable(call);
  const child = input.ChildId ?? '';
  const id = organization.accounts.get(child)?.parent ?? organization.units.get(child)?.parent;
  if (id === undefined)
    throw new AwsError('ChildNotFoundException', `You specified a child that doesn't exist: ${child}.`);
  return { Parents: [{ Id: id, Type: id === organization.root ? 'ROOT' : 'ORGANIZATIONAL_UNIT' }] };
}

function describeAccount(call: Call, input: DescribeAccountRequest): object {
  const organization = readable(call);
  return { Account: describedAccount(call.world, organization, accountIn(organization, input.AccountId)) };
}

function describeUnit(call: Call, input: DescribeOrganizationalUnitRequest): object {
  const organization = readable(call);
  const unit = unitIn(organization, input.OrganizationalUnitId);
  return { OrganizationalUnit: describedUnit(organization, unit) };
}

function listServiceAccess(call: Call, input: PageRequest): object {
  const enabled = [...readable(call).serviceAccess].sort(([one], [other]) => (one < other ? -1 : 1));
  const { items, NextToken } = page(enabled, input);
  const EnabledServicePrincipals = items.map(([ServicePrincipal, DateEnabled]) => ({ ServicePrincipal, DateEnabled }));
  return { EnabledServicePrincipals, NextToken };
}

function listDelegatedAdministrators(call: Call, input: ListDelegatedAdministratorsRequest): object {
  const organization = readable(call);
  const { ServicePrincipal: service } = input;
  const wanted = [...organization.delegated].filter(([, services]) => service === undefined || services.has(service));
  const { items, NextToken } = page(wanted, input);
  const DelegatedAdministrators = items.map(([account, services]) => ({
    ...describedAccount(call.world, organization, accountIn(organization, account)),
    DelegationEnabledDate: service === undefined ? [...services.values()][0] : services.get(service),
  }));
  return { DelegatedAdministrators, NextToken };
}

function listDelegatedServices(call: Call, input: ListDelegatedServicesForAccountRequest): object {
  const services = readable(call).delegated.get(input.AccountId ?? '');
  if (!services)
    throw new AwsError('AccountNotRegisteredException', `Account ${input.AccountId} is no delegated administrator.`);
  const { items, NextToken } = page([...services], input);
  const DelegatedServices = items.map(([ServicePrincipal, DelegationEnabledDate]) => ({
    ServicePrincipal,
    DelegationEnabledDate,
  }));
  return { DelegatedServices, NextToken };
}

export const organizationReads: Readonly<Record<string, Operation>> = {
  DescribeOrganization: describeOrganization,
  ListRoots: listRoots,
  ListAccounts: listAccounts,
  ListAccountsForParent: listAccountsForParent,
  ListOrganizationalUnitsForParent: listUnits,
  ListChildren: listChildren,
  ListParents: listParents,
  DescribeAccount: describeAccount,
  DescribeOrganizationalUnit: describeUnit,
  ListAWSServiceAccessForOrganization: listServiceAccess,
  ListDelegatedAdministrators: listDelegatedAdministrators,
  ListDelegatedServicesForAccount: listDelegatedServices,
};
