/** One run across its stages: what it has seen is kept between them, and what no longer serves is asked anew. */

import { ASPECTS } from '#contracts/observation.ts';
import { newRun, type RunState, type Scope, type StageInput, type Wake } from '#contracts/steps.ts';
import type { Change } from '#core/change.ts';
import { scopeText } from '#core/start.ts';
import { hopsOf } from './assess.ts';
import { writerOf } from './change-writer.ts';
import type { RunContext } from './context.ts';
import { createReads, type RunReads } from './reads.ts';

/** Older answers serve no write. */
const SERVES_MS = 5 * 60_000;

/** A run in one call of one of its stages. */
export interface Run<S extends Wake = Scope> {
  readonly ctx: RunContext;
  readonly scope: S;
  readonly reads: RunReads;
  /** As the stage before left it. */
  readonly state: RunState;
  /** What was written, by this call too. */
  readonly altered: Set<string>;
  /** When this call began, milliseconds since the epoch. */
  readonly begunAt: number;
  /** When it starts nothing new any more. */
  readonly stopAt: number;
}

/** Takes up a run where the stage before it left off. */
export async function resume<S extends Wake>(
  ctx: RunContext,
  input: StageInput & { readonly scope: S },
  stopAt: number,
): Promise<Run<S>> {
  const { scope, run, stage } = input;
  const state = run ?? newRun(ctx.policy.hash);
  const seen = state.observation === '' ? null : await ctx.observations.read(ctx.execution, state.observation);
  const begunAt = ctx.now();
  const isLook = ['assess', 'verify', 'survey'].includes(stage);
  // What an earlier try of a writing stage has written before it died, nobody knows.
  const isKnown = isLook || input.attempt === 0;
  const serves = isKnown && seen !== null && seen.policy === ctx.policy.hash && seen.scope === scopeText(scope);
  // Whatever its age, a look that goes on where it was must come to its end; no write is made by it.
  const kept = serves ? seen.answers.filter(({ at }) => isLook || begunAt - at < SERVES_MS) : [];
  // Only a look at everything can keep what it has read and be called again.
  const until = stage === 'assess' || stage === 'survey' ? { until: stopAt } : {};
  const wide = stage === 'survey';
  return {
    ctx,
    scope,
    reads: createReads(ctx, { kept, wide, ...until }),
    state,
    altered: new Set(state.altered),
    begunAt,
    stopAt,
  };
}

/** Keeps what was seen for the next stage. @returns the state with its hash. */
export async function keep(
  { ctx, scope, reads, state, altered }: Run<Wake>,
  next: Partial<RunState> = {},
): Promise<RunState> {
  const answers = reads.known();
  const seen = { schema: 'onramp.observation/1' as const, scope: scopeText(scope), policy: ctx.policy.hash, answers };
  const observation = answers.length === 0 ? '' : await ctx.observations.write(ctx.execution, seen);
  return { ...state, altered: [...altered].sort(), ...next, observation };
}

/** What must be seen anew by the call that writes these: asked again, unless this very call has asked. */
export function seeAnew({ ctx, reads, begunAt }: Run, changes: readonly Change[]): boolean {
  const anew = changes.flatMap((change) => {
    const aspects = writerOf(ctx.changes, change).anew?.(change) ?? [];
    return aspects.length === 0 ? [] : [{ place: change, aspects, before: begunAt }];
  });
  for (const stale of anew) reads.forget(stale);
  return anew.length > 0;
}

/** What hops wait for at the end of a run is asked again by each look. */
export function seePolled({ ctx, scope, reads, begunAt }: Run): void {
  for (const { polls = [] } of hopsOf(ctx, scope)) reads.forget({ place: scope, aspects: polls, before: begunAt });
}

/** What the run has written is asked again. @returns whether there was anything. */
export function seeWritten({ reads, state, begunAt }: Run): boolean {
  for (const text of state.altered) {
    const [account = '', region = '', aspect] = text.split('/');
    reads.forget({ place: { account, region }, aspects: ASPECTS.filter((one) => one === aspect), before: begunAt });
  }
  return state.altered.length > 0;
}

/**
 * What is no longer as it was seen once these are written, or may have been. What AWS refused was seen wrongly: then
 * nothing that was seen there serves any more.
 */
export function forgetAltered(run: Run, changes: readonly Change[], failed: boolean): void {
  for (const change of changes) {
    const { account, region } = change;
    const aspects = failed ? ASPECTS : writerOf(run.ctx.changes, change).alters(change);
    run.reads.forget({ place: { account, region }, aspects });
    for (const aspect of aspects) run.altered.add(`${account}/${region}/${aspect}`);
  }
}
