import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listOwnDatabases, readCrawlers, readIsLink, readWorkflows, workflowsWith } from '#aws/runs.ts';
import { runFacts } from '#aws/workflow-run.ts';
import { type AwsStub, awsError, type StubAnswer, startAwsStub } from '../support/aws-stub.ts';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

const ACCOUNT = '111111111111';
const clients = () => ({ glue: stub.access().own('ap-northeast-1').glue, account: ACCOUNT });
const gone = awsError('EntityNotFoundException', 'not found');

/** Answers by operation and what is asked for: its name, or the page's token. */
function by(answers: Readonly<Record<string, StubAnswer>>): void {
  stub.respond = ({ operation, body }) =>
    answers[`${operation} ${body.Name ?? body.NextToken ?? ''}`.trim()] ??
    answers[operation] ??
    awsError('Unexpected', operation, 501);
}
const asked = () => stub.requests.map(({ operation }) => operation).sort();

const START = 1_700_000_000;
const NODES = [
  { Type: 'TRIGGER', Name: 'daily' },
  { Type: 'CRAWLER', Name: 'last' },
  { Type: 'JOB', Name: 'import' },
  { Type: 'CRAWLER', Name: 'first' },
];
const workflow = (Name: string, more: object = {}): StubAnswer => ({
  body: { Workflow: { Name, Graph: { Nodes: NODES }, ...more } },
});
const run = (WorkflowRunId: string, hours: number, more: object = {}) => ({
  ...{ WorkflowRunId, StartedOn: START + hours * 3600, Status: 'COMPLETED', Statistics: {} },
  ...more,
});

describe('crawlers', () => {
  const crawler = (Name: string, more: object = {}) => ({
    Name,
    DatabaseName: 'CUR_org',
    TablePrefix: 'Raw_',
    ...more,
  });

  test('of a few names are asked for one by one; names are folded as Glue folds what they make', async () => {
    by({ 'GetCrawler a': { body: { Crawler: crawler('a') } }, 'GetCrawler b': gone });
    expect(await readCrawlers(clients(), ['a', 'b'])).toEqual([{ name: 'a', database: 'cur_org', prefix: 'raw_' }]);
    expect(asked()).toEqual(['GetCrawler', 'GetCrawler']);
  });

  test('of a pattern are listed to the last page; names keep their case', async () => {
    by({
      GetCrawlers: { body: { Crawlers: [crawler('raw-1'), crawler('RAW-2')], NextToken: 'n' } },
      'GetCrawlers n': { body: { Crawlers: [crawler('raw-3', { TablePrefix: undefined })] } },
    });
    expect((await readCrawlers(clients(), ['raw-*'])).map(({ name, prefix }) => name + prefix)).toEqual([
      'raw-1raw_',
      'raw-3',
    ]);
  });

  test('of catalog targets are there, and fill no database', async () => {
    by({ GetCrawler: { body: { Crawler: { Name: 'c', Targets: { CatalogTargets: [{ DatabaseName: 'd' }] } } } } });
    expect(await readCrawlers(clients(), ['c'])).toEqual([{ name: 'c', database: '', prefix: '' }]);
  });

  test('nobody named are not asked for', async () => {
    expect(await readCrawlers(clients(), [])).toEqual([]);
    expect(asked()).toEqual([]);
  });
});

describe('workflows', () => {
  test('come with their graph, and their runs newest first, in whatever order AWS has them', async () => {
    by({
      GetWorkflow: workflow('w'),
      GetWorkflowRuns: { body: { Runs: [run('old', 1), run('new', 3), run('mid', 2)] } },
    });
    const [found] = await readWorkflows(clients(), ['w']);
    expect(found).toMatchObject({ name: 'w', crawlers: ['first', 'last'], jobs: ['import'] });
    expect(found?.runs.map(({ id }) => id)).toEqual(['new', 'mid', 'old']);
  });

  test('have their last run even where the page of runs does not', async () => {
    const LastRun = run('last', 9, { Status: 'STOPPED' });
    by({ GetWorkflow: workflow('w', { LastRun }), GetWorkflowRuns: { body: { Runs: [run('first', 1)] } } });
    const [found] = await readWorkflows(clients(), ['w']);
    expect(found?.runs.map(({ id, status }) => `${id} ${status}`)).toEqual(['last STOPPED', 'first COMPLETED']);
  });

  test('of a pattern are listed; one that goes meanwhile is left out', async () => {
    by({
      ListWorkflows: { body: { Workflows: ['kthr01_a', 'other'], NextToken: 'n' } },
      'ListWorkflows n': { body: { Workflows: ['kthr01_b', 'kthr01_c'] } },
      'GetWorkflow kthr01_a': workflow('kthr01_a'),
      'GetWorkflow kthr01_b': gone,
      'GetWorkflow kthr01_c': workflow('kthr01_c'),
      'GetWorkflowRuns kthr01_a': { body: { Runs: [] } },
      'GetWorkflowRuns kthr01_c': gone,
    });
    expect((await readWorkflows(clients(), ['kthr01*'])).map(({ name }) => name)).toEqual(['kthr01_a']);
  });

  test('that have a node are told by kind and name', async () => {
    by({ 'GetWorkflow a': workflow('a'), 'GetWorkflow b': { body: { Workflow: { Name: 'b' } } } });
    expect(await workflowsWith(clients(), ['a', 'b'], { kind: 'job', name: 'import' })).toEqual(['a']);
    expect(await workflowsWith(clients(), ['a', 'b'], { kind: 'crawler', name: 'import' })).toEqual([]);
  });

  test('of a pattern that means very many are not asked one by one for an event', async () => {
    const Workflows = Array.from({ length: 51 }, (_, i) => `w${i}`);
    by({ ListWorkflows: { body: { Workflows } } });
    expect(await workflowsWith(clients(), ['w*'], { kind: 'job', name: 'import' })).toEqual(Workflows);
    expect(asked()).toEqual(['ListWorkflows']);
  });

  test('that can not be read are no shorter list (law 6)', async () => {
    by({ 'GetWorkflow a': workflow('a'), 'GetWorkflow b': awsError('AccessDeniedException', 'no', 403) });
    await expect(workflowsWith(clients(), ['a', 'b'], { kind: 'job', name: 'import' })).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('read workflow b in account 111111111111'),
    });
  });
});

describe('one run', () => {
  const START_DATE = new Date(START * 1000);
  const at = (seconds: number) => new Date((START + seconds) * 1000);
  const base = { WorkflowRunId: 'wr_1', StartedOn: START_DATE };
  const jobs = (...JobRuns: object[]) => ({
    Nodes: [{ Type: 'JOB' as const, Name: 'import', JobDetails: { JobRuns } }],
  });

  test('COMPLETED counts what failed, timed out, was stopped or ended in error (G-E2)', () => {
    const Statistics = {
      FailedActions: 1,
      TimeoutActions: 2,
      StoppedActions: 3,
      ErroredActions: 4,
      SucceededActions: 9,
    };
    expect(runFacts({ ...base, Status: 'COMPLETED', CompletedOn: at(9), Statistics })).toEqual({
      ...{ id: 'wr_1', status: 'COMPLETED', startedAt: START * 1000, endedAt: (START + 9) * 1000 },
      ...{ failed: 10, failures: [], idleSince: null },
    });
  });

  test('without statistics goes by its graph, of which the last attempt counts', () => {
    const failed = { JobRunState: 'FAILED', StartedOn: at(1), CompletedOn: at(2), ErrorMessage: 'no memory' };
    const again = { JobRunState: 'SUCCEEDED', StartedOn: at(3), CompletedOn: at(4) };
    expect(runFacts({ ...base, Status: 'COMPLETED', Graph: jobs(again, failed) as object }).failed).toBe(0);
    const { failed: count, failures } = runFacts({ ...base, Status: 'COMPLETED', Graph: jobs(failed) as object });
    expect([count, ...failures]).toEqual([1, 'job import FAILED: no memory']);
  });

  test('is idle since its last action ended, while none runs', () => {
    const ended = { JobRunState: 'SUCCEEDED', StartedOn: at(1), CompletedOn: at(5) };
    const idle = (Graph: object, Statistics: object = {}) =>
      runFacts({ ...base, Status: 'RUNNING', Graph, Statistics }).idleSince;
    expect(idle(jobs(ended))).toBe((START + 5) * 1000);
    expect(idle(jobs(ended), { RunningActions: 1 })).toBeNull();
    expect(idle(jobs(ended), { WaitingActions: 1 })).toBeNull();
    expect(idle(jobs({ ...ended, JobRunState: 'STOPPING' }))).toBeNull();
    expect(idle({ Nodes: NODES })).toBeNull();
    expect(idle({})).toBeNull();
  });
});

describe('databases', () => {
  test('of the catalog itself are listed to the last page, without links and without those of others (G-E4)', async () => {
    by({
      GetDatabases: { body: { DatabaseList: [{ Name: 'a' }, { Name: 'l', TargetDatabase: {} }], NextToken: 'n' } },
      'GetDatabases n': {
        body: {
          DatabaseList: [
            { Name: 'b', CatalogId: ACCOUNT },
            { Name: 'c', CatalogId: '2' },
          ],
        },
      },
    });
    expect(await listOwnDatabases(clients())).toEqual(['a', 'b']);
  });

  test.each([
    ['a link', { body: { Database: { Name: 'd', TargetDatabase: { DatabaseName: 'x' } } } }, true],
    ['none', { body: { Database: { Name: 'd' } } }, false],
    ['gone', gone, null],
  ])('one that is %s is told so', async (_, answer, told) => {
    by({ GetDatabase: answer });
    expect(await readIsLink(clients(), 'd')).toBe(told);
  });
});
