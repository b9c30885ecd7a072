/** Desired grants against listed ones: the comparison of every hop that grants. */

import type { ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { sortedSet } from '#core/collections.ts';
import { byText, covers, type DesiredGrant, heldAs, mergedByText, sameGrant } from '#core/permissions.ts';
import type { GrantChange } from './change.ts';

export interface MissingQuestion {
  readonly hop: string;
  readonly account: string;
  readonly region: string;
  readonly desired: readonly DesiredGrant[];
  readonly listed: readonly ListedGrant[];
  /** Entries confirmed moments ago, laid over what is listed only so as not to write again; empty when verifying. */
  readonly recent: readonly Entry[];
}

/**
 * The grants to make. If anything of one is missing all of it is granted, so that access does not depend on somebody
 * else's grant (G-L5); `had` keeps apart what was theirs.
 */
export function missingGrants(question: MissingQuestion): readonly GrantChange[] {
  const { hop, account, region, listed } = question;
  // The same words in another Region are another grant.
  const recent = question.recent.filter(sameAccountRegion(question));
  const missing = mergedByText(question.desired).flatMap(([text, { grant, products }]) => {
    const held = heldAs(listed, text);
    if (covers(held.permissions, grant.permissions) && covers(held.grantable, grant.grantable)) return [];
    if (recent.some((entry) => entry.kind === 'grant' && sameGrant(entry.sent, grant))) return [];
    const had = sortedSet(held.permissions);
    const change: GrantChange = { kind: 'grant', hop, account, region, products, effect: 'widens', grant, had };
    return [[text, change] as const];
  });
  return byText(missing).map(([, change]) => change);
}
