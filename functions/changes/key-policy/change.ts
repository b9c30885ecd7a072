/** A KMS key's policy: our statements go in, our stale ones out, the rest of the document survives. */

import type { EntryIdentity } from '#contracts/ledger.ts';
import type { ChangeKind } from '#core/change.ts';
import { endsDocument, type StoragePolicyChange, sidsAbsent, statementsText, takesOf } from '../policy-statements.ts';

export interface MergeKeyPolicy extends StoragePolicyChange {
  readonly kind: 'merge-key-policy';
  /** An ARN. */
  readonly key: string;
}

/** The entry about our statements in one key's policy. */
export function keyPolicyEntry(
  { account, region }: Pick<EntryIdentity, 'account' | 'region'>,
  key: string,
): EntryIdentity {
  return { kind: 'statements', account, region, target: `key ${key}`, principal: null };
}

export const keyPolicyChange: ChangeKind<MergeKeyPolicy> = {
  kind: 'merge-key-policy',
  operation: 'change',
  subject: ({ key }) => `key ${key}`,
  text: (change) => statementsText(`key ${change.key}`, change),
  takes: takesOf,
  ends: endsDocument,
  record: (change) => {
    const { target, principal } = keyPolicyEntry(change, change.key);
    const { statements: sent } = change;
    return { kind: 'statements', target, principal, sent, before: sidsAbsent(sent), inverse: null, shared: true };
  },
};
