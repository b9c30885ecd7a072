/** A scope's lease: held by the execution, renewed by each stage, given up while waiting, released on every exit. */

import type { Lease, Ledger } from '#contracts/ledger.ts';
import type { Scope } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';

/** Longer than any stage with its retries; a run that died blocks its scope no longer than this. */
const SCOPE_LEASE_MS = 20 * 60_000;

export function scopeLease(scope: Scope, execution: string, now: number): Lease {
  return { key: `scope/${scopeText(scope)}`, holder: execution, until: now + SCOPE_LEASE_MS };
}

/** @returns `held` while another run has it and there is time left, `gave-up` when there is none. */
export async function takeScope(
  ledger: Ledger,
  scope: Scope,
  options: { execution: string; now: number; deadline: number },
): Promise<'taken' | 'held' | 'gave-up'> {
  if (await ledger.take(scopeLease(scope, options.execution, options.now), options.now)) return 'taken';
  return options.now < options.deadline ? 'held' : 'gave-up';
}

export async function releaseScope(ledger: Ledger, scope: Scope, execution: string): Promise<void> {
  await ledger.release(`scope/${scopeText(scope)}`, execution);
}
