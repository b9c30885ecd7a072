/** Products that can't go on, since an earlier hop of theirs does not hold. */

import type { Finding } from '#contracts/findings.ts';
import type { Product } from '#contracts/policy.ts';
import { before, type Question } from '#engine/hop.ts';
import { CLOSED_TO_CONSUMERS } from './catalog-key/consumers.ts';

/** By name. What earlier hops are about to write counts as written only when planning. A finding of no product is everybody's. */
export function blockedProducts(
  question: Question,
  products: readonly Product[],
  earlier: readonly string[],
): ReadonlySet<string> {
  const names = products.map(({ name }) => name);
  const found = inTheWay(question, earlier).flatMap(({ product }) => (product === null ? names : [product]));
  const hops = earlier.map((name) => before(question, name));
  const undone = question.planning ? [] : hops.flatMap(({ changes }) => changes.flatMap((change) => change.products));
  return new Set([...found, ...undone]);
}

/**
 * What earlier hops found that keeps products from being shared. Who may make databases, and what is open to those whom
 * tags reach, is told and keeps nobody from sharing by name.
 */
export function inTheWay(question: Question, earlier: readonly string[]): readonly Finding[] {
  const findings = earlier.flatMap((name) => before(question, name).findings);
  return findings.filter(
    ({ hop, cause, product }) => cause !== CLOSED_TO_CONSUMERS && !(hop === 'exposure' && product === null),
  );
}
