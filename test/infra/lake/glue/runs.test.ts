import {
  CreateConnectionCommand,
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateJobCommand,
  CreateTriggerCommand,
  CreateWorkflowCommand,
  GetBlueprintRunsCommand,
  GetConnectionCommand,
  GetConnectionsCommand,
  GetCrawlerCommand,
  GetJobRunCommand,
  GetJobRunsCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GetWorkflowCommand,
  GetWorkflowRunCommand,
  GetWorkflowRunsCommand,
  ListCrawlersCommand,
  StartCrawlerCommand,
  StartJobRunCommand,
  StartWorkflowRunCommand,
  TestConnectionCommand,
  UpdateCrawlerCommand,
} from '@aws-sdk/client-glue';
import { IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cloud } from './cloud.ts';
import { closeCatalog, everything, makeRole, producer, region, startCloud, tableInput } from './cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
beforeEach(() => cloud.lake.control.reset());
afterAll(() => cloud.lake.close());

const place = { account: producer, region };
const crawlerRole = `arn:aws:iam::${producer}:role/service-role/crawler`;
const told = () => cloud.lake.control.events();

describe('crawlers', () => {
  beforeEach(async () => {
    const glue = cloud.glue(producer);
    await makeRole(new IAMClient(cloud.config(producer)), crawlerRole, everything);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'cur_org' } }));
    const Targets = { S3Targets: [{ Path: 's3://cur-export/cur/' }] };
    const crawler = { Name: 'cur-crawler', Role: crawlerRole, DatabaseName: 'cur_org', Targets };
    await glue.send(new CreateCrawlerCommand({ ...crawler, TablePrefix: 'legacy_' }));
  });
  const run = (body: object) =>
    cloud.lake.control.set('glue', 'crawler-run', { ...place, name: 'cur-crawler', ...body });
  const crawler = async () => (await cloud.glue(producer).send(new GetCrawlerCommand({ Name: 'cur-crawler' }))).Crawler;
  const found = {
    ...tableInput('all', ['year']),
    Partitions: [{ Values: ['2025'] }, { Values: ['2026'] }],
  };

  test('a run makes the tables as the crawler role, then tells that it succeeded, with counters as text (GL-60, GL-61, GL-62)', async () => {
    expect((await crawler())?.State).toBe('READY');
    expect((await crawler())?.LastCrawl).toBeUndefined();
    await run({ state: 'Succeeded', tables: [found] });
    expect(await crawler()).toMatchObject({ State: 'READY', LastCrawl: { Status: 'SUCCEEDED' } });
    const at = { DatabaseName: 'cur_org', TableName: 'legacy_all' };
    const { Table } = await cloud.glue(producer).send(new GetTableCommand({ ...at, Name: at.TableName }));
    expect(Table?.CreatedBy).toBe(`arn:aws:sts::${producer}:assumed-role/crawler/AWS-Crawler`);
    expect((await cloud.glue(producer).send(new GetPartitionsCommand(at))).Partitions).toHaveLength(2);
    const events = (await told()).slice(1);
    expect(events.map((event) => event.detail['state'] ?? event.detail['typeOfChange'])).toEqual([
      'Started',
      'CreateTable',
      'BatchCreatePartition',
      'Succeeded',
    ]);
    expect(events.at(-1)).toMatchObject({
      'detail-type': 'Glue Crawler State Change',
      source: 'aws.glue',
      account: producer,
      resources: [],
      detail: {
        crawlerName: 'cur-crawler',
        accountId: producer,
        tablesCreated: '1',
        tablesUpdated: '0',
        partitionsCreated: '2',
        'runningTime (sec)': '7',
        message: 'Crawler Succeeded',
      },
    });
    expect(JSON.stringify(events.at(-1)?.detail)).not.toContain('cur_org');
  });

  test('a second run updates the table and makes no partition twice', async () => {
    await run({ state: 'Succeeded', tables: [found] });
    await run({ state: 'Succeeded', tables: [found] });
    expect((await told()).at(-1)?.detail).toMatchObject({
      tablesCreated: '0',
      tablesUpdated: '1',
      partitionsCreated: '0',
    });
  });

  test('a failed run is READY again and says why (GL-60, GL-61, G-E3)', async () => {
    await run({ state: 'Failed', errorMessage: 'Insufficient Lake Formation permission(s)' });
    expect(await crawler()).toMatchObject({ State: 'READY', LastCrawl: { Status: 'FAILED' } });
    expect((await told()).at(-1)?.detail).toMatchObject({
      state: 'Failed',
      message: 'Crawler Failed',
      errorMessage: 'Insufficient Lake Formation permission(s)',
    });
  });

  test('a run whose partitions do not fit the table fails, and a role without rights makes none (GL-62)', async () => {
    await run({ state: 'Succeeded', tables: [{ ...found, Partitions: [{ Values: ['2026', '1'] }] }] });
    expect(await crawler()).toMatchObject({
      LastCrawl: { Status: 'FAILED', ErrorMessage: expect.stringContaining('2026') },
    });
    await closeCatalog(cloud, producer, [`arn:aws:iam::${producer}:root`]);
    await cloud.glue(producer).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'closed' } }));
    const change = { Name: 'cur-crawler', DatabaseName: 'closed' };
    await cloud.glue(producer).send(new UpdateCrawlerCommand(change));
    await run({ state: 'Succeeded', tables: [found] });
    expect((await told()).at(-1)?.detail).toMatchObject({
      state: 'Failed',
      errorMessage: 'Insufficient Lake Formation permission(s): Required Create Table on closed',
    });
  });

  test('a started one runs until told otherwise; starting it again is refused (GL-65)', async () => {
    const glue = cloud.glue(producer);
    await glue.send(new StartCrawlerCommand({ Name: 'cur-crawler' }));
    expect((await crawler())?.State).toBe('RUNNING');
    const again = glue.send(new StartCrawlerCommand({ Name: 'cur-crawler' }));
    await expect(again).rejects.toMatchObject({ name: 'CrawlerRunningException' });
    await run({ state: 'Succeeded' });
    expect((await crawler())?.State).toBe('READY');
    expect((await told()).filter((event) => event.detail['state'] === 'Started')).toHaveLength(1);
    expect((await glue.send(new ListCrawlersCommand({}))).CrawlerNames).toEqual(['cur-crawler']);
  });
});

describe('jobs', () => {
  test('tell of four states and of no other (GL-63)', async () => {
    const glue = cloud.glue(producer);
    const Command = { Name: 'glueetl', ScriptLocation: 's3://scripts/x.py' };
    await glue.send(new CreateJobCommand({ Name: 'etl', Role: crawlerRole, Command }));
    const { JobRunId: RunId } = await glue.send(new StartJobRunCommand({ JobName: 'etl' }));
    const set = (state: string, more: object = {}) =>
      cloud.lake.control.set('glue', 'job-run', { ...place, name: 'etl', state, ...more });
    await set('STOPPING', { runId: RunId });
    expect(await told()).toEqual([]);
    await set('FAILED', { runId: RunId, message: 'Insufficient Lake Formation permission(s): Required Select on t' });
    const run = await glue.send(new GetJobRunCommand({ JobName: 'etl', RunId }));
    expect(run.JobRun).toMatchObject({
      JobRunState: 'FAILED',
      ErrorMessage: expect.stringContaining('Required Select'),
    });
    await set('SUCCEEDED');
    expect(await told()).toMatchObject([
      { 'detail-type': 'Glue Job State Change', detail: { jobName: 'etl', severity: 'ERROR', jobRunId: RunId } },
      { detail: { severity: 'INFO', state: 'SUCCEEDED', message: 'Job run succeeded' } },
    ]);
    expect((await glue.send(new GetJobRunsCommand({ JobName: 'etl' }))).JobRuns).toHaveLength(2);
  });
});

describe('workflows and blueprints', () => {
  test('a run can say COMPLETED with failed actions, and no event tells (GL-64, G-E2)', async () => {
    const glue = cloud.glue(producer);
    await glue.send(new CreateWorkflowCommand({ Name: 'kthr01' }));
    const trigger = { Name: 'start', WorkflowName: 'kthr01', Type: 'ON_DEMAND' as const };
    await glue.send(new CreateTriggerCommand({ ...trigger, Actions: [{ CrawlerName: 'c' }, { JobName: 'j' }] }));
    const { Workflow } = await glue.send(new GetWorkflowCommand({ Name: 'kthr01', IncludeGraph: true }));
    expect(Workflow?.Graph?.Nodes?.map(({ Type, Name }) => `${Type} ${Name}`)).toEqual([
      'TRIGGER start',
      'CRAWLER c',
      'JOB j',
    ]);
    expect(Workflow?.Graph?.Edges).toHaveLength(2);
    const { RunId } = await glue.send(new StartWorkflowRunCommand({ Name: 'kthr01' }));
    const statistics = { SucceededActions: 1, FailedActions: 1 };
    await cloud.lake.control.set('glue', 'workflow-run', {
      ...place,
      name: 'kthr01',
      runId: RunId,
      status: 'COMPLETED',
      statistics,
    });
    const { Run } = await glue.send(new GetWorkflowRunCommand({ Name: 'kthr01', RunId }));
    expect(Run).toMatchObject({
      Status: 'COMPLETED',
      Statistics: { TotalActions: 2, ...statistics, TimeoutActions: 0 },
    });
    expect(Run?.Graph).toBeUndefined();
    expect(await told()).toEqual([]);
  });

  test("a run's graph tells how its jobs and crawlers stand, to those who ask for it (GL-64)", async () => {
    const glue = cloud.glue(producer);
    await glue.send(new CreateWorkflowCommand({ Name: 'kthr01' }));
    const trigger = { Name: 'start', WorkflowName: 'kthr01', Type: 'ON_DEMAND' as const };
    await glue.send(new CreateTriggerCommand({ ...trigger, Actions: [{ CrawlerName: 'c' }, { JobName: 'j' }] }));
    const set = (actions: readonly object[]) =>
      cloud.lake.control.set('glue', 'workflow-run', { ...place, name: 'kthr01', status: 'RUNNING', actions });
    await expect(set([{ type: 'JOB', name: 'x', state: 'RUNNING' }])).rejects.toThrow('no JOB called x');
    const errorMessage = 'no route to host';
    await set([{ type: 'CRAWLER', name: 'c', state: 'FAILED', errorMessage }]);
    await set([{ type: 'JOB', name: 'j', state: 'RUNNING' }]);
    const ask = { Name: 'kthr01', IncludeGraph: true };
    const { Runs = [] } = await glue.send(new GetWorkflowRunsCommand(ask));
    expect(Runs).toHaveLength(1);
    const nodes = Runs[0]?.Graph?.Nodes ?? [];
    const [crawl] = nodes.flatMap(({ CrawlerDetails }) => CrawlerDetails?.Crawls ?? []);
    expect(crawl).toMatchObject({ State: 'FAILED', ErrorMessage: errorMessage, CompletedOn: expect.any(Date) });
    const [jobRun] = nodes.flatMap(({ JobDetails }) => JobDetails?.JobRuns ?? []);
    expect(jobRun).toMatchObject({ JobRunState: 'RUNNING', StartedOn: expect.any(Date) });
    expect(jobRun?.CompletedOn).toBeUndefined();
  });

  test('a blueprint run names its workflow (GL-64)', async () => {
    const run = { BlueprintName: 'db-snapshot', RunId: 'br_1', WorkflowName: 'kthr01', State: 'SUCCEEDED' };
    await cloud.lake.control.set('glue', 'blueprint-run', { ...place, run });
    const glue = cloud.glue(producer);
    const { BlueprintRuns } = await glue.send(new GetBlueprintRunsCommand({ BlueprintName: 'db-snapshot' }));
    expect(BlueprintRuns).toMatchObject([run]);
    expect(await told()).toEqual([]);
  });

  test('a fact about what is not there is refused, with its name', async () => {
    const set = cloud.lake.control.set('glue', 'job-run', { ...place, name: 'none', state: 'SUCCEEDED' });
    await expect(set).rejects.toThrow('Job none not found');
  });
});

describe('connections', () => {
  const network = {
    Name: 'net',
    ConnectionType: 'NETWORK' as const,
    ConnectionProperties: {},
    PhysicalConnectionRequirements: { SubnetId: 'subnet-1', SecurityGroupIdList: ['sg-1'], AvailabilityZone: 'a' },
  };
  test('a network needs no properties, a store an address; passwords can be left out (GL-70)', async () => {
    const glue = cloud.glue(producer);
    await glue.send(new CreateConnectionCommand({ ConnectionInput: network }));
    const jdbc = { Name: 'db', ConnectionType: 'JDBC' as const };
    const bare = { ConnectionInput: { ...jdbc, ConnectionProperties: { USERNAME: 'u' } } };
    await expect(glue.send(new CreateConnectionCommand(bare))).rejects.toMatchObject({ name: 'InvalidInputException' });
    const ConnectionProperties = { JDBC_CONNECTION_URL: 'jdbc:mysql://db:3306/x', USERNAME: 'u', PASSWORD: 'p' };
    await glue.send(new CreateConnectionCommand({ ConnectionInput: { ...jdbc, ConnectionProperties } }));
    const { Connection } = await glue.send(new GetConnectionCommand({ Name: 'db', HidePassword: true }));
    expect(Connection?.ConnectionProperties).toEqual({ ...ConnectionProperties, PASSWORD: undefined });
    const Filter = { ConnectionType: 'NETWORK' as const };
    const { ConnectionList } = await glue.send(new GetConnectionsCommand({ Filter }));
    expect(ConnectionList).toMatchObject([{ Name: 'net', Status: 'READY' }]);
    await glue.send(new TestConnectionCommand({ ConnectionName: 'db' }));
    const untestable = glue.send(new TestConnectionCommand({ ConnectionName: 'net' }));
    await expect(untestable).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});
