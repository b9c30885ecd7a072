/** A RAM invitation that is accepted: sender and every resource are what the policy names (law 8). */

import type { Finding } from '#contracts/findings.ts';
import type { Change, ChangeKind, RemedyOf, Undone } from '#core/change.ts';
import { finding } from '#core/findings.ts';

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
  collapse: (undone, remedy) => ({ single: [], findings: undone.map((one) => ofShare(one, remedy)) }),
  record: ({ shareArn, sender, invitationArn }) => ({
    kind: 'acceptance',
    target: shareArn,
    principal: sender,
    sent: { invitationArn },
    before: { share: 'absent' },
    inverse: null,
  }),
};

/** A failed acceptance is the share's: what it brings is not told by it, and other products of its sender have shares of their own. */
function ofShare({ change, error }: Undone<AcceptInvitation>, remedy: RemedyOf): Finding {
  const { hop, account, region, shareArn, sender } = change;
  const text = invitationChange.text(change);
  return finding({
    ...{ hop, state: 'broken', account, region, principal: sender, about: shareArn },
    cause: `${change.kind}-${error === null ? 'missing' : 'failed'}`,
    resource: invitationChange.subject(change),
    message: error?.message ?? `could not ${text}: it was not attempted`,
    remedy: remedy(change, error?.code ?? null),
    aws: error?.aws ?? null,
  });
}
