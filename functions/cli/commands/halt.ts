/** `onramp halt` and `onramp resume`: a person stops all runs from writing into members, and lets them go on. */

import { EXIT_CODES, LakeError } from '#contracts/errors.ts';
import type { Ledger } from '#contracts/ledger.ts';
import type { Terminal } from '../terminal.ts';

export interface HaltOptions {
  readonly ledger: Ledger;
  /** ARN of who halts, for the record. */
  readonly by: string;
  /** What people are told meanwhile. */
  readonly why: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Findings tell it to many. */
const MOST_CHARACTERS = 200;

/** From now on no stage begins to write; a write that is under way is finished. Halting again only changes the reason. */
export async function halt({ ledger, by, why, now }: HaltOptions, terminal: Terminal): Promise<number> {
  const text = why.trim();
  if (text === '' || text.length > MOST_CHARACTERS) {
    throw new LakeError('UsageInvalid', {
      message: text === '' ? 'no reason given' : `the reason has ${text.length} characters`,
      remedy: `--why: a sentence of up to ${MOST_CHARACTERS} characters; findings show it`,
    });
  }
  await ledger.setHalt({ by, why: text, at: now });
  terminal.result(
    `halted by ${by}: runs go on looking and telling, and write nothing into members until onramp resume`,
  );
  return EXIT_CODES.done;
}

export async function resume({ ledger }: Pick<HaltOptions, 'ledger'>, terminal: Terminal): Promise<number> {
  const halted = await ledger.halt();
  await ledger.setHalt(null);
  terminal.result(
    halted === null
      ? 'the hub was not halted'
      : `resumed: what is due is written by the next run of each scope (halted ${new Date(halted.at).toISOString()} by ${halted.by}: ${halted.why})`,
  );
  return EXIT_CODES.done;
}
