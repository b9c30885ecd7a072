/**
 * Of the whole catalog: who may make catalog objects that point at a registered place. Reading needs none of it. A
 * principal of another account is granted by that account, which is granted the place with grant option first.
 */

import { missingGrants } from '#changes/grant/missing.ts';
import { withdrawals } from '#changes/revoke/withdrawals.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Grant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Catalog, DataLocation, Policy } from '#contracts/policy.ts';
import { type Assessment, assessed, found, merge, NOTHING } from '#core/assessment.ts';
import type { GrantFacts, LocationFacts } from '#core/facts.ts';
import { finding, unreadable, type Where } from '#core/findings.ts';
import { DATA_LOCATION_ACCESS, locationResource } from '#core/locations.ts';
import type { Observed } from '#core/observed.ts';
import { grantsSent } from '#core/ownership.ts';
import type { DesiredGrant } from '#core/permissions.ts';
import { accountOf } from '#core/selectors.ts';

export interface DataLocationsQuestion extends Catalog {
  readonly policy: Policy;
  /** Of each entry of this catalog, what it is registered as. */
  readonly registered: readonly { readonly entry: DataLocation; readonly facts: Observed<LocationFacts> }[];
  readonly listed: Observed<GrantFacts>;
  /** Accounts that are given nothing new. */
  readonly held: readonly string[];
  /** Ours in this account and Region. */
  readonly entries: readonly Entry[];
  readonly recent: readonly Entry[];
}

/** What the owner of the place grants: to its own principals, and to the accounts of others. */
function desiredOf(policy: Policy, entry: DataLocation): readonly DesiredGrant[] {
  const resource = locationResource(policy, entry);
  const permissions = DATA_LOCATION_ACCESS;
  const others = new Set(entry.to.map((arn) => accountOf(arn, entry)).filter((id) => id !== entry.account));
  const own = entry.to.filter((arn) => accountOf(arn, entry) === entry.account);
  const to = (principal: string, grantable: readonly string[]): DesiredGrant => ({
    grant: { principal, resource, permissions, grantable },
    products: [],
  });
  return [...own.map((principal) => to(principal, [])), ...[...others].sort().map((id) => to(id, permissions))];
}

export function assessDataLocations(question: DataLocationsQuestion): Assessment {
  const { policy, account, region, registered, listed, held, entries, recent } = question;
  if (registered.length === 0 && !hasGranted(account, entries)) return NOTHING;
  const at = { hop: 'location', account, region };
  if (!listed.known) return found(unreadable({ ...at, resource: `data locations of ${account}` }, listed.why));
  const desired = registered.map(({ entry, facts }) => ({ facts, entry, grants: desiredOf(policy, entry) }));
  const grantable = desired.filter(({ facts }) => facts.known && facts.value.registered !== null);
  const granted = listed.value.grants;
  const missing = missingGrants({
    ...at,
    desired: grantable.flatMap(({ grants }) => grants.filter(({ grant }) => !held.includes(grant.principal))),
    listed: granted,
    recent,
  });
  const taken = withdrawals({
    ...at,
    entries,
    desired: desired.flatMap(({ grants }) => grants),
    undecided: new Set(),
    inScope: isLocationOf(account),
    listed: granted,
  });
  return merge(
    ...desired.map(({ entry, facts }) =>
      assessRegistration({ ...at, resource: `s3://${entry.bucket}/${entry.prefix}` }, entry, facts),
    ),
    assessed({ changes: [...missing, ...taken] }),
  );
}

/** Whether the ledger has a grant of ours on a place of this account. */
export function hasGranted(account: string, entries: readonly Entry[]): boolean {
  return grantsSent(entries).some(isLocationOf(account));
}

function isLocationOf(account: string): (grant: Grant) => boolean {
  return ({ resource }) => resource.type === 'data-location' && resource.catalog === account;
}

function assessRegistration(where: Where, entry: DataLocation, facts: Observed<LocationFacts>): Assessment {
  if (!facts.known) return found(unreadable(where, facts.why));
  return facts.value.registered === null ? found(notRegistered(where, entry)) : NOTHING;
}

function notRegistered(where: Where, { index }: DataLocation): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'location-not-registered',
    message: `${where.resource} is not registered with Lake Formation, and AWS refuses grants on places that are not`,
    remedy: `Register it in account ${where.account} (aws lakeformation register-resource --resource-arn … with a role of your own, see docs/foundation.md), or take dataLocations[${index}] out of the policy. The grants follow by themselves.`,
  });
}
