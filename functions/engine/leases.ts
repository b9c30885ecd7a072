/**
 * Leases. A scope's: held by the execution, renewed by each stage, given up while waiting, released on every exit; with it
 * goes a turn to work in the scope's account and Region.
 */

import { LakeError } from '#contracts/errors.ts';
import type { Lease, Ledger } from '#contracts/ledger.ts';
import type { Catalog } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';
import type { RunContext } from './context.ts';

/** Longer than any stage with its retries; a run that died blocks its scope no longer than this. */
const SCOPE_LEASE_MS = 20 * 60_000;

export function scopeLease(scope: Scope, execution: string, now: number): Lease {
  return { key: `scope/${scopeText(scope)}`, holder: execution, until: now + SCOPE_LEASE_MS };
}

/**
 * Takes the scope, and a turn in its account and Region.
 *
 * @returns `held` while another run has the scope, or others all turns, and there is time left; `gave-up` when there is none.
 */
export async function takeScope(
  ledger: Ledger,
  scope: Scope,
  options: { execution: string; now: number; deadline: number; runsAtOnce: number },
): Promise<'taken' | 'held' | 'gave-up'> {
  const { execution, now, deadline } = options;
  if (!(await ledger.take(scopeLease(scope, execution, now), now))) return now < deadline ? 'held' : 'gave-up';
  if ((await takeTurn(ledger, scope, options)) > 0) return 'taken';
  await ledger.release(`scope/${scopeText(scope)}`, execution);
  return now < deadline + TURN_PATIENCE_MS ? 'held' : 'gave-up';
}

/** Gives up the scope and the turn. */
export async function releaseScope(ledger: Ledger, scope: Scope, execution: string): Promise<void> {
  await ledger.releaseTurn(scope, execution);
  await ledger.release(`scope/${scopeText(scope)}`, execution);
}

/**
 * How much longer a turn is waited for than a scope: a new policy starts the runs of hundreds of databases of one account,
 * which are half a minute's work each. Beyond it the machine's history of events would end.
 */
const TURN_PATIENCE_MS = 45 * 60_000;

/** @returns how many runs are at work in the account and Region, this one included; 0 when it has to wait. */
export function takeTurn(
  ledger: Ledger,
  place: Catalog,
  { execution, now, runsAtOnce }: { execution: string; now: number; runsAtOnce: number },
): Promise<number> {
  return ledger.takeTurn(place, { holder: execution, until: now + SCOPE_LEASE_MS }, { now, most: runsAtOnce });
}

/** Writes of one kind stand in line, a few seconds each: databases of one account are published side by side. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 1000;

type Leasing = Pick<RunContext, 'ledger' | 'invocation' | 'now' | 'sleep'>;

/** Takes a lease for this invocation, or renews it, without standing in line. @returns whether it is ours. */
export function takeLease({ ledger, invocation, now }: Leasing, key: string, ms: number): Promise<boolean> {
  return ledger.take({ key, holder: invocation, until: now() + ms }, now());
}

/** Writes while nobody else of ours does. The lease is this invocation's, never re-entered. @throws LeaseHeld */
export async function withLease<T>(
  ctx: Leasing,
  { key, ms }: { readonly key: string; readonly ms: number },
  write: () => Promise<T>,
): Promise<T> {
  await takeInTurn(ctx, key, ms);
  try {
    return await write();
  } finally {
    await ctx.ledger.release(key, ctx.invocation);
  }
}

async function takeInTurn(ctx: Leasing, key: string, ms: number): Promise<void> {
  const givesUpAt = ctx.now() + PATIENCE_MS;
  for (let now = ctx.now(); now < givesUpAt; now = ctx.now()) {
    if (await takeLease(ctx, key, ms)) return;
    await ctx.sleep(PAUSE_MS);
  }
  throw new LakeError('LeaseHeld', {
    message: `${key} is being written by another run`,
    remedy: 'The next run writes it.',
  });
}
