/** Which of EventBridge's schedule expressions the policy takes, and how long each is silent. Pure; times are UTC. */

import type { PolicyDocument, Schedule } from '#contracts/policy.ts';
import { unique } from '../collections.ts';
import { invalid, type PolicyIssue } from './issue.ts';

/** Each look reads everything; what can't wait this long has events. */
const SHORTEST_MINUTES = 5;
/** CloudWatch looks back seven days at most, and a silent schedule has to be noticed. */
const LONGEST_MINUTES = 6 * 24 * 60;

const DAY = 24 * 60;
const WEEK = 7 * DAY;
const UNITS = { minute: 1, hour: 60, day: DAY } as const;
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Minutes between one look and the next: the fewest and the most. */
interface Gaps {
  readonly shortest: number;
  readonly longest: number;
}

type Understood = Gaps | { readonly message: string; readonly instead: string };

export function checkSchedule({ schedule }: PolicyDocument): PolicyIssue[] {
  const { reconcile } = schedule;
  if (reconcile === null) return [];
  const wrong = (message: string, instead: string) => [invalid(['schedule', 'reconcile'], reconcile, message, instead)];
  const understood = understand(reconcile);
  if ('message' in understood) return wrong(understood.message, understood.instead);
  if (understood.shortest < SHORTEST_MINUTES) {
    return wrong('more often than every 5 minutes', 'write rate(5 minutes) or slower: events come by themselves');
  }
  if (understood.longest > LONGEST_MINUTES) {
    return wrong('silent for more than 6 days', 'write rate(6 days) or faster: no alarm can look back further');
  }
  return [];
}

/** An expression that says nothing to us, of a policy stored by other means than our own, counts as the slowest. */
export function resolveSchedule({ schedule }: PolicyDocument): Schedule | null {
  const { reconcile: expression } = schedule;
  if (expression === null) return null;
  const understood = understand(expression);
  if ('message' in understood) return { expression, shortestGap: SHORTEST_MINUTES, longestGap: LONGEST_MINUTES };
  return { expression, shortestGap: understood.shortest, longestGap: understood.longest };
}

function understand(expression: string): Understood {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  if (rate) return understandRate(Number(rate[1]), rate[2] as keyof typeof UNITS, rate[3] === 's');
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.split(' ');
  if (fields?.length === 6) return understandCron(fields);
  const instead = 'write rate(1 hour), or cron(0 6 * * ? *) in UTC, or null for none';
  return { message: 'no schedule that EventBridge knows', instead };
}

function understandRate(count: number, unit: keyof typeof UNITS, plural: boolean): Understood {
  if (count === 0) return { message: 'never', instead: 'write a number from 1, or null for no schedule' };
  const right = `rate(${count} ${unit}${count === 1 ? '' : 's'})`;
  if (plural !== count > 1) return { message: 'EventBridge wants one hour, but two hours', instead: `write ${right}` };
  return { shortest: count * UNITS[unit], longest: count * UNITS[unit] };
}

/** Minutes, hours, day of month, month, day of week, year; of the two days exactly one is `?`. */
function understandCron([minute = '', hour = '', day = '', month = '', weekday = '', year = '']: string[]): Understood {
  const everyDay = day === '*' || day === '?';
  if (!everyDay || month !== '*' || year !== '*') {
    const instead = 'leave them open, as in cron(0 6 * * ? *): name minutes, hours and days of the week';
    return { message: 'names days of the month, months or years', instead };
  }
  if ((day === '?') === (weekday === '?')) {
    return {
      message: 'exactly one of the two days is ?',
      instead: 'write cron(0 6 * * ? *) or cron(0 6 ? * MON-FRI *)',
    };
  }
  const minutes = numbers(minute, { from: 0, to: 59 });
  const hours = numbers(hour, { from: 0, to: 23 });
  const weekdays =
    weekday === '?' ? numbers('*', { from: 1, to: 7 }) : numbers(weekday, { from: 1, to: 7, names: WEEKDAYS });
  if (minutes === null || hours === null || weekdays === null) {
    const instead =
      'write *, numbers, lists (1,2), ranges (MON-FRI) or steps (0/15), as in cron(0/30 6-18 ? * MON-FRI *)';
    return { message: 'not minutes, hours and days of the week that EventBridge knows', instead };
  }
  return gapsOf(weekdays.flatMap((d) => hours.flatMap((h) => minutes.map((m) => (d - 1) * DAY + h * 60 + m))));
}

/** Of times in the minutes of a week, each once. */
function gapsOf(times: readonly number[]): Gaps {
  const sorted = [...times].sort((a, b) => a - b);
  const gaps = sorted.map((time, i) => (sorted[i + 1] ?? (sorted[0] ?? 0) + WEEK) - time);
  return { shortest: Math.min(...gaps), longest: Math.max(...gaps) };
}

interface Range {
  readonly from: number;
  readonly to: number;
  /** Names of the numbers from `from` on. */
  readonly names?: readonly string[];
}

/** What a field means, each number once; null: nothing that is known here. */
function numbers(field: string, range: Range): readonly number[] | null {
  const parts = field.split(',').map((part) => spanOf(part, range));
  if (parts.some((part) => part === null)) return null;
  return unique(parts.flatMap((part) => part ?? []));
}

function spanOf(text: string, range: Range): readonly number[] | null {
  const [, start = '', end, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(text) ?? [];
  const from = start === '*' ? range.from : numberOf(start, range);
  const whole = start === '*' || step !== undefined;
  const to = end === undefined ? (whole ? range.to : from) : numberOf(end, range);
  const by = Number(step ?? 1);
  // EventBridge's guide counts steps from a number (0/15), never from *.
  const odd = start === '*' && (end !== undefined || step !== undefined);
  if (odd || from === null || to === null || to < from || by === 0) return null;
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, i) => from + i * by);
}

function numberOf(text: string, { from, to, names = [] }: Range): number | null {
  const named = names.indexOf(text.toUpperCase());
  const number = named >= 0 ? from + named : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return number >= from && number <= to ? number : null;
}
