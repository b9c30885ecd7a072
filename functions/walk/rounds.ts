/** Writes that AWS refuses for the moment, in rounds. */

import { isLakeError, type LakeError } from '#contracts/errors.ts';
import { roleArn } from './entrance.ts';
import type { Doing } from './outcomes.ts';

/** Waits between rounds for entries AWS refuses for the moment: 15.5 s in all, after the SDK's own retries of whole calls. */
const ROUND_PAUSES_MS = [500, 1000, 2000, 4000, 8000];

/** What AWS may need until everybody knows an administrator; other tools wait for IAM as long. */
const KNOWN_WITHIN_MS = 60_000;
const RIGHTS_PAUSES_MS = [...ROUND_PAUSES_MS, 16_000, 16_000];

/** How often, and what, is tried again in one place. */
export interface Rounds {
  /** Milliseconds before each round. */
  readonly pauses: readonly number[];
  passes(error: LakeError | null): boolean;
}

/** Waits for the next round; false when this call has no time for it. The first round has its time in any case. */
export async function hasTurn({ ctx, stopAt }: Doing, pause: number): Promise<boolean> {
  if (pause === 0) return true;
  if (ctx.now() + pause >= stopAt) return false;
  await ctx.sleep(pause);
  return true;
}

/**
 * Transient trouble, and what a share accepted or a role made moments ago still looks like (G-L4, G-L16). A refusal is
 * final, unless this very run has made our operator an administrator a moment ago, or granted it what it needs.
 */
export function roundsIn({ ctx, earlier }: Doing, place: { account: string; region: string }): Rounds {
  const operator = roleArn(ctx, place.account, 'Operator');
  const isNew = [...earlier.values()].some(
    (entry) =>
      (entry.kind === 'admins' || entry.principal === operator) &&
      entry.account === place.account &&
      entry.region === place.region &&
      entry.execution === ctx.execution &&
      entry.state === 'confirmed' &&
      ctx.now() - entry.at < KNOWN_WITHIN_MS,
  );
  const passing = [
    'Transient',
    'NotVisible',
    'PrincipalUnknown',
    ...(isNew ? (['AccessDenied'] as const) : []),
  ] as const;
  return {
    pauses: [0, ...(isNew ? RIGHTS_PAUSES_MS : ROUND_PAUSES_MS)],
    passes: (error) => isLakeError(error, ...passing),
  };
}
