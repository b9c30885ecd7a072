/** Runs that have nothing to look at any more, because another one has looked since. */

import type { Entry, Ledger } from '#contracts/ledger.ts';
import type { Scope } from '#contracts/steps.ts';
import { isBrakePulled } from '#core/brake.ts';
import { mayStand } from '#core/ownership.ts';
import { placeOf } from '#core/standing.ts';
import { scopeText } from '#core/start.ts';
import type { Conclusion } from './conclude.ts';
import type { Run } from './run.ts';

/** Allowance for clocks that differ. */
const MARGIN_MS = 5000;
/** Windows as starts name them. Who starts a run by hand wants it. */
const BY_RULE = /^(\d+s-\d+|[eh]-)/;

export interface Waiting {
  readonly scope: Scope;
  /** Hash of the policy in force. */
  readonly policy: string;
  readonly window: string;
  /** What the run was started for had happened by then, milliseconds since the epoch. */
  readonly from: number;
}

/** Whether a run of this scope that went through to its end began to look after what this one was started for. */
export async function isCovered(ledger: Ledger, { scope, policy, window, from }: Waiting): Promise<boolean> {
  if (!BY_RULE.test(window)) return false;
  const finished = await ledger.finished(scopeText(scope));
  return finished !== null && finished.policy === policy && finished.since > from + MARGIN_MS;
}

/** Keeps that this run went through to its end, where all was known and nothing is left due. */
export async function recordFinished(
  { ctx, scope, state }: Run,
  { due, findings, whole }: Conclusion,
  entries: readonly Entry[],
): Promise<void> {
  // Nobody has to come here for what is ours any more (law 13).
  if (!entries.some((entry) => entry.part !== 'document' && mayStand(entry)))
    await ctx.ledger.forgetStanding(placeOf(scope));
  if (due.length > 0 || findings.some((found) => found.state === 'unknown')) return;
  // Of what was confirmed, nothing is left to withdraw: a run that was killed had not told.
  if ((await ctx.ledger.passing(scopeText(scope))) !== null && !findings.some(isBrakePulled))
    await ctx.ledger.putPassing(scopeText(scope), null);
  if (!whole) return;
  const { policy, execution } = ctx;
  await ctx.ledger.putFinished({ scope: scopeText(scope), policy: policy.hash, since: state.since, execution });
}
