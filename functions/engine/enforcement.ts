/** What a run may write (law 11), and what the ledger knows of its scope. */

import type { Entry, EntryQuery } from '#contracts/ledger.ts';
import type { Product } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import type { Change } from '#core/change.ts';
import { uniqueBy } from '#core/collections.ts';
import { entryId } from '#core/ownership.ts';
import { modeIn } from '#core/policy.ts';
import { isLeftDocument } from '#core/standing.ts';
import { hopsOf } from './assess.ts';
import { kindOf } from './change-writer.ts';
import type { RunContext } from './context.ts';

/** What the ledger has on a scope, and on the documents and switches it shares with others. */
export async function entriesOf(
  { ledger, path, policy }: Pick<RunContext, 'ledger' | 'path' | 'policy'>,
  scope: Scope,
): Promise<readonly Entry[]> {
  const documents = hopsOf({ path }, scope).flatMap((hop) => hop.documents?.({ scope, policy }) ?? []);
  const [own, shared, left] = await Promise.all([
    ledger.entries(queryOf(scope)),
    ledger.documents(uniqueBy(documents, entryId)),
    leftDocuments({ ledger, policy }, scope),
  ]);
  return [...own, ...shared, ...left];
}

/** Of documents that the policy names no longer the catalog's own scope takes care (law 13). */
async function leftDocuments(
  { ledger, policy }: Pick<RunContext, 'ledger' | 'policy'>,
  scope: Scope,
): Promise<readonly Entry[]> {
  if (scope.half !== 'publish' || scope.database !== null) return [];
  const { account, region } = scope;
  const all = await ledger.entries({ part: 'document', account, region });
  return all.filter((entry) => isLeftDocument(policy, { account, region, document: entry.target }));
}

function queryOf(scope: Scope): EntryQuery {
  const { account, region } = scope;
  if (scope.half === 'onboard') return { part: 'account', account };
  const { database } = scope;
  return database === null ? { part: 'catalog', account, region } : { part: 'database', account, region, database };
}

/**
 * Written only where policy, product and account all say `enforce` (law 11): what opens, for one product that does; what
 * takes back or puts back, if none says otherwise. A product the policy no longer names says nothing: its account and neighbours do.
 */
export function isEnforced({ policy, changes }: Pick<RunContext, 'policy' | 'changes'>, change: Change): boolean {
  // Nobody's product: tags, data locations and account-wide settings go by their account, or the policy's own mode.
  const ofAccount = (policy.accounts.find(({ id }) => id === change.account)?.mode ?? policy.mode) === 'enforce';
  if (change.products.length === 0) return ofAccount;
  const kind = kindOf(changes, change);
  const enforced = (product: Product) => modeIn(policy, product, change.account) === 'enforce';
  const owners = policy.products.filter((product) => change.products.includes(product.name));
  if (!kind.ends?.(change)) return owners.some(enforced);
  if (owners.length > 0) return owners.every(enforced);
  const neighbours = policy.products.filter((product) => kind.touches?.(change, product));
  return ofAccount && (neighbours.length === 0 || neighbours.some(enforced));
}
