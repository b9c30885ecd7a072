/**
 * Bad days by a seed: stories are played while calls are throttled, fail, are cut after their effect, and show late; while
 * events come twice, late or never, time jumps, two runs meet, and the policy changes under a run. Then the faults stop,
 * and what stands must be what stands in a world in which nothing of it happened (laws 4 and 5).
 */

import { isDeepStrictEqual } from 'node:util';
import type { Policy } from '#contracts/policy.ts';
import type { Wake } from '#contracts/steps.ts';
import { createRandom, type Random } from '../../infra/local/lake/random.ts';
import { ANALYTICS, CUR, FINANCE, HR, REGION, SALES } from '../../infra/local/scenes/places.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { type End, endOf } from '../support/end.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { CONSUMER, publishAll, scopeOf } from '../support/scopes.ts';

/** One product comes late, and one of the others reads less than before. */
const LATER = demoPolicy('demo-revoke');
const FIRST = demoPolicy('demo-revoke', ({ products }) => {
  delete products['hr'];
});
const SCOPES: readonly Wake[] = [
  ...[CUR, SALES, HR].map(scopeOf),
  CONSUMER,
  { half: 'survey', account: FINANCE, region: REGION },
  { half: 'survey', account: ANALYTICS, region: REGION },
];
const MINUTE = 60_000;
const TURNS = 6;

export interface Trouble {
  readonly seed: number;
  readonly what: string;
}

export interface Soaked {
  readonly rounds: number;
  /** Runs under faults, and how many of them failed. */
  readonly runs: number;
  readonly failed: number;
  readonly troubles: readonly Trouble[];
}

/** Rounds with seeds that follow from the first, as long as `goesOn`. */
export async function soak(seed: number, goesOn: (rounds: number) => boolean): Promise<Soaked> {
  const undisturbed = await undisturbedEnd();
  let [rounds, runs, failed] = [0, 0, 0];
  const troubles: Trouble[] = [];
  while (goesOn(rounds)) {
    const round = await disturbed(seed + rounds, undisturbed);
    troubles.push(...round.troubles.map((what) => ({ seed: seed + rounds, what })));
    rounds += 1;
    runs += round.runs;
    failed += round.failed;
  }
  return { rounds, runs, failed, troubles };
}

async function undisturbedEnd(): Promise<End> {
  const cloud = await scenario(FIRST, [crawled]);
  try {
    await publishAll(cloud, FIRST);
    await calm(cloud);
    return await endOf(cloud);
  } finally {
    await cloud.close();
  }
}

/** What the schedule comes to, some hours long. */
async function calm(cloud: InProcess): Promise<void> {
  for (let hour = 0; hour < 3; hour += 1) {
    cloud.queue.length = 0;
    await cloud.later(60 * MINUTE);
    await publishAll(cloud, LATER);
    await cloud.settle(CONSUMER, LATER);
  }
}

interface Round {
  readonly runs: number;
  readonly failed: number;
  readonly troubles: readonly string[];
}

async function disturbed(seed: number, undisturbed: End): Promise<Round> {
  const random = createRandom(seed);
  const cloud = await scenario(FIRST, [crawled]);
  const troubles: string[] = [];
  const counts = { runs: 0, failed: 0 };
  const attempt = async (some: () => Promise<void>) => {
    await some().catch((error: unknown) => troubles.push(error instanceof Error ? String(error.stack) : String(error)));
  };
  await attempt(async () => {
    await breakThings(cloud, random);
    Object.assign(counts, await play(cloud, random));
    await mend(cloud);
    await calm(cloud);
    troubles.push(...differences(await endOf(cloud), undisturbed), ...toldTwice(cloud));
  });
  // Which write had to wait for which is not asked: that takes runs of several databases at once for one run.
  await attempt(() => cloud.lake.close());
  return { ...counts, troubles };
}

const ERRORS = [
  { code: 'ThrottlingException', status: 400 },
  { code: 'InternalServiceException', status: 500 },
  { code: 'ServiceUnavailable', status: 503 },
  { code: 'AccessDeniedException', status: 403 },
] as const;
const LATE = [
  ['lakeformation', 'settings'],
  ['lakeformation', 'grant'],
  ['ram', 'invitation'],
  ['ram', 'acceptance'],
  ['ram', 'association'],
  ['glue', 'database'],
] as const;

async function breakThings({ stage: { control } }: InProcess, random: Random): Promise<void> {
  const ours = { principal: 'onramp-' };
  for (const error of ERRORS) {
    if (random.next() < 0.3) continue;
    // AWS refuses before it does anything; a failure of its own may come after the effect.
    const isAfter = error.status >= 500 && random.next() < 0.5;
    const when = isAfter ? ('after' as const) : ('before' as const);
    await control.fault({ kind: 'error', ...ours, ...error, when, probability: random.next() * 0.08 });
  }
  await control.fault({ kind: 'cut', ...ours, probability: random.next() * 0.05 });
  for (const [service, kind] of LATE)
    if (random.next() < 0.4) await control.delay(service, kind, { ms: Math.floor(random.next() * 45_000) });
}

async function mend({ stage: { control }, later, line }: InProcess): Promise<void> {
  line?.mend();
  await control.clearFaults();
  for (const [service, kind] of LATE) await control.delay(service, kind, {});
  // Longer than any lease of a run that died, and than anything takes to show.
  await later(30 * MINUTE);
}

/** Runs as they are woken on such a day. A run that fails is one of many. */
async function play(cloud: InProcess, random: Random): Promise<{ readonly runs: number; readonly failed: number }> {
  let policy = FIRST;
  changeInMidRun(cloud, random, (next) => {
    policy = next;
  });
  let [runs, failed] = [0, 0];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const woken = wokenAtOnce(random, [...SCOPES, ...cloud.queue.splice(0)]);
    const ends = await Promise.all(woken.map((scope) => cloud.run(scope, policy)));
    runs += ends.length;
    failed += ends.filter(({ status }) => status !== 'SUCCEEDED').length;
    await cloud.later(Math.floor(random.next() ** 3 * 90 * MINUTE));
  }
  return { runs, failed };
}

/** Of all that could be woken some, some twice, in any order: events are lost, doubled and late. */
function wokenAtOnce(random: Random, scopes: readonly Wake[]): readonly Wake[] {
  const some = scopes
    .filter(() => random.next() < 0.4)
    .flatMap((scope) => (random.next() < 0.3 ? [scope, scope] : [scope]));
  return some
    .map((scope) => ({ scope, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ scope }) => scope);
}

/** While some run is at work the policy becomes the later one. */
function changeInMidRun(cloud: InProcess, random: Random, change: (next: Policy) => void): void {
  let left = 20 + Math.floor(random.next() * 400);
  cloud.watch(async () => {
    left -= 1;
    if (left !== 0) return;
    cloud.policies.set(LATER.hash, LATER).set('current', LATER);
    change(LATER);
  });
}

function differences(end: End, undisturbed: End): readonly string[] {
  const parts = ['ours', 'open'] as const;
  const states = Object.keys(undisturbed.state) as (keyof End['state'])[];
  return [
    ...parts
      .filter((part) => !isDeepStrictEqual(unique(end[part]), unique(undisturbed[part])))
      .map((part) => {
        return `${part}: ${differenceOf(end[part], undisturbed[part])}`;
      }),
    ...states
      .filter((part) => !isDeepStrictEqual(known(end.state[part]), known(undisturbed.state[part])))
      .map((part) => `${part}: ${differenceOf(listOf(end.state[part]), listOf(undisturbed.state[part]))}`),
  ];
}

const unique = (texts: readonly string[]) => [...new Set(texts)];
/** How often somebody was invited tells of the days, not of the end. */
const known = (part: unknown) => (Array.isArray(part) ? [...new Set(part.map((one) => JSON.stringify(one)))] : part);
const listOf = (part: unknown) => [part].flat().map((one) => JSON.stringify(one));

function differenceOf(is: readonly string[], should: readonly string[]): string {
  const more = is.filter((one) => !should.includes(one));
  const less = should.filter((one) => !is.includes(one));
  return JSON.stringify({ more, less });
}

/** Opened, told, and opened again without a word between; or recovered without having been opened. */
function toldTwice({ told }: InProcess): readonly string[] {
  const open = new Set<string>();
  return told.flatMap(({ type, alert }) => {
    const key = `${alert.scope} ${alert.finding.key}`;
    const opens = type.endsWith('Failed');
    if (opens !== open.has(key)) {
      if (opens) open.add(key);
      else open.delete(key);
      return [];
    }
    return [`told twice: ${type} ${key}`];
  });
}
