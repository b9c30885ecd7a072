/** Faults on demand: what a test asked to go wrong, counted and tossed from a seed. */

import type { SignedCall } from '../caller.ts';
import type { EventEnvelope } from '../events.ts';
import type { Random } from '../random.ts';
import type { EntryFault, EntryFaults } from './faults.ts';

/** Which calls a rule means. What is absent matches everything. */
interface CallMatch {
  readonly service?: string;
  readonly operation?: string;
  readonly account?: string;
  readonly region?: string;
  /** Found in the caller's ARN. */
  readonly principal?: string;
  /** Found in the request's JSON. */
  readonly body?: string;
}

/** Which of the matching calls are hit: the nth only, all (the default), or each with a probability. */
interface Frequency {
  readonly nth?: number;
  /** At most this many in all. */
  readonly times?: number;
  readonly probability?: number;
}

interface CallFault extends CallMatch, Frequency {
  readonly kind: 'error';
  readonly when?: 'before' | 'after';
  readonly code: string;
  readonly message?: string;
  readonly status?: number;
}

/** The effect happens, the answer never arrives. */
interface CutFault extends CallMatch, Frequency {
  readonly kind: 'cut';
}

/** A token bucket per operation and account: `burst` tokens, `perSecond` new ones. */
interface ThrottleFault extends CallMatch {
  readonly kind: 'throttle';
  readonly burst: number;
  readonly perSecond: number;
}

/** One entry of a batch answers with an error in `Failures[]`; `body` is sought in the entry. */
interface BatchEntryFault extends CallMatch, Frequency {
  readonly kind: 'entry';
  readonly code: string;
  readonly message?: string;
}

interface EventFault extends Frequency {
  readonly kind: 'event';
  readonly effect: 'drop' | 'double' | 'delay' | 'reorder';
  readonly detailType?: string;
  readonly account?: string;
  /** For `delay`: released once the clock has moved on by this much. */
  readonly ms?: number;
}

export type FaultRule = CallFault | CutFault | ThrottleFault | BatchEntryFault | EventFault;

export interface CallVerdict {
  readonly before?: { readonly code: string; readonly message: string; readonly status: number };
  readonly after?: { readonly code: string; readonly message: string; readonly status: number };
  readonly cut: boolean;
  readonly throttled: boolean;
}

export interface Faults extends EntryFaults {
  add(rule: FaultRule): number;
  remove(id: number): void;
  clear(): void;
  /** What happens to this call; counts it. */
  call(call: SignedCall, body: () => string): CallVerdict;
  event(event: EventEnvelope, deliver: (event: EventEnvelope) => void): void;
  /** Whether there are rules, or events held back. */
  isSet(): boolean;
  /** Delivers what was delayed and is due, or everything. */
  releaseEvents(deliver: (event: EventEnvelope) => void, all?: boolean): void;
}

interface Live {
  readonly id: number;
  readonly rule: FaultRule;
  seen: number;
  hits: number;
  readonly buckets: Map<string, { tokens: number; at: number }>;
}

function matches(rule: CallMatch, call: SignedCall, body: () => string): boolean {
  return (
    (rule.service === undefined || rule.service === call.service) &&
    (rule.operation === undefined || rule.operation === call.operation) &&
    (rule.account === undefined || rule.account === call.account) &&
    (rule.region === undefined || rule.region === call.region) &&
    (rule.principal === undefined ||
      (call.caller.sessionArn ?? call.caller.arn).includes(rule.principal) ||
      call.caller.arn.includes(rule.principal)) &&
    (rule.body === undefined || body().includes(rule.body))
  );
}

function strikes(live: Live, frequency: Frequency, random: Random): boolean {
  live.seen += 1;
  if (frequency.nth !== undefined && live.seen !== frequency.nth) return false;
  if (frequency.times !== undefined && live.hits >= frequency.times) return false;
  if (frequency.probability !== undefined && random.next() >= frequency.probability) return false;
  live.hits += 1;
  return true;
}

function takesToken(live: Live, rule: ThrottleFault, call: SignedCall, now: number): boolean {
  const key = `${call.account}/${call.service}/${call.operation}`;
  const bucket = live.buckets.get(key) ?? { tokens: rule.burst, at: now };
  bucket.tokens = Math.min(rule.burst, bucket.tokens + ((now - bucket.at) / 1000) * rule.perSecond);
  bucket.at = now;
  live.buckets.set(key, bucket);
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

const errorOf = (rule: CallFault): NonNullable<CallVerdict['before']> => ({
  code: rule.code,
  message: rule.message ?? `${rule.code}, on demand`,
  status: rule.status ?? 400,
});

interface Held {
  readonly event: EventEnvelope;
  /** Released when the clock gets here; a reordered event waits for the next one instead. */
  readonly due: number;
}

function judge(rules: readonly Live[], call: SignedCall, body: () => string, random: Random, now: number): CallVerdict {
  let verdict: CallVerdict = { cut: false, throttled: false };
  for (const live of rules) {
    const { rule } = live;
    if (rule.kind === 'entry' || rule.kind === 'event' || !matches(rule, call, body)) continue;
    if (rule.kind === 'throttle') {
      if (!takesToken(live, rule, call, now)) verdict = { ...verdict, throttled: true };
    } else if (strikes(live, rule, random)) {
      if (rule.kind === 'cut') verdict = { ...verdict, cut: true };
      else verdict = { ...verdict, [rule.when ?? 'before']: errorOf(rule) };
    }
  }
  return verdict;
}

function createEventFaults(rules: readonly Live[], random: Random, now: () => number) {
  let held: readonly Held[] = [];
  const release = (deliver: (event: EventEnvelope) => void, due: (item: Held) => boolean): void => {
    const ready = held.filter(due);
    held = held.filter((item) => !ready.includes(item));
    for (const item of ready) deliver(item.event);
  };
  const ruleFor = (event: EventEnvelope): EventFault | undefined => {
    for (const live of rules) {
      const { rule } = live;
      if (rule.kind !== 'event') continue;
      if (rule.detailType !== undefined && rule.detailType !== event['detail-type']) continue;
      if (rule.account !== undefined && rule.account !== event.account) continue;
      if (strikes(live, rule, random)) return rule;
    }
    return undefined;
  };
  return {
    release,
    forget: () => {
      held = [];
    },
    isHolding: () => held.length > 0,
    pass(event: EventEnvelope, deliver: (event: EventEnvelope) => void) {
      const rule = ruleFor(event);
      if (rule?.effect === 'drop') return;
      if (rule?.effect === 'delay') held = [...held, { event, due: now() + (rule.ms ?? 0) }];
      else if (rule?.effect === 'reorder') held = [...held, { event, due: Number.POSITIVE_INFINITY }];
      else {
        deliver(event);
        if (rule?.effect === 'double') deliver(event);
        // The one held back for reordering comes after its successor.
        release(deliver, (item) => item.due === Number.POSITIVE_INFINITY || item.due <= now());
      }
    },
  };
}

/** No faults yet. Those that are tossed fall the same way for the same seed and calls. */
export function createFaults(random: Random, now: () => number): Faults {
  const rules: Live[] = [];
  const events = createEventFaults(rules, random, now);
  let next = 1;
  return {
    add(rule) {
      rules.push({ id: next, rule, seen: 0, hits: 0, buckets: new Map() });
      next += 1;
      return next - 1;
    },
    remove(id) {
      rules.splice(0, rules.length, ...rules.filter((live) => live.id !== id));
    },
    clear() {
      rules.length = 0;
      events.forget();
    },
    call: (call, body) => judge(rules, call, body, random, now()),
    entry(call, _index, entry): EntryFault | undefined {
      const body = (): string => JSON.stringify(entry) ?? '';
      for (const live of rules) {
        const { rule } = live;
        if (rule.kind !== 'entry' || !matches(rule, call, body) || !strikes(live, rule, random)) continue;
        return { code: rule.code, message: rule.message ?? `${rule.code}, on demand` };
      }
      return undefined;
    },
    event: events.pass,
    isSet: () => rules.length > 0 || events.isHolding(),
    releaseEvents: (deliver, all = false) => events.release(deliver, (item) => all || item.due <= now()),
  };
}
