import { createLink } from '#aws/catalog.ts';
import type { ChangeWriter } from '#engine/change-writer.ts';
import { type CreateLink, linkChange } from './change.ts';
import { CREATE_DATABASE } from './permissions.ts';

export const linkWriter: ChangeWriter<CreateLink> = {
  kind: linkChange,
  permissions: { role: 'Operator', rows: CREATE_DATABASE },
  alters: () => ['catalog', 'grants', 'open-grants'],
  session: () => ({ role: 'Operator', rows: CREATE_DATABASE }),
  write: async (tools, changes) => {
    for (const change of changes) {
      await tools.turn();
      await createLink(tools.clients, change.account, change);
    }
    return changes.map(() => null);
  },
};
