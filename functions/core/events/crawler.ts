/** `Glue Crawler State Change`: a crawler has ended, by itself or as the node of a workflow. */

import { CRAWLER_COUNTERS, type CrawlerDetail, CrawlerDetailSchema, readDetail } from '#contracts/events.ts';
import type { Catalog, TagRule } from '#contracts/policy.ts';
import { matches } from '../iam/pattern.ts';
import { workflowLookup } from './lookups.ts';
import { namedIn, publishersIn, rulesIn, type Sight } from './places.ts';
import { type EventRoute, ignore, lookFor, mergeRoutes } from './types.ts';

export const crawlerStateChange: EventRoute = (event, policy, standing) => {
  const detail = readDetail(CrawlerDetailSchema, event);
  const { crawlerName: crawler, state } = detail;
  const place = { account: event.account, region: event.region };
  if (state !== 'Succeeded' && state !== 'Failed') return ignore(`crawler ${crawler} says ${state}: it has not ended`);
  const because = filled(detail, { policy, standing }, place);
  // The event names no database: only the crawler itself knows it.
  const own = because === null ? lookFor({ kind: 'crawler', crawler, ...place }) : ignore(because);
  // A node's end may be the end of a workflow's run, of which AWS tells nothing.
  return mergeRoutes(own, ...workflowLookup(policy, place, { kind: 'crawler', name: crawler }));
};

/** Null where what the crawler fills is worth a look; else why it is not. */
function filled(detail: CrawlerDetail, { policy, standing }: Sight, place: Catalog): string | null {
  const { crawlerName: name, state } = detail;
  const rules = rulesIn(policy, place);
  const databases = [...namedIn(policy, place), ...publishersIn(standing, place)];
  if (databases.length === 0 && rules.length === 0) {
    return `no product's database is in account ${place.account}, ${place.region}, and no tag rule's`;
  }
  if (state === 'Failed') {
    // What it made before it failed is there, and belongs to its rule; and where its database is missing no list has it.
    const counts = ({ crawler, workflow }: TagRule) =>
      workflow !== null || (crawler !== null && matches(crawler, name));
    return rules.some(counts) ? null : `crawler ${name} failed, and no tag rule names it or a workflow`;
  }
  return changedNothing(detail) ? `crawler ${name} changed no table and no partition` : null;
}

/** Only counters that are all there and all zero say so: an absent or unreadable one proves nothing. */
function changedNothing(detail: CrawlerDetail): boolean {
  return CRAWLER_COUNTERS.every((name) => String(detail[name] ?? '').trim() === '0');
}
