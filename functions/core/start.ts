/**
 * The name and input with which a machine is started: the debounce. Triggers that fall into the same window give the
 * same name, and Step Functions starts a name only once, so no timer and no memory of ours is needed.
 */

import { shortHash } from '#contracts/hash.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Scope, Start, Wake } from '#contracts/steps.ts';

/** Allowance in seconds for clocks that differ: of the Lambda that names the window and of Step Functions that waits. */
const CLOCK_MARGIN = 5;

/** With no debounce nothing is waited for: a moment that has long passed ends the Wait state at once. */
const AT_ONCE = '1970-01-01T00:00:00Z';

export interface StartOptions {
  /** The handler's clock in milliseconds, never the event's time: retries and redrives arrive hours later. */
  readonly now: number;
  /** The policy's debounce, in seconds. */
  readonly debounce: number;
  /** How long whoever starts the machine may still run, in seconds. */
  readonly handlerTimeoutSeconds: number;
  /** Seconds over which surveys are spread, so that not all of a schedule look in the same one. */
  readonly spread: number;
  /** The event's id, or the name of the execution that starts this one: the window when debounce is 0. */
  readonly eventId: string;
}

export interface MachineStart {
  readonly machine: Wake['half'];
  /** 1 to 80 of `[0-9A-Za-z_-]`. */
  readonly name: string;
  readonly input: Start;
}

/** @returns the execution that stands for this trigger: the same for all of one window. */
export function startFor(scope: Wake, options: StartOptions): MachineStart {
  const { window, lookAt } = options.debounce === 0 ? windowOfEvent(options.eventId) : windowOf(scope, options);
  // 7 (machine) + 12 (account) + 16 (hash) + 38 (window) + 3 dashes = 76 characters at most.
  const name = [scope.half, scope.account, scopeHash(scope), window].join('-');
  return { machine: scope.half, name, input: { scope, window, lookAt } };
}

/** A start that a person asked for: at once, and never covered by another run. `id`: up to 30 of `[0-9A-Za-z_-]`. */
export function startByHand(scope: Scope, id: string): MachineStart {
  const window = `hand-${id}`;
  const name = [scope.half, scope.account, scopeHash(scope), window].join('-');
  return { machine: scope.half, name, input: { scope, window, lookAt: AT_ONCE } };
}

/** The start after this one: for when the machine of this window has already looked. */
export function nextStartFor(scope: Wake, options: StartOptions): MachineStart {
  return startFor(scope, { ...options, now: options.now + options.debounce * 1000 });
}

/** A scope as one word for logs, findings and leases. */
export function scopeText(scope: Wake): string {
  const place = `${scope.half} ${scope.account} ${scope.region}`;
  return scope.half === 'publish' && scope.database !== null ? `${place} ${scope.database}` : place;
}

/**
 * The window that follows the one in which the clock stands. It has surely closed when its start is past, and the
 * last handler that may still name it has run out of time, and the clocks' difference is allowed for.
 */
function windowOf(scope: Wake, options: StartOptions): { window: string; lookAt: string } {
  const { now, debounce, handlerTimeoutSeconds } = options;
  const number = Math.floor(now / (debounce * 1000)) + 1;
  const closed = number * debounce + handlerTimeoutSeconds + CLOCK_MARGIN + delayOf(scope, options);
  // The window's length is part of the name: another debounce counts other windows.
  return { window: `${debounce}s-${number}`, lookAt: new Date(closed * 1000).toISOString() };
}

/** The same for a place every time: its surveys are as far apart as the schedule's turns. */
function delayOf(scope: Wake, { spread }: StartOptions): number {
  if (scope.half !== 'survey' || spread === 0) return 0;
  return Number.parseInt(shortHash(scopeText(scope), 8), 16) % spread;
}

const LONGEST_SPREAD_MINUTES = 30;

/** @returns seconds: half of what lies between two turns of the schedule, and half an hour at most. */
export function spreadOf({ reconcile }: Pick<Policy, 'reconcile'>): number {
  return reconcile === null ? 0 : 60 * Math.min(LONGEST_SPREAD_MINUTES, Math.floor(reconcile.shortestGap / 2));
}

function windowOfEvent(eventId: string): { window: string; lookAt: string } {
  const clean = /^[0-9A-Za-z_-]{1,36}$/.test(eventId);
  return { window: clean ? `e-${eventId}` : `h-${shortHash(eventId, 36)}`, lookAt: AT_ONCE };
}

function scopeHash(scope: Wake): string {
  return shortHash(scopeText(scope), 16);
}

/** `covered`: an execution of this name has yet to look. `already`: one of this name has looked. */
export type StartOutcome = 'started' | 'covered' | 'already';

/** Asks Step Functions for one execution. */
export type Starter = (start: MachineStart) => Promise<StartOutcome>;

/**
 * Starts the scope's machine, or finds that a look is due anyway. When this window's execution has already looked, the
 * next window's is asked for: that one can't have looked yet, so its "already" is as good as started. Without a
 * debounce the name is the trigger's own id, and "already" means that this very trigger was served.
 */
export async function startCovered(scope: Wake, options: StartOptions, start: Starter): Promise<'started' | 'covered'> {
  const outcome = await start(startFor(scope, options));
  if (outcome !== 'already') return outcome;
  if (options.debounce === 0) return 'covered';
  return (await start(nextStartFor(scope, options))) === 'started' ? 'started' : 'covered';
}
