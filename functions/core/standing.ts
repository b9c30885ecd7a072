/** Law 13: what stands stays in sight, whatever the policy says meanwhile. Pure. */

import type { Entry } from '#contracts/ledger.ts';
import type { StandingPlace } from '#contracts/ledger-places.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { uniqueBy } from './collections.ts';
import { mayStand } from './ownership.ts';
import { placesServed } from './removed-from-policy.ts';
import { scopeText } from './start.ts';

/** Where an entry stands. */
export function standingPlace({ part, account, region, database, target }: Entry): StandingPlace {
  return { part, account, region, database, document: part === 'document' ? target : null };
}

/** @returns the places of these entries that stand, each once. */
export function standingPlaces(entries: readonly Entry[]): readonly StandingPlace[] {
  return uniqueBy(entries.filter(mayStand).map(standingPlace), (place) => JSON.stringify(place));
}

/** Of a run's scope: what its own entries have in common. */
export function placeOf(scope: Scope): StandingPlace {
  const { account, region } = scope;
  const common = { account, region, document: null };
  if (scope.half === 'onboard') return { ...common, part: 'account', database: null };
  return { ...common, part: scope.database === null ? 'catalog' : 'database', database: scope.database };
}

/**
 * Scopes whose runs take back what stands in these places. Of a consumer, grants on a target count where the target is:
 * its own runs see to them as long as it reads something there. Of a document that products name, their databases' do.
 */
export function standingScopes(policy: Policy, standing: readonly StandingPlace[]): readonly Scope[] {
  const served = new Set(placesServed(policy).map(({ account, region }) => `${account}/${region}`));
  const scopes = standing.flatMap(({ part, account, region, database, document }): readonly Scope[] => {
    if (part === 'account') return served.has(`${account}/${region}`) ? [] : [{ half: 'onboard', account, region }];
    if (document === null) return [{ half: 'publish', account, region, database }];
    return isLeftDocument(policy, { account, region, document })
      ? [{ half: 'publish', account, region, database: null }]
      : [];
  });
  return uniqueBy(scopes, scopeText);
}

/** A bucket's or key's policy that no product names: nobody but the catalog's own scope takes our statements out of it. */
export function isLeftDocument(
  policy: Policy,
  { account, region, document }: { account: string; region: string; document: string },
): boolean {
  if (!/^(bucket|key) /.test(document)) return false;
  return !policy.products.some(
    ({ region: where, storage: { account: owner, bucket, key } }) =>
      where === region && owner === account && [`bucket ${bucket}`, `key ${key}`].includes(document),
  );
}
