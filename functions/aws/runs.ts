/** Crawlers and workflows of one account and Region: what they fill, and how runs ended. Read only. */

import {
  type Crawler,
  GetCrawlerCommand,
  GetCrawlersCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetWorkflowCommand,
  GetWorkflowRunsCommand,
  ListWorkflowsCommand,
  type Node,
  type Workflow,
  type WorkflowRun,
} from '@aws-sdk/client-glue';
import { chunks } from '#core/collections.ts';
import type { CrawlerFacts, WorkflowFacts } from '#core/facts.ts';
import { matches } from '#core/iam/pattern.ts';
import { isPattern } from '#core/policy/patterns.ts';
import type { Clients } from './clients.ts';
import { asked, unlessMissing } from './errors.ts';
import { everyPage, required } from './paging.ts';
import { runFacts } from './workflow-run.ts';

type Glue = Pick<Clients, 'glue' | 'account'>;

/** Crawlers are asked for one by one up to here; more of them, and patterns, by listing pages. */
const ONE_BY_ONE = 10;
/** Workflows read at once: two calls each. */
const AT_ONCE = 8;
/** For one event no more workflows are asked for their graphs than these: beyond, each may hold the node. */
const ASKED_FOR_ONE_EVENT = 50;
/** Runs of a workflow that are looked at. They come with their graphs, so a page is long. */
const RUNS = 25;

/** Crawlers of these names or patterns. What is gone is left out. */
export async function readCrawlers(clients: Glue, wanted: readonly string[]): Promise<readonly CrawlerFacts[]> {
  if (wanted.length === 0) return [];
  if (wanted.length <= ONE_BY_ONE && !wanted.some(isPattern)) {
    const found = await Promise.all(wanted.map((name) => readOne(clients, name)));
    return found.flatMap((crawler) => (crawler === null ? [] : [crawlerFacts(crawler)]));
  }
  const all = await everyPage(async (token) => {
    const page = await asked(view(clients, 'list crawlers'), () =>
      clients.glue.send(new GetCrawlersCommand({ NextToken: token })),
    );
    return { items: page.Crawlers, next: page.NextToken };
  });
  return all.map(crawlerFacts).filter(({ name }) => isWanted(wanted, name));
}

/** Workflows of these names or patterns, with their graphs and newest runs. What is gone is left out. */
export async function readWorkflows(clients: Glue, wanted: readonly string[]): Promise<readonly WorkflowFacts[]> {
  return await eachWorkflow(clients, await workflowNames(clients, wanted), async (workflow, name) => {
    const runs = await newestRuns(clients, name, workflow.LastRun);
    return [{ name, ...nodesOf(workflow), runs: runs.map(runFacts) }];
  });
}

/** Names of those of these workflows that have such a crawler or job in their graph; of very many, all. */
export async function workflowsWith(
  clients: Glue,
  wanted: readonly string[],
  node: { readonly kind: 'crawler' | 'job'; readonly name: string },
): Promise<readonly string[]> {
  const all = await workflowNames(clients, wanted);
  if (all.length > ASKED_FOR_ONE_EVENT) return all;
  return await eachWorkflow(clients, all, async (workflow, name) => {
    const { crawlers, jobs } = nodesOf(workflow);
    return (node.kind === 'crawler' ? crawlers : jobs).includes(node.name) ? [name] : [];
  });
}

/** Names of the catalog's own databases; links are left out. */
export async function listOwnDatabases(clients: Glue): Promise<readonly string[]> {
  const { account } = clients;
  const all = await everyPage(async (token) => {
    const page = await asked(view(clients, 'list databases'), () =>
      clients.glue.send(new GetDatabasesCommand({ CatalogId: account, NextToken: token })),
    );
    return { items: page.DatabaseList, next: page.NextToken };
  });
  return all
    .filter(({ TargetDatabase, CatalogId }) => TargetDatabase === undefined && (CatalogId ?? account) === account)
    .map(({ Name }) => required(Name, 'the name of a database'));
}

/** Whether a database is a link; null when its account says that it is gone. */
export async function readIsLink(clients: Glue, name: string): Promise<boolean | null> {
  return await unlessMissing(async () => {
    const { Database } = await asked(view(clients, `read database ${name}`), () =>
      clients.glue.send(new GetDatabaseCommand({ CatalogId: clients.account, Name: name })),
    );
    return Database?.TargetDatabase !== undefined;
  });
}

async function eachWorkflow<T>(
  clients: Glue,
  names: readonly string[],
  use: (workflow: Workflow, name: string) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (const some of chunks(names, AT_ONCE)) {
    const read = some.map(async (name) => {
      const workflow = await unlessMissing(() => readWorkflow(clients, name));
      return workflow === null ? [] : ((await unlessMissing(() => use(workflow, name))) ?? []);
    });
    all.push(...(await Promise.all(read)).flat());
  }
  return all;
}

/** Only a pattern needs the list. */
async function workflowNames(clients: Glue, wanted: readonly string[]): Promise<readonly string[]> {
  if (!wanted.some(isPattern)) return wanted;
  const all = await everyPage(async (token) => {
    const page = await asked(view(clients, 'list workflows'), () =>
      clients.glue.send(new ListWorkflowsCommand({ NextToken: token })),
    );
    return { items: page.Workflows, next: page.NextToken };
  });
  return all.filter((name) => isWanted(wanted, name));
}

async function readWorkflow(clients: Glue, name: string): Promise<Workflow> {
  const { Workflow } = await asked(view(clients, `read workflow ${name}`), () =>
    clients.glue.send(new GetWorkflowCommand({ Name: name, IncludeGraph: true })),
  );
  return required(Workflow, `workflow ${name}`);
}

/** One page. That it has the newest runs is nowhere written; the last one comes with the workflow in any case. */
async function newestRuns(clients: Glue, name: string, last: WorkflowRun | undefined): Promise<WorkflowRun[]> {
  const page = await asked(view(clients, `read the runs of workflow ${name}`), () =>
    clients.glue.send(new GetWorkflowRunsCommand({ Name: name, IncludeGraph: true, MaxResults: RUNS })),
  );
  const listed = page.Runs ?? [];
  const isListed = last === undefined || listed.some(({ WorkflowRunId: id }) => id === last.WorkflowRunId);
  const runs = isListed ? listed : [last, ...listed];
  return runs.toSorted((a, b) => (b.StartedOn?.getTime() ?? 0) - (a.StartedOn?.getTime() ?? 0));
}

async function readOne(clients: Glue, name: string): Promise<Crawler | null> {
  return await unlessMissing(async () => {
    const { Crawler } = await asked(view(clients, `read crawler ${name}`), () =>
      clients.glue.send(new GetCrawlerCommand({ Name: name })),
    );
    return required(Crawler, `crawler ${name}`);
  });
}

/** Glue folds the names of what a crawler makes. One of catalog targets names no database: it makes no tables. */
function crawlerFacts({ Name, DatabaseName = '', TablePrefix = '' }: Crawler): CrawlerFacts {
  return {
    name: required(Name, 'the name of a crawler'),
    database: DatabaseName.toLowerCase(),
    prefix: TablePrefix.toLowerCase(),
  };
}

function nodesOf({ Graph }: Workflow): Pick<WorkflowFacts, 'crawlers' | 'jobs'> {
  const names = (type: Node['Type']) =>
    (Graph?.Nodes ?? []).flatMap(({ Type, Name }) => (Type === type && Name !== undefined ? [Name] : []));
  return { crawlers: names('CRAWLER').sort(), jobs: names('JOB').sort() };
}

function isWanted(wanted: readonly string[], name: string): boolean {
  return wanted.some((pattern) => matches(pattern, name));
}

function view({ account }: Glue, doing: string) {
  return { account, owner: true, doing };
}
