/** What Glue says about crawlers and jobs on the bus. Workflows and blueprints say nothing. */

import type { World } from '../service.ts';
import { emit } from './events.ts';
import type { Place } from './names.ts';

/** What a crawler did, counted. */
export interface CrawlCounts {
  readonly tablesCreated: number;
  readonly tablesUpdated: number;
  readonly tablesDeleted: number;
  readonly partitionsCreated: number;
  readonly partitionsUpdated: number;
  readonly partitionsDeleted: number;
}

/** Tells that a crawler began to run. */
export function emitCrawlerStarted(world: World, place: Place, crawlerName: string, start: Date): void {
  emitCrawler(world, place, {
    crawlerName,
    accountId: place.account,
    startTime: seconds(start),
    state: 'Started',
    message: 'Crawler Started',
  });
}

/** Tells that a crawler's run ended well; the counts become text. `runningMs` is in milliseconds, told in seconds. */
export function emitCrawlerSucceeded(
  world: World,
  place: Place,
  crawlerName: string,
  counts: CrawlCounts,
  runningMs: number,
): void {
  emitCrawler(world, place, {
    // Numbers come as text, under names one of which has a space and parentheses.
    ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])),
    warningMessage: 'N/A',
    message: 'Crawler Succeeded',
    accountId: place.account,
    'runningTime (sec)': String(Math.round(runningMs / 1000)),
    crawlerName,
    completionDate: seconds(new Date(world.now())),
    state: 'Succeeded',
    cloudWatchLogLink: logLink(place, crawlerName),
  });
}

/** Tells that a crawler's run failed, and why. */
export function emitCrawlerFailed(world: World, place: Place, crawlerName: string, errorMessage: string): void {
  emitCrawler(world, place, {
    crawlerName,
    errorMessage,
    accountId: place.account,
    cloudWatchLogLink: logLink(place, crawlerName),
    state: 'Failed',
    message: 'Crawler Failed',
  });
}

/** Tells that a job's run ended; anything but success and a stop is an error. */
export function emitJobState(
  world: World,
  place: Place,
  run: { jobName: string; jobRunId: string; state: string; message: string },
): void {
  const severity = run.state === 'SUCCEEDED' || run.state === 'STOPPED' ? 'INFO' : 'ERROR';
  emit(world, place, { detailType: 'Glue Job State Change', resources: [], detail: { ...run, severity } });
}

function emitCrawler(world: World, place: Place, detail: Record<string, unknown>): void {
  emit(world, place, { detailType: 'Glue Crawler State Change', resources: [], detail });
}

function logLink({ region }: Place, crawler: string): string {
  const home = `https://console.aws.amazon.com/cloudwatch/home?region=${region}`;
  return `${home}#logEventViewer:group=/aws-glue/crawlers;stream=${crawler}`;
}

/** AWS writes these times without milliseconds. */
function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
