/** Runs that have nothing to look at any more, because another one has looked since. */

import type { Ledger } from '#contracts/ledger.ts';
import type { Scope } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';

/** Allowance for clocks that differ. */
const MARGIN_MS = 5000;
/** Windows as starts name them. Who starts a run by hand wants it. */
const BY_RULE = /^(\d+s-\d+|[eh]-)/;

export interface Waiting {
  readonly scope: Scope;
  /** Hash of the policy in force. */
  readonly policy: string;
  readonly window: string;
  /** What the run was started for had happened by then, milliseconds since the epoch. */
  readonly from: number;
}

/** Whether a run of this scope that went through to its end began to look after what this one was started for. */
export async function isCovered(ledger: Ledger, { scope, policy, window, from }: Waiting): Promise<boolean> {
  if (!BY_RULE.test(window)) return false;
  const finished = await ledger.finished(scopeText(scope));
  return finished !== null && finished.policy === policy && finished.since > from + MARGIN_MS;
}
