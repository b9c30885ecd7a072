/** Every scope of a policy, for whoever looks at all of it: the schedule and `plan`. */

import type { StandingPlace } from '#contracts/ledger-places.ts';
import type { Policy } from '#contracts/policy.ts';
import type { OnboardScope, Scope } from '#contracts/steps.ts';
import { unique, uniqueBy } from './collections.ts';
import { productsByConsumer } from './policy-index.ts';
import { consumerRegions, placeConsumersOf, publishScope, tagConsumersOf } from './selectors.ts';
import { standingScopes } from './standing.ts';
import { scopeText } from './start.ts';
import { catalogScopes, namedScopes } from './tags/scopes.ts';

/**
 * Every scope a policy names, and where something of ours stands that it names no longer (law 13): producers first, as
 * their shares come first. Databases that a pattern may mean are not.
 */
export function scopesOf(policy: Policy, standing: readonly StandingPlace[] = []): readonly Scope[] {
  const left = standingScopes(policy, standing);
  const scopes: Scope[] = [
    ...catalogScopes(policy),
    ...policy.products.map(publishScope),
    ...namedScopes(policy),
    ...left.filter(({ half }) => half === 'publish'),
    ...consumersOfProducts(policy),
    ...(policy.tags?.catalogs ?? []).flatMap((catalog) => tagConsumersOf(policy, catalog)),
    ...policy.dataLocations.flatMap((place) => placeConsumersOf(policy, place)),
    ...left,
  ];
  return uniqueBy(scopes, scopeText);
}

/** By account, not by product: products are for many of the same accounts. */
function consumersOfProducts(policy: Policy): readonly OnboardScope[] {
  return [...productsByConsumer(policy)].flatMap(([account, products]) => {
    const regions = unique(products.flatMap((product) => consumerRegions(policy, product, account)));
    return regions.map((region) => ({ half: 'onboard' as const, account, region }));
  });
}
