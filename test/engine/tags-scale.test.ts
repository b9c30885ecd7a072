/** A thousand tables at once, each with an assignment of its own: as few calls as can be, and none of them twice. */

import { afterEach, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import { definition } from '../support/asl.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls } from '../support/journal.ts';
import { scenario } from '../support/scenario.ts';
import { databaseScope, findingsOf, people, taggingPolicy } from '../support/tagging.ts';

const SCOPE = databaseScope();
const VALUES = Array.from({ length: 12 }, (_, i) => `v${i}`);
const KEYS = ['a', 'b', 'c'];

let cloud: InProcess;
afterEach(() => cloud?.close());

const nameOf = (i: number) => `t${String(i).padStart(5, '0')}`;

/** 12³ assignments of three tags: no two of up to 1,728 tables have the same. */
function tagsOf(i: number): Record<string, string> {
  return Object.fromEntries(KEYS.map((key, n) => [key, `v${Math.floor(i / 12 ** n) % 12}`]));
}

function policyFor(tables: number): Policy {
  const rules = Array.from({ length: tables }, (_, i) => ({ match: { table: nameOf(i) }, assign: tagsOf(i) }));
  return taggingPolicy(rules, { keys: Object.fromEntries(KEYS.map((key) => [key, VALUES])), writesPerSecond: 100 });
}

async function open(tables: number): Promise<Policy> {
  const policy = policyFor(tables);
  cloud = await scenario(policy);
  const by = people(cloud);
  await by.makeDatabase();
  for (let i = 0; i < tables; i += 1) await by.makeTable(nameOf(i), ['id']);
  return policy;
}

/** What our roles asked for, by operation; `took`: assignments AWS did not refuse. */
async function during(work: () => Promise<unknown>) {
  const all = await calls(cloud, work);
  const adding = all.filter(({ operation }) => operation === 'AddLFTagsToResource');
  return { all, adding, took: adding.filter(({ status }) => status === 200) };
}

async function expectTagged(tables: number): Promise<void> {
  const by = people(cloud);
  for (let i = 0; i < tables; i += 37) expect(await by.assigned(nameOf(i))).toEqual({ [nameOf(i)]: tagsOf(i) });
}

test('of 150 new tables each is tagged by one call, and what is read grows with pages', async () => {
  await open(150);
  const { all, adding } = await during(() => cloud.run(SCOPE));
  expect(adding).toHaveLength(150);
  // Two pages of tables at three looks, and of each of three keys at the last; the rest is a handful.
  expect(all.length - adding.length).toBeLessThan(50);
  await expectTagged(150);
  expect(await findingsOf(cloud, SCOPE)).toEqual([]);
  const again = await during(() => cloud.run(SCOPE));
  expect(again.all.filter(({ kind }) => kind === 'write')).toEqual([]);
});

test('throttled to 10 a second every table ends tagged, and nothing AWS took is sent again', async () => {
  await open(100);
  await cloud.stage.control.fault({ kind: 'throttle', operation: 'AddLFTagsToResource', burst: 10, perSecond: 10 });
  const { adding, took } = await during(() => cloud.run(SCOPE));
  expect(took).toHaveLength(100);
  await expectTagged(100);
  expect(await findingsOf(cloud, SCOPE)).toEqual([]);
  // After the first second our own pace is that of AWS: what is refused is tried four times by the SDK.
  expect(adding.length).toBeLessThan(4 * 100);
});

test('more than one call has time for is done in several, each going on where the one before ended', async () => {
  await open(230);
  const slow = { ...policyFor(230), limits: { ...policyFor(230).limits, writesPerSecond: 1 } };
  const lookedAt: string[] = [];
  const { took } = await during(async () => {
    const run = await cloud.run(SCOPE, slow);
    lookedAt.push(...run.calls.filter(({ state }) => state === 'Tags').map(({ payload }) => JSON.stringify(payload)));
  });
  expect(took).toHaveLength(230);
  await expectTagged(230);
  expect(lookedAt.length).toBeGreaterThan(1);
  // A state carries names and counts: what ten thousand tables make is longer only in calls (256 KiB, 25,000 events).
  for (const payload of lookedAt) expect(payload.length).toBeLessThan(1024);
});

test('ten thousand tables at five writes a second fit the history of one execution', () => {
  const { States } = definition('publish-database');
  const attempts = (name: string) =>
    (States[name]?.Retry ?? []).reduce((sum, { MaxAttempts = 3 }) => sum + MaxAttempts, 1);
  // A call starts nothing new after 180 s; each is a round of a Task with its retries and the Choice after it.
  const rounds = Math.ceil(10_000 / 5 / 180);
  const round = 2 + 3 * attempts('Tags') + 2;
  // Entered and exited; each attempt is scheduled, started and ended. 1,620 more while waiting for a lease.
  const events = Object.keys(States).reduce((sum, name) => sum + 2 + 3 * attempts(name), 1_620 + rounds * round);
  expect(events).toBeLessThan(25_000);
});
