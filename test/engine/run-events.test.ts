/** What wakes us to look at a workflow's databases, since nobody announces the end of its runs (G-E2). */

import {
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateJobCommand,
  CreateTableCommand,
  CreateTriggerCommand,
  CreateWorkflowCommand,
} from '@aws-sdk/client-glue';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';
import { SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { clientsAs } from '../../infra/local/scenes/sales-people.ts';
import {
  FIRST_CRAWLER,
  LAKE_ADMIN,
  LAKE_DATABASE,
  LAST_CRAWLER,
  ORDERS,
  WORKFLOW,
} from '../../infra/local/scenes/sales-places.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { salesLake, scenario, settled } from '../support/scenario.ts';
import { eventsSoFar, woken, wokenByPolicy } from '../support/waking.ts';
import { CLEAN, FAILED, LAKE_PLACE, LAKE_SCOPE, workflowRuns } from '../support/workflow-runs.ts';

const policy = demoPolicy('demo-blueprint');
const lake = LAKE_SCOPE;
const place = LAKE_PLACE;

let cloud: InProcess;
let runs: ReturnType<typeof workflowRuns>;
beforeAll(async () => {
  cloud = await scenario(policy, [salesLake, settled(lake)]);
  runs = workflowRuns(cloud);
});
afterAll(() => cloud.close());

const look = () => cloud.settle(lake);

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
      await runs.run(CLEAN);
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
    // The catalog's own scope tells of runs that no database is named for.
    expect(databases(await woken(cloud, open, seen))).toEqual(['another', LAKE_DATABASE, null]);
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
      .map(({ finding }) => finding)
      .filter(({ resource }) => resource === `workflow ${name}`);
    expect(found).toHaveLength(1);
    await cloud.clock.sleep(1000);
    await cloud.stage.control.set('glue', 'workflow-run', { ...place, name, ...CLEAN });
  });

  test("when the last node's event is lost, the next event of any node finds out (G-E1)", async () => {
    await runs.run(FAILED);
    // Nobody looked. Another run's first node ends, while that run still goes on.
    const runId = await runs.start();
    const scopes = await seenWhile(() => crawler('Succeeded', FIRST_CRAWLER));
    for (const scope of scopes) await cloud.settle(scope);
    expect(await runs.open()).toMatchObject([{ cause: 'workflow-run-failed' }]);
    await runs.set({ runId, ...CLEAN });
    await look();
    expect(await runs.open()).toEqual([]);
  });
});
