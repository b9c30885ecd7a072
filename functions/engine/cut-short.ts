/** Looks that end before they are through: what was read is kept, and the machine calls again. */

import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { RunState, StageInput, StageOutput, Wake } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';
import { keep, type Run } from './run.ts';

/** Looks in a row that are cut short by trouble which passes, before what can't be read is unknown. */
const MOST_TRIES = 4;
const FIRST_PAUSE_SECONDS = 5;

/** Whether trouble that passes may cut this look short once more. */
export function isPatient({ run }: Pick<StageInput, 'run'>): boolean {
  return (run?.tries ?? 0) < MOST_TRIES;
}

/**
 * Trouble that passes: again after a pause, longer with every try in a row. The time of one call is over: again at once.
 *
 * @throws the error itself when it is neither, and LimitExceeded when nothing could be kept.
 */
export async function lookAgain(
  run: Run<Wake>,
  stage: 'assess' | 'survey',
  error: unknown,
  next: Partial<RunState> = {},
): Promise<StageOutput> {
  const { tries } = run.state;
  const isBusy = isLakeError(error, 'Transient') && tries < MOST_TRIES;
  if (!isBusy && !isLakeError(error, 'MoreToDo')) throw error;
  await run.reads.settled();
  const told = { stage, due: 0, done: 0, failed: 0, findings: 0 };
  if (!isBusy) return { ...told, next: stage, pause: 0, run: await keepForMore(run, { ...next, tries: 0 }) };
  const pause = FIRST_PAUSE_SECONDS * 2 ** tries;
  return { ...told, next: `${stage}-later`, pause, run: await keep(run, { ...next, tries: tries + 1 }) };
}

/** A look that is not through, and of which nothing is kept, would begin from nothing each time. */
async function keepForMore(run: Run<Wake>, next: Partial<RunState>): Promise<RunState> {
  const state = await keep(run, next);
  if (state.observation === '' && run.reads.known().length > 0) {
    throw new LakeError('LimitExceeded', {
      message: `what ${scopeText(run.scope)} takes to be looked at is more than can be kept`,
      remedy: 'Split the catalog, or let the policy name fewer of its tables.',
    });
  }
  return state;
}
