/** Law 4's troubles: a run that is killed, refused or cut at one of its calls, at each in turn or at a sample of them. */

import { expect, test } from 'vitest';
import type { InProcess } from './in-process.ts';

/** Killed: nothing more is sent or written down. Cut: the effect happens, the answer is lost once. */
const TROUBLES = ['killed before', 'killed after', 'refused at', 'cut at'] as const;
export type Trouble = (typeof TROUBLES)[number];
const SAMPLES = 8;
/** Longer than the leases of a run that died. */
const LATER_MS = 21 * 60_000;

/** The run with that trouble at its nth call, then, when all is well and the leases are over, the same run again. */
export async function struck(
  cloud: InProcess,
  { nth, trouble }: { readonly nth: number; readonly trouble: Trouble },
  run: () => Promise<unknown>,
): Promise<void> {
  await strike(cloud, nth, trouble);
  await run().catch(() => undefined);
  cloud.line?.mend();
  await cloud.stage.control.clearFaults();
  cloud.queue.length = 0;
  await cloud.later(LATER_MS);
  await run();
}

async function strike(cloud: InProcess, nth: number, trouble: Trouble): Promise<void> {
  const { control } = cloud.stage;
  const ours = { principal: 'onramp-', nth };
  if (trouble === 'killed before') cloud.line?.die(nth, 'before');
  else if (trouble === 'killed after') cloud.line?.die(nth, 'after');
  else if (trouble === 'cut at') await control.fault({ kind: 'cut', ...ours });
  else await control.fault({ kind: 'error', code: 'AccessDeniedException', status: 403, ...ours });
}

/** Spread over the whole run, each trouble at places of its own. */
const samples = Array.from({ length: SAMPLES }, (_, i) => ({
  percent: Math.round(((i + 0.5) / SAMPLES) * 100),
  trouble: TROUBLES[i % TROUBLES.length] ?? 'cut at',
}));

/** Names the variable that asks for more than the sample. */
export const CUT_EVERY = 'ONRAMP_CUT_EVERY';
/** What is printed of each trouble that was tried at many calls. */
export const CUT_PLACES = /: (\d+) runs tried, each at another call/g;

/** A test per sample; with ONRAMP_CUT_EVERY=n every nth call at every trouble. `calls`: how many a clean run makes. */
export function everywhere(calls: () => number, recovers: (nth: number, trouble: Trouble) => Promise<void>): void {
  const every = Number(process.env[CUT_EVERY] ?? 0);
  if (every === 0) {
    test.each(samples)('$trouble the call $percent % into the run', ({ percent, trouble }) =>
      recovers(Math.max(1, Math.round((percent / 100) * calls())), trouble),
    );
    return;
  }
  test.each(TROUBLES)(
    `%s every call that ${every} divides`,
    async (trouble) => {
      const failed: string[] = [];
      for (let nth = every; nth <= calls(); nth += every) {
        await recovers(nth, trouble).catch((error: unknown) => {
          failed.push(`call ${nth}: ${String(error)}`);
          process.stdout.write(`${trouble} call ${nth}: the next run did not reach the same end\n`);
        });
      }
      process.stdout.write(`${trouble}: ${Math.floor(calls() / every)} runs tried, each at another call\n`);
      expect(failed).toEqual([]);
    },
    3_600_000,
  );
}
