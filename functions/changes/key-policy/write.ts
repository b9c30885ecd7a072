import { putKeyPolicy, readKeyPolicy } from '#aws/keys.ts';
import { LakeError } from '#contracts/errors.ts';
import { mergeKeyStatements } from '#core/iam/merge.ts';
import type { ChangeWriter, SharedDocument, WriteTools } from '#engine/change-writer.ts';
import { replacedBy } from '../policy-statements.ts';
import { keyPolicyChange, type MergeKeyPolicy } from './change.ts';
import { WRITE_KEY_POLICY } from './permissions.ts';

export const keyPolicyWriter: ChangeWriter<MergeKeyPolicy> = {
  kind: keyPolicyChange,
  permissions: { role: 'Storage', rows: [WRITE_KEY_POLICY] },
  alters: () => ['stores'],
  session: ({ key }) => ({ role: 'Storage', rows: [WRITE_KEY_POLICY], place: { key } }),
  write: async (tools, changes) => {
    for (const change of changes) await tools.replaceDocument(change, documentOf(tools, change));
    return changes.map(() => null);
  },
};

function documentOf(
  { clients, policy }: WriteTools,
  change: MergeKeyPolicy,
): SharedDocument<{ readonly text: string | null }> {
  const { key, statements } = change;
  return {
    name: `key-policy/${key}`,
    read: () => readKeyPolicy(clients, key),
    merged: (found) => {
      const merged = mergeKeyStatements(found.text, statements, replacedBy(policy.namespace, change));
      return merged.changed ? { text: merged.text } : null;
    },
    write: async (next) => {
      // A key without a policy can't be managed by anybody; ours is never the only statement of a key.
      if (next.text === null) throw new LakeError('RequestRefused', { message: `the policy of ${key} would be empty` });
      await putKeyPolicy(clients, key, next.text);
    },
    text: (found) => found.text,
  };
}
