/**
 * The name and input with which a machine is started: the debounce. Triggers that fall into the same window give the
 * same name, and Step Functions starts a name only once, so no timer and no memory of ours is needed.
 */

import { createHash } from 'node:crypto';
import type { Scope, Start } from '#contracts/steps.ts';

/** Allowance in seconds for clocks that differ: of the Lambda that names the bucket and of Step Functions that waits. */
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
  /** The event's id, or the name of the execution that starts this one: the bucket when debounce is 0. */
  readonly eventId: string;
}

export interface MachineStart {
  readonly machine: Scope['half'];
  /** 1 to 80 of `[0-9A-Za-z_-]`. */
  readonly name: string;
  readonly input: Start;
}

export function startFor(scope: Scope, options: StartOptions): MachineStart {
  const { bucket, lookAt } = options.debounce === 0 ? eventBucket(options.eventId) : windowBucket(options);
  // 7 (machine) + 12 (account) + 16 (hash) + 38 (bucket) + 3 dashes = 76 characters at most.
  const name = [scope.half, scope.account, scopeHash(scope), bucket].join('-');
  return { machine: scope.half, name, input: { scope, bucket, lookAt } };
}

/** The start after this one: for when the machine of this bucket has already looked. */
export function nextStartFor(scope: Scope, options: StartOptions): MachineStart {
  return startFor(scope, { ...options, now: options.now + options.debounce * 1000 });
}

/** A scope as one word for logs, findings and leases. */
export function scopeText(scope: Scope): string {
  const place = `${scope.half} ${scope.account} ${scope.region}`;
  return scope.half === 'publish' && scope.database !== null ? `${place} ${scope.database}` : place;
}

/**
 * The bucket that follows the window in which the clock stands. It has surely closed when its start is past, and the
 * last handler that may still name it has run out of time, and the clocks' difference is allowed for.
 */
function windowBucket({ now, debounce, handlerTimeoutSeconds }: StartOptions): { bucket: string; lookAt: string } {
  const number = Math.floor(now / (debounce * 1000)) + 1;
  const closed = number * debounce + handlerTimeoutSeconds + CLOCK_MARGIN;
  // The window's length is part of the name: another debounce counts other buckets.
  return { bucket: `${debounce}s-${number}`, lookAt: new Date(closed * 1000).toISOString() };
}

function eventBucket(eventId: string): { bucket: string; lookAt: string } {
  const clean = /^[0-9A-Za-z_-]{1,36}$/.test(eventId);
  return { bucket: clean ? `e-${eventId}` : `h-${digest(eventId).slice(0, 36)}`, lookAt: AT_ONCE };
}

function scopeHash(scope: Scope): string {
  return digest(scopeText(scope)).slice(0, 16);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
