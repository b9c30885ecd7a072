import { putBucketPolicy, readBucketPolicy } from '#aws/buckets.ts';
import { ownParts } from '#core/ownership.ts';
import type { ChangeWriter, SharedDocument, WriteTools } from '#engine/change-writer.ts';
import { documentWriting } from '../document-writing.ts';
import { dueStatements, readUnlessGone, sentText, theirText } from '../policy-statements.ts';
import { bucketDue, bucketPolicyChange, type MergeBucketPolicy } from './change.ts';
import { WRITE_BUCKET_POLICY } from './permissions.ts';

export const bucketPolicyWriter: ChangeWriter<MergeBucketPolicy> = {
  kind: bucketPolicyChange,
  ...documentWriting(documentOf),
  permissions: { role: 'Storage', rows: [WRITE_BUCKET_POLICY] },
  alters: () => ['stores'],
  session: ({ bucket }) => ({ role: 'Storage', rows: [WRITE_BUCKET_POLICY], place: { bucket } }),
};

function documentOf(
  { clients, policy }: WriteTools,
  change: MergeBucketPolicy,
): SharedDocument<{ readonly text: string | null }> {
  const { bucket, account: owner } = change;
  return {
    name: `bucket-policy/${bucket}`,
    read: () => readUnlessGone(change, () => readBucketPolicy(clients, { bucket, owner })),
    due: (found, entry) => {
      const { changed, text, replaced, next } = bucketDue(policy, change, found.text, entry);
      // Others' parts stay as we sent them, whoever has changed them since.
      const before = bucketDue(policy, change, sentText(entry), entry);
      const rewritten = dueStatements({ replaced, statements: next, sent: before.replaced });
      return changed ? { next: { text }, sent: before.ours, ...rewritten } : null;
    },
    write: (next) => putBucketPolicy(clients, { bucket, owner, text: next.text }),
    text: (found) => found.text,
    theirs: (found, entry) => theirText(found.text, ownParts(entry)),
  };
}
