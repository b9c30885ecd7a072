/** Which schedules a policy may have, and how long each is silent, which is what its alarm must allow. */

import { describe, expect, test } from 'vitest';
import { checkPolicy } from '#core/policy/check.ts';
import { documentOf, policyOf } from './documents.ts';

const issues = (reconcile: unknown) =>
  checkPolicy(documentOf({ schedule: { reconcile } })).map(({ path, message, instead }) => ({
    path: path.join('.'),
    message,
    instead,
  }));

const DAY = 24 * 60;

test('without one everything is looked at every hour', () => {
  expect(policyOf().reconcile).toEqual({ expression: 'rate(1 hour)', shortestGap: 60, longestGap: 60 });
  expect(policyOf({ schedule: {} }).reconcile).toEqual({ expression: 'rate(1 hour)', shortestGap: 60, longestGap: 60 });
});

test('null is none', () => {
  expect(issues(null)).toEqual([]);
  expect(policyOf({ schedule: { reconcile: null } }).reconcile).toBe(null);
});

test.each([
  ['rate(5 minutes)', 5, 5],
  ['rate(1 day)', DAY, DAY],
  ['rate(6 days)', 6 * DAY, 6 * DAY],
  ['cron(0 6 * * ? *)', DAY, DAY],
  ['cron(0 6 ? * * *)', DAY, DAY],
  ['cron(0/15 * * * ? *)', 15, 15],
  ['cron(10,40 8-17 * * ? *)', 30, 14 * 60 + 30],
  ['cron(0 6 ? * MON-FRI *)', DAY, 3 * DAY],
  ['cron(0 6 ? * 2,tue *)', DAY, 6 * DAY],
  ['cron(0 0/12 ? * SUN,WED,SAT *)', DAY / 2, 2.5 * DAY],
])('%s is silent for %d minutes at least and %d at most', (expression, shortestGap, longestGap) => {
  expect(issues(expression)).toEqual([]);
  expect(policyOf({ schedule: { reconcile: expression } }).reconcile).toEqual({ expression, shortestGap, longestGap });
});

describe('told with what to write', () => {
  test.each([
    ['hourly', 'no schedule that EventBridge knows', 'rate(1 hour)'],
    ['rate(1h)', 'no schedule that EventBridge knows', 'rate(1 hour)'],
    ['rate(1.5 hours)', 'no schedule', 'rate(1 hour)'],
    ['rate(1 week)', 'no schedule', 'rate(1 hour)'],
    ['cron(0 6 * * *)', 'no schedule', 'cron(0 6 * * ? *)'],
    ['at(2026-01-01T00:00:00)', 'no schedule', 'null for none'],
    ['rate(1 hours)', 'one hour', 'write rate(1 hour)'],
    ['rate(2 hour)', 'two hours', 'write rate(2 hours)'],
    ['rate(0 hours)', 'never', 'null'],
    ['rate(1 minute)', 'more often than every 5 minutes', 'rate(5 minutes)'],
    ['cron(* 6 * * ? *)', 'more often', 'rate(5 minutes)'],
    ['cron(58,1 * * * ? *)', 'more often', 'rate(5 minutes)'],
    ['rate(7 days)', 'more than 6 days', 'rate(6 days)'],
    ['cron(0 6 ? * MON *)', 'more than 6 days', 'rate(6 days)'],
    ['cron(0 6 1 * ? *)', 'days of the month', 'leave them open'],
    ['cron(0 6 L * ? *)', 'days of the month', 'leave them open'],
    ['cron(0 6 * 1-6 ? *)', 'months', 'leave them open'],
    ['cron(0 6 * * ? 2026)', 'years', 'leave them open'],
    ['cron(0 6 * * * *)', 'exactly one of the two days is ?', 'cron(0 6 * * ? *)'],
    ['cron(0 6 ? * ? *)', 'exactly one', 'cron(0 6 * * ? *)'],
    ['cron(60 6 * * ? *)', 'not minutes', 'lists'],
    ['cron(*/7 * * * ? *)', 'not minutes', '0/15'],
    ['cron(0 24 * * ? *)', 'not minutes', 'lists'],
    ['cron(0 6 ? * FRI-MON *)', 'not minutes', 'MON-FRI'],
    ['cron(0 6 ? * MON#1 *)', 'not minutes', 'lists'],
    ['cron(0/0 6 * * ? *)', 'not minutes', 'steps'],
    ['cron( 6 * * ? *)', 'not minutes', 'lists'],
  ])('%s', (expression, message, instead) => {
    expect(issues(expression)).toEqual([
      {
        path: 'schedule.reconcile',
        message: expect.stringContaining(message),
        instead: expect.stringContaining(instead),
      },
    ]);
  });
});

test('a stored expression that this version does not understand counts as the slowest: its alarm is not rung for nothing', () => {
  expect(policyOf({ schedule: { reconcile: 'rate(2 weeks)' } }).reconcile?.longestGap).toBe(6 * DAY);
});
