/** The Glue catalog policy: our statements go in, our stale ones out, the rest of the document survives. */

import type { Entry, EntryIdentity } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import type { Change, ChangeKind } from '#core/change.ts';
import { statementsIn } from '#core/iam/allowed.ts';
import { type Merged, mergeStatements } from '#core/iam/merge.ts';
import { sameStatements } from '#core/iam/same.ts';
import { ownParts } from '#core/ownership.ts';
import { ownsSid } from '#core/sids.ts';
import { sentText, statementsRecord } from '../policy-statements.ts';

export interface MergeCatalogPolicy extends Change {
  readonly kind: 'merge-catalog-policy';
  readonly statements: readonly Statement[];
}

/** The entry about our statements in one catalog's policy. */
export function catalogPolicyEntry({ account, region }: Pick<EntryIdentity, 'account' | 'region'>): EntryIdentity {
  return { kind: 'statements', account, region, target: `catalog policy ${account}`, principal: null };
}

export interface CatalogPolicyMerged extends Merged {
  /** What is there now of what ours replace. */
  readonly replaced: readonly Statement[];
  /** What of ours is written: not what somebody else has there under its Sid. */
  readonly next: readonly Statement[];
  /** Sids named as ours are that the ledger does not know: somebody else's, and left. */
  readonly strangers: readonly string[];
}

/** What of ours is due in a catalog's policy by its text and what the ledger has of it. */
export function catalogPolicyDue(
  { namespace }: Policy,
  statements: readonly Statement[],
  text: string | null,
  entry: Entry | undefined,
): CatalogPolicyMerged {
  const known = ownParts(entry);
  const foreign = statementsIn(text, (sid) => ownsSid(namespace, sid) && !known.has(sid));
  const theirs = new Set(foreign.map(({ Sid }) => Sid));
  const next = statements.filter(({ Sid }) => !theirs.has(Sid));
  const wanted = new Set(next.map(({ Sid }) => Sid));
  const owned = (sid: string) => ownsSid(namespace, sid) && (wanted.has(sid) || known.has(sid));
  // Somebody put there what we would have written: it stays theirs, and nothing is amiss.
  const isWanted = (one: Statement) => statements.some((other) => sameStatements([one], [other]));
  return {
    ...mergeStatements(text, next, owned),
    replaced: statementsIn(text, owned),
    next,
    strangers: foreign.filter((one) => !isWanted(one)).map(({ Sid }) => Sid),
  };
}

export const catalogPolicyChange: ChangeKind<MergeCatalogPolicy> = {
  kind: 'merge-catalog-policy',
  operation: 'change',
  subject: ({ account }) => `Glue catalog policy of ${account}`,
  text: ({ account, statements }) =>
    `Glue catalog policy of ${account}: put our ${statements.length} statement(s) beside what is there`,
  isWritten: ({ statements }, entry, policy) => !catalogPolicyDue(policy, statements, sentText(entry), entry).changed,
  record: (change) => statementsRecord(catalogPolicyEntry(change), change.statements),
};
