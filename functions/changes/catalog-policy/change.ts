/** The Glue catalog policy: our statements go in, our stale ones out, the rest of the document survives. */

import type { EntryIdentity } from '#contracts/ledger.ts';
import type { Statement } from '#contracts/statements.ts';
import type { Change, ChangeKind } from '#core/change.ts';
import { sidsAbsent } from '../policy-statements.ts';

export interface MergeCatalogPolicy extends Change {
  readonly kind: 'merge-catalog-policy';
  readonly statements: readonly Statement[];
}

/** The entry about our statements in one catalog's policy. */
export function catalogPolicyEntry({ account, region }: Pick<EntryIdentity, 'account' | 'region'>): EntryIdentity {
  return { kind: 'statements', account, region, target: `catalog policy ${account}`, principal: null };
}

export const catalogPolicyChange: ChangeKind<MergeCatalogPolicy> = {
  kind: 'merge-catalog-policy',
  operation: 'change',
  subject: ({ account }) => `Glue catalog policy of ${account}`,
  text: ({ account, statements }) =>
    `Glue catalog policy of ${account}: put our ${statements.length} statement(s) beside what is there`,
  record: (change) => {
    const { target, principal } = catalogPolicyEntry(change);
    const { statements: sent } = change;
    return { kind: 'statements', target, principal, sent, before: sidsAbsent(sent), inverse: null, shared: true };
  },
};
