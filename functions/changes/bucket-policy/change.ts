/** A bucket's policy: our statements go in, our stale ones out, the rest of the document survives. */

import type { Entry, EntryIdentity } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import { type BucketMerged, type BucketPart, mergedBucketPolicy } from '#core/bucket-policy.ts';
import type { Change, ChangeKind } from '#core/change.ts';
import { ownParts } from '#core/ownership.ts';
import type { Readers } from '#core/storage-statements.ts';
import {
  endsDocument,
  type StoragePolicyChange,
  sentText,
  statementsRecord,
  statementsText,
  takesOf,
} from '../policy-statements.ts';

export interface MergeBucketPolicy extends StoragePolicyChange {
  readonly kind: 'merge-bucket-policy';
  readonly bucket: string;
  /** Whom its statements name, and whom they deny. */
  readonly readers: Readers;
}

export function isMergeBucketPolicy(change: Change): change is MergeBucketPolicy {
  return change.kind === 'merge-bucket-policy';
}

/** The entry about our statements in one bucket's policy; `account` is the bucket's owner. */
export function bucketPolicyEntry(
  { account, region }: Pick<EntryIdentity, 'account' | 'region'>,
  bucket: string,
): EntryIdentity {
  return { kind: 'statements', account, region, target: `bucket ${bucket}`, principal: null };
}

/** What of ours is due in a bucket's policy by its text and what the ledger has of it. */
export function bucketDue(
  policy: Policy,
  part: BucketPart,
  text: string | null,
  entry: Entry | undefined,
): BucketMerged {
  return mergedBucketPolicy(policy, part, text, ownParts(entry));
}

export const bucketPolicyChange: ChangeKind<MergeBucketPolicy> = {
  kind: 'merge-bucket-policy',
  operation: 'change',
  subject: ({ bucket }) => `bucket ${bucket}`,
  text: (change) => statementsText(`bucket ${change.bucket}`, change),
  takes: takesOf,
  ends: endsDocument,
  isWritten: (change, entry, policy) => !bucketDue(policy, change, sentText(entry), entry).changed,
  record: (change) => statementsRecord(bucketPolicyEntry(change, change.bucket), change.statements),
};
