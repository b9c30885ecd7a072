/** Runs of workflows, which nobody announces: what is found about them, and what wakes us to look (G-E2). */

import {
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateJobCommand,
  CreateTableCommand,
  CreateTriggerCommand,
  CreateWorkflowCommand,
  StartWorkflowRunCommand,
} from '@aws-sdk/client-glue';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Scope } from '#contracts/steps.ts';
import { findingOf } from '#core/report.ts';
import { scopeText } from '#core/start.ts';
import { REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { clientsAs } from '../../infra/local/scenes/sales-people.ts';
import {
  FIRST_CRAWLER,
  LAKE_ADMIN,
  LAKE_DATABASE,
  LAST_CRAWLER,
  ORDERS,
  PRODUCTS,
  STAFF,
  WORKFLOW,
} from '../../infra/local/scenes/sales-places.ts';
import { makeSalesLake } from '../../infra/local/scenes/sales-world.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { type InProcess, inProcess } from '../support/in-process.ts';
import { calls } from '../support/journal.ts';
import { eventsSoFar, woken, wokenByPolicy } from '../support/waking.ts';

const policy = demoPolicy('demo-blueprint');
const place = { account: SALES_LAKE, region: REGION };
const lake = { half: 'publish' as const, ...place, database: LAKE_DATABASE };

let cloud: InProcess;
beforeAll(async () => {
  cloud = await inProcess(policy);
  await makeSalesLake(cloud.stage);
  await cloud.settle(lake);
});
afterAll(() => cloud.close());

interface Outcome {
  readonly status?: 'RUNNING' | 'COMPLETED' | 'STOPPED' | 'ERROR';
  readonly runId?: string;
  readonly statistics?: object;
  readonly actions?: readonly object[];
  readonly errorMessage?: string;
}

const CLEAN = { status: 'COMPLETED', statistics: { TotalActions: 5, SucceededActions: 5 } } as const;
const FAILED = { status: 'COMPLETED', statistics: { TotalActions: 5, SucceededActions: 4, FailedActions: 1 } } as const;

async function set(outcome: Outcome): Promise<string> {
  const answer = await cloud.stage.control.set('glue', 'workflow-run', { ...place, name: WORKFLOW, ...outcome });
  return (answer as { runId: string }).runId;
}

/** Somebody starts a run by hand. */
async function start(): Promise<string> {
  await cloud.clock.sleep(1000);
  const { glue } = await clientsAs(cloud.stage, LAKE_ADMIN);
  return (await glue.send(new StartWorkflowRunCommand({ Name: WORKFLOW }))).RunId ?? '';
}

/** A run that ends so at once. */
async function run(outcome: Outcome): Promise<string> {
  return set({ runId: await start(), ...outcome });
}

async function open() {
  const records = await cloud.ledger.findings(scopeText(lake));
  const found = records.filter(({ state }) => state === 'open').map(findingOf);
  return found.filter(({ cause }) => cause === 'workflow-run-failed' || cause === 'not-readable');
}

async function told(during: () => Promise<unknown>): Promise<readonly string[]> {
  const before = cloud.told.length;
  await during();
  const alerts = cloud.told.slice(before).map(({ type, alert }) => `${type}: ${alert.finding.cause}`);
  return alerts.filter((text) => text.includes('workflow-run') || text.includes('not-readable'));
}

const look = () => cloud.settle(lake);

describe('a run that has ended', () => {
  beforeEach(async () => {
    await run(CLEAN);
    await look();
    expect(await open()).toEqual([]);
  });

  test('COMPLETED with failed actions is a finding with run, nodes and their errors; told once, and so is recovery', async () => {
    const actions = [
      { type: 'JOB', name: ORDERS.job, state: 'FAILED', errorMessage: 'no route to host' },
      { type: 'JOB', name: PRODUCTS.job, state: 'SUCCEEDED' },
    ];
    const first = await run({ ...FAILED, actions });
    expect(await told(look)).toEqual(['Onramp Access Failed: workflow-run-failed']);
    expect(await open()).toMatchObject([{ hop: 'tags', state: 'broken', resource: `workflow ${WORKFLOW}` }]);
    const [{ message } = { message: '' }] = await open();
    expect(message).toContain(first);
    expect(message).toContain(`job ${ORDERS.job} FAILED: no route to host`);
    expect(message).not.toContain(PRODUCTS.job);
    // Again, and again: the same trouble, told already, with the newest run in its words.
    const second = await run(FAILED);
    expect(await told(look)).toEqual([]);
    expect((await open())[0]?.message).toContain(second);
    await run(CLEAN);
    expect(await told(look)).toEqual(['Onramp Access Recovered: workflow-run-failed']);
  });

  test.each([
    ['STOPPED', { status: 'STOPPED', statistics: { StoppedActions: 1 } }],
    ['ERROR', { status: 'ERROR', errorMessage: 'Internal service error' }],
    ['COMPLETED after a timeout', { status: 'COMPLETED', statistics: { TimeoutActions: 1 } }],
    ['COMPLETED with an action in error', { status: 'COMPLETED', statistics: { ErroredActions: 1 } }],
  ] as const)('%s is no success', async (_, outcome) => {
    await run(outcome);
    await look();
    expect(await open()).toMatchObject([{ cause: 'workflow-run-failed' }]);
  });

  test('counts by when it started: of several at once the last started decides, whichever ends last', async () => {
    const early = await start();
    const late = await start();
    await set({ runId: late, ...CLEAN });
    await look();
    await set({ runId: early, ...FAILED });
    await look();
    expect(await open()).toEqual([]);
    // A run that goes on says nothing yet, and hides no failure of the one before it.
    await run(FAILED);
    const running = await start();
    await look();
    expect(await open()).toMatchObject([{ cause: 'workflow-run-failed' }]);
    await set({ runId: running, ...CLEAN });
  });
});

describe('a run that must be ending', () => {
  const actions = [{ type: 'CRAWLER', name: LAST_CRAWLER, state: 'SUCCEEDED' }];

  test('is looked at again until it has ended', async () => {
    const runId = await set({ runId: await start(), status: 'RUNNING', statistics: { SucceededActions: 5 }, actions });
    let looks = 0;
    cloud.watch(async (command) => {
      if (command === 'GetWorkflowRunsCommand' && ++looks === 3) await set({ runId, ...FAILED });
    });
    await look();
    expect(await open()).toMatchObject([{ message: expect.stringContaining(runId) }]);
    await run(CLEAN);
    await look();
  });

  test('but no longer than a stage is patient: then the run goes on, and says nothing', async () => {
    const runId = await set({ runId: await start(), status: 'RUNNING', statistics: { SucceededActions: 5 }, actions });
    const before = cloud.clock.now();
    await look();
    expect(cloud.clock.now() - before).toBeLessThanOrEqual(60_000);
    expect(await open()).toEqual([]);
    await set({ runId, ...CLEAN });
  });

  test('is not waited for once its last action ended a minute ago, nor while one runs', async () => {
    const runId = await set({ runId: await start(), status: 'RUNNING', statistics: { SucceededActions: 5 }, actions });
    await cloud.clock.sleep(61_000);
    const before = cloud.clock.now();
    await look();
    await set({ runId, status: 'RUNNING', actions: [{ type: 'JOB', name: STAFF.job, state: 'RUNNING' }] });
    await look();
    // A retry would have moved the clock by ten seconds.
    expect(cloud.clock.now() - before).toBeLessThan(10_000);
    await set({ runId, ...CLEAN });
  });
});

describe('what can not be read', () => {
  test('is unknown and one finding; what was found before has not recovered (law 6)', async () => {
    await run(FAILED);
    await look();
    const code = { code: 'AccessDeniedException', status: 403 };
    await cloud.stage.control.fault({ kind: 'error', operation: 'GetWorkflowRuns', principal: 'onramp-', ...code });
    expect(await told(look)).toEqual(['Onramp Access Failed: not-readable']);
    await cloud.stage.control.clearFaults();
    expect(await told(look)).toEqual(['Onramp Access Recovered: not-readable']);
    expect(await open()).toMatchObject([{ cause: 'workflow-run-failed' }]);
    await run(CLEAN);
    await look();
  });

  test('is asked for nowhere else: a database whose rules name no workflow reads none', async () => {
    const other = { ...lake, database: 'nobody_names_this' };
    const made = await calls(cloud, () => cloud.settle(other));
    expect(made.filter(({ operation }) => /Workflow|Crawler/.test(operation))).toEqual([]);
  });
});

describe('what wakes us', () => {
  const seenWhile = async (during: () => Promise<unknown>) => {
    const seen = await eventsSoFar(cloud);
    await during();
    return woken(cloud, policy, seen);
  };
  const job = (state: string, name = ORDERS.job) =>
    cloud.stage.control.set('glue', 'job-run', { ...place, name, state });
  const crawler = (state: string, name = LAST_CRAWLER) =>
    cloud.stage.control.set('glue', 'crawler-run', { ...place, name, state, tables: [] });

  test.each(['SUCCEEDED', 'FAILED', 'TIMEOUT', 'STOPPED'])('a job of the graph that ended %s', async (state) => {
    expect(await seenWhile(() => job(state))).toEqual([lake]);
  });

  test.each([
    ['succeeded without a change', 'Succeeded', LAST_CRAWLER],
    ['failed, the first one included', 'Failed', FIRST_CRAWLER],
  ])('a crawler of the graph that %s', async (_, state, name) => {
    expect(await seenWhile(() => crawler(state, name))).toEqual([lake]);
  });

  test('neither the start of a run, however it was started, nor its end, of which AWS tells nobody', async () => {
    const scopes = await seenWhile(async () => {
      await run(CLEAN);
      const RunId = 'blueprint-1';
      const blueprint = { BlueprintName: 'kthr01', RunId, WorkflowName: WORKFLOW, State: 'SUCCEEDED' };
      await cloud.stage.control.set('glue', 'blueprint-run', { ...place, run: blueprint });
    });
    expect(scopes).toEqual([]);
  });

  test('not a job that is in no graph of a rule', async () => {
    const { glue } = await clientsAs(cloud.stage, LAKE_ADMIN);

    const Command = { Name: 'glueetl', ScriptLocation: 's3://sales-lake-data/scripts/other.py' };
    await glue.send(new CreateJobCommand({ Name: 'unrelated', Role: 'role', Command }));
    expect(await seenWhile(() => job('SUCCEEDED', 'unrelated'))).toEqual([]);
  });

  test('a job whose workflow can not be told: every database of rules that name workflows', async () => {
    await cloud.stage.control.fault({
      kind: 'error',
      operation: 'GetWorkflow',
      principal: 'onramp-',
      code: 'AccessDeniedException',
      status: 403,
    });
    expect(await seenWhile(() => job('SUCCEEDED'))).toEqual([lake]);
    await cloud.stage.control.clearFaults();
  });

  test('hundreds of tables, in as many events, once', async () => {
    const { glue } = await clientsAs(cloud.stage, LAKE_ADMIN);
    const scopes = await seenWhile(async () => {
      for (let i = 0; i < 120; i += 1) {
        await glue.send(new CreateTableCommand({ DatabaseName: LAKE_DATABASE, TableInput: { Name: `extra_${i}` } }));
      }
    });
    expect(scopes).toEqual([lake]);
  });

  test('no link of anybody (G-E4)', async () => {
    const { glue } = await clientsAs(cloud.stage, LAKE_ADMIN);
    const TargetDatabase = { CatalogId: SALES_LAKE, DatabaseName: LAKE_DATABASE };
    const scopes = await seenWhile(() =>
      glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'a_link', TargetDatabase } })),
    );
    expect(scopes).toEqual([]);
  });

  test('where a rule leaves the database open: every database of the catalog, and no link', async () => {
    const open = demoPolicy('demo-blueprint', ({ tags }) => {
      for (const { match } of tags?.rules ?? []) if (match.workflow !== undefined) delete match.database;
    });
    const { glue } = await clientsAs(cloud.stage, LAKE_ADMIN);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'Another' } }));
    const TargetDatabase = { CatalogId: SALES_LAKE, DatabaseName: LAKE_DATABASE };
    const databases = (scopes: readonly Scope[]) =>
      scopes.flatMap((scope) => ('database' in scope && scope.account === SALES_LAKE ? [scope.database] : []));
    expect(databases(await wokenByPolicy(cloud, open))).toEqual(['another', LAKE_DATABASE, null]);
    const seen = await eventsSoFar(cloud);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'b_link', TargetDatabase } }));
    expect(await woken(cloud, open, seen)).toEqual([]);
    await job('SUCCEEDED');
    expect(databases(await woken(cloud, open, seen))).toEqual(['another', LAKE_DATABASE]);
    await glue.send(new CreateTableCommand({ DatabaseName: 'another', TableInput: { Name: 't' } }));
    expect(databases(await woken(cloud, open, (await eventsSoFar(cloud)) - 1))).toEqual(['another']);
  });

  test("a crawler whose database is gone, which no list has any more: its workflow's failure is told all the same", async () => {
    const open = demoPolicy('demo-blueprint', ({ tags }) => {
      for (const { match } of tags?.rules ?? []) if (match.workflow !== undefined) delete match.database;
    });
    const { glue } = await clientsAs(cloud.stage, LAKE_ADMIN);
    const at = {
      Name: 'gone_crawler',
      Role: 'role',
      DatabaseName: 'gone',
      Targets: { S3Targets: [{ Path: 's3://x/' }] },
    };
    await glue.send(new CreateCrawlerCommand(at));
    await glue.send(new CreateWorkflowCommand({ Name: 'kthr01_gone' }));
    const trigger = { Name: 'gone', WorkflowName: 'kthr01_gone', Type: 'ON_DEMAND' as const };
    await glue.send(new CreateTriggerCommand({ ...trigger, Actions: [{ CrawlerName: at.Name }] }));
    const statistics = { FailedActions: 1 };
    const name = 'kthr01_gone';
    const seen = await eventsSoFar(cloud);
    await crawler('Failed', at.Name);
    await cloud.stage.control.set('glue', 'workflow-run', { ...place, name, status: 'COMPLETED', statistics });
    const scopes = await woken(cloud, open, seen);
    expect(scopes).toContainEqual({ ...lake, database: 'gone' });
    for (const scope of scopes) await cloud.settle(scope, open);
    const told = await Promise.all(scopes.map((scope) => cloud.ledger.findings(scopeText(scope))));
    const found = told
      .flat()
      .map(findingOf)
      .filter(({ resource }) => resource === `workflow ${name}`);
    expect(found).toHaveLength(1);
    await cloud.clock.sleep(1000);
    await cloud.stage.control.set('glue', 'workflow-run', { ...place, name, ...CLEAN });
  });

  test("when the last node's event is lost, the next event of any node finds out (G-E1)", async () => {
    await run(FAILED);
    // Nobody looked. Another run's first node ends, while that run still goes on.
    const runId = await start();
    const scopes = await seenWhile(() => crawler('Succeeded', FIRST_CRAWLER));
    for (const scope of scopes) await cloud.settle(scope);
    expect(await open()).toMatchObject([{ cause: 'workflow-run-failed' }]);
    await set({ runId, ...CLEAN });
    await look();
    expect(await open()).toEqual([]);
  });
});
