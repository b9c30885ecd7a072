/** Every scope of a policy, for whoever looks at all of it: the schedule and `plan`. */

import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { uniqueBy } from './collections.ts';
import { consumersOf, placeConsumersOf, publishScope, tagConsumersOf } from './selectors.ts';
import { scopeText } from './start.ts';
import { catalogScopes, namedScopes } from './tags/scopes.ts';

/** Every scope a policy names: producers first, as their shares come first. Databases that a pattern may mean are not. */
export function scopesOf(policy: Policy): readonly Scope[] {
  const scopes: Scope[] = [
    ...catalogScopes(policy),
    ...policy.products.map(publishScope),
    ...namedScopes(policy),
    ...policy.products.flatMap((p) => consumersOf(policy, p)),
    ...(policy.tags?.catalogs ?? []).flatMap((catalog) => tagConsumersOf(policy, catalog)),
    ...policy.dataLocations.flatMap((place) => placeConsumersOf(policy, place)),
  ];
  return uniqueBy(scopes, scopeText);
}
