/** The stages of both machines: observe → assess → apply → observe. A state carries names and counts, never facts. */

import { LakeError } from '#contracts/errors.ts';
import type { Scope, StageInput, StageOutput } from '#contracts/steps.ts';
import { recentOf } from '#core/ownership.ts';
import { scopeText } from '#core/start.ts';
import { applyChanges, stopsAt } from './apply.ts';
import { type HopAssessment, look } from './assess.ts';
import { withBrake } from './brake.ts';
import type { RunContext } from './context.ts';
import { entriesOf, isEnforced } from './enforcement.ts';
import { type Arrival, type HopModule, kindOfScope, type Patience } from './hop.ts';
import { releaseScope, scopeLease } from './leases.ts';
import { propagate } from './propagate.ts';
import { verify } from './verify.ts';

export interface StageDeadlines {
  /** Milliseconds a run may wait for a share to become visible. */
  readonly acceptWithin: number;
}

/** One call of a stage, and when it starts nothing new any more. */
interface Stage {
  readonly scope: Scope;
  readonly stopAt: number;
}

/** Runs one stage of one execution. @throws LeaseHeld when the scope is no longer ours. */
export async function runStage(ctx: RunContext, input: StageInput, deadlines: StageDeadlines): Promise<StageOutput> {
  const { scope, stage } = input;
  const stopAt = stopsAt(ctx.now());
  await renew(ctx, scope);
  if (stage === 'verify') return verify(ctx, scope);
  if (stage === 'fan-out') return propagate(ctx, scope);
  const hops = ctx.path.filter((hop) => hop.half === scope.half && hop.stage === stage);
  if (hops.length === 0) {
    throw new LakeError('Unexpected', { message: `no stage called ${stage} in ${scope.half}` });
  }
  const here = hops.filter(({ scopes }) => scopes.includes(kindOfScope(scope)));
  const counts = await runHops(ctx, { scope, stopAt }, here);
  const waiting = here.find(({ awaits }) => awaits !== undefined);
  const readable = counts.done > 0 && counts.failed === 0 && here.some(({ opens }) => opens);
  if (waiting === undefined) return { stage, ...counts, readable };
  const patience = { startedAt: Date.parse(input.startedAt), within: deadlines.acceptWithin };
  return { stage, ...(await runAhead(ctx, { scope, stopAt }, { hop: waiting, counts, patience })) };
}

type Counts = Pick<StageOutput, 'due' | 'done' | 'failed' | 'findings'>;

const NONE: Counts = { due: 0, done: 0, failed: 0, findings: 0 };

interface Waiting {
  readonly hop: HopModule;
  readonly counts: Counts;
  readonly patience: Patience;
}

/** What has arrived does not wait for what has not. The scope is given up to others while this run waits. */
async function runAhead(
  ctx: RunContext,
  stage: Stage,
  { hop, counts, patience }: Waiting,
): Promise<Omit<StageOutput, 'stage'>> {
  const { arrival, news } = await judgeArrival(ctx, stage.scope, hop, patience);
  const ahead = ctx.path.filter(({ half, name }) => half === stage.scope.half && hop.awaits?.ahead.includes(name));
  const done = news ? await runHops(ctx, stage, ahead) : NONE;
  if (arrival === 'waiting') await releaseScope(ctx.ledger, stage.scope, ctx.execution);
  const { due, done: written, failed } = plus(counts, done);
  const lookedAt = new Date(ctx.now()).toISOString();
  return { due, done: written, failed, findings: counts.findings, arrival, lookedAt };
}

async function judgeArrival(ctx: RunContext, scope: Scope, hop: HopModule, patience: Patience): Promise<Arrival> {
  const entries = await entriesOf(ctx, scope);
  const seen = look(ctx, scope, { entries, recent: [], planning: false, verifying: false });
  const { observed, question, barred } = await seen.assess(hop);
  if (barred) return { arrival: 'visible', news: false };
  const arrival = await hop.awaits?.judge(seen.reads, observed, question, patience);
  return arrival ?? { arrival: 'visible', news: false };
}

function plus(a: Counts, b: Counts): Counts {
  return {
    due: a.due + b.due,
    done: a.done + b.done,
    failed: a.failed + b.failed,
    findings: a.findings + b.findings,
  };
}

async function runHops(ctx: RunContext, stage: Stage, hops: readonly HopModule[]): Promise<Counts> {
  let total = NONE;
  for (const hop of hops) {
    const first = await runHop(ctx, stage, hop);
    total = plus(total, first);
    if (first.done === 0) continue;
    for (const name of hop.again ?? []) {
      const due = ctx.path.find((one) => one.half === hop.half && one.name === name);
      if (due === undefined) continue;
      const again = await runHop(ctx, stage, due);
      // Of a hop that is looked at twice, what the second look found counts.
      const findings = due === hop ? again.findings - first.findings : 0;
      total = plus(total, { ...again, findings });
    }
  }
  return total;
}

async function runHop(ctx: RunContext, { scope, stopAt }: Stage, hop: HopModule): Promise<Counts> {
  const entries = await entriesOf(ctx, scope);
  const recent = recentOf(entries, ctx.now());
  const { assessment }: HopAssessment = await look(ctx, scope, {
    entries,
    recent,
    planning: false,
    verifying: false,
  }).assess(hop);
  const enforced = assessment.changes.filter((change) => isEnforced(ctx, change));
  const { changes } = await withBrake(ctx, enforced, entries);
  const findings = assessment.findings.length;
  ctx.emit({ kind: 'assessed', scope: scopeText(scope), hop: hop.name, changes: changes.length, findings });
  const applied = await applyChanges(ctx, changes, { scope, entries, stopAt });
  return { due: changes.length, ...applied, findings };
}

async function renew(ctx: RunContext, scope: Scope): Promise<void> {
  const now = ctx.now();
  if (await ctx.ledger.take(scopeLease(scope, ctx.execution, now), now)) return;
  throw new LakeError('LeaseHeld', {
    message: `another run took over ${scopeText(scope)}`,
    remedy: 'It does what was left to do here.',
  });
}
