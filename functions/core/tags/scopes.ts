/** Where the policy's tags, data locations and account-wide settings have anything to say. */

import type { Catalog, Policy, TagRule } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '../account-region.ts';
import { sortedSetBy } from '../collections.ts';
import { matches } from '../iam/pattern.ts';
import { isPattern } from '../policy/patterns.ts';

/** Catalogs with something of their own, no product's: one scope each, of no database. */
export function catalogScopes(policy: Policy): readonly PublishScope[] {
  const { defaults, createDatabase } = policy.settings;
  const switched = defaults === 'off' || createDatabase === 'revoke';
  const catalogs = [
    ...(policy.tags?.catalogs ?? []),
    ...policy.dataLocations,
    ...(switched ? policy.products : []),
  ] satisfies readonly Catalog[];
  return eachOnce(catalogs.map((catalog) => scopeOf(catalog, null)));
}

/** Whether a tag rule may say something about this database; links and databases of other catalogs never count. */
export function mayConcern(policy: Policy, place: Catalog & { readonly database: string }): boolean {
  const name = place.database.toLowerCase();
  return rulesOf(policy)
    .filter(sameAccountRegion(place))
    .some(({ database }) => database === null || matches(database, name));
}

/** Databases that rules name without a wildcard. */
export function namedScopes(policy: Policy): readonly PublishScope[] {
  return eachOnce(rulesOf(policy).flatMap((rule) => (isOpen(rule) ? [] : [scopeOf(rule, rule.database)])));
}

/** Catalogs in which some rule leaves the database open or names it by a pattern: only a listing tells which. */
export function openCatalogs(policy: Policy): readonly Catalog[] {
  const scopes = eachOnce(rulesOf(policy).flatMap((rule) => (isOpen(rule) ? [scopeOf(rule, null)] : [])));
  return scopes.map(({ account, region }) => ({ account, region }));
}

function rulesOf(policy: Policy): readonly TagRule[] {
  return policy.tags?.rules ?? [];
}

/**
 * What several rules of one catalog name is one thing, told once (law 5): in the scope of the catalog's own, null, where
 * one of them leaves the database open, else with the first of their databases.
 */
export function reportingDatabase(rules: readonly TagRule[]): string | null {
  if (rules.some(isOpen)) return null;
  return rules.map(({ database }) => database).sort()[0] ?? null;
}

/** Whether only a listing tells which databases a rule is about. */
export function isOpen({ database }: TagRule): boolean {
  return database === null || isPattern(database);
}

function scopeOf({ account, region }: Catalog, database: string | null): PublishScope {
  return { half: 'publish', account, region, database };
}

function eachOnce(scopes: readonly PublishScope[]): readonly PublishScope[] {
  return sortedSetBy(scopes, ({ account, region, database }) => `${account} ${region} ${database ?? ''}`);
}
