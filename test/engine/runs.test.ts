/** Runs of workflows, which nobody announces: what is found about them (G-E2). */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LAST_CRAWLER, ORDERS, PRODUCTS, STAFF, WORKFLOW } from '../../infra/local/scenes/sales-places.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls } from '../support/journal.ts';
import { salesLake, scenario, settled } from '../support/scenario.ts';
import { CLEAN, FAILED, LAKE_SCOPE, workflowRuns } from '../support/workflow-runs.ts';

const policy = demoPolicy('demo-blueprint');
const lake = LAKE_SCOPE;

let cloud: InProcess;
let runs: ReturnType<typeof workflowRuns>;
beforeAll(async () => {
  cloud = await scenario(policy, [salesLake, settled(lake)]);
  runs = workflowRuns(cloud);
});
afterAll(() => cloud.close());

const look = () => cloud.settle(lake);

describe('a run that has ended', () => {
  beforeEach(async () => {
    await runs.run(CLEAN);
    await look();
    expect(await runs.open()).toEqual([]);
  });

  test('COMPLETED with failed actions is a finding with run, nodes and their errors; told once, and so is recovery', async () => {
    const actions = [
      { type: 'JOB', name: ORDERS.job, state: 'FAILED', errorMessage: 'no route to host' },
      { type: 'JOB', name: PRODUCTS.job, state: 'SUCCEEDED' },
    ];
    const first = await runs.run({ ...FAILED, actions });
    expect(await runs.told(look)).toEqual(['Onramp Access Failed: workflow-run-failed']);
    expect(await runs.open()).toMatchObject([{ hop: 'tags', state: 'broken', resource: `workflow ${WORKFLOW}` }]);
    const [{ message } = { message: '' }] = await runs.open();
    expect(message).toContain(first);
    expect(message).toContain(`job ${ORDERS.job} FAILED: no route to host`);
    expect(message).not.toContain(PRODUCTS.job);
    // Again, and again: the same trouble, told already, with the newest run in its words.
    const second = await runs.run(FAILED);
    expect(await runs.told(look)).toEqual([]);
    expect((await runs.open())[0]?.message).toContain(second);
    await runs.run(CLEAN);
    expect(await runs.told(look)).toEqual(['Onramp Access Recovered: workflow-run-failed']);
  });

  test.each([
    ['STOPPED', { status: 'STOPPED', statistics: { StoppedActions: 1 } }],
    ['ERROR', { status: 'ERROR', errorMessage: 'Internal service error' }],
    ['COMPLETED after a timeout', { status: 'COMPLETED', statistics: { TimeoutActions: 1 } }],
    ['COMPLETED with an action in error', { status: 'COMPLETED', statistics: { ErroredActions: 1 } }],
  ] as const)('%s is no success', async (_, outcome) => {
    await runs.run(outcome);
    await look();
    expect(await runs.open()).toMatchObject([{ cause: 'workflow-run-failed' }]);
  });

  // A clean run beside it says nothing of what failed: only one that saw its end makes up for it.
  test('of several at once a failed one is told, whichever started or ended last; one after it closes it', async () => {
    const early = await runs.start();
    const late = await runs.start();
    await runs.set({ runId: late, ...CLEAN });
    await look();
    expect(await runs.open()).toEqual([]);
    await runs.set({ runId: early, ...FAILED });
    await look();
    expect(await runs.open()).toMatchObject([{ message: expect.stringContaining(early) }]);
    // A run that goes on says nothing yet, and hides no failure of the one before it.
    const running = await runs.start();
    await look();
    expect(await runs.open()).toMatchObject([{ cause: 'workflow-run-failed' }]);
    await runs.set({ runId: running, ...CLEAN });
    await look();
    expect(await runs.open()).toEqual([]);
  });
});

describe('a run that must be ending', () => {
  /** How often a stage ended early because of one. */
  const waited = () => cloud.logged.filter((line) => line.includes('is about to end')).length;
  const actions = [{ type: 'CRAWLER', name: LAST_CRAWLER, state: 'SUCCEEDED' }];

  test('is looked at again until it has ended', async () => {
    const runId = await runs.set({
      runId: await runs.start(),
      status: 'RUNNING',
      statistics: { SucceededActions: 5 },
      actions,
    });
    let looks = 0;
    cloud.watch(async (command) => {
      if (command === 'GetWorkflowRunsCommand' && ++looks === 3) await runs.set({ runId, ...FAILED });
    });
    await look();
    expect(await runs.open()).toMatchObject([{ message: expect.stringContaining(runId) }]);
    await runs.run(CLEAN);
    await look();
  });

  test('but no longer than a stage is patient: then the run goes on, and says nothing', async () => {
    const runId = await runs.set({
      runId: await runs.start(),
      status: 'RUNNING',
      statistics: { SucceededActions: 5 },
      actions,
    });
    const before = waited();
    await look();
    expect(waited() - before).toBe(4);
    expect(await runs.open()).toEqual([]);
    await runs.set({ runId, ...CLEAN });
  });

  test('is not waited for once its last action ended a minute ago, nor while one runs', async () => {
    const runId = await runs.set({
      runId: await runs.start(),
      status: 'RUNNING',
      statistics: { SucceededActions: 5 },
      actions,
    });
    await cloud.clock.sleep(61_000);
    const before = waited();
    await look();
    await runs.set({ runId, status: 'RUNNING', actions: [{ type: 'JOB', name: STAFF.job, state: 'RUNNING' }] });
    await look();
    expect(waited()).toBe(before);
    await runs.set({ runId, ...CLEAN });
  });
});

describe('what can not be read', () => {
  test('is unknown and one finding; what was found before has not recovered (law 6)', async () => {
    await runs.run(FAILED);
    await look();
    const code = { code: 'AccessDeniedException', status: 403 };
    await cloud.stage.control.fault({ kind: 'error', operation: 'GetWorkflowRuns', principal: 'onramp-', ...code });
    expect(await runs.told(look)).toEqual(['Onramp Access Failed: not-readable']);
    await cloud.stage.control.clearFaults();
    expect(await runs.told(look)).toEqual(['Onramp Access Recovered: not-readable']);
    expect(await runs.open()).toMatchObject([{ cause: 'workflow-run-failed' }]);
    await runs.run(CLEAN);
    await look();
  });

  test('is asked for nowhere else: a database whose rules name no workflow reads none', async () => {
    const other = { ...lake, database: 'nobody_names_this' };
    const made = await calls(cloud, () => cloud.settle(other));
    expect(made.filter(({ operation }) => /Workflow|Crawler/.test(operation))).toEqual([]);
  });
});
