import { AWS_KNOWS_NONE, INVITATIONS, NO_RESOURCE, type PermissionRow, SENDER_IN_ARN } from '#contracts/permissions.ts';

/** What our operator needs to accept RAM invitations. */
export const ACCEPT: readonly PermissionRow[] = [
  {
    sid: 'Accept',
    actions: ['ram:ListPendingInvitationResources', 'ram:AcceptResourceShareInvitation'],
    on: INVITATIONS,
    why: SENDER_IN_ARN,
  },
  {
    sid: 'SeeShares',
    actions: ['ram:GetResourceShareInvitations', 'ram:GetResourceShares'],
    on: NO_RESOURCE,
    why: AWS_KNOWS_NONE,
  },
];
