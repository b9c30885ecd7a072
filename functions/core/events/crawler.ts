/** `Glue Crawler State Change`: a crawler of a producer has finished. */

import { CRAWLER_COUNTERS, type CrawlerDetail, CrawlerDetailSchema, readDetail } from '#contracts/events.ts';
import type { Policy } from '#contracts/policy.ts';
import { type EventRoute, ignore, type Lookup, publishScopes, type Route, scopesOr } from './types.ts';

export const crawlerStateChange: EventRoute = (event, policy) => {
  const detail = readDetail(CrawlerDetailSchema, event);
  const { account, region } = event;
  const name = `crawler ${detail.crawlerName}`;
  if (detail.state !== 'Succeeded') return ignore(`${name} says ${detail.state}, and only Succeeded is news`);
  if (publishScopes(policy, { account, region }).length === 0) {
    return ignore(`no product's database is in account ${account}, ${region}`);
  }
  if (changedNothing(detail)) return ignore(`${name} changed no table and no partition`);
  // The event names no database: only the crawler itself knows it.
  return { kind: 'lookup', lookup: { crawler: detail.crawlerName, account, region } };
};

/** The answer to the crawler's lookup; null (no such crawler, or it couldn't be read) means every database there. */
export function crawlerFound(lookup: Lookup, policy: Policy, found: { readonly database: string } | null): Route {
  const { account, region } = lookup;
  const place = found === null ? { account, region } : { account, region, database: found.database };
  const database = found === null ? 'any database' : `database ${found.database}`;
  return scopesOr(publishScopes(policy, place), `${database} of account ${account}, ${region} is no product's`);
}

/** Only counters that are all there and all zero say so: an absent or unreadable one proves nothing. */
function changedNothing(detail: CrawlerDetail): boolean {
  return CRAWLER_COUNTERS.every((name) => String(detail[name] ?? '').trim() === '0');
}
