/** The workflow that the article's blueprint made, and its runs: nothing on the bus says when one begins or ends. */

import {
  CreateConnectionCommand,
  CreateCrawlerCommand,
  CreateJobCommand,
  CreateTableCommand,
  CreateTriggerCommand,
  type CreateTriggerRequest,
  CreateWorkflowCommand,
  DeleteTableCommand,
  type GlueClient,
} from '@aws-sdk/client-glue';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { REGION, readerArn, SALES_LAKE } from './places.ts';
import { clientsAs } from './sales-people.ts';
import {
  bytesOf,
  FIRST_CRAWLER,
  LAKE_ADMIN,
  LAKE_BUCKET,
  LAKE_CRAWLER_ROLE,
  LAKE_DATABASE,
  LAKE_TABLES,
  LAST_CRAWLER,
  type LakeTable,
  objectKey,
  WORKFLOW,
} from './sales-places.ts';
import type { Stage } from './world.ts';

const CONNECTION = 'kthr01-mysql';

/** A crawler on the source, then a job for each table, then a crawler on what they wrote; daily, as in the article. */
export async function makeWorkflow(stage: Stage): Promise<void> {
  const { glue } = await clientsAs(stage, LAKE_ADMIN);
  const Role = readerArn(LAKE_CRAWLER_ROLE);
  await makeConnection(glue);
  const Jdbc = { JdbcTargets: [{ ConnectionName: CONNECTION, Path: `${LAKE_DATABASE}/%` }] };
  const S3 = { S3Targets: [{ Path: `s3://${LAKE_BUCKET}/${LAKE_DATABASE}/` }] };
  const crawler = { Role, DatabaseName: LAKE_DATABASE };
  await glue.send(new CreateCrawlerCommand({ ...crawler, Name: FIRST_CRAWLER, Targets: Jdbc }));
  await glue.send(new CreateCrawlerCommand({ ...crawler, Name: LAST_CRAWLER, Targets: S3 }));
  const Command = { Name: 'glueetl', ScriptLocation: `s3://${LAKE_BUCKET}/scripts/import.py` };
  for (const { job } of LAKE_TABLES) await glue.send(new CreateJobCommand({ Name: job, Role, Command }));
  await glue.send(new CreateWorkflowCommand({ Name: WORKFLOW }));
  await makeTriggers(glue);
}

async function makeConnection(glue: GlueClient): Promise<void> {
  const ConnectionProperties = {
    JDBC_CONNECTION_URL: 'jdbc:mysql://kthr01.example.internal:3306/kthr01',
    SECRET_ID: 'kthr01-mysql',
  };
  const PhysicalConnectionRequirements = {
    SubnetId: 'subnet-0a1b2c3d4e5f60718',
    SecurityGroupIdList: ['sg-040f846c94bc055f1'],
    AvailabilityZone: `${REGION}a`,
  };
  const jdbc = { Name: CONNECTION, ConnectionType: 'JDBC' as const, ConnectionProperties };
  await glue.send(new CreateConnectionCommand({ ConnectionInput: { ...jdbc, PhysicalConnectionRequirements } }));
}

async function makeTriggers(glue: GlueClient): Promise<void> {
  const jobs = LAKE_TABLES.map(({ job }) => job);
  const triggers: readonly Omit<CreateTriggerRequest, 'WorkflowName'>[] = [
    {
      Name: 'kthr01_daily',
      Type: 'SCHEDULED',
      Schedule: 'cron(45 9 * * ? *)',
      Actions: [{ CrawlerName: FIRST_CRAWLER }],
    },
    {
      Name: 'kthr01_discovered',
      Type: 'CONDITIONAL',
      Predicate: {
        Conditions: [{ LogicalOperator: 'EQUALS', CrawlerName: FIRST_CRAWLER, CrawlState: 'SUCCEEDED' }],
      },
      Actions: jobs.map((JobName) => ({ JobName })),
    },
    {
      Name: 'kthr01_imported',
      Type: 'CONDITIONAL',
      Predicate: {
        Logical: 'ANY',
        Conditions: jobs.map((JobName) => ({ LogicalOperator: 'EQUALS', JobName, State: 'SUCCEEDED' })),
      },
      Actions: [{ CrawlerName: LAST_CRAWLER }],
    },
  ];
  for (const trigger of triggers)
    await glue.send(new CreateTriggerCommand({ ...trigger, WorkflowName: WORKFLOW, StartOnCreation: true }));
}

const place = { account: SALES_LAKE, region: REGION };

/** How the jobs of one run end. */
export interface Imports {
  /** Jobs whose import fails, with the error they end with. */
  readonly fail?: ReadonlyMap<LakeTable, string>;
  /** Tables that their job drops and makes anew. */
  readonly anew?: readonly LakeTable[];
  readonly say?: (text: string) => void;
}

export interface WorkflowRun {
  readonly id: string;
  /** What its crawlers and jobs failed at. */
  readonly troubles: readonly string[];
}

/**
 * A run from its start to COMPLETED, which it also is when jobs of it failed. Crawlers and jobs work as their role: what
 * it may not do, they fail at.
 */
export async function runWorkflow(stage: Stage, imports: Imports = {}): Promise<WorkflowRun> {
  const { fail = new Map<LakeTable, string>(), anew = [], say = () => {} } = imports;
  const run = await beginRun(stage);
  await run.act('CRAWLER', FIRST_CRAWLER, () => crawl(stage, FIRST_CRAWLER));
  for (const table of LAKE_TABLES) {
    const trouble = await run.act('JOB', table.job, async () => {
      const met = fail.get(table) ?? (await importTable(stage, table, anew.includes(table)));
      await endJob(stage, table, met);
      return met;
    });
    say(`job ${table.job}: ${trouble ?? `${table.table} is there`}`);
  }
  await run.act('CRAWLER', LAST_CRAWLER, () => crawl(stage, LAST_CRAWLER));
  return run.end();
}

type Counts = Record<'SucceededActions' | 'FailedActions', number>;

/** A run that Glue shows as it goes on. */
async function beginRun(stage: Stage) {
  const { runId } = await setRun(stage, { status: 'RUNNING' });
  const troubles: string[] = [];
  const counts: Counts = { SucceededActions: 0, FailedActions: 0 };
  const show = (status: string, running: number, actions: readonly object[]) =>
    setRun(stage, { runId, status, statistics: { ...counts, RunningActions: running }, actions });
  return {
    /** Null, or what it failed at. */
    async act(type: 'CRAWLER' | 'JOB', name: string, work: () => Promise<string | null>): Promise<string | null> {
      await show('RUNNING', 1, [{ type, name, state: 'RUNNING' }]);
      const trouble = await work();
      counts[trouble === null ? 'SucceededActions' : 'FailedActions'] += 1;
      if (trouble !== null) troubles.push(trouble);
      const outcome = trouble === null ? { state: 'SUCCEEDED' } : { state: 'FAILED', errorMessage: trouble };
      await show('RUNNING', 0, [{ type, name, ...outcome }]);
      return trouble;
    },
    async end(): Promise<WorkflowRun> {
      await show('COMPLETED', 0, []);
      return { id: runId, troubles };
    },
  };
}

async function setRun(stage: Stage, fact: object): Promise<{ runId: string }> {
  return (await stage.control.set('glue', 'workflow-run', { ...place, name: WORKFLOW, ...fact })) as { runId: string };
}

async function endJob(stage: Stage, { job }: LakeTable, trouble: string | null): Promise<void> {
  const outcome = trouble === null ? { state: 'SUCCEEDED' } : { state: 'FAILED', message: trouble };
  await stage.control.set('glue', 'job-run', { ...place, name: job, ...outcome });
}

/** Null, or what it failed at. */
async function crawl(stage: Stage, name: string): Promise<string | null> {
  const answer = await stage.control.set('glue', 'crawler-run', { ...place, name, state: 'Succeeded', tables: [] });
  return (answer as { errorMessage?: string }).errorMessage ?? null;
}

/** What the job does as its role: writes the table's file, then the table. Null, or what it failed at. */
export async function importTable(
  stage: Stage,
  table: LakeTable,
  anew = false,
  role = LAKE_CRAWLER_ROLE,
): Promise<string | null> {
  const { glue, s3 } = await clientsAs(stage, role);
  const { database: DatabaseName, table: Name } = table;
  try {
    await s3.send(new PutObjectCommand({ Bucket: LAKE_BUCKET, Key: objectKey(table), Body: bytesOf(table) }));
    if (anew) await glue.send(new DeleteTableCommand({ DatabaseName, Name }));
    await glue.send(new CreateTableCommand({ DatabaseName, TableInput: tableInput(table) }));
    return null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // A run like the one before it finds its tables there.
    return error.name === 'AlreadyExistsException' ? null : error.message;
  }
}

function tableInput(table: LakeTable) {
  return {
    Name: table.table,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { classification: 'parquet', CreatedByJob: table.job },
    StorageDescriptor: {
      Columns: table.columns.map((Name) => ({ Name, Type: 'string' })),
      Location: `s3://${LAKE_BUCKET}/${table.prefix}`,
    },
  };
}
