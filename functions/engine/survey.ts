/**
 * A survey: one look at all scopes of an account and Region, each fact once for all of them. It writes nothing and
 * records nothing; it starts the runs of scopes in which something is due, or a finding would change.
 */

import { isLakeError } from '#contracts/errors.ts';
import type { Scope, StageInput, StageOutput, SurveyScope } from '#contracts/steps.ts';
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
import { type Run, resume } from './run.ts';
import { waitingHops } from './stage-order.ts';
import { reachedFrom } from './starts.ts';

type Survey = Run<SurveyScope>;
type SurveyInput = StageInput & { readonly scope: SurveyScope };

/** Cut short by trouble that passes, or by the time of one call, it goes on where it is: nothing is read twice. */
export async function survey(ctx: RunContext, input: SurveyInput): Promise<StageOutput> {
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
  const told = { stage: 'survey', due, done: 0, failed: 0, findings: 0, pause: 0 };
  return { ...told, next: 'end', run: { ...state, observation: '', stages: [] } };
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
