/** Which consumers a producer gives nothing: their own runs know where they belong, and a producer does not ask each. */

import type { PublishScope } from '#contracts/steps.ts';
import { consumersOfScope, isExternal } from '#core/selectors.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';

/**
 * Ids of consumers of the scope that are outside the organization, and of those whose runs have told nothing yet, where
 * the organization itself has not told of them either; sorted.
 * A plan takes the latter for members: nothing is written by it, and what their own plan says of them stands beside it.
 */
export async function observeHeld(
  read: Reads,
  { policy, scope, planning }: Question<PublishScope>,
): Promise<readonly string[]> {
  const consumers = consumersOfScope(policy, scope).filter(
    ({ account }) => account !== scope.account && !isExternal(policy, account),
  );
  const records = await Promise.all(consumers.map(({ account, region }) => read.consumer(account, region)));
  const told = Map.groupBy(
    consumers.map(({ account }, i) => ({ account, membership: records[i]?.membership })),
    (one) => one.account,
  );
  const members = new Set(policy.members);
  const held = [...told].filter(([account, all]) => {
    const known = all.flatMap(({ membership }) => membership ?? []);
    return known.length === 0 ? !planning && !members.has(account) : known.includes('outside');
  });
  return held.map(([account]) => account).sort();
}
