/** The two looks of a run at its whole half: `assess`, with which it begins, and `verify`, with which one that wrote ends. */

import { isLakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { StageOutput } from '#contracts/steps.ts';
import type { Change } from '#core/change.ts';
import { assessAll, hopsOf, look } from './assess.ts';
import { type Conclusion, carryOut, concludeFrom, isAtRest } from './conclude.ts';
import { lookAgain } from './cut-short.ts';
import { entryFor, notYetVisible, withoutHeldBack } from './drift.ts';
import { entriesOf } from './enforcement.ts';
import type { Patience } from './hop.ts';
import { recordEnd } from './record-end.ts';
import { keep, type Run, seePolled, seeWritten } from './run.ts';
import { stagesDue, waitingHops } from './stage-order.ts';

/** A run looks at its half so often at most: what is due after that is a finding. */
const MOST_LOOKS = 4;

/**
 * Looks at everything. The run is over when nothing is due, nothing has changed that people, producers or consumers are
 * told of, and nobody has to run because of it. Cut short, it keeps what it has read and is called again.
 */
export async function assessRun(run: Run, patience: Patience): Promise<StageOutput> {
  // Whatever is asked from now on is as it is now, or later.
  const since = run.state.since === 0 ? run.begunAt : run.state.since;
  const begun = { ...run, state: { ...run.state, since } };
  try {
    return await assessed(begun, patience);
  } catch (error) {
    return lookAgain(begun, 'assess', error);
  }
}

async function assessed(run: Run, patience: Patience): Promise<StageOutput> {
  const { ctx, scope, reads, state } = run;
  const entries = await entriesOf(ctx, scope);
  // What is recorded is looked at as at the end of a run, but nothing is waited for yet.
  const mode = { entries, recent: [], planning: false, verifying: true, patient: false };
  const conclusion = await concludeFrom(ctx, scope, { seen: look(ctx, scope, mode, reads), entries });
  const waiting = await waitingHops(run, entries, patience);
  const counts = { ...countsOf('assess', conclusion), pause: 0 };
  const looked = { assessed: state.assessed + 1, tries: 0 };
  const [first, ...stages] = stagesDue(run, conclusion.hops, { changes: conclusion.due, waiting });
  if (first !== undefined) return { ...counts, next: first, run: await keep(run, { ...looked, stages }) };
  if (isAtRest(conclusion) && !(await isAwaited(run, entries))) {
    await recordEnd(run, conclusion, entries);
    return { ...counts, next: 'end', run: { ...state, ...looked, observation: '' } };
  }
  return { ...counts, next: 'verify', run: await keep(run, { ...looked, stages: [] }) };
}

/** Whether a hop waits for something before it can say that all is well: `verify` waits with it. */
async function isAwaited({ ctx, scope, reads }: Run, entries: readonly Entry[]): Promise<boolean> {
  if (hopsOf(ctx, scope).every(({ polls }) => polls === undefined)) return false;
  try {
    await assessAll(look(ctx, scope, { entries, recent: [], planning: false, verifying: true }, reads));
    return false;
  } catch (error) {
    if (isLakeError(error, 'NotYetVisible')) return true;
    throw error;
  }
}

/**
 * Looks again at what was written and what rests on it. What has become due by what was written is done now; then what was
 * found is recorded, consumers are told, and who has to run is started.
 *
 * @throws NotYetVisible while AWS does not show yet what was written moments ago: Step Functions looks again.
 */
export async function verifyRun(run: Run, patience: Patience): Promise<StageOutput> {
  const { ctx, scope, reads, state } = run;
  seePolled(run);
  const entries = await entriesOf(ctx, scope);
  const conclude = async () => {
    const seen = look(ctx, scope, { entries, recent: [], planning: false, verifying: true }, reads);
    return concludeFrom(ctx, scope, { seen, entries });
  };
  let conclusion = await conclude();
  // What was read after it was written, and shows it, serves. Where something is due all the same, it is asked again.
  // While the hub is halted nothing is due, and what was written before must not be told as undone.
  if ((conclusion.due.length > 0 || conclusion.halted) && seeWritten(run)) conclusion = await conclude();
  const counts = countsOf('verify', conclusion);
  const early = earlyOf(run, conclusion, entries);
  const untried = withoutHeldBack(ctx, conclusion.due).filter(
    (change) => !early.includes(change) && !hasFailed(ctx, entryFor(ctx, change, entries)),
  );
  if (untried.length > 0 && state.assessed < MOST_LOOKS) {
    const waiting = await waitingHops(run, entries, patience);
    const [next, ...stages] = stagesDue(run, conclusion.hops, { changes: untried, waiting });
    if (next !== undefined) return { ...counts, next, run: await keep(run, { stages, assessed: state.assessed + 1 }) };
  }
  await carryOut(ctx, scope, conclusion, entries);
  await recordEnd(run, conclusion, entries);
  return { ...counts, next: conclusion.hasNews ? 'report' : 'end', run: { ...state, observation: '' } };
}

function earlyOf({ ctx }: Run, { due }: Conclusion, entries: readonly Entry[]): readonly Change[] {
  return notYetVisible(ctx, due, entries, ctx.now());
}

/** Refused in this very run: the next one tries again. */
function hasFailed({ execution }: Pick<Run['ctx'], 'execution'>, entry: Entry | undefined): boolean {
  return entry?.execution === execution && entry.error !== null;
}

function countsOf(stage: string, { due, findings }: Conclusion): Omit<StageOutput, 'next' | 'run'> {
  const told = findings.filter((found) => found.state !== 'waiting').length;
  return { stage, due: due.length, done: 0, failed: 0, findings: told };
}
