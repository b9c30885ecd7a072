/** `Resource Sharing State Change`: RAM tells the consumer that something was shared, and the owner how that went. */

import { readDetail, SharingDetailSchema } from '#contracts/events.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import type { OnboardScope, PublishScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '../account-region.ts';
import { unique } from '../collections.ts';
import { productsOfConsumer } from '../policy-index.ts';
import { consumerRegions, publishScope, tagReceivers } from '../selectors.ts';
import { catalogScopes } from '../tags/scopes.ts';
import { publishersIn } from './places.ts';
import { type EventRoute, scopesOr } from './types.ts';

/**
 * A consumer looks whatever the event says: only `event` and `status` are documented, and looking is cheap. An owner
 * looks only when sharing failed; all else there is the echo of our own grants.
 */
export const sharingStateChange: EventRoute = (event, policy, standing) => {
  const detail = readDetail(SharingDetailSchema, event);
  const place = { account: event.account, region: event.region };
  const failed = detail.status?.toLowerCase() === 'failed';
  return scopesOr(
    [
      ...onboardScopes(policy, place),
      ...standing.filter(({ half }) => half === 'onboard').filter(sameAccountRegion(place)),
      ...(failed ? [...sharedBy(policy, place), ...publishersIn(standing, place)] : []),
    ],
    `account ${place.account} is no consumer of anything in ${place.region}, and no sharing of its own failed`,
  );
};

/** Shares live in the Region of what is shared; the consumer may keep its links elsewhere. */
function onboardScopes(policy: Policy, { account, region }: Catalog): readonly OnboardScope[] {
  const sources = [
    ...productsOfConsumer(policy, account),
    ...(policy.tags?.catalogs ?? []).filter((catalog) => tagReceivers(policy, catalog).includes(account)),
  ].filter((source) => source.region === region);
  const regions = unique(sources.flatMap((source) => consumerRegions(policy, source, account)));
  return regions.map((where) => ({ half: 'onboard' as const, account, region: where }));
}

/** Products are shared by name, from their databases; what carries a tag is shared from the catalog. */
function sharedBy(policy: Policy, place: Catalog): readonly PublishScope[] {
  return [...policy.products.map(publishScope), ...catalogScopes(policy)].filter(sameAccountRegion(place));
}
