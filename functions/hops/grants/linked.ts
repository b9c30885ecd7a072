/** Products whose link stands: DESCRIBE on a link that isn't there would be refused. */

import { isCreateLink } from '#changes/link/change.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { before, type Question } from '#engine/hop.ts';
import { type Arrivals, type ArrivedProduct, arrivedProducts } from '../arrivals.ts';

/** A link that is open to everybody stands all the same. */
const LINKED_ALL_THE_SAME = 'link-open';

/** Products whose share has arrived and whose link is ours, so that grants on them can be made. */
export function linkedProducts(arrivals: Arrivals, question: Question<OnboardScope>): readonly ArrivedProduct[] {
  const arrived = arrivedProducts(arrivals, question.planning);
  if (question.planning) return arrived;
  const { changes, findings } = before(question, 'link');
  const blocked = new Set<string | null>([
    ...changes.filter(isCreateLink).flatMap(({ products }) => products),
    ...findings.filter(({ cause }) => cause !== LINKED_ALL_THE_SAME).map(({ product }) => product),
  ]);
  return arrived.filter(({ product }) => !blocked.has(product.name));
}
