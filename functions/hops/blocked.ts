/** Products that can't go on, since an earlier hop of theirs does not hold. */

import type { Product } from '#contracts/policy.ts';
import { before, type Question } from '#engine/hop.ts';
import { CLOSED_TO_CONSUMERS } from './catalog-key/consumers.ts';

/** By name. What earlier hops are about to write counts as written only when planning. A finding of no product is everybody's. */
export function blockedProducts(
  question: Question,
  products: readonly Product[],
  earlier: readonly string[],
): ReadonlySet<string> {
  const hops = earlier.map((name) => before(question, name));
  const names = products.map(({ name }) => name);
  const found = hops.flatMap(({ findings }) =>
    findings
      .filter(({ cause }) => cause !== CLOSED_TO_CONSUMERS)
      .flatMap(({ product }) => (product === null ? names : [product])),
  );
  const undone = question.planning ? [] : hops.flatMap(({ changes }) => changes.flatMap((change) => change.products));
  return new Set([...found, ...undone]);
}
