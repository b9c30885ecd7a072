/** Runs on one scope stand in line, writers of one document too; a dead holder blocks nobody for long. */

import { afterEach, beforeEach, expect, test } from 'vitest';
import { scopeText } from '#core/start.ts';
import { bucketStatements, NO_READERS } from '#core/storage-statements.ts';
import { applyChanges } from '#engine/apply.ts';
import { BUCKET, CUR, FINANCE, JOB, REGION } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { runContext } from '../support/run-context.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, scopeOf } from '../support/scopes.ts';

const MINUTE = 60_000;
const scope = scopeOf(CUR);
const key = `scope/${scopeText(scope)}`;

let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(demoPolicy('demo-share'), [crawled]);
});
afterEach(() => cloud.close());

test('two runs of one scope at once: the second waits, then writes nothing', async () => {
  const alone = await scenario(demoPolicy('demo-share'), [crawled]);
  const needed = await writes(alone, () => alone.run(scope));
  await alone.close();
  process.env['AWS_ENDPOINT_URL'] = cloud.lake.url;
  const runs: Promise<{ status: string; states: readonly string[] }>[] = [];
  const made = await writes(cloud, async () => {
    runs.push(cloud.run(scope), cloud.run(scope));
    await Promise.all(runs);
  });
  const [first, second] = await Promise.all(runs);
  expect([first?.status, second?.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(first?.states).not.toContain('WaitForLease');
  expect(second?.states).toContain('WaitForLease');
  expect(made).toEqual(needed);
});

test('a run that died holds its scope until its lease ends, and no longer', async () => {
  await cloud.ledger.take(
    { key, holder: 'a dead execution', until: cloud.clock.now() + 10 * MINUTE },
    cloud.clock.now(),
  );
  const run = await cloud.run(scope);
  expect(run.status).toBe('SUCCEEDED');
  expect(run.seconds).toBeGreaterThanOrEqual(10 * 60);
  expect(run.states).toContain('Settings');
});

test('a scope that stays held is a finding, told, that the next finished run closes', async () => {
  await cloud.ledger.take(
    { key, holder: 'a slow execution', until: cloud.clock.now() + 60 * MINUTE },
    cloud.clock.now(),
  );
  const run = await cloud.run(scope);
  expect([run.status, run.states.at(-1)]).toEqual(['SUCCEEDED', 'LeaseHeld']);
  expect((await openFindings(cloud)).map(({ cause }) => cause)).toEqual(['lease-held']);
  expect(cloud.told.map(({ type }) => type)).toEqual(['Onramp Access Failed']);
  await cloud.ledger.release(key, 'a slow execution');
  await cloud.later(0);
  await cloud.settle(scope);
  expect(cloud.told.map(({ type, alert }) => `${type} ${alert.finding.cause}`)).toContain(
    'Onramp Access Recovered lease-held',
  );
});

test('a lease is released on every exit, also when the run fails', async () => {
  const broken = { kind: 'error' as const, service: 's3', operation: 'GetObject', code: 'AccessDenied', status: 403 };
  await cloud.stage.control.fault({ ...broken, principal: 'onramp-hub-reconcile' });
  const run = await cloud.run(scope);
  expect([run.status, run.error]).toEqual(['FAILED', 'AccessDenied']);
  const now = cloud.clock.now();
  expect(await cloud.ledger.take({ key, holder: 'the next', until: now + 1 }, now)).toBe(true);
});

test('an account in which as many runs are at work as may makes the next one wait, and then it does all there is', async () => {
  const start = cloud.clock.now();
  const { runsAtOnce } = demoPolicy('demo-share').limits;
  const at = { now: start, most: runsAtOnce };
  for (let n = 0; n < runsAtOnce; n += 1)
    await cloud.ledger.takeTurn(scope, { holder: `busy ${n}`, until: start + (n + 1) * MINUTE }, at);
  const run = await cloud.run(scope);
  expect(run.status).toBe('SUCCEEDED');
  expect(run.states).toContain('WaitForLease');
  expect(run.states).toContain('Share');
  expect(run.seconds).toBeGreaterThanOrEqual(60);
  await cloud.later(5 * MINUTE);
  const now = cloud.clock.now();
  // What it held is free again, long before it would have run out.
  expect(await cloud.ledger.takeTurn(scope, { holder: 'next', until: now + 1 }, { now, most: 1 })).toBe(1);
});

test('a survey waits for its turn, holds one only while it looks, and is no run’s obstacle for long', async () => {
  await cloud.settle(scope);
  const place = { half: 'survey' as const, account: FINANCE, region: REGION };
  const now = cloud.clock.now();
  const { runsAtOnce } = demoPolicy('demo-share').limits;
  for (let n = 0; n < runsAtOnce; n += 1)
    await cloud.ledger.takeTurn(place, { holder: `busy ${n}`, until: now + MINUTE }, { now, most: runsAtOnce });
  const run = await cloud.run(place);
  expect(run.states.filter((state) => state === 'WaitToSurvey').length).toBeGreaterThan(1);
  expect([run.status, run.states.at(-1)]).toEqual(['SUCCEEDED', 'Done']);
  const later = cloud.clock.now();
  expect(await cloud.ledger.takeTurn(place, { holder: 'next', until: later + 1 }, { now: later, most: 1 })).toBe(1);
});

test('waiting for a share gives the scope up to others meanwhile', async () => {
  await cloud.run(scope);
  cloud.queue.length = 0;
  await cloud.stage.control.delay('ram', 'acceptance', { ms: 30_000 });
  const both = await Promise.all([cloud.run(CONSUMER), cloud.run(CONSUMER)]);
  expect(both.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(both.some(({ states }) => states.includes('TakeLeaseAgain'))).toBe(true);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
});

test('and its turn too: where one run may be at work, another goes on while this one waits', async () => {
  const one = demoPolicy('demo-share', (document) => {
    document.limits.runsAtOnce = 1;
  });
  await cloud.close();
  cloud = await scenario(one, [crawled]);
  await cloud.run(scope);
  cloud.queue.length = 0;
  await cloud.stage.control.delay('ram', 'acceptance', { ms: 30_000 });
  const both = await Promise.all([cloud.run(CONSUMER), cloud.run(CONSUMER)]);
  expect(both.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
});

test('a document somebody of ours is writing: waited for, else left to the next run and told', async () => {
  const document = `document/bucket-policy/${BUCKET}`;
  const now = cloud.clock.now();
  await cloud.ledger.take({ key: document, holder: 'another invocation', until: now + 30 * MINUTE }, now);
  await cloud.settle(scope);
  const open = (await openFindings(cloud)).filter(({ hop }) => hop === 'storage');
  expect(open).toMatchObject([{ cause: 'merge-bucket-policy-failed', resource: `bucket ${BUCKET}`, account: FINANCE }]);
  await cloud.ledger.release(document, 'another invocation');
  await cloud.settle(scope);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  expect(await cloud.ledger.take({ key: document, holder: REGION, until: now }, cloud.clock.now())).toBe(true);
});

test('a document that another run writes for a minute and a half is written in the same run', async () => {
  const now = cloud.clock.now();
  const key = `document/bucket-policy/${BUCKET}`;
  await cloud.ledger.take({ key, holder: 'another invocation', until: now + 1.5 * MINUTE }, now);
  await cloud.settle(scope);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  expect((await openFindings(cloud)).map(({ cause }) => cause)).toEqual(['role-without-proof']);
});

test('a document whose part of ours another run has written meanwhile needs no lease', async () => {
  await cloud.settle(scope);
  const now = cloud.clock.now();
  const key = `document/bucket-policy/${BUCKET}`;
  await cloud.ledger.take({ key, holder: 'another invocation', until: now + 30 * MINUTE }, now);
  const policy = demoPolicy('demo-share');
  const cur = policy.products.filter(({ name }) => name === 'cur');
  const { account, region } = scope;
  const statements = bucketStatements(policy, cur, NO_READERS);
  const change = {
    kind: 'merge-bucket-policy' as const,
    hop: 'storage',
    account,
    region,
    effect: 'widens' as const,
    products: ['cur'],
    bucket: BUCKET,
    statements,
    readers: NO_READERS,
  };
  const applied = await applyChanges(runContext(cloud, policy), [change], { scope, entries: [], stopAt: now + MINUTE });
  expect(applied).toEqual({ done: 1, failed: 0 });
  // Whoever stands in line waits a minute before he gives up.
  expect(cloud.clock.now() - now).toBeLessThan(MINUTE);
});

test('grants of one account wait for each other: no two at once to one principal (G-L1)', async () => {
  const now = cloud.clock.now();
  const key = `grants/${FINANCE}/${REGION}`;
  await cloud.ledger.take({ key, holder: 'a publish of another database', until: now + 1.5 * MINUTE }, now);
  const run = await cloud.run(scope);
  expect(run.status).toBe('SUCCEEDED');
  expect(cloud.clock.now() - now).toBeGreaterThanOrEqual(1.5 * MINUTE);
  await cloud.settle(scope);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  expect((await openFindings(cloud)).map(({ cause }) => cause)).toEqual(['role-without-proof']);
});
