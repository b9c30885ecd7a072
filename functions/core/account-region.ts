/** An account's Region: within it a name of Glue or Lake Formation means one thing. */

import type { Catalog } from '#contracts/policy.ts';

/** Whether others are in the same account and Region as this: `products.filter(sameAccountRegion(scope))`. */
export function sameAccountRegion(place: Catalog): (other: Catalog) => boolean {
  return ({ account, region }) => account === place.account && region === place.region;
}
