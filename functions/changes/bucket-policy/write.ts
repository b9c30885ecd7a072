import { putBucketPolicy, readBucketPolicy } from '#aws/buckets.ts';
import { mergedBucketPolicy } from '#core/bucket-policy.ts';
import type { ChangeWriter, SharedDocument, WriteTools } from '#engine/change-writer.ts';
import { bucketPolicyChange, type MergeBucketPolicy } from './change.ts';
import { WRITE_BUCKET_POLICY } from './permissions.ts';

export const bucketPolicyWriter: ChangeWriter<MergeBucketPolicy> = {
  kind: bucketPolicyChange,
  permissions: { role: 'Storage', rows: [WRITE_BUCKET_POLICY] },
  alters: () => ['stores'],
  session: ({ bucket }) => ({ role: 'Storage', rows: [WRITE_BUCKET_POLICY], place: { bucket } }),
  write: async (tools, changes) => {
    for (const change of changes) await tools.replaceDocument(change, documentOf(tools, change));
    return changes.map(() => null);
  },
};

function documentOf(
  { clients, policy }: WriteTools,
  change: MergeBucketPolicy,
): SharedDocument<{ readonly text: string | null }> {
  const { bucket, account: owner } = change;
  return {
    name: `bucket-policy/${bucket}`,
    read: () => readBucketPolicy(clients, { bucket, owner }),
    merged: (found) => {
      const merged = mergedBucketPolicy(policy, change, found.text);
      return merged.changed ? { text: merged.text } : null;
    },
    write: (next) => putBucketPolicy(clients, { bucket, owner, text: next.text }),
    text: (found) => found.text,
  };
}
