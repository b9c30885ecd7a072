/** Shares, associations and invitations as the API writes them. */

import type { Resource, ResourceShare, ResourceShareAssociation, ResourceShareInvitation } from '@aws-sdk/client-ram';
import { arnParts } from '../identity/arn.ts';
import { type Association, type Invitation, type Share, statusOf } from './state.ts';

/** A share as the API writes it. */
export function shareView(share: Share): ResourceShare {
  return {
    resourceShareArn: share.arn,
    name: share.name,
    owningAccountId: share.owner,
    allowExternalPrincipals: share.allowExternalPrincipals,
    status: share.status,
    creationTime: new Date(share.created),
    lastUpdatedTime: new Date(share.updated),
    featureSet: 'STANDARD',
    ...(share.tags.length > 0 ? { tags: [...share.tags] } : {}),
  };
}

/** A principal or resource in a share as the API writes it, with its status as it shows. */
export function associationView(share: Share, association: Association): ResourceShareAssociation {
  return {
    resourceShareArn: share.arn,
    resourceShareName: share.name,
    associatedEntity: association.entity,
    associationType: association.type,
    status: statusOf(association),
    ...(association.message === undefined ? {} : { statusMessage: association.message }),
    creationTime: new Date(association.created),
    lastUpdatedTime: new Date(association.updated),
    external: association.external,
  };
}

/** An invitation as the API writes it. */
export function invitationView(invitation: Invitation): ResourceShareInvitation {
  return {
    resourceShareInvitationArn: invitation.arn,
    resourceShareName: invitation.share.name,
    resourceShareArn: invitation.share.arn,
    senderAccountId: invitation.sender,
    receiverAccountId: invitation.receiver,
    invitationTimestamp: new Date(invitation.at),
    status: invitation.status,
    ...(invitation.principal === invitation.receiver ? {} : { receiverArn: invitation.principal }),
  };
}

/** A resource in a share as the API writes it. */
export function resourceView(share: Share, association: Association, status: 'AVAILABLE' | 'PENDING'): Resource {
  return {
    arn: association.entity,
    type: typeOf(association.entity),
    resourceShareArn: share.arn,
    status,
    creationTime: new Date(association.created),
    lastUpdatedTime: new Date(association.updated),
    resourceRegionScope: 'REGIONAL',
  };
}

/** `glue:Database` of `arn:aws:glue:…:database/x`. */
export function typeOf(arn: string): string {
  const { service, resource } = arnParts(arn);
  const [kind = ''] = resource.split('/');
  return `${service}:${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}
