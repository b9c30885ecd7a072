/** The stages of both machines: observe → decide → act → observe. A state carries names and counts, never facts. */

import { LakeError } from '#contracts/errors.ts';
import type { Scope, StageInput, StageOutput } from '#contracts/steps.ts';
import type { HopName } from '#core/actions.ts';
import { recentOf } from '#core/entries.ts';
import { scopeText } from '#core/start.ts';
import { acceptance } from './accept.ts';
import { act, stopsAt } from './act.ts';
import type { WalkContext } from './context.ts';
import { entriesOf, isEnforced, withBrake } from './enforced.ts';
import { fanOut } from './fan-out.ts';
import { look, STAGE_HOPS } from './halves.ts';
import { releaseScope, scopeLease } from './lease.ts';
import { verify } from './verify.ts';

export interface StageDeadlines {
  /** Milliseconds a run may wait for a share to become visible. */
  readonly acceptWithin: number;
}

/** Runs one stage of one execution. @throws LeaseHeld when the scope is no longer ours. */
export async function runStage(ctx: WalkContext, input: StageInput, deadlines: StageDeadlines): Promise<StageOutput> {
  const { scope, stage } = input;
  const stopAt = stopsAt(ctx.now());
  await renew(ctx, scope);
  if (stage === 'verify') return verify(ctx, scope);
  if (stage === 'fan-out') return fanOut(ctx, scope);
  const hops = STAGE_HOPS[scope.half][stage];
  if (hops === undefined) throw new LakeError('Unexpected', { message: `no stage called ${stage} in ${scope.half}` });
  const walking = { scope, stage, stopAt };
  const output = await walkHops(ctx, walking, hops);
  if (stage !== 'accept' || scope.half !== 'onboard') return output;
  const patience = { startedAt: Date.parse(input.startedAt), within: deadlines.acceptWithin };
  const arrival = await acceptance(ctx, scope, patience);
  // What has arrived does not wait for what has not: it is linked and granted first.
  const ahead = arrival.news ? await walkHops(ctx, walking, ['link', 'grants']) : null;
  if (arrival.acceptance === 'waiting') await releaseScope(ctx.ledger, scope, ctx.execution);
  return {
    ...output,
    decided: output.decided + (ahead?.decided ?? 0),
    done: output.done + (ahead?.done ?? 0),
    failed: output.failed + (ahead?.failed ?? 0),
    acceptance: arrival.acceptance,
    lookedAt: new Date(ctx.now()).toISOString(),
  };
}

type Counts = Pick<StageOutput, 'decided' | 'done' | 'failed' | 'findings'>;

/**
 * What a hop's writes make due at once: a new link's default permissions can only be taken off once it is there, and
 * what was closed for the sake of sharing can only be opened again once nothing is shared.
 */
const THEN: Partial<Record<HopName, HopName>> = { link: 'link', share: 'exposure' };

/** One call of a stage, and when it starts nothing new any more. */
interface Walking {
  readonly scope: Scope;
  readonly stage: string;
  readonly stopAt: number;
}

async function walkHops(ctx: WalkContext, walking: Walking, hops: readonly HopName[]): Promise<StageOutput> {
  const output = { stage: walking.stage, decided: 0, done: 0, failed: 0, findings: 0 };
  for (const hop of hops) {
    const first = await walkHop(ctx, walking, hop);
    const due = THEN[hop];
    const again = due !== undefined && first.done > 0 ? await walkHop(ctx, walking, due) : null;
    output.decided += first.decided + (again?.decided ?? 0);
    output.done += first.done + (again?.done ?? 0);
    output.failed += first.failed + (again?.failed ?? 0);
    output.findings = (due === hop && again !== null ? again : first).findings;
  }
  return output;
}

async function walkHop(ctx: WalkContext, { scope, stopAt }: Walking, hop: HopName): Promise<Counts> {
  const entries = await entriesOf(ctx, scope);
  const decision = await look(ctx, scope).decide(hop, { recent: recentOf(entries, ctx.now()), planning: false });
  const enforced = decision.actions.filter((action) => isEnforced(ctx, action));
  const { actions } = await withBrake(ctx, enforced, entries);
  const findings = decision.findings.length;
  ctx.tell({ kind: 'decided', scope: scopeText(scope), hop, actions: actions.length, findings });
  const acted = await act(ctx, actions, { entries, stopAt });
  return { decided: actions.length, ...acted, findings };
}

async function renew(ctx: WalkContext, scope: Scope): Promise<void> {
  const now = ctx.now();
  if (await ctx.ledger.take(scopeLease(scope, ctx.execution, now), now)) return;
  throw new LakeError('LeaseHeld', {
    message: `another run took over ${scopeText(scope)}`,
    remedy: 'It does what was left to do here.',
  });
}
