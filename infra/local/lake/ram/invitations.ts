/** Invitations: made for principals that can't simply be added, answered by them, or expired. */

import type { World } from '../service.ts';
import { accountsOf, announce } from './events.ts';
import { type Invitation, type Share, sequenceAt } from './state.ts';

const hour = 3_600_000;
/** Glue resources are none of the types whose invitations live seven days. */
const expiresAfter = 12 * hour;
/** How long an accepted invitation is still listed. */
export const purgedAfter = 7 * 24 * hour;

/** Sends an invitation into a share to the principal's account. */
export function invite(world: World, share: Share, principal: string, id: string): void {
  const { ram } = world;
  const [receiver = ''] = accountsOf(world, share.owner, principal);
  ram.seq += 1;
  const invitation: Invitation = {
    seq: ram.seq,
    arn: `arn:aws:ram:${share.region}:${share.owner}:resource-share-invitation/${id}`,
    share,
    sender: share.owner,
    receiver,
    principal,
    at: world.now(),
    status: 'PENDING',
    answered: undefined,
    shows: world.visibility.wrote('ram', 'invitation'),
  };
  ram.invitations.set(invitation.arn, invitation);
  ram.pending.add(invitation);
  sequenceAt(ram.received, `${receiver}/${share.region}`).add(invitation);
  const to = world.switch('ram-invitation-event') === 'receiver' ? [share.owner, receiver] : [share.owner];
  announce(world, share, 'Resource Share Invitation', 'pending', to);
}

/** Ends what has waited too long: the principal is out of the share, until its owner asks again. */
export function expireDue(world: World): void {
  for (const invitation of world.ram.pending) {
    if (invitation.at + expiresAfter > world.now()) return;
    close(world, invitation, 'EXPIRED');
    leave(world, invitation);
  }
}

/** Brings the principal into the share, and tells both sides. */
export function accept(world: World, invitation: Invitation): void {
  close(world, invitation, 'ACCEPTED');
  const { share, principal, sender, receiver } = invitation;
  const association = share.principals.get(principal);
  if (!association) return;
  association.status = 'ASSOCIATED';
  association.updated = world.now();
  association.shows = world.visibility.wrote('ram', 'acceptance');
  announce(world, share, 'Resource Share Association', 'associated', [sender, receiver]);
}

/** Takes the principal out of the share. */
export function reject(world: World, invitation: Invitation): void {
  close(world, invitation, 'REJECTED');
  leave(world, invitation);
}

/** The owner took the principal out before it answered. */
export function endInvitations(world: World, share: Share, principal: string): void {
  for (const invitation of world.ram.pending)
    if (invitation.share === share && invitation.principal === principal) close(world, invitation, 'EXPIRED');
}

function close(world: World, invitation: Invitation, status: Invitation['status']): void {
  world.ram.pending.delete(invitation);
  invitation.status = status;
  invitation.answered = world.now();
}

function leave(world: World, { share, principal, sender }: Invitation): void {
  const association = share.principals.get(principal);
  if (!association || association.status === 'DISASSOCIATED') return;
  association.status = 'DISASSOCIATED';
  association.updated = world.now();
  announce(world, share, 'Resource Share Association', 'disassociated', [sender]);
}
