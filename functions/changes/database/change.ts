/** A database that is made: `default`, which Spark and Hive look at in every session (G-L28). */

import type { Change, ChangeKind } from '#core/change.ts';

export interface CreateDatabase extends Change {
  readonly kind: 'create-database';
  readonly name: string;
}

export const databaseChange: ChangeKind<CreateDatabase> = {
  kind: 'create-database',
  subject: ({ account, name }) => `database ${account}/${name}`,
  text: ({ account, name }) => `create database ${account}/${name}`,
  record: ({ account, name }) => ({
    kind: 'database',
    target: `database ${account}/${name}`,
    principal: null,
    sent: { name },
    before: { database: 'absent' },
    inverse: null,
  }),
};
