/** A run stage by stage, so that the world can change in between. */

import type { RunState, Scope, StageOutput } from '#contracts/steps.ts';
import { reconcileStage } from '../../functions/handlers/reconcile.ts';
import type { InProcess } from './in-process.ts';

const EXECUTION = 'arn:aws:states:ap-northeast-1:333333333333:execution:m:by-stage';

export interface ByStage {
  /** The stage that is due next; `end` after the last. */
  readonly next: string;
  /** Runs it, as the machine would. */
  step(): Promise<StageOutput>;
  /** Runs every stage before the one of this name. */
  until(stage: string): Promise<void>;
  /** Runs what is left. @returns the stages that were entered. */
  rest(): Promise<readonly string[]>;
}

/** A run that has its lease and has looked at nothing yet. */
export async function byStage(cloud: InProcess, scope: Scope): Promise<ByStage> {
  const call = (stage: string, run?: RunState) => {
    const startedAt = new Date(cloud.clock.now()).toISOString();
    return reconcileStage({ stage, execution: EXECUTION, startedAt, scope, run }, cloud.reconcileServices);
  };
  let run = ((await call('begin')) as { run: RunState }).run;
  let next = 'assess';
  const step = async () => {
    const output = (await call(next, run)) as StageOutput;
    next = output.next ?? 'end';
    run = output.run ?? run;
    return output;
  };
  return {
    get next() {
      return next;
    },
    step,
    until: async (stage) => {
      while (next !== stage) {
        if (isOver(next)) throw new Error(`${stage} was never due`);
        await step();
      }
    },
    rest: async () => {
      const entered: string[] = [];
      while (!isOver(next)) {
        entered.push(next);
        await step();
      }
      return entered;
    },
  };
}

function isOver(stage: string): boolean {
  return ['end', 'report', 'wait'].includes(stage);
}
