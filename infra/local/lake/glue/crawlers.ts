/** Crawlers. What a run found is set from outside (`runs.ts`); here it is read. */

import type {
  CrawlerTargets,
  CreateCrawlerRequest,
  DeleteCrawlerRequest,
  GetCrawlerMetricsRequest,
  GetCrawlerRequest,
  GetCrawlersRequest,
  ListCrawlersRequest,
  StartCrawlerRequest,
  StopCrawlerRequest,
  UpdateCrawlerRequest,
} from '@aws-sdk/client-glue';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation, World } from '../service.ts';
import { alreadyExists, invalidInput, notFound } from './errors.ts';
import { required } from './input.ts';
import type { Place } from './names.ts';
import { glueArn } from './names.ts';
import { pageOf } from './paging.ts';
import { emitCrawlerStarted } from './run-events.ts';
import type { GlueCatalog } from './state.ts';
import { catalogOf } from './state.ts';

type StoredCrawler = NonNullable<ReturnType<GlueCatalog['crawlers']['get']>>;

function createCrawler(call: Call, input: CreateCrawlerRequest): object {
  const catalog = catalogOf(call.world.glue, call.account, call.region);
  const Name = required(input.Name, 'Name');
  if (catalog.crawlers.has(Name)) throw alreadyExists('Crawler');
  if (!hasTarget(input.Targets)) throw invalidInput('Crawler targets cannot be empty.');
  const now = new Date(call.world.now());
  const { Tags, Schedule, ...rest } = input;
  catalog.crawlers.set(Name, {
    ...rest,
    Name,
    State: 'READY',
    CrawlElapsedTime: 0,
    CreationTime: now,
    LastUpdated: now,
    Version: 1,
    ...(Schedule !== undefined && { Schedule: { ScheduleExpression: Schedule, State: 'SCHEDULED' } }),
  });
  if (Tags) catalog.tags.set(glueArn(call, `crawler/${Name}`), { ...Tags });
  return {};
}

function updateCrawler(call: Call, input: UpdateCrawlerRequest): object {
  const crawler = crawlerOf(call.world, call, required(input.Name, 'Name'));
  if (crawler.State !== 'READY') throw running(crawler.Name);
  const { Schedule, ...rest } = input;
  Object.assign(crawler, rest, { LastUpdated: new Date(call.world.now()), Version: (crawler.Version ?? 0) + 1 });
  if (Schedule !== undefined) crawler.Schedule = { ScheduleExpression: Schedule, State: 'SCHEDULED' };
  return {};
}

function deleteCrawler(call: Call, input: DeleteCrawlerRequest): object {
  const crawler = crawlerOf(call.world, call, required(input.Name, 'Name'));
  if (crawler.State !== 'READY') throw running(crawler.Name);
  const catalog = catalogOf(call.world.glue, call.account, call.region);
  catalog.crawlers.delete(crawler.Name);
  catalog.tags.delete(glueArn(call, `crawler/${crawler.Name}`));
  return {};
}

function getCrawler(call: Call, input: GetCrawlerRequest): object {
  return { Crawler: crawlerOf(call.world, call, required(input.Name, 'Name')) };
}

function getCrawlers(call: Call, input: GetCrawlersRequest): object {
  const page = pageOf(catalogOf(call.world.glue, call.account, call.region).crawlers, input, 1000, (each) => each);
  return { Crawlers: page.items, NextToken: page.NextToken };
}

function listCrawlers(call: Call, input: ListCrawlersRequest): object {
  const catalog = catalogOf(call.world.glue, call.account, call.region);
  const wanted = Object.entries(input.Tags ?? {});
  const page = pageOf(catalog.crawlers, input, 1000, ({ Name }) => {
    const tags = catalog.tags.get(glueArn(call, `crawler/${Name}`)) ?? {};
    return wanted.every(([key, value]) => tags[key] === value) ? Name : undefined;
  });
  return { CrawlerNames: page.items, NextToken: page.NextToken };
}

function getCrawlerMetrics(call: Call, input: GetCrawlerMetricsRequest): object {
  const names = input.CrawlerNameList;
  const page = pageOf(catalogOf(call.world.glue, call.account, call.region).crawlers, input, 1000, (crawler) =>
    names && names.length > 0 && !names.includes(crawler.Name)
      ? undefined
      : { CrawlerName: crawler.Name, StillEstimating: false, TimeLeftSeconds: 0, LastRuntimeSeconds: elapsed(crawler) },
  );
  return { CrawlerMetricsList: page.items, NextToken: page.NextToken };
}

function elapsed(crawler: StoredCrawler): number {
  return (crawler.CrawlElapsedTime ?? 0) / 1000;
}

function startCrawler(call: Call, input: StartCrawlerRequest): object {
  const crawler = crawlerOf(call.world, call, required(input.Name, 'Name'));
  if (crawler.State !== 'READY') throw running(crawler.Name);
  begin(call.world, call, crawler);
  return {};
}

function stopCrawler(call: Call, input: StopCrawlerRequest): object {
  const crawler = crawlerOf(call.world, call, required(input.Name, 'Name'));
  if (crawler.State !== 'RUNNING')
    throw new AwsError('CrawlerNotRunningException', `Crawler with name ${crawler.Name} is not running`);
  crawler.State = 'READY';
  crawler.LastCrawl = { ...crawler.LastCrawl, Status: 'CANCELLED' };
  return {};
}

/** A crawler starts: it is RUNNING until somebody says how the run ended. */
export function begin(world: World, place: Place, crawler: StoredCrawler): void {
  const StartTime = new Date(world.now());
  crawler.State = 'RUNNING';
  crawler.LastCrawl = {
    StartTime,
    LogGroup: '/aws-glue/crawlers',
    LogStream: crawler.Name,
    MessagePrefix: world.id(32),
  };
  emitCrawlerStarted(world, place, crawler.Name, StartTime);
}

/** The crawler of that name. Throws `EntityNotFoundException`. */
export function crawlerOf(world: World, place: Place, name: string): StoredCrawler {
  const crawler = catalogOf(world.glue, place.account, place.region).crawlers.get(name);
  if (!crawler) throw notFound(`Crawler entry with name ${name} does not exist`);
  return crawler;
}

function running(name: string): AwsError {
  return new AwsError('CrawlerRunningException', `Crawler with name ${name} has already started`);
}

function hasTarget(targets: CrawlerTargets | undefined): boolean {
  return Object.values(targets ?? {}).some((each: unknown) => Array.isArray(each) && each.length > 0);
}

export const crawlerOperations: Readonly<Record<string, Operation>> = {
  CreateCrawler: createCrawler,
  UpdateCrawler: updateCrawler,
  DeleteCrawler: deleteCrawler,
  GetCrawler: getCrawler,
  GetCrawlers: getCrawlers,
  ListCrawlers: listCrawlers,
  GetCrawlerMetrics: getCrawlerMetrics,
  StartCrawler: startCrawler,
  StopCrawler: stopCrawler,
};
