/** Which products a consumer's hops can be about: shared by their producer, and arrived here. */

import type { Product } from '#contracts/policy.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import { type Decision, NOTHING } from '#core/actions.ts';
import { unreadable } from '#core/findings.ts';
import { type Expected, hasArrived } from '#core/hops/acceptance.ts';
import type { OnboardFacts } from './onboard.ts';
import type { Looking } from './publish.ts';

/** What other accounts share with this one, in one Region. */
export interface Arriving {
  readonly products: readonly { readonly product: Product; readonly snapshot: ProductSnapshot | null }[];
  readonly tagged: readonly Expected[];
}

/** What should arrive, by the Region where it does: RAM is regional. */
export async function arriving(facts: OnboardFacts): Promise<ReadonlyMap<string, Arriving>> {
  const others = facts.products.filter((p) => p.account !== facts.scope.account);
  const products = await Promise.all(
    others.map(async (product) => ({ product, snapshot: await facts.snapshotOf(product) })),
  );
  const sources = await facts.sources();
  const regions = [...others, ...facts.catalogs].map(({ region }) => region);
  return new Map(
    [...new Set(regions)].map((region) => [
      region,
      {
        products: products.filter(({ product }) => product.region === region),
        tagged: sources.filter(({ catalog }) => catalog.region === region).map(({ expected }) => expected),
      },
    ]),
  );
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
  return shares.known && hasArrived(snapshot.shares[facts.scope.account] ?? [], shares.value);
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
