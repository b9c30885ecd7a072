/** A KMS key's policy: our statements go in, our stale ones out, the rest of the document survives. */

import type { Entry, EntryIdentity } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Change, ChangeKind } from '#core/change.ts';
import { type KeyMerged, type KeyPart, mergedKeyPolicy } from '#core/key-policy.ts';
import { ownParts } from '#core/ownership.ts';
import {
  endsDocument,
  type StoragePolicyChange,
  sentText,
  statementsRecord,
  statementsText,
  takesOf,
} from '../policy-statements.ts';

export interface MergeKeyPolicy extends StoragePolicyChange {
  readonly kind: 'merge-key-policy';
  /** An ARN. */
  readonly key: string;
}

export function isMergeKeyPolicy(change: Change): change is MergeKeyPolicy {
  return change.kind === 'merge-key-policy';
}

/** The entry about our statements in one key's policy. */
export function keyPolicyEntry(
  { account, region }: Pick<EntryIdentity, 'account' | 'region'>,
  key: string,
): EntryIdentity {
  return { kind: 'statements', account, region, target: `key ${key}`, principal: null };
}

/** What of ours is due in a key's policy by its text and what the ledger has of it. */
export function keyDue(policy: Policy, part: KeyPart, text: string | null, entry: Entry | undefined): KeyMerged {
  return mergedKeyPolicy(policy, part, text, ownParts(entry));
}

export const keyPolicyChange: ChangeKind<MergeKeyPolicy> = {
  kind: 'merge-key-policy',
  operation: 'change',
  subject: ({ key }) => `key ${key}`,
  text: (change) => statementsText(`key ${change.key}`, change),
  takes: takesOf,
  ends: endsDocument,
  isWritten: (change, entry, policy) => !keyDue(policy, change, sentText(entry), entry).changed,
  record: (change) => statementsRecord(keyPolicyEntry(change, change.key), change.statements),
};
