/** What an account passes on to its own principals of places that others registered. */

import { missingGrants } from '#changes/grant/missing.ts';
import { withdrawals } from '#changes/revoke/withdrawals.ts';
import type { Grant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Catalog, DataLocation, Policy } from '#contracts/policy.ts';
import { type Assessment, assessed, found } from '#core/assessment.ts';
import type { GrantFacts } from '#core/facts.ts';
import { unreadable } from '#core/findings.ts';
import { DATA_LOCATION_ACCESS, locationResource } from '#core/locations.ts';
import type { Observed } from '#core/observed.ts';
import type { DesiredGrant } from '#core/permissions.ts';
import { accountOf, placesFor } from '#core/selectors.ts';

export interface PassingOnQuestion extends Catalog {
  readonly policy: Policy;
  /** Places this account was granted: grants on the others would be refused. */
  readonly received: readonly DataLocation[];
  /** What this account has granted. */
  readonly listed: Observed<GrantFacts>;
  readonly entries: readonly Entry[];
  readonly recent: readonly Entry[];
}

export function assessPassingOn(question: PassingOnQuestion): Assessment {
  const { policy, account, region, received, listed, entries, recent } = question;
  const at = { hop: 'grants', account, region };
  if (!listed.known) return found(unreadable({ ...at, resource: `data locations of ${account}` }, listed.why));
  const rows = listed.value.grants;
  const missing = missingGrants({ ...at, desired: desiredOf(question, received), listed: rows, recent });
  const taken = withdrawals({
    ...at,
    entries,
    // What can't be granted just now is wanted all the same.
    desired: desiredOf(question, placesFor(policy, { account, region })),
    undecided: new Set(),
    inScope: isOfOthers(account),
    listed: rows,
  });
  return assessed({ changes: [...missing, ...taken] });
}

function desiredOf(
  { policy, account }: Pick<PassingOnQuestion, 'policy' | 'account'>,
  places: readonly DataLocation[],
): readonly DesiredGrant[] {
  return places.flatMap((entry) => {
    const resource = locationResource(policy, entry);
    const own = entry.to.filter((arn) => accountOf(arn, entry) === account);
    return own.map((principal) => ({
      grant: { principal, resource, permissions: DATA_LOCATION_ACCESS, grantable: [] },
      products: [],
    }));
  });
}

/** A place somebody else registered. */
export function isOfOthers(account: string): (grant: Grant) => boolean {
  return ({ resource }) => resource.type === 'data-location' && resource.catalog !== account;
}
