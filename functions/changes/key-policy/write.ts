import { putKeyPolicy, readKeyPolicy } from '#aws/keys.ts';
import { LakeError } from '#contracts/errors.ts';
import { mergeKeyStatements } from '#core/iam/merge.ts';
import { ownParts } from '#core/ownership.ts';
import type { ChangeWriter, SharedDocument, WriteTools } from '#engine/change-writer.ts';
import { documentWriting } from '../document-writing.ts';
import { dueStatements, readUnlessGone, sentStatements, sentText, theirText } from '../policy-statements.ts';
import { keyDue, keyPolicyChange, type MergeKeyPolicy } from './change.ts';
import { WRITE_KEY_POLICY } from './permissions.ts';

export const keyPolicyWriter: ChangeWriter<MergeKeyPolicy> = {
  kind: keyPolicyChange,
  ...documentWriting(documentOf),
  permissions: { role: 'Storage', rows: [WRITE_KEY_POLICY] },
  alters: () => ['stores'],
  session: ({ key }) => ({ role: 'Storage', rows: [WRITE_KEY_POLICY], place: { key } }),
};

function documentOf(
  { clients, policy }: WriteTools,
  change: MergeKeyPolicy,
): SharedDocument<{ readonly text: string | null }> {
  const { key, statements } = change;
  return {
    name: `key-policy/${key}`,
    read: () => readUnlessGone(change, () => readKeyPolicy(clients, key)),
    due: (found, entry) => {
      const { changed, replaced, owned } = keyDue(policy, change, found.text, entry);
      if (!changed) return null;
      const { text } = mergeKeyStatements(found.text, statements, owned);
      const before = keyDue(policy, change, sentText(entry), entry);
      const others = sentStatements(entry).filter(({ Sid }) => !before.owned(Sid));
      const rewritten = dueStatements({ replaced, statements, sent: before.replaced });
      return { next: { text }, sent: [...others, ...statements], ...rewritten };
    },
    write: async (next) => {
      // A key without a policy can't be managed by anybody; ours is never the only statement of a key.
      if (next.text === null) throw new LakeError('RequestRefused', { message: `the policy of ${key} would be empty` });
      await putKeyPolicy(clients, key, next.text);
    },
    text: (found) => found.text,
    theirs: (found, entry) => theirText(found.text, ownParts(entry)),
  };
}
