/** By name: each admitted job role may see the link and the default database, and read the target: its tables, not the link's. */

import type { CreateDatabase } from '#changes/database/change.ts';
import { missingGrants } from '#changes/grant/missing.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Entry } from '#contracts/ledger.ts';
import { type Assessment, assessed, due, found, merge, NOTHING } from '#core/assessment.ts';
import { DEFAULT_DATABASE, desiredGrants, grantResources, type ReadyProduct } from '#core/consumer-grants.ts';
import type { GrantFacts } from '#core/facts.ts';
import { unreadable } from '#core/findings.ts';
import type { Observed, Trouble } from '#core/observed.ts';

export interface GrantsQuestion {
  readonly account: string;
  readonly region: string;
  readonly ready: readonly ReadyProduct[];
  /** Grants on the Region of the links and, where it differs, of the targets: keyed by Region. */
  readonly listed: ReadonlyMap<string, Observed<GrantFacts>>;
  /** Whether the consumer has a database `default`, which Spark and Hive clients always look at (G-L28). */
  readonly hasDefault: Observed<boolean>;
  readonly recent: readonly Entry[];
}

export function assessGrants(question: GrantsQuestion): Assessment {
  const { account, region, ready, listed, recent } = question;
  if (ready.every((r) => r.roles.length === 0)) return NOTHING;
  const perRegion = [...grantResources(account, region, ready).keys()].map((where): Assessment => {
    const facts = listed.get(where);
    if (facts === undefined) return NOTHING;
    if (!facts.known) return found(unreadableGrants(account, where, facts.why));
    const desired = desiredGrants(account, region, where, ready);
    const at = { hop: 'grants', account, region: where };
    return assessed({ changes: missingGrants({ ...at, desired, listed: facts.value.grants, recent }) });
  });
  return merge(defaultDatabase(question), ...perRegion);
}

/** A finding on what Lake Formation would not list. */
export function unreadableGrants(account: string, region: string, why: Trouble): Finding {
  return unreadable({ hop: 'grants', account, region, resource: `Lake Formation permissions of ${account}` }, why);
}

function defaultDatabase({ account, region, hasDefault, ready }: GrantsQuestion): Assessment {
  return makeDefaultDatabase({ account, region }, hasDefault, ready.map(({ product }) => product.name).sort());
}

/** Spark and Hive look at `default` in every session, and make it if it is not there. */
export function makeDefaultDatabase(
  { account, region }: { readonly account: string; readonly region: string },
  hasDefault: Observed<boolean>,
  products: readonly string[],
): Assessment {
  const at = { hop: 'grants', account, region };
  if (!hasDefault.known) {
    return found(unreadable({ ...at, resource: `database ${account}/${DEFAULT_DATABASE}` }, hasDefault.why));
  }
  if (hasDefault.value) return NOTHING;
  const change: CreateDatabase = {
    kind: 'create-database',
    ...at,
    effect: 'neutral',
    products,
    name: DEFAULT_DATABASE,
  };
  return due(change);
}
