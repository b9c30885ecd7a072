/** What an account sees of invitations, and how it answers them. */

import type {
  AcceptResourceShareInvitationRequest,
  GetResourceShareInvitationsRequest,
  ListPendingInvitationResourcesRequest,
  ResourceShareInvitation,
} from '@aws-sdk/client-ram';
import type { Call } from '../service.ts';
import { invitationState, malformedArn, unknownInvitation } from './errors.ts';
import { once } from './idempotency.ts';
import { accept, expireDue, purgedAfter, reject } from './invitations.ts';
import { pageOf, pageOfList } from './paging.ts';
import { type Invitation, sequenceAt } from './state.ts';
import { invitationView, resourceView } from './views.ts';

/** One page of the invitations received, answered ones too. */
export function getResourceShareInvitations(call: Call, input: GetResourceShareInvitationsRequest): object {
  const { world } = call;
  expireDue(world);
  const { resourceShareInvitationArns: arns, resourceShareArns: shares } = input;
  for (const arn of arns ?? []) ofCaller(call, arn);
  const received = sequenceAt(world.ram.received, `${call.account}/${call.region}`);
  const { items, nextToken } = pageOf(
    world,
    input,
    (after) => received.after(after),
    (one) => {
      if (arns && !arns.includes(one.arn)) return undefined;
      if (shares && !shares.includes(one.share.arn)) return undefined;
      return isListed(call, one) ? invitationView(one) : undefined;
    },
  );
  return { resourceShareInvitations: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

/** Accepts an invitation. Throws RAM's error for one that was answered, has expired or is another account's. */
export function acceptResourceShareInvitation(call: Call, input: AcceptResourceShareInvitationRequest): object {
  return answer(call, input, accept);
}

/** Rejects an invitation. Throws RAM's error for one that was answered, has expired or is another account's. */
export function rejectResourceShareInvitation(call: Call, input: AcceptResourceShareInvitationRequest): object {
  return answer(call, input, reject);
}

function answer(call: Call, input: AcceptResourceShareInvitationRequest, act: typeof accept): object {
  return once(call, input, () => {
    expireDue(call.world);
    const arn = input.resourceShareInvitationArn ?? '';
    const invitation = ofCaller(call, arn);
    if (invitation.status !== 'PENDING') throw invitationState(invitation.status, arn);
    act(call.world, invitation);
    const resourceShareInvitation: ResourceShareInvitation = invitationView(invitation);
    return {
      resourceShareInvitation,
      ...(input.clientToken === undefined ? {} : { clientToken: input.clientToken }),
    };
  });
}

/** One page of what an open invitation would bring. */
export function listPendingInvitationResources(call: Call, input: ListPendingInvitationResourcesRequest): object {
  expireDue(call.world);
  const arn = input.resourceShareInvitationArn ?? '';
  const invitation = ofCaller(call, arn);
  // The operation knows no error for one that was accepted: nothing of it is pending any more.
  if (invitation.status === 'ACCEPTED') throw unknownInvitation(arn);
  if (invitation.status !== 'PENDING') throw invitationState(invitation.status, arn);
  const { share } = invitation;
  const waiting = [...share.resources.values()].filter(({ status }) => status === 'ASSOCIATED');
  const views = waiting.map((association) => resourceView(share, association, 'PENDING'));
  const { items, nextToken } = pageOfList(call.world, input, views);
  return { resources: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

/** Only the account invited knows of an invitation. */
function ofCaller(call: Call, arn: string): Invitation {
  if (!/^arn:aws[\w-]*:ram:[\w-]*:\d{12}:resource-share-invitation\/.+$/.test(arn)) throw malformedArn(arn);
  const found = call.world.ram.invitations.get(arn);
  if (!found || found.receiver !== call.account || found.share.region !== call.region) throw unknownInvitation(arn);
  return found;
}

/** Accepted ones drop out of the list after a week; fresh ones show when the test lets them. */
function isListed({ world }: Call, invitation: Invitation): boolean {
  const { status, answered } = invitation;
  if (status === 'ACCEPTED' && answered !== undefined && answered + purgedAfter <= world.now()) return false;
  return invitation.shows();
}
