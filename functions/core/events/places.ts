/** Which scopes a place has: its products' databases, and those that tag rules are about. */

import type { Catalog, Policy, TagRule } from '#contracts/policy.ts';
import type { PublishScope, Scope } from '#contracts/steps.ts';
import { sameAccountRegion } from '../account-region.ts';
import { sortedSet } from '../collections.ts';
import { matches } from '../iam/pattern.ts';
import { isPattern } from '../policy/patterns.ts';
import { publishScope } from '../selectors.ts';
import { mayConcern, namedScopes, openCatalogs } from '../tags/scopes.ts';
import { ignore, lookFor, mergeRoutes, type Route, scopesOr } from './types.ts';

interface DatabasePlace extends Catalog {
  readonly database: string;
}

/** What is in sight: what the policy names, and scopes that it names no longer, where something of ours stands. */
export interface Sight {
  readonly policy: Policy;
  readonly standing: readonly Scope[];
}

/** Whether one database is looked at. One that a rule reaches by a pattern only, or by silence, may be a link. */
export function databaseRoute({ policy, standing }: Sight, place: DatabasePlace, what: string): Route {
  const scope = { ...scopeOf(place), database: place.database.toLowerCase() };
  const inSight = [...namedIn(policy, place), ...publishersIn(standing, place)];
  const named = inSight.some(({ database }) => database === scope.database);
  if (named) return scopesOr([scope], what);
  const { account, region } = place;
  if (!mayConcern(policy, scope)) return ignore(`${what}: no product's database, and no tag rule's`);
  return lookFor({ kind: 'database', account, region, database: scope.database });
}

/** The same of a database that is surely no link. */
export function ownDatabaseRoute(sight: Sight, place: DatabasePlace, what: string): Route {
  const route = databaseRoute(sight, place, what);
  return route.kind === 'lookup'
    ? scopesOr([{ ...scopeOf(place), database: place.database.toLowerCase() }], what)
    : route;
}

/** Every database of a catalog that could be meant. */
export function everyDatabase({ policy, standing }: Sight, place: Catalog): Route {
  const { account, region } = place;
  const why = `no product's database is in account ${account}, ${region}, and no tag rule's`;
  const open = openCatalogs(policy).some(sameAccountRegion(place));
  const lookups = open ? [{ kind: 'databases' as const, account, region, workflows: null }] : [];
  const named = [...namedIn(policy, place), ...publishersIn(standing, place)];
  return mergeRoutes(scopesOr(named, why), ...lookups.map((lookup) => lookFor(lookup)));
}

/** Databases of the rules that name one of these workflows; of rules that leave it open, the catalog's own scope too: there
 * the run is told. */
export function workflowDatabases(policy: Policy, place: Catalog, workflows: readonly string[]): Route {
  const { account, region } = place;
  const rules = workflowRules(policy, place).filter((rule) => names(rule, workflows));
  const literal = rules.flatMap(({ database }) =>
    database === null || isPattern(database) ? [] : [{ ...scopeOf(place), database }],
  );
  const open = rules.length > literal.length ? [lookFor({ kind: 'databases', account, region, workflows })] : [];
  const own = open.length > 0 ? [{ ...scopeOf(place), database: null }] : [];
  return mergeRoutes(scopesOr([...literal, ...own], `no tag rule names its workflow`), ...open);
}

/** Of a catalog's databases, those that rules may concern; with workflows, only rules that name one of them. */
export function concerned(
  policy: Policy,
  place: Catalog,
  { databases, workflows }: { databases: readonly string[]; workflows: readonly string[] | null },
): Route {
  const rules = rulesIn(policy, place).filter((rule) => workflows === null || names(rule, workflows));
  const reached = databases
    .map((name) => name.toLowerCase())
    .filter((name) => rules.some(({ database }) => database === null || matches(database, name)));
  const why = `no tag rule is about a database of account ${place.account}, ${place.region}`;
  return scopesOr(
    reached.map((database) => ({ ...scopeOf(place), database })),
    why,
  );
}

/** Rules of a catalog that name workflows. */
export function workflowRules(policy: Policy, place: Catalog): readonly TagRule[] {
  return rulesIn(policy, place).filter(({ workflow }) => workflow !== null);
}

/** Names and patterns of the workflows that a catalog's rules name. */
export function workflowNames(policy: Policy, place: Catalog): readonly string[] {
  return sortedSet(workflowRules(policy, place).flatMap(({ workflow }) => workflow ?? []));
}

/** Tag rules about this account and Region. */
export function rulesIn(policy: Policy, place: Catalog): readonly TagRule[] {
  return (policy.tags?.rules ?? []).filter(sameAccountRegion(place));
}

/** Databases of one catalog among scopes, and its own. */
export function publishersIn(scopes: readonly Scope[], place: Catalog): readonly PublishScope[] {
  return scopes.filter((scope): scope is PublishScope => scope.half === 'publish').filter(sameAccountRegion(place));
}

/** Databases of one catalog that products or rules name. */
export function namedIn(policy: Policy, place: Catalog): readonly PublishScope[] {
  return [...policy.products.map(publishScope), ...namedScopes(policy)].filter(sameAccountRegion(place));
}

function names({ workflow }: TagRule, workflows: readonly string[]): boolean {
  return workflow !== null && workflows.some((name) => matches(workflow, name));
}

function scopeOf({ account, region }: Catalog): Omit<PublishScope, 'database'> {
  return { half: 'publish', account, region };
}
