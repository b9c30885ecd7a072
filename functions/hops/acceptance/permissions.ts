import { INVITATIONS, type PermissionRow, SENDER_IN_ARN } from '#contracts/permissions.ts';
import { LIST_DATABASES, READ_SETTINGS, READ_SHARES } from '../reader-rows.ts';

const READ_INVITATIONS: PermissionRow = {
  sid: 'Invitations',
  actions: ['ram:ListPendingInvitationResources'],
  on: INVITATIONS,
  why: SENDER_IN_ARN,
};

export const PERMISSIONS = [READ_SETTINGS, LIST_DATABASES, READ_SHARES, READ_INVITATIONS];
