/** What a new policy is about no longer: no run would be about it again, and what was granted there would stay. */

import type { Catalog, Policy } from '#contracts/policy.ts';
import type { OnboardScope, PublishScope } from '#contracts/steps.ts';
import { uniqueBy } from './collections.ts';
import { consumersOf, placeConsumersOf, publishScope, tagConsumersOf, tagGrantsOf } from './selectors.ts';
import { scopeText } from './start.ts';
import { catalogScopes } from './tags/scopes.ts';

/** Databases that only the policy until now has products of, and catalogs it alone grants something in. */
export function publishersLeft(old: Policy, policy: Policy): readonly PublishScope[] {
  const publishers = (of: Policy) => [...catalogScopes(of), ...of.products.map(publishScope)];
  const kept = new Set(publishers(policy).map(scopeText));
  const left = publishers(old).filter((scope) => !kept.has(scopeText(scope)));
  return uniqueBy(left, scopeText);
}

/** Databases and catalogs whose audiences have other accounts than before: of the same file, what is due. */
export function publishersChanged(old: Policy, policy: Policy): readonly PublishScope[] {
  const before = new Map(old.products.map(({ name, audience }) => [name, audience.join()]));
  const products = policy.products.filter(({ name, audience }) => before.get(name) !== audience.join());
  const grantsOf = (of: Policy, catalog: Catalog) => JSON.stringify(tagGrantsOf(of, catalog));
  const catalogs = catalogScopes(policy).filter((scope) => grantsOf(old, scope) !== grantsOf(policy, scope));
  return uniqueBy([...catalogs, ...products.map(publishScope)], scopeText);
}

/**
 * Consumers for which something is there no longer: a product, a catalog's grants by tag, a place. They may have others:
 * those tell them nothing new, so that nobody else would start them. Grants on a target are in its Region, which may be
 * none of the consumer's own.
 */
export function consumersLeft(old: Policy, policy: Policy): readonly Catalog[] {
  const kept = new Set(served(policy).map(({ what, ...place }) => JSON.stringify([what, place])));
  const left = served(old).filter(({ what, ...place }) => !kept.has(JSON.stringify([what, place])));
  const places = left.map(({ account, region }) => ({ account, region }));
  return uniqueBy(places, ({ account, region }) => `${account}/${region}`);
}

/** Every place of a consumer where something of others is for it. */
export function placesServed(policy: Policy): readonly Catalog[] {
  return served(policy);
}

interface Served extends Catalog {
  readonly what: string;
}

function served(policy: Policy): readonly Served[] {
  return [
    ...policy.products.flatMap((product) => servedBy(`product ${product.name}`, product, consumersOf(policy, product))),
    ...(policy.tags?.catalogs ?? []).flatMap((catalog) =>
      servedBy(`tags of ${catalog.account}/${catalog.region}`, catalog, tagConsumersOf(policy, catalog)),
    ),
    ...policy.dataLocations.flatMap((place) =>
      servedBy(`place ${place.bucket}/${place.prefix} of ${place.account}`, place, placeConsumersOf(policy, place)),
    ),
  ];
}

function servedBy(
  what: string,
  source: Pick<Catalog, 'region'>,
  consumers: readonly OnboardScope[],
): readonly Served[] {
  return consumers.flatMap(({ account, region }) => [
    { what, account, region },
    { what, account, region: source.region },
  ]);
}
