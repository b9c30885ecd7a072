/** Whom a product is granted to: parts of the organization as one where it has them whole, and the rest one by one. */

import type { Product, Whole } from '#contracts/policy.ts';
import { receivers } from './selectors.ts';

type Shared = Pick<Product, 'account' | 'audience' | 'wholes'>;

/** Parts that have somebody to share with: of the producer alone nothing is shared. */
export function wholesShared(product: Shared): readonly Whole[] {
  return product.wholes.filter(({ accounts }) => accounts.some((account) => account !== product.account));
}

/** Receivers that are in none of these parts, or by which alone they are granted. */
export function receiversAlone(product: Shared): readonly string[] {
  const covered = new Set(wholesShared(product).flatMap(({ accounts }) => accounts));
  return receivers(product).filter((account) => !covered.has(account));
}

/** Principals of Lake Formation that a product is granted to: ARNs of parts, and ids of accounts. */
export function granteesOf(product: Shared): readonly string[] {
  return [...wholesShared(product).map(({ principal }) => principal), ...receiversAlone(product)];
}

/** By which of its grantees an account has a product; the account itself, where it is in no part. */
export function granteeFor(product: Shared, account: string): string {
  return wholesShared(product).find(({ accounts }) => accounts.includes(account))?.principal ?? account;
}
