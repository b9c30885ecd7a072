/** Our statements in one key's policy, of which each run writes its own products' part. Pure. */

import type { Policy } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { statementsIn } from './iam/allowed.ts';
import { type Merged, mergeStatements } from './iam/merge.ts';
import { ownsSid, ownsSidAbout } from './sids.ts';

/** What a run wants of a key's policy: all that is to be there for its products, and nothing else of theirs. */
export interface KeyPart {
  /** By name. */
  readonly products: readonly string[];
  readonly statements: readonly Statement[];
}

export interface KeyMerged extends Merged {
  /** What is there now of what these replace. */
  readonly replaced: readonly Statement[];
  /** Of these, Sids about products that the policy no longer names: nobody else would ever take them out. */
  readonly strays: readonly string[];
  /** Sids named as ours are that the ledger does not know: somebody else's, and left. */
  readonly strangers: readonly string[];
  /** Whether a statement of this Sid is replaced. */
  owned(sid: string): boolean;
}

/** `known`: Sids of ours in this document by the ledger: nobody else's are replaced (law 3). */
export function mergedKeyPolicy(
  { namespace, products: all }: Policy,
  { products, statements }: KeyPart,
  text: string | null,
  known: ReadonlySet<string>,
): KeyMerged {
  const names = all.map(({ name }) => name);
  const isNamed = (sid: string) => ownsSid(namespace, sid);
  const isStray = (sid: string) => isNamed(sid) && !ownsSidAbout(namespace, names, sid);
  const wanted = new Set(statements.map(({ Sid }) => Sid));
  const isOurs = (sid: string) => isNamed(sid) && (wanted.has(sid) || known.has(sid));
  const owned = (sid: string) => isOurs(sid) && (isStray(sid) || ownsSidAbout(namespace, products, sid));
  const replaced = statementsIn(text, owned);
  return {
    ...mergeStatements(text, statements, owned),
    replaced,
    strays: replaced.map(({ Sid }) => Sid).filter(isStray),
    strangers: statementsIn(text, (sid) => isNamed(sid) && !isOurs(sid)).map(({ Sid }) => Sid),
    owned,
  };
}
