/** Invitations into an organization, and what the invited account answers. */

import type {
  AcceptHandshakeRequest,
  CancelHandshakeRequest,
  DeclineHandshakeRequest,
  DescribeHandshakeRequest,
  Handshake,
  HandshakeState,
  InviteAccountToOrganizationRequest,
  ListHandshakesForAccountRequest,
  ListHandshakesForOrganizationRequest,
} from '@aws-sdk/client-organizations';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation } from '../service.ts';
import { departing, managed, readable } from './access.ts';
import { emitApiCall } from './events.ts';
import { organizationOf } from './lookup.ts';
import { join, leave } from './membership.ts';
import { page } from './paging.ts';
import type { Invitation } from './state.ts';

/** Open for 15 days, by the user guide. */
const OPEN_MS = 15 * 24 * 3_600_000;

function stateOf(call: Call, invitation: Invitation): HandshakeState {
  const over = invitation.state === 'OPEN' && call.world.now() >= invitation.expires.getTime();
  return over ? 'EXPIRED' : invitation.state;
}

function described(call: Call, invitation: Invitation): Handshake {
  const { id, organization, account, requested, expires } = invitation;
  return {
    Id: id,
    Arn: `arn:aws:organizations::${organization.managementAccount}:handshake/${organization.id}/invite/${id}`,
    Parties: [
      { Id: organization.id, Type: 'ORGANIZATION' },
      { Id: account, Type: 'ACCOUNT' },
    ],
    State: stateOf(call, invitation),
    RequestedTimestamp: requested,
    ExpirationTimestamp: expires,
    Action: 'INVITE',
    Resources: [
      { Type: 'ORGANIZATION', Value: organization.id },
      { Type: 'ACCOUNT', Value: account },
    ],
  };
}

const violates = (Reason: string, message: string): AwsError =>
  new AwsError('HandshakeConstraintViolationException', message, { fields: { Reason } });

const member = (): AwsError =>
  violates('ALREADY_IN_AN_ORGANIZATION', 'The account is already a member of an organization.');

function invite(call: Call, input: InviteAccountToOrganizationRequest): object {
  const organization = managed(call);
  if (input.Target?.Type !== 'ACCOUNT')
    throw new AwsError('NotImplemented', 'the lake invites accounts by id only', { status: 501 });
  const account = input.Target.Id ?? '';
  const { membership, invitations } = call.world.organizations;
  if (membership.get(account) === organization.id) throw member();
  const all = [...invitations.values()].filter((each) => each.organization === organization);
  if (all.some((each) => each.account === account && stateOf(call, each) === 'OPEN'))
    throw new AwsError('DuplicateHandshakeException', `There is an open invitation of ${account} already.`);
  const now = call.world.now();
  const times = { requested: new Date(now), expires: new Date(now + OPEN_MS) };
  const invitation: Invitation = { id: `h-${call.world.id(32)}`, organization, account, state: 'OPEN', ...times };
  invitations.set(invitation.id, invitation);
  emitApiCall(call, organization, 'InviteAccountToOrganization', { Target: input.Target });
  return { Handshake: described(call, invitation) };
}

/** The invitation, for the account invited and for the organization's management account. */
function concerning(call: Call, id: string | undefined): Invitation {
  const invitation = call.world.organizations.invitations.get(id ?? '');
  if (invitation) {
    if ([invitation.account, invitation.organization.managementAccount].includes(call.account)) return invitation;
    throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
  }
  throw new AwsError('HandshakeNotFoundException', `There is no handshake ${id}.`);
}

/** The invitation in its next state, if it is `who`'s to bring it there and it is still open. */
function answered(call: Call, id: string | undefined, who: 'invited' | 'inviting', next: HandshakeState): Invitation {
  const invitation = concerning(call, id);
  const party = who === 'invited' ? invitation.account : invitation.organization.managementAccount;
  if (party !== call.account)
    throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
  const state = stateOf(call, invitation);
  if (state === next) throw new AwsError('HandshakeAlreadyInStateException', `The handshake is ${state} already.`);
  if (state !== 'OPEN')
    throw new AwsError('InvalidHandshakeTransitionException', `A handshake that is ${state} can't become ${next}.`);
  return invitation;
}

function accept(call: Call, input: AcceptHandshakeRequest): object {
  const invitation = answered(call, input.HandshakeId, 'invited', 'ACCEPTED');
  const before = organizationOf(call.world, call.account);
  if (before === invitation.organization) throw member();
  if (before) departing(call, before, call.account);
  invitation.state = 'ACCEPTED';
  emitApiCall(call, invitation.organization, 'AcceptHandshake', input);
  // A member of another organization moves directly: both management accounts are told.
  if (before) leave(call.world, before, call.account, 'Left');
  join(call.world, invitation.organization, { id: call.account, method: 'INVITED' });
  return { Handshake: described(call, invitation) };
}

function decline(call: Call, input: DeclineHandshakeRequest): object {
  const invitation = answered(call, input.HandshakeId, 'invited', 'DECLINED');
  invitation.state = 'DECLINED';
  emitApiCall(call, invitation.organization, 'DeclineHandshake', input);
  return { Handshake: described(call, invitation) };
}

function cancel(call: Call, input: CancelHandshakeRequest): object {
  const invitation = answered(call, input.HandshakeId, 'inviting', 'CANCELED');
  invitation.state = 'CANCELED';
  emitApiCall(call, invitation.organization, 'CancelHandshake', input);
  return { Handshake: described(call, invitation) };
}

function describe(call: Call, input: DescribeHandshakeRequest): object {
  return { Handshake: described(call, concerning(call, input.HandshakeId)) };
}

function listed(
  call: Call,
  input: ListHandshakesForAccountRequest & ListHandshakesForOrganizationRequest,
  mine: (invitation: Invitation) => boolean,
): object {
  const action = input.Filter?.ActionType;
  const all = [...call.world.organizations.invitations.values()].filter(mine);
  const { items, NextToken } = page(action === undefined || action === 'INVITE' ? all : [], input);
  return { Handshakes: items.map((invitation) => described(call, invitation)), NextToken };
}

export const handshakes: Readonly<Record<string, Operation>> = {
  InviteAccountToOrganization: invite,
  AcceptHandshake: accept,
  DeclineHandshake: decline,
  CancelHandshake: cancel,
  DescribeHandshake: describe,
  ListHandshakesForAccount: (call, input) => listed(call, input, ({ account }) => account === call.account),
  ListHandshakesForOrganization: (call, input) => {
    const organization = readable(call);
    return listed(call, input, (each) => each.organization === organization);
  },
};
