/**
 * A survey: one look at all scopes of an account and Region, each fact once for all of them. It writes nothing and
 * records nothing; it starts the runs of scopes in which something is due, or a finding would change.
 */

import { isLakeError } from '#contracts/errors.ts';
import { newRun, type Scope, type StageInput, type StageOutput, type SurveyScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { sortedSetBy } from '#core/collections.ts';
import { scopesOf } from '#core/scopes.ts';
import { scopeText } from '#core/start.ts';
import { stopsAt } from './apply.ts';
import { look } from './assess.ts';
import { concludeFrom, isAtRest } from './conclude.ts';
import type { RunContext } from './context.ts';
import { isPatient, lookAgain } from './cut-short.ts';
import { entriesOf } from './enforcement.ts';
import type { Patience } from './hop.ts';
import { takeTurn } from './leases.ts';
import { type Run, resume } from './run.ts';
import { waitingHops } from './stage-order.ts';
import { reachedFrom } from './starts.ts';

type Survey = Run<SurveyScope>;
type SurveyInput = StageInput & { readonly scope: SurveyScope };

/** How long a survey waits for its turn before it asks again. */
const TURN_PAUSE_SECONDS = 5;

/** In its turn: runs that have something to do go first. */
export async function survey(ctx: RunContext, input: SurveyInput): Promise<StageOutput> {
  const { ledger, execution, policy } = ctx;
  const { runsAtOnce } = policy.limits;
  const atWork = await takeTurn(ledger, input.scope, { execution, now: ctx.now(), runsAtOnce });
  if (atWork === 0) {
    const run = input.run ?? newRun(policy.hash);
    return { ...NOTHING_DONE, next: 'survey-later', pause: TURN_PAUSE_SECONDS, run };
  }
  try {
    return await surveyed({ ...ctx, atWork }, input);
  } finally {
    await ledger.releaseTurn(input.scope, execution);
  }
}

const NOTHING_DONE = { stage: 'survey', due: 0, done: 0, failed: 0, findings: 0 };

/** Cut short by trouble that passes, or by the time of one call, it goes on where it is: nothing is read twice. */
async function surveyed(ctx: RunContext, input: SurveyInput): Promise<StageOutput> {
  const run = await resume({ ...ctx, patient: isPatient(input) }, input, stopsAt(ctx.now()));
  const { state } = run;
  // None up to the last one is looked at again.
  let last = state.stages.at(-1) ?? '';
  let due = 0;
  try {
    for (const scope of await scopesHere(run)) {
      const text = scopeText(scope);
      if (text <= last) continue;
      if (!(await isAtRestHere(run, scope))) {
        ctx.emit({ kind: 'started', scope: text, outcome: await ctx.start(scope) });
        due += 1;
      }
      last = text;
    }
  } catch (error) {
    return lookAgain(run, 'survey', error, { stages: last === '' ? [] : [last] });
  }
  return { ...NOTHING_DONE, due, pause: 0, next: 'end', run: { ...state, observation: '', stages: [] } };
}

/** In the order of their texts; with the databases that rules reach without naming them. */
async function scopesHere({ ctx, scope: place, reads }: Survey): Promise<readonly Scope[]> {
  // Also what the policy is about no longer, and something of ours stands in (law 13).
  const named = scopesOf(ctx.policy, await ctx.ledger.standing()).filter(sameAccountRegion(place));
  const reached = (await reachedFrom(ctx, named, reads.other)).filter(sameAccountRegion(place));
  return sortedSetBy([...named, ...reached.filter(({ half }) => half === 'publish')], scopeText);
}

/** One that can't be looked at has its own run fail visibly, and keeps no other from being looked at. */
async function isAtRestHere(run: Survey, scope: Scope): Promise<boolean> {
  try {
    return await isAsItShouldBe(run, scope);
  } catch (error) {
    if (isLakeError(error, 'Transient') || isLakeError(error, 'MoreToDo')) throw error;
    return false;
  }
}

/** Nothing due, no finding that would change, nobody to be told or started, and nothing that is waited for. */
async function isAsItShouldBe(run: Survey, scope: Scope): Promise<boolean> {
  const { ctx } = run;
  const reads = run.reads.other();
  const entries = await entriesOf(ctx, scope);
  const mode = { entries, recent: [], planning: false, verifying: true, patient: false };
  const conclusion = await concludeFrom(ctx, scope, { seen: look(ctx, scope, mode, reads), entries });
  if (!isAtRest(conclusion)) return false;
  const now: Patience = { startedAt: ctx.now(), within: 0 };
  return (await waitingHops({ ...run, scope, reads }, entries, now)).length === 0;
}
