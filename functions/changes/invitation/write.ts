import { acceptInvitation } from '#aws/shares.ts';
import type { ChangeWriter } from '#engine/change-writer.ts';
import { type AcceptInvitation, invitationChange } from './change.ts';
import { ACCEPT } from './permissions.ts';

export const invitationWriter: ChangeWriter<AcceptInvitation> = {
  kind: invitationChange,
  permissions: { role: 'Operator', rows: ACCEPT },
  alters: () => ['catalog', 'grants', 'invitations', 'shares'],
  anew: () => ['invitations'],
  session: () => ({ role: 'Operator', rows: ACCEPT }),
  write: async (tools, changes) => {
    for (const change of changes) {
      await tools.turn();
      // The same invitation always has the same token: a retry after a cut connection is the same request.
      await acceptInvitation(tools.clients, { arn: change.invitationArn, token: tools.token(change) });
    }
    return changes.map(() => null);
  },
};
