/** A RAM invitation that is accepted: sender and every resource are what the policy names (law 8). */

import type { Change, ChangeKind } from '#core/change.ts';

export interface AcceptInvitation extends Change {
  readonly kind: 'accept-invitation';
  readonly invitationArn: string;
  readonly shareArn: string;
  /** The account that shares. */
  readonly sender: string;
}

export const invitationChange: ChangeKind<AcceptInvitation> = {
  kind: 'accept-invitation',
  subject: ({ shareArn }) => `RAM share ${shareArn}`,
  text: ({ shareArn, sender }) => `accept RAM share ${shareArn} from ${sender}`,
  principal: ({ sender }) => sender,
  record: ({ shareArn, sender, invitationArn }) => ({
    kind: 'acceptance',
    target: shareArn,
    principal: sender,
    sent: { invitationArn },
    before: { share: 'absent' },
    inverse: null,
  }),
};
