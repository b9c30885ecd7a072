import { putCatalogPolicy, readCatalogPolicy } from '#aws/catalog-policy.ts';
import { mergeStatements } from '#core/iam/merge.ts';
import { ownsSid } from '#core/sids.ts';
import type { ChangeWriter, SharedDocument, WriteTools } from '#engine/change-writer.ts';
import { catalogPolicyChange, type MergeCatalogPolicy } from './change.ts';
import { WRITE_CATALOG_POLICY } from './permissions.ts';

export const catalogPolicyWriter: ChangeWriter<MergeCatalogPolicy> = {
  kind: catalogPolicyChange,
  permissions: { role: 'Operator', rows: WRITE_CATALOG_POLICY },
  alters: () => ['catalog-policy'],
  session: () => ({ role: 'Operator', rows: WRITE_CATALOG_POLICY }),
  write: async (tools, changes) => {
    for (const change of changes) await tools.replaceDocument(change, documentOf(tools, change));
    return changes.map(() => null);
  },
};

interface Found {
  readonly text: string | null;
  readonly hash: string | null;
}

function documentOf({ clients, policy }: WriteTools, change: MergeCatalogPolicy): SharedDocument<Found> {
  const { account, region, statements } = change;
  return {
    name: `catalog-policy/${account}/${region}`,
    read: () => readCatalogPolicy(clients, account),
    merged: (found) => {
      const merged = mergeStatements(found.text, statements, (sid) => ownsSid(policy.namespace, sid));
      return merged.changed ? { text: merged.text, hash: found.hash } : null;
    },
    // Once RAM shares exist, AWS takes a catalog policy only with EnableHybrid.
    write: (next, found) =>
      putCatalogPolicy(clients, { account, text: next.text ?? '', previousHash: found.hash, hybrid: true }),
    text: (found) => found.text,
  };
}
