/**
 * A survey: one look at all scopes of an account and Region, each fact once for all of them. It writes nothing and
 * records nothing; it starts the runs of scopes in which something is due, or a finding would change.
 */

import { isLakeError } from '#contracts/errors.ts';
import type { Catalog } from '#contracts/policy.ts';
import type { Scope, StageInput, StageOutput, SurveyScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { sortedSetBy } from '#core/collections.ts';
import { scopesOf } from '#core/scopes.ts';
import { scopeText } from '#core/start.ts';
import { stopsAt } from './apply.ts';
import { look } from './assess.ts';
import { MOST_TRIES, pauseAfter } from './assess-run.ts';
import { concludeFrom, isAtRest } from './conclude.ts';
import type { RunContext } from './context.ts';
import { entriesOf } from './enforcement.ts';
import type { Patience } from './hop.ts';
import { keep, keepForMore, type Run, resume } from './run.ts';
import { waitingHops } from './stage-order.ts';

type Survey = Run<SurveyScope>;
type SurveyInput = StageInput & { readonly scope: SurveyScope };

/** Cut short by trouble that passes, or by the time of one call, it goes on where it is: nothing is read twice. */
export async function survey(ctx: RunContext, input: SurveyInput): Promise<StageOutput> {
  const { scope: place } = input;
  const patient = (input.run?.tries ?? 0) < MOST_TRIES;
  const run = await resume({ ...ctx, patient }, input, stopsAt(ctx.now()));
  const { tries, stages: seen } = run.state;
  const done = [...seen];
  const told = { stage: 'survey', done: 0, failed: 0, findings: 0, pause: 0 };
  try {
    const due = await lookAtEach(run, place, done);
    return { ...told, due, next: 'end', run: { ...run.state, observation: '', stages: [] } };
  } catch (error) {
    const isBusy = isLakeError(error, 'Transient') && tries < MOST_TRIES;
    if (!isBusy && !isLakeError(error, 'MoreToDo')) throw error;
    await run.reads.settled();
    const state = await (isBusy ? keep : keepForMore)(run, { stages: done, tries: isBusy ? tries + 1 : 0 });
    if (!isBusy) return { ...told, due: 0, next: 'survey', run: state };
    return { ...told, due: 0, next: 'survey-later', pause: pauseAfter(tries), run: state };
  }
}

/** `done`: the last scope that was looked at; none up to it is looked at again. @returns how many runs were started. */
async function lookAtEach(run: Survey, place: Catalog, done: string[]): Promise<number> {
  let started = 0;
  const { ctx } = run;
  for (const scope of await scopesHere(run, place)) {
    const text = scopeText(scope);
    if (text <= (done.at(-1) ?? '')) continue;
    if (!(await isAtRestHere(run, scope))) {
      ctx.emit({ kind: 'started', scope: text, outcome: await ctx.start(scope) });
      started += 1;
    }
    done.splice(0, done.length, text);
  }
  return started;
}

/** In the order of their texts; with the databases that rules reach without naming them. */
async function scopesHere(run: Survey, place: Catalog): Promise<readonly Scope[]> {
  const { ctx } = run;
  // Also what the policy is about no longer, and something of ours stands in (law 13).
  const named = scopesOf(ctx.policy, await ctx.ledger.standing()).filter(sameAccountRegion(place));
  const reached: Scope[] = [];
  for (const scope of named) {
    const mode = { entries: [], recent: [], planning: true, verifying: false };
    const seen = look(ctx, scope, mode, run.reads.other());
    for (const hop of seen.hops) {
      const next = (await hop.starts?.(seen.reads, seen.question(hop))) ?? [];
      reached.push(...next.filter((one) => one.half === 'publish' && sameAccountRegion(place)(one)));
    }
  }
  return sortedSetBy([...named, ...reached], scopeText);
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
  return (await waitingHops({ ...run, scope, reads }, now)).length === 0;
}
