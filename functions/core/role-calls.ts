/** How many calls roles are read with: one by one, or by pages of the whole account. Pure. */

/** IAM's page where none is asked for. It may answer fewer than were asked for, so that we count on no more. */
const SURE_PAGE = 100;
/** How many policies of its own an account may have, unless AWS was asked for more. */
const OWN_POLICIES = 1500;
/** `GetRole`, `ListRolePolicies`, `ListAttachedRolePolicies`; one more for each inline policy, two for each attached. */
const LEAST_ONE_BY_ONE = 3;
/** `GetPolicy` and `GetPolicyVersion`. */
const PER_POLICY = 2;

/** `matching`: roles to be read. `all`: how many the account has. */
export interface RoleCounts {
  readonly matching: number;
  readonly all: number;
}

/**
 * Calls that pages of all roles save at the least against reading the matching ones one by one; `GetRole` is asked of
 * each either way. Below zero: one by one may take fewer.
 */
export function savedByPages({ matching, all }: RoleCounts): number {
  return matching * (LEAST_ONE_BY_ONE - 1) - Math.ceil(all / SURE_PAGE);
}

/**
 * Whether the account's own policies are listed, too, of which so many are asked about. How many it has is not known:
 * listing them must not use up more than asking for each, and what was saved before.
 */
export function listsPolicies(wanted: number, counts: RoleCounts): boolean {
  return wanted > 0 && Math.ceil(OWN_POLICIES / SURE_PAGE) <= wanted * PER_POLICY + savedByPages(counts);
}
