/** `onramp confirm-withdrawal HASH`: a person lets exactly these withdrawals pass the brake. */

import { EXIT_CODES, LakeError } from '#contracts/errors.ts';
import type { Ledger } from '#contracts/ledger.ts';
import type { Terminal } from '../terminal.ts';

export interface ConfirmOptions {
  readonly hash: string;
  readonly ledger: Ledger;
  /** ARN of who confirms, for the record. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export async function confirmWithdrawal(
  { hash, ledger, by, now }: ConfirmOptions,
  terminal: Terminal,
): Promise<number> {
  if (!/^[0-9a-f]{16}$/.test(hash)) {
    throw new LakeError('UsageInvalid', {
      message: `"${hash}" is no hash of a withdrawal`,
      remedy: 'copy the 16 letters and digits from the finding brake-pulled',
    });
  }
  await ledger.confirm(hash, { by, at: now });
  terminal.result(`withdrawal ${hash} confirmed by ${by} for a day; the next run on its scope does it`);
  return EXIT_CODES.done;
}
