/** What a lookup's answer leads to. */

import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import {
  concerned,
  everyDatabase,
  namedIn,
  ownDatabaseRoute,
  type Sight,
  workflowDatabases,
  workflowNames,
  workflowRules,
} from './places.ts';
import { type Found, ignore, type Lookup, lookFor, mergeRoutes, type Route, scopesOr } from './types.ts';

/** Pure. What could not be told costs no event: everything that could be meant is looked at. */
export function answered(lookup: Lookup, found: Found, policy: Policy, standing: readonly Scope[] = []): Route {
  const sight = { policy, standing };
  const told = found.kind === lookup.kind ? found : null;
  switch (lookup.kind) {
    case 'crawler':
      return crawlerRoute(lookup, told?.kind === 'crawler' ? told.database : null, sight);
    case 'workflows':
      return workflowRoute(lookup, told?.kind === 'workflows' ? told.names : null, policy);
    case 'database':
      return linkRoute(lookup, told?.kind === 'database' ? told.isLink : null, sight);
    case 'databases':
      return told?.kind === 'databases'
        ? concerned(policy, lookup, { databases: told.names, workflows: lookup.workflows })
        : scopesOr(namedIn(policy, lookup), `the databases of account ${lookup.account} could not be listed`);
  }
}

/** In words, for logs. */
export function lookupText(lookup: Lookup): string {
  switch (lookup.kind) {
    case 'crawler':
      return `crawler ${lookup.crawler}`;
    case 'workflows':
      return `workflows with ${lookup.node.kind} ${lookup.node.name}`;
    case 'database':
      return `database ${lookup.database}`;
    case 'databases':
      return `databases of account ${lookup.account} in ${lookup.region}`;
  }
}

type LookupOf<K extends Lookup['kind']> = Extract<Lookup, { kind: K }>;

function crawlerRoute(lookup: LookupOf<'crawler'>, database: string | null, sight: Sight): Route {
  if (database === null) return everyDatabase(sight, lookup);
  const { account, region } = lookup;
  return ownDatabaseRoute(
    sight,
    { account, region, database },
    `database ${database} of account ${account}, ${region}`,
  );
}

function workflowRoute(lookup: LookupOf<'workflows'>, names: readonly string[] | null, policy: Policy): Route {
  const { node } = lookup;
  if (names !== null && names.length === 0) return ignore(`${node.kind} ${node.name} is in no workflow of a tag rule`);
  if (names !== null) return workflowDatabases(policy, lookup, names);
  // Whichever of the rules' workflows it was: a pattern matches itself.
  return mergeRoutes(
    ...workflowRules(policy, lookup).map((rule) => workflowDatabases(policy, lookup, [rule.workflow ?? ''])),
  );
}

/** A database that is gone is looked at: what was found about it is no longer so. */
function linkRoute({ account, region, database }: LookupOf<'database'>, isLink: boolean | null, sight: Sight): Route {
  const what = `database ${database} of account ${account}, ${region}`;
  return isLink ? ignore(`${what} is a link`) : ownDatabaseRoute(sight, { account, region, database }, what);
}

/** Lookups for the workflows that hold a node; none where no rule names workflows. */
export function workflowLookup(
  policy: Policy,
  { account, region }: { account: string; region: string },
  node: LookupOf<'workflows'>['node'],
): readonly Route[] {
  const named = workflowNames(policy, { account, region });
  return named.length === 0 ? [] : [lookFor({ kind: 'workflows', account, region, node, named })];
}
