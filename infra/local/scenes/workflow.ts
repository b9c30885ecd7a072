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
import { REGION, readerArn, SALES_LAKE } from './places.ts';
import { clientsAs } from './sales-people.ts';
import {
  FIRST_CRAWLER,
  LAKE_ADMIN,
  LAKE_BUCKET,
  LAKE_CRAWLER_ROLE,
  LAKE_DATABASE,
  LAKE_TABLES,
  LAST_CRAWLER,
  type LakeTable,
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
}

export interface WorkflowRun {
  readonly id: string;
  /** What crawlers that failed said. */
  readonly troubles: readonly string[];
}

/**
 * A run from its start to COMPLETED, which it also is when jobs of it failed. Crawlers and jobs work as their role: what
 * it may not do, they fail at.
 */
export async function runWorkflow(stage: Stage, { fail = new Map(), anew = [] }: Imports = {}): Promise<WorkflowRun> {
  const { runId } = await setRun(stage, { status: 'RUNNING' });
  const troubles = [await crawl(stage, FIRST_CRAWLER)];
  const failed: string[] = [];
  for (const table of LAKE_TABLES) {
    const message = fail.get(table);
    await setJob(stage, table, { state: 'RUNNING' });
    const trouble = message ?? (await importTable(stage, table, anew.includes(table)));
    if (trouble === null) await setJob(stage, table, { state: 'SUCCEEDED' });
    else await setJob(stage, table, { state: 'FAILED', message: trouble });
    if (trouble !== null) failed.push(trouble);
  }
  troubles.push(await crawl(stage, LAST_CRAWLER), ...failed);
  const TotalActions = LAKE_TABLES.length + 2;
  const statistics = { FailedActions: failed.length, SucceededActions: TotalActions - failed.length };
  await setRun(stage, { runId, status: 'COMPLETED', statistics });
  return { id: runId, troubles: troubles.filter((trouble) => trouble !== null) };
}

async function setRun(stage: Stage, fact: object): Promise<{ runId: string }> {
  return (await stage.control.set('glue', 'workflow-run', { ...place, name: WORKFLOW, ...fact })) as { runId: string };
}

async function setJob(stage: Stage, { job }: LakeTable, fact: object): Promise<void> {
  await stage.control.set('glue', 'job-run', { ...place, name: job, ...fact });
}

/** Null, or what it failed at. */
async function crawl(stage: Stage, name: string): Promise<string | null> {
  const answer = await stage.control.set('glue', 'crawler-run', { ...place, name, state: 'Succeeded', tables: [] });
  return (answer as { errorMessage?: string }).errorMessage ?? null;
}

/** What the job does in the catalog, as its role. Null, or what it failed at. */
async function importTable(stage: Stage, table: LakeTable, anew: boolean): Promise<string | null> {
  const { glue } = await clientsAs(stage, LAKE_CRAWLER_ROLE);
  const { database: DatabaseName, table: Name } = table;
  try {
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
