/** Starting a machine by the debounce rule: once per scope and window, whoever asks. */

import { startMachine } from '#aws/machines.ts';
import type { Scope } from '#contracts/steps.ts';
import { type MachineStart, nextStartFor, type StartOptions, startFor } from '#core/start.ts';

/** `covered`: an execution of this name has yet to look. `already`: one of this name has looked. */
export type StartOutcome = 'started' | 'covered' | 'already';

/** Asks Step Functions for one execution. */
export type Starter = (start: MachineStart) => Promise<StartOutcome>;

/** The starter on AWS; `machines` are ARNs, `now` is in milliseconds since the epoch. */
export function starterOf(options: {
  readonly sfn: () => Parameters<typeof startMachine>[0];
  readonly machines: Readonly<Record<Scope['half'], string>>;
  now(): number;
}): Starter {
  return ({ machine, name, input }) =>
    startMachine(options.sfn(), {
      machineArn: options.machines[machine],
      name,
      input: JSON.stringify(input),
      stillWaits: () => options.now() < Date.parse(input.lookAt),
    });
}

/**
 * Starts the scope's machine, or finds that a look is due anyway. When this window's execution has already looked, the
 * next window's is asked for: that one can't have looked yet, so its "already" is as good as started. Without a
 * debounce the name is the trigger's own id, and "already" means that this very trigger was served.
 */
export async function startCovered(
  scope: Scope,
  options: StartOptions,
  start: Starter,
): Promise<'started' | 'covered'> {
  const outcome = await start(startFor(scope, options));
  if (outcome !== 'already') return outcome;
  if (options.debounce === 0) return 'covered';
  return (await start(nextStartFor(scope, options))) === 'started' ? 'started' : 'covered';
}
