/** Writes that AWS refuses for the moment are sent again, in rounds. */

import { type ErrorCode, isLakeError, type LakeError } from '#contracts/errors.ts';
import { roleArn } from '#core/member-roles.ts';
import { isAccepted, isUnseen } from '#core/ownership.ts';
import type { ChangeWriter } from './change-writer.ts';
import type { Applying } from './write-ahead.ts';

/** Waits between rounds for entries AWS refuses for the moment: 15.5 s in all, after the SDK's own retries of whole calls. */
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];

/** What AWS may need until everybody knows an administrator; other tools wait for IAM as long. */
const KNOWN_WITHIN_MS = 60_000;
const RIGHTS_PAUSES_MS = [...PAUSES_MS, 16_000, 16_000];

/** Other tools meet shared tables that are refused for about a minute after their share was accepted. */
const ARRIVED_WITHIN_MS = 120_000;
const ARRIVING_PAUSE_MS = 16_000;
const NOT_SHOWN = /Insufficient (Glue|Lake ?Formation) permission/i;

/** What a share accepted or a role made moments ago looks like, beside trouble that passes (G-L4, G-L16). */
const PASSING: readonly ErrorCode[] = ['Transient', 'NotVisible', 'PrincipalUnknown'];

/** How often, and what, is tried again in one place. */
export interface Rounds {
  /** Milliseconds before each round; the first has none. */
  readonly pauses: readonly number[];
  isRetryable(error: LakeError | null): boolean;
}

/**
 * A refusal is final, unless this very run has made our operator an administrator a moment ago, or granted it what it
 * needs; or a share was accepted there moments ago. What only that can help is tried again for no other reason.
 */
export function roundsOf(
  applying: Applying,
  writer: Pick<ChangeWriter, 'repeats'>,
  place: { readonly account: string; readonly region: string },
): Rounds {
  const isNew = hasNewRights(applying, place);
  const codes: readonly ErrorCode[] = [
    ...(writer.repeats ? PASSING : []),
    ...(isNew ? (['AccessDenied'] as const) : []),
  ];
  const pauses = isNew ? RIGHTS_PAUSES_MS : PAUSES_MS;
  const arriving = arrivingUntil(applying, place);
  return {
    pauses: [0, ...pauses, ...pausesUntil(arriving - applying.ctx.now(), pauses)],
    isRetryable: (error) =>
      (codes.length > 0 && isLakeError(error, ...codes)) || (isNotShown(error) && applying.ctx.now() < arriving),
  };
}

/** Until when what was accepted in the account may not be known to everybody there; 0: all of it is. */
function arrivingUntil({ earlier }: Applying, { account }: { readonly account: string }): number {
  const accepted = [...earlier.values()].filter(
    (entry) => isAccepted(entry) && entry.account === account && entry.state === 'confirmed',
  );
  return Math.max(0, ...accepted.map(({ at }) => at + ARRIVED_WITHIN_MS));
}

/** Rounds beside those that are there, as long as there is something to wait for. */
function pausesUntil(ms: number, pauses: readonly number[]): readonly number[] {
  const left = ms - pauses.reduce((all, pause) => all + pause, 0);
  return Array.from({ length: Math.max(0, Math.ceil(left / ARRIVING_PAUSE_MS)) }, () => ARRIVING_PAUSE_MS);
}

/** Lake Formation's and Glue's own words for what a principal is not shown; IAM has others for a right that lacks. */
function isNotShown(error: LakeError | null): boolean {
  return isLakeError(error, 'AccessDenied') && NOT_SHOWN.test(error.aws?.message ?? '');
}

function hasNewRights(
  { ctx, earlier }: Applying,
  { account, region }: { readonly account: string; readonly region: string },
): boolean {
  const operator = roleArn(ctx, account, 'Operator');
  return [...earlier.values()].some(
    (entry) =>
      (entry.kind === 'admins' || entry.principal === operator) &&
      entry.account === account &&
      entry.region === region &&
      entry.execution === ctx.execution &&
      (entry.state === 'confirmed' || isUnseen(entry)) &&
      ctx.now() - entry.at < KNOWN_WITHIN_MS,
  );
}

/** Waits for the next round; false when this call has no time for it. The first round has its time in any case. */
export async function waitForRound({ ctx, stopAt }: Applying, pause: number): Promise<boolean> {
  if (pause === 0) return true;
  if (ctx.now() + pause >= stopAt) return false;
  await ctx.sleep(pause);
  return true;
}
