/** Changing the organization: accounts, units, places, trust. */

import type {
  CreateAccountFailureReason,
  CreateAccountRequest,
  CreateAccountStatus,
  CreateOrganizationalUnitRequest,
  DeleteOrganizationalUnitRequest,
  DeregisterDelegatedAdministratorRequest,
  DescribeCreateAccountStatusRequest,
  DisableAWSServiceAccessRequest,
  EnableAWSServiceAccessRequest,
  MoveAccountRequest,
  RegisterDelegatedAdministratorRequest,
  RemoveAccountFromOrganizationRequest,
  UpdateOrganizationalUnitRequest,
} from '@aws-sdk/client-organizations';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation } from '../service.ts';
import { accountIn, departing, managed, memberOf, parentIn, unitIn } from './access.ts';
import { describedOrganization, describedUnit } from './describe.ts';
import { emitApiCall, emitCreateAccountResult } from './events.ts';
import { found, join, leave } from './membership.ts';
import type { Organization } from './state.ts';

function createOrganization(call: Call): object {
  const { world, account } = call;
  if (world.organizations.membership.has(account))
    throw new AwsError(
      'AlreadyInOrganizationException',
      'The provided account is already a member of an organization.',
    );
  return { Organization: describedOrganization(found(world, { managementAccount: account })) };
}

function createUnit(call: Call, input: CreateOrganizationalUnitRequest): object {
  const organization = managed(call);
  const parent = parentIn(organization, input.ParentId);
  const name = input.Name ?? '';
  const taken = [...organization.units.values()].some((unit) => unit.parent === parent && unit.name === name);
  if (taken) throw new AwsError('DuplicateOrganizationalUnitException', `A unit ${name} exists already.`);
  const unit = { id: `ou-${organization.root.slice(2)}-${call.world.id(8)}`, name, parent };
  organization.units.set(unit.id, unit);
  emitApiCall(call, organization, 'CreateOrganizationalUnit', input);
  return { OrganizationalUnit: describedUnit(organization, unit) };
}

function deleteUnit(call: Call, input: DeleteOrganizationalUnitRequest): object {
  const organization = managed(call);
  const unit = unitIn(organization, input.OrganizationalUnitId);
  const inside = [...organization.units.values(), ...organization.accounts.values()];
  if (inside.some((each) => each.parent === unit.id))
    throw new AwsError('OrganizationalUnitNotEmptyException', 'The specified unit is not empty.');
  organization.units.delete(unit.id);
  organization.attached.delete(unit.id);
  emitApiCall(call, organization, 'DeleteOrganizationalUnit', input);
  return {};
}

function updateUnit(call: Call, input: UpdateOrganizationalUnitRequest): object {
  const organization = managed(call);
  const unit = unitIn(organization, input.OrganizationalUnitId);
  unit.name = input.Name ?? unit.name;
  emitApiCall(call, organization, 'UpdateOrganizationalUnit', input);
  return { OrganizationalUnit: describedUnit(organization, unit) };
}

function moveAccount(call: Call, input: MoveAccountRequest): object {
  const organization = managed(call);
  const member = accountIn(organization, input.AccountId);
  const destination = parentIn(organization, input.DestinationParentId, 'DestinationParentNotFoundException');
  if (member.parent === destination)
    throw new AwsError('DuplicateAccountException', 'That account is already present in the specified destination.');
  if (member.parent !== input.SourceParentId)
    throw new AwsError('SourceParentNotFoundException', "We can't find a source root or unit with the given id.");
  member.parent = destination;
  emitApiCall(call, organization, 'MoveAccount', input);
  return {};
}

function createAccount(call: Call, input: CreateAccountRequest): object {
  const organization = managed(call);
  const now = new Date(call.world.now());
  const asked: CreateAccountStatus = {
    Id: `car-${call.world.id(32)}`,
    AccountName: input.AccountName,
    State: 'IN_PROGRESS',
    RequestedTimestamp: now,
  };
  const done = madeAccount(call, organization, input, asked);
  organization.creations.set(asked.Id ?? '', done);
  emitCreateAccountResult(call.world, organization, done);
  return { CreateAccountStatus: asked };
}

/** AWS answers before it is done; whoever looks next sees the end. */
function madeAccount(
  call: Call,
  organization: Organization,
  input: CreateAccountRequest,
  asked: CreateAccountStatus,
): CreateAccountStatus {
  const CompletedTimestamp = new Date(call.world.now());
  const email = input.Email ?? '';
  const emails = [...call.world.organizations.organizations.values()].flatMap((each) => [...each.accounts.values()]);
  if (emails.some((member) => member.email === email)) {
    const FailureReason: CreateAccountFailureReason = 'EMAIL_ALREADY_EXISTS';
    return { ...asked, State: 'FAILED', FailureReason, CompletedTimestamp };
  }
  const id = freeAccountId(call);
  call.world.accounts.add(id);
  join(call.world, organization, { id, name: input.AccountName ?? id, email, method: 'CREATED' });
  return { ...asked, State: 'SUCCEEDED', AccountId: id, CompletedTimestamp };
}

function freeAccountId(call: Call): string {
  const { world } = call;
  for (;;) {
    const id = String(Number.parseInt(world.id(10), 16) % 1e12).padStart(12, '0');
    if (!world.accounts.has(id) && !world.organizations.membership.has(id)) return id;
  }
}

function describeCreateAccountStatus(call: Call, input: DescribeCreateAccountStatusRequest): object {
  const status = managed(call).creations.get(input.CreateAccountRequestId ?? '');
  if (!status)
    throw new AwsError('CreateAccountStatusNotFoundException', `There is no request ${input.CreateAccountRequestId}.`);
  return { CreateAccountStatus: status };
}

function removeAccount(call: Call, input: RemoveAccountFromOrganizationRequest): object {
  const organization = managed(call);
  const { id } = departing(call, organization, input.AccountId ?? '');
  leave(call.world, organization, id, 'Removed');
  return {};
}

function leaveOrganization(call: Call): object {
  const organization = memberOf(call);
  leave(call.world, organization, departing(call, organization, call.account).id, 'Left');
  return {};
}

function enableServiceAccess(call: Call, input: EnableAWSServiceAccessRequest): object {
  const organization = managed(call);
  const service = input.ServicePrincipal ?? '';
  if (!organization.serviceAccess.has(service)) organization.serviceAccess.set(service, new Date(call.world.now()));
  return {};
}

function disableServiceAccess(call: Call, input: DisableAWSServiceAccessRequest): object {
  managed(call).serviceAccess.delete(input.ServicePrincipal ?? '');
  return {};
}

function registerDelegate(call: Call, input: RegisterDelegatedAdministratorRequest): object {
  const organization = managed(call);
  const { id } = accountIn(organization, input.AccountId);
  const service = input.ServicePrincipal ?? '';
  if (!organization.serviceAccess.has(service))
    throw new AwsError('ConstraintViolationException', `Trusted access for ${service} is not enabled.`);
  const services = organization.delegated.get(id) ?? new Map<string, Date>();
  if (services.has(service))
    throw new AwsError('AccountAlreadyRegisteredException', `${id} is a delegated administrator for ${service}.`);
  services.set(service, new Date(call.world.now()));
  organization.delegated.set(id, services);
  return {};
}

function deregisterDelegate(call: Call, input: DeregisterDelegatedAdministratorRequest): object {
  const organization = managed(call);
  const { id } = accountIn(organization, input.AccountId);
  const services = organization.delegated.get(id);
  if (!services?.delete(input.ServicePrincipal ?? ''))
    throw new AwsError('AccountNotRegisteredException', `${id} is no delegated administrator for that service.`);
  if (services.size === 0) organization.delegated.delete(id);
  return {};
}

export const organizationChanges: Readonly<Record<string, Operation>> = {
  CreateOrganization: createOrganization,
  CreateOrganizationalUnit: createUnit,
  DeleteOrganizationalUnit: deleteUnit,
  UpdateOrganizationalUnit: updateUnit,
  MoveAccount: moveAccount,
  CreateAccount: createAccount,
  DescribeCreateAccountStatus: describeCreateAccountStatus,
  RemoveAccountFromOrganization: removeAccount,
  LeaveOrganization: leaveOrganization,
  EnableAWSServiceAccess: enableServiceAccess,
  DisableAWSServiceAccess: disableServiceAccess,
  RegisterDelegatedAdministrator: registerDelegate,
  DeregisterDelegatedAdministrator: deregisterDelegate,
};
