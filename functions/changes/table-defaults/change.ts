/** What new tables of a database start with: IAM_ALLOWED_PRINCIPALS taken off it, or given back as it was. */

import type { Change, ChangeKind } from '#core/change.ts';
import type { EntryRecord } from '#core/ownership.ts';

/** `CreateTableDefaultPermissions` without IAM_ALLOWED_PRINCIPALS, so that new tables are not open again. */
export interface CloseTableDefaults extends Change {
  readonly kind: 'close-table-defaults';
  readonly database: string;
}

/** Puts back what closing took, as the ledger kept it (JSON). */
export interface ReopenTableDefaults extends Change {
  readonly kind: 'reopen-table-defaults';
  readonly database: string;
  readonly defaults: string;
}

type TableDefaults = CloseTableDefaults | ReopenTableDefaults;

/** What an entry about the defaults of one database is about. */
export function tableDefaultsTarget(account: string, database: string): string {
  return `database ${account}/${database}`;
}

/** The right to alter the database may be among the grants: its defaults come after them. */
const AFTER_GRANTS = 3;

function recordOf({ account, database }: TableDefaults): EntryRecord {
  const target = tableDefaultsTarget(account, database);
  const before = { defaults: 'theirs' as const };
  // The inverse is what is found when it is written.
  return { kind: 'table-defaults', target, principal: null, sent: null, before, inverse: null };
}

export const closeTableDefaultsChange: ChangeKind<CloseTableDefaults> = {
  kind: 'close-table-defaults',
  operation: 'change',
  subject: ({ account, database }) => tableDefaultsTarget(account, database),
  text: ({ account, database }) =>
    `${tableDefaultsTarget(account, database)}: new tables no longer open to IAM_ALLOWED_PRINCIPALS`,
  rank: AFTER_GRANTS,
  record: recordOf,
};

export const reopenTableDefaultsChange: ChangeKind<ReopenTableDefaults> = {
  kind: 'reopen-table-defaults',
  operation: 'change',
  subject: ({ account, database }) => tableDefaultsTarget(account, database),
  text: ({ account, database }) =>
    `${tableDefaultsTarget(account, database)}: give back the default permissions of new tables that were taken off it for sharing`,
  rank: AFTER_GRANTS,
  ends: () => true,
  touches: ({ account, database }, product) => product.account === account && product.database === database,
  record: recordOf,
};
