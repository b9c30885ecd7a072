/**
 * The stages of both machines. `assess` looks at the whole half; then only stages that are due are entered, each of which
 * writes what its hops find due; `verify` looks again, records and starts who is next. A state carries names and counts,
 * never facts.
 */

import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { RunInput, Scope, StageOutput } from '#contracts/steps.ts';
import type { Change } from '#core/change.ts';
import { recentOf } from '#core/ownership.ts';
import { scopeText } from '#core/start.ts';
import { applyChanges, stopsAt } from './apply.ts';
import { look } from './assess.ts';
import { assessRun, verifyRun } from './assess-run.ts';
import { endConfirmations, type Use, useConfirmations, withBrake } from './brake.ts';
import type { RunContext } from './context.ts';
import { isPatient } from './cut-short.ts';
import { entriesOf, isEnforced } from './enforcement.ts';
import { type HopModule, kindOfScope, type Patience } from './hop.ts';
import { releaseScope, scopeLease, takeTurn } from './leases.ts';
import { forgetAltered, keep, type Run, resume, seeAnew } from './run.ts';
import { arrivalOf } from './stage-order.ts';

export interface StageDeadlines {
  /** Milliseconds a run may wait for a share to become visible. */
  readonly acceptWithin: number;
}

/** Runs one stage of one execution. @throws LeaseHeld when the scope is no longer ours. */
export async function runStage(ctx: RunContext, input: RunInput, deadlines: StageDeadlines): Promise<StageOutput> {
  const { scope, stage } = input;
  const stopAt = stopsAt(ctx.now());
  const atWork = await renew(ctx, scope);
  // An assessment is taken up later by itself, and knows how often it was.
  const patient = stage === 'assess' ? isPatient(input) : ctx.patient;
  const run = await resume({ ...ctx, patient, atWork }, input, stopAt);
  const patience = { startedAt: Date.parse(input.startedAt), within: deadlines.acceptWithin };
  if (stage === 'assess') return assessRun(run, patience);
  if (stage === 'verify') return verifyRun(run, patience);
  return runHopsOf(run, stage, patience);
}

async function runHopsOf(run: Run, stage: string, patience: Patience): Promise<StageOutput> {
  const { ctx, scope } = run;
  const hops = ctx.path.filter((hop) => hop.half === scope.half && hop.stage === stage);
  if (hops.length === 0) throw new LakeError('Unexpected', { message: `no stage called ${stage} in ${scope.half}` });
  const here = hops.filter(({ scopes }) => scopes.includes(kindOfScope(scope)));
  const waiting = here.find(({ awaits }) => awaits !== undefined);
  try {
    const counts = await runHops(run, here);
    if (waiting !== undefined) return await runAhead(run, { stage, hop: waiting, counts, patience });
    const readable = counts.done > 0 && counts.failed === 0 && here.some(({ opens }) => opens);
    return { stage, ...counts, readable, ...(await goOn(run)) };
  } catch (error) {
    const lookedAt = new Date(ctx.now()).toISOString();
    const told = { stage, ...NONE, ...(waiting === undefined ? {} : { arrival: 'visible' as const, lookedAt }) };
    // It goes on where it is, by what is there now.
    if (isLakeError(error, 'MoreToDo')) return { ...told, next: stage, run: await keep(run) };
    if (!(error instanceof NoLongerOurs)) throw error;
    // While the hub is halted, what is due is told. By a newer policy it is another run's.
    if (error.next === 'end') await ctx.start(scope);
    return { ...told, next: error.next, run: await keep(run, { stages: [] }) };
  }
}

/** The next stage that is due, or the end. */
async function goOn(run: Run): Promise<Pick<StageOutput, 'next' | 'run'>> {
  const [next = 'verify', ...stages] = run.state.stages;
  return { next, run: await keep(run, { stages }) };
}

type Counts = Pick<StageOutput, 'due' | 'done' | 'failed' | 'findings'>;

const NONE: Counts = { due: 0, done: 0, failed: 0, findings: 0 };

interface Waiting {
  readonly stage: string;
  readonly hop: HopModule;
  readonly counts: Counts;
  readonly patience: Patience;
}

/**
 * What has arrived does not wait for what has not. The scope is given up to others while this run waits: what it has seen
 * before serves no write afterwards.
 */
async function runAhead(run: Run, { stage, hop, counts, patience }: Waiting): Promise<StageOutput> {
  const { ctx, scope, state } = run;
  const { arrival, news } = await arrivalOf(run, hop, { entries: await entriesOf(ctx, scope), patience });
  const ahead = ctx.path.filter(({ half, name }) => half === scope.half && hop.awaits?.ahead.includes(name));
  const done = news ? await runHops(run, ahead) : NONE;
  const { due, done: written, failed } = plus(counts, done);
  const lookedAt = new Date(ctx.now()).toISOString();
  const told = { stage, due, done: written, failed, findings: counts.findings, arrival, lookedAt };
  const unseen = { ...state, observation: '', altered: [...run.altered].sort() };
  if (arrival === 'waiting') {
    await releaseScope(ctx.ledger, scope, ctx.execution);
    return { ...told, next: 'wait', run: { ...unseen, waited: true } };
  }
  if (state.waited) return { ...told, next: 'assess', run: { ...unseen, waited: false } };
  return { ...told, ...(await goOn(run)) };
}

function plus(a: Counts, b: Counts): Counts {
  return {
    due: a.due + b.due,
    done: a.done + b.done,
    failed: a.failed + b.failed,
    findings: a.findings + b.findings,
  };
}

async function runHops(run: Run, hops: readonly HopModule[]): Promise<Counts> {
  let total = NONE;
  for (const hop of hops) {
    const first = await runHop(run, hop);
    total = plus(total, first);
    if (first.done === 0) continue;
    for (const name of hop.again ?? []) {
      const due = run.ctx.path.find((one) => one.half === hop.half && one.name === name);
      if (due === undefined) continue;
      const again = await runHop(run, due);
      // Of a hop that is looked at twice, what the second look found counts.
      const findings = due === hop ? again.findings - first.findings : 0;
      total = plus(total, { ...again, findings });
    }
  }
  return total;
}

async function runHop(run: Run, hop: HopModule): Promise<Counts> {
  const { ctx, scope, stopAt } = run;
  const entries = await entriesOf(ctx, scope);
  const seen = await dueOf(run, hop, entries);
  const { changes, findings, uses } =
    seen.changes.length > 0 && seeAnew(run, seen.changes) ? await dueOf(run, hop, entries) : seen;
  ctx.emit({ kind: 'assessed', scope: scopeText(scope), hop: hop.name, changes: changes.length, findings });
  if (changes.length > 0) await requireCurrent(ctx);
  await useConfirmations(ctx, scope, uses);
  try {
    const applied = await applyChanges(ctx, changes, { scope, entries, stopAt });
    forgetAltered(run, changes, applied.failed > 0);
    if (applied.failed === 0) await endConfirmations(ctx, scope, uses);
    return { due: changes.length, ...applied, findings };
  } catch (error) {
    forgetAltered(run, changes, !isLakeError(error, 'MoreToDo'));
    throw error;
  }
}

interface Due {
  readonly changes: readonly Change[];
  readonly findings: number;
  readonly uses: readonly Use[];
}

async function dueOf({ ctx, scope, reads }: Run, hop: HopModule, entries: readonly Entry[]): Promise<Due> {
  const recent = recentOf(entries, ctx.now());
  const seen = look(ctx, scope, { entries, recent, planning: false, verifying: false }, reads);
  const { assessment } = await seen.assess(hop);
  const enforced = assessment.changes.filter((change) => isEnforced(ctx, change));
  const { changes, uses } = await withBrake(ctx, scope, { changes: enforced, entries });
  return { changes, findings: assessment.findings.length, uses };
}

/** This run has nothing to write any more. */
class NoLongerOurs extends Error {
  readonly next: 'end' | 'verify';

  constructor(next: 'end' | 'verify') {
    super('this run may not write any more');
    this.next = next;
  }
}

async function requireCurrent(ctx: RunContext): Promise<void> {
  const standing = await ctx.standing();
  if (standing !== 'current') throw new NoLongerOurs(standing === 'superseded' ? 'end' : 'verify');
}

/** @returns how many runs are at work there. One that has lost its turn goes on: that is for AWS's sake, no law of ours. */
async function renew({ ledger, execution, policy, now: clock }: RunContext, scope: Scope): Promise<number> {
  const now = clock();
  const { runsAtOnce } = policy.limits;
  if (await ledger.take(scopeLease(scope, execution, now), now))
    return (await takeTurn(ledger, scope, { execution, now, runsAtOnce })) || runsAtOnce;
  throw new LakeError('LeaseHeld', {
    message: `another run took over ${scopeText(scope)}`,
    remedy: 'It does what was left to do here.',
  });
}
