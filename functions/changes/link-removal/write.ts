import { deleteLink } from '#aws/links.ts';
import type { ChangeWriter } from '#engine/change-writer.ts';
import { type DeleteLink, deleteLinkChange } from './change.ts';
import { DELETE_LINK } from './permissions.ts';

export const deleteLinkWriter: ChangeWriter<DeleteLink> = {
  kind: deleteLinkChange,
  permissions: { role: 'Operator', rows: DELETE_LINK },
  alters: () => ['catalog', 'grants'],
  // It may have become a database of somebody's since, or somebody may have granted on it.
  anew: () => ['catalog', 'grants'],
  session: ({ name }) => ({ role: 'Operator', rows: DELETE_LINK, place: { database: name } }),
  write: async (tools, changes) => {
    for (const change of changes) {
      await tools.turn();
      await deleteLink(tools.clients, change.account, change);
    }
    return changes.map(() => null);
  },
};
