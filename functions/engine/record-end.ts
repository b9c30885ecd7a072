/** What the ledger keeps, and forgets, when a run is over. */

import type { Entry } from '#contracts/ledger.ts';
import { isBrakePulled } from '#core/brake.ts';
import { isUnread } from '#core/findings.ts';
import { mayStand } from '#core/ownership.ts';
import { placeOf } from '#core/standing.ts';
import { scopeText } from '#core/start.ts';
import type { Conclusion } from './conclude.ts';
import type { Run } from './run.ts';

/** One that found nothing left to do, and knew all it needed, has seen for others too. */
export async function recordEnd(
  { ctx, scope, state }: Run,
  { due, findings, whole }: Conclusion,
  entries: readonly Entry[],
): Promise<void> {
  // Nobody has to come here for what is ours any more (law 13).
  if (!entries.some((entry) => entry.part !== 'document' && mayStand(entry)))
    await ctx.ledger.forgetStanding(placeOf(scope));
  if (due.length > 0 || findings.some(isUnread)) return;
  // Of what was confirmed, nothing is left to withdraw: a run that was killed had not told.
  if ((await ctx.ledger.passing(scopeText(scope))) !== null && !findings.some(isBrakePulled))
    await ctx.ledger.putPassing(scopeText(scope), null);
  if (!whole) return;
  const { policy, execution } = ctx;
  await ctx.ledger.putFinished({ scope: scopeText(scope), policy: policy.hash, since: state.since, execution });
}
