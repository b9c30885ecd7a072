import { createDatabase } from '#aws/catalog.ts';
import type { ChangeWriter } from '#engine/change-writer.ts';
import { type CreateDatabase, databaseChange } from './change.ts';
import { CREATE_DATABASE } from './permissions.ts';

export const databaseWriter: ChangeWriter<CreateDatabase> = {
  kind: databaseChange,
  permissions: { role: 'Operator', rows: CREATE_DATABASE },
  alters: () => ['catalog', 'grants', 'open-grants', 'tags'],
  session: () => ({ role: 'Operator', rows: CREATE_DATABASE }),
  write: async (tools, changes) => {
    for (const change of changes) {
      await tools.turn();
      await createDatabase(tools.clients, change.account, change);
    }
    return changes.map(() => null);
  },
};
