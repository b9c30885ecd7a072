/** Which products a consumer's hops can be about: shared by their producer, and arrived here. */

import type { Product } from '#contracts/policy.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import { type Decision, NOTHING } from '#core/actions.ts';
import { unreadable } from '#core/findings.ts';
import { hasArrived } from '#core/hops/acceptance.ts';
import type { OnboardFacts } from './onboard.ts';
import type { Looking } from './publish.ts';

/** Products of other accounts, by the Region where their shares arrive. */
export function arriving(facts: OnboardFacts): ReadonlyMap<string, readonly Product[]> {
  const others = facts.products.filter((p) => p.account !== facts.scope.account);
  return Map.groupBy(others, (p) => p.region);
}

/** Whether a product can be linked and granted now. When planning, what its producer would share counts. */
async function isReady(
  facts: OnboardFacts,
  product: Product,
  snapshot: ProductSnapshot,
  looking: Looking,
): Promise<boolean> {
  if (!snapshot.shared) return false;
  if (looking.planning || product.account === facts.scope.account) return true;
  const shares = await facts.shares(product.region);
  return shares.known && hasArrived(facts.scope.account, snapshot, shares.value);
}

export async function readyProducts(
  facts: OnboardFacts,
  looking: Looking,
): Promise<readonly { product: Product; snapshot: ProductSnapshot }[]> {
  const judged = facts.products.map(async (product) => {
    const snapshot = await facts.snapshotOf(product);
    return snapshot !== null && (await isReady(facts, product, snapshot, looking)) ? [{ product, snapshot }] : [];
  });
  return (await Promise.all(judged)).flat();
}

/** Products of this account that are not among these. */
export function namesBut(facts: OnboardFacts, ready: readonly { readonly product: Product }[]): readonly string[] {
  return facts.products.filter((p) => !ready.some(({ product }) => product.name === p.name)).map((p) => p.name);
}

/** Shared by its producer, and RAM does not show whether it has arrived: not the same as waiting. */
export async function unreadableShares(facts: OnboardFacts, looking: Looking): Promise<Decision> {
  const { account } = facts.scope;
  if (looking.planning) return NOTHING;
  const others = facts.products.filter((p) => p.account !== account);
  const found = others.map(async (product) => {
    const [snapshot, shares] = await Promise.all([facts.snapshotOf(product), facts.shares(product.region)]);
    if (shares.known || !snapshot?.shared) return [];
    const resource = `share of ${product.account}/${product.database}`;
    return [unreadable({ hop: 'link', account, region: product.region, product: product.name, resource }, shares.why)];
  });
  return { ...NOTHING, findings: (await Promise.all(found)).flat() };
}
