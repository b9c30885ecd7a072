import { closeTableDefaults, reopenTableDefaults } from '#aws/catalog.ts';
import type { ChangeWriter } from '#engine/change-writer.ts';
import {
  type CloseTableDefaults,
  closeTableDefaultsChange,
  type ReopenTableDefaults,
  reopenTableDefaultsChange,
} from './change.ts';
import { ALTER_DATABASE } from './permissions.ts';

const rights: Pick<ChangeWriter<CloseTableDefaults | ReopenTableDefaults>, 'permissions' | 'session' | 'alters'> = {
  permissions: { role: 'Operator', rows: ALTER_DATABASE },
  alters: () => ['catalog'],
  session: ({ database }) => ({ role: 'Operator', rows: ALTER_DATABASE, place: { database } }),
};

export const closeTableDefaultsWriter: ChangeWriter<CloseTableDefaults> = {
  kind: closeTableDefaultsChange,
  ...rights,
  write: async (tools, changes) => {
    for (const change of changes) {
      await tools.turn();
      await closeTableDefaults(tools.clients, change, (before) => tools.remember(change, before));
    }
    return changes.map(() => null);
  },
};

export const reopenTableDefaultsWriter: ChangeWriter<ReopenTableDefaults> = {
  kind: reopenTableDefaultsChange,
  ...rights,
  write: async (tools, changes) => {
    for (const change of changes) {
      await tools.turn();
      await reopenTableDefaults(tools.clients, change);
    }
    return changes.map(() => null);
  },
};
