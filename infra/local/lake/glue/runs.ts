/** Runs as facts that a test or the demo sets: what they did happens, as their own role, with their events. */

import type {
  BlueprintRun,
  CrawlState,
  JobRunState,
  LastCrawlInfo,
  Node,
  PartitionInput,
  TableInput,
  WorkflowGraph,
  WorkflowRun,
  WorkflowRunStatus,
} from '@aws-sdk/client-glue';
import { AwsError } from '../aws-error.ts';
import type { Call, World } from '../service.ts';
import { encryptedCatalog, requireCatalogKey } from './catalog-key.ts';
import { begin, crawlerOf } from './crawlers.ts';
import { invalidInput, notFound } from './errors.ts';
import { jobOf, newRun } from './jobs.ts';
import type { DatabaseRef, Place } from './names.ts';
import { databaseRef } from './names.ts';
import { addPartitions } from './partitions.ts';
import type { CrawlCounts } from './run-events.ts';
import { emitCrawlerFailed, emitCrawlerSucceeded, emitJobState } from './run-events.ts';
import { catalogOf, findTable, partitionKey } from './state.ts';
import { addTable, replaceTable } from './tables.ts';
import { newWorkflowRun, noActions, workflowOf } from './workflows.ts';

/** A table that a crawler found, with its partitions. */
interface CrawledTable extends TableInput {
  readonly Partitions?: readonly PartitionInput[];
}

export interface CrawlerRun extends Place {
  readonly name: string;
  readonly state: 'Started' | 'Succeeded' | 'Failed';
  readonly tables?: readonly CrawledTable[];
  readonly errorMessage?: string;
  readonly runningSeconds?: number;
}

/** A crawler starts, or a run of it ends: its tables are made, then it is READY, then AWS tells. */
export async function runCrawler(world: World, run: CrawlerRun): Promise<{ state: string; errorMessage?: string }> {
  const crawler = crawlerOf(world, run, run.name);
  if (crawler.State === 'READY') begin(world, run, crawler);
  if (run.state === 'Started') return { state: 'Started' };
  if (run.state === 'Failed') return fail(world, run, run.errorMessage ?? 'Internal Service Exception');
  try {
    const call = crawlerCall(world, run, crawler.Role ?? '');
    const encrypted = encryptedCatalog(world, run.account, run.region);
    if (encrypted) await requireCatalogKey(call, encrypted, 'write');
    const counts = crawl(call, run, crawler.DatabaseName, crawler.TablePrefix);
    end(world, run, { Status: 'SUCCEEDED' });
    emitCrawlerSucceeded(world, run, run.name, counts, (run.runningSeconds ?? 7) * 1000);
    return { state: 'Succeeded' };
  } catch (error) {
    // What the role may not do fails the run, as it would on AWS.
    if (!(error instanceof AwsError)) throw error;
    return fail(world, run, error.message);
  }
}

function fail(world: World, run: CrawlerRun, errorMessage: string): { state: string; errorMessage: string } {
  end(world, run, { Status: 'FAILED', ErrorMessage: errorMessage });
  emitCrawlerFailed(world, run, run.name, errorMessage);
  return { state: 'Failed', errorMessage };
}

function end(world: World, run: CrawlerRun, outcome: LastCrawlInfo): void {
  const crawler = crawlerOf(world, run, run.name);
  crawler.State = 'READY';
  crawler.CrawlElapsedTime = (run.runningSeconds ?? 7) * 1000;
  crawler.LastCrawl = { ...crawler.LastCrawl, ...outcome };
}

/** The crawler's role, as Glue calls with it. */
function crawlerCall(world: World, run: CrawlerRun, role: string): Call {
  const arn = role.startsWith('arn:') ? role : `arn:aws:iam::${run.account}:role/${role.replace(/^\//, '')}`;
  const sessionArn = `arn:aws:sts::${run.account}:assumed-role/${arn.split('/').at(-1)}/AWS-Crawler`;
  const { account, region } = run;
  const caller = { kind: 'role', account, arn, sessionArn } as const;
  return { caller, account, region, service: 'glue', operation: 'StartCrawler', requestId: world.id(32), world };
}

function crawl(call: Call, run: CrawlerRun, database: string | undefined, prefix = ''): CrawlCounts {
  const counts = { created: 0, updated: 0, partitions: 0 };
  if (database === undefined) throw invalidInput(`Crawler ${run.name} has no database to write to.`);
  const home = databaseRef(run, database);
  for (const { Partitions = [], ...given } of run.tables ?? []) {
    const table = { ...given, Name: `${prefix}${given.Name ?? ''}` };
    counts[writeTable(call, home, table)] += 1;
    counts.partitions += writePartitions(call, home, table.Name, Partitions);
  }
  return {
    tablesCreated: counts.created,
    tablesUpdated: counts.updated,
    tablesDeleted: 0,
    partitionsCreated: counts.partitions,
    partitionsUpdated: 0,
    partitionsDeleted: 0,
  };
}

function writeTable(call: Call, home: DatabaseRef, table: TableInput & { Name: string }): 'created' | 'updated' {
  const entry = findTable(call.world.glue, home.account, home.region, home.database, table.Name);
  if (!entry) {
    addTable(call, home, table);
    return 'created';
  }
  replaceTable(call, { ref: { ...home, table: entry.table.Name }, entry }, table);
  return 'updated';
}

function writePartitions(call: Call, home: DatabaseRef, table: string, all: readonly PartitionInput[]): number {
  const known = findTable(call.world.glue, home.account, home.region, home.database, table)?.partitions;
  const fresh = all.filter((one) => !known?.has(partitionKey(one.Values ?? [])));
  if (fresh.length === 0) return 0;
  const names = { DatabaseName: home.database, TableName: table };
  const [error] = addPartitions(call, { ...names, PartitionInputList: [...fresh] });
  if (error) throw invalidInput(`Partition ${error.PartitionValues}: ${error.ErrorDetail?.ErrorMessage}`);
  return fresh.length;
}

export interface JobRunFact extends Place {
  readonly name: string;
  readonly state: JobRunState;
  readonly runId?: string;
  readonly message?: string;
}

/** A job's run is in this state now; a run nobody started is made. */
export function setJobRun(world: World, fact: JobRunFact): { runId: string } {
  const entry = jobOf(world, fact, fact.name);
  const known = fact.runId === undefined ? entry.runs[0] : entry.runs.find((run) => run.Id === fact.runId);
  const ongoing = known && !ended(known.JobRunState) ? known : undefined;
  const run = ongoing ?? newRun(world, entry.job.Name, fact.runId === undefined ? {} : { Id: fact.runId });
  if (!ongoing) entry.runs.unshift(run);
  const now = new Date(world.now());
  run.JobRunState = fact.state;
  run.LastModifiedOn = now;
  if (ended(fact.state)) run.CompletedOn = now;
  const message = fact.message ?? (fact.state === 'SUCCEEDED' ? 'Job run succeeded' : `Job run ${fact.state}`);
  if (fact.state === 'FAILED' || fact.state === 'ERROR') run.ErrorMessage = message;
  const jobRunId = run.Id ?? '';
  if (told.has(fact.state)) emitJobState(world, fact, { jobName: fact.name, jobRunId, state: fact.state, message });
  return { runId: jobRunId };
}

/** The states AWS tells of; the others can only be read. */
const told: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'TIMEOUT', 'STOPPED']);

function ended(state: string | undefined): boolean {
  return state !== undefined && (told.has(state) || state === 'ERROR' || state === 'EXPIRED');
}

export interface WorkflowRunFact extends Place {
  readonly name: string;
  readonly status: WorkflowRunStatus;
  readonly runId?: string;
  /** Actions by outcome; what is left out is 0. */
  readonly statistics?: Partial<NonNullable<WorkflowRun['Statistics']>>;
  readonly errorMessage?: string;
  /** Runs of its jobs and crawlers so far: they appear in the run's graph. A repeat takes the place of the one before. */
  readonly actions?: readonly WorkflowAction[];
}

/** `ended` and `started` are milliseconds since the epoch; now where left out. One that still runs has no end. */
export interface WorkflowAction {
  readonly type: 'JOB' | 'CRAWLER';
  readonly name: string;
  readonly state: string;
  readonly started?: number;
  readonly ended?: number;
  readonly errorMessage?: string;
}

/** A workflow's run is in this state now; AWS tells nobody. */
export function setWorkflowRun(world: World, fact: WorkflowRunFact): { runId: string } {
  const entry = workflowOf(world, fact, fact.name);
  const known = fact.runId === undefined ? entry.runs[0] : entry.runs.find((run) => run.WorkflowRunId === fact.runId);
  if (fact.runId !== undefined && !known) throw notFound(`Workflow run ${fact.runId} not found.`);
  const ongoing = known?.Status === 'RUNNING' || fact.runId !== undefined ? known : undefined;
  const run = ongoing ?? newWorkflowRun(world, fact, entry);
  run.Graph = (fact.actions ?? []).reduce((graph, action) => withAction(world, graph, action), run.Graph ?? {});
  if (!ongoing) entry.runs.unshift(run);
  run.Status = fact.status;
  if (fact.status !== 'RUNNING') run.CompletedOn = new Date(world.now());
  run.Statistics = { ...noActions(run.Statistics?.TotalActions ?? 0), ...fact.statistics };
  if (fact.errorMessage !== undefined) run.ErrorMessage = fact.errorMessage;
  return { runId: run.WorkflowRunId ?? '' };
}

function withAction(world: World, graph: WorkflowGraph, action: WorkflowAction): WorkflowGraph {
  const now = world.now();
  const isEnded = !['RUNNING', 'STARTING', 'STOPPING', 'WAITING', 'CANCELLING'].includes(action.state);
  const times = {
    StartedOn: new Date(action.started ?? now),
    ...(isEnded && { CompletedOn: new Date(action.ended ?? now) }),
    ...(action.errorMessage !== undefined && { ErrorMessage: action.errorMessage }),
  };
  const details: Partial<Node> =
    action.type === 'JOB'
      ? { JobDetails: { JobRuns: [{ JobName: action.name, JobRunState: action.state as JobRunState, ...times }] } }
      : { CrawlerDetails: { Crawls: [{ State: action.state as CrawlState, ...times }] } };
  const isIt = (node: Node) => node.Type === action.type && node.Name === action.name;
  const Nodes = graph.Nodes ?? [];
  if (!Nodes.some(isIt)) throw notFound(`The workflow's graph has no ${action.type} called ${action.name}.`);
  return { ...graph, Nodes: Nodes.map((node) => (isIt(node) ? { ...node, ...details } : node)) };
}

export interface BlueprintRunFact extends Place {
  readonly run: BlueprintRun & { BlueprintName: string; RunId: string };
}

/** A blueprint's run as it is now. */
export function setBlueprintRun(world: World, { account, region, run }: BlueprintRunFact): { runId: string } {
  const all = catalogOf(world.glue, account, region).blueprintRuns;
  const others = (all.get(run.BlueprintName) ?? []).filter((each) => each.RunId !== run.RunId);
  all.set(run.BlueprintName, [{ StartedOn: new Date(world.now()), ...run }, ...others]);
  return { runId: run.RunId };
}
