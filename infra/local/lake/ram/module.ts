/** RAM's operations, and what a test may do to a share that no operation does. */

import type { ServiceModule, World } from '../service.ts';
import { announce } from './events.ts';
import { getResourceShareAssociations, getResourceShares, listPrincipals, listResources } from './reads.ts';
import {
  acceptResourceShareInvitation,
  getResourceShareInvitations,
  listPendingInvitationResources,
  rejectResourceShareInvitation,
} from './receive.ts';
import {
  associateResourceShare,
  createResourceShare,
  deleteResourceShare,
  disassociateResourceShare,
  enableSharingWithAwsOrganization,
} from './writes.ts';

interface FailAssociation {
  readonly resourceShareArn: string;
  readonly associatedEntity: string;
  readonly statusMessage?: string;
}

/** An association fails of itself: an owner lost rights, a resource went away. */
function failAssociation(world: World, body: FailAssociation): object {
  const share = world.ram.shares.get(body.resourceShareArn);
  const association = share?.principals.get(body.associatedEntity) ?? share?.resources.get(body.associatedEntity);
  if (!share || !association) throw new Error(`no association of ${body.associatedEntity} in ${body.resourceShareArn}`);
  association.status = 'FAILED';
  association.message = body.statusMessage ?? 'Association failed because the caller was not authorized.';
  association.updated = world.now();
  announce(world, share, 'Resource Share Association', 'failed', [share.owner]);
  return {};
}

interface Named {
  readonly resourceShareInvitationArn?: string;
  readonly resourceShareArn?: string;
}

/** What IAM is asked about: the invitation or share an operation changes; listings know no resource. */
function arnsOf({ operation }: { readonly operation: string }, input: Named): readonly string[] {
  if (operation.startsWith('Get')) return ['*'];
  return [input.resourceShareInvitationArn ?? input.resourceShareArn ?? '*'];
}

export const ramModule: ServiceModule = {
  name: 'ram',
  resources: arnsOf,
  operations: {
    AcceptResourceShareInvitation: acceptResourceShareInvitation,
    AssociateResourceShare: associateResourceShare,
    CreateResourceShare: createResourceShare,
    DeleteResourceShare: deleteResourceShare,
    DisassociateResourceShare: disassociateResourceShare,
    EnableSharingWithAwsOrganization: enableSharingWithAwsOrganization,
    GetResourceShareAssociations: getResourceShareAssociations,
    GetResourceShareInvitations: getResourceShareInvitations,
    GetResourceShares: getResourceShares,
    ListPendingInvitationResources: listPendingInvitationResources,
    ListPrincipals: listPrincipals,
    ListResources: listResources,
    RejectResourceShareInvitation: rejectResourceShareInvitation,
  },
  controls: { 'fail-association': failAssociation },
};
