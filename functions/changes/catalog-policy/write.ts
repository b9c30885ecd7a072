import { putCatalogPolicy, readCatalogPolicy } from '#aws/catalog-policy.ts';
import { ownParts } from '#core/ownership.ts';
import type { ChangeWriter, SharedDocument, WriteTools } from '#engine/change-writer.ts';
import { documentWriting } from '../document-writing.ts';
import { dueStatements, sentStatements, theirText } from '../policy-statements.ts';
import { catalogPolicyChange, catalogPolicyDue, type MergeCatalogPolicy } from './change.ts';
import { WRITE_CATALOG_POLICY } from './permissions.ts';

export const catalogPolicyWriter: ChangeWriter<MergeCatalogPolicy> = {
  kind: catalogPolicyChange,
  ...documentWriting(documentOf),
  permissions: { role: 'Operator', rows: WRITE_CATALOG_POLICY },
  alters: () => ['catalog-policy'],
  session: () => ({ role: 'Operator', rows: WRITE_CATALOG_POLICY }),
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
    due: (found, entry) => {
      // Nothing is in RAM's way any more.
      if (found.text === null) return null;
      const { changed, text, replaced, next: ours } = catalogPolicyDue(policy, statements, found.text, entry);
      if (!changed) return null;
      return {
        next: { text, hash: found.hash },
        sent: ours,
        ...dueStatements({ replaced, statements: ours, sent: sentStatements(entry) }),
      };
    },
    // Once RAM shares exist, AWS takes a catalog policy only with EnableHybrid.
    write: (next, found) =>
      putCatalogPolicy(clients, { account, text: next.text ?? '', previousHash: found.hash, hybrid: true }),
    text: (found) => found.text,
    theirs: (found, entry) => theirText(found.text, ownParts(entry)),
  };
}
