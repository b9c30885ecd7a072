/** Where the policy's tags, data locations and account-wide settings have anything to say. */

import type { Policy } from '../../contracts/policy.ts';
import type { PublishScope } from '../../contracts/steps.ts';

/** Catalogs with something of their own, no product's: one scope each, of no database. */
export function catalogScopes(_policy: Policy): readonly PublishScope[] {
  return [];
}

/** Whether a tag rule may say something about this database; links and databases of other catalogs never count. */
export function mayConcern(_policy: Policy, _place: { account: string; region: string; database: string }): boolean {
  return false;
}

/** Databases that rules name without a wildcard. */
export function namedScopes(_policy: Policy): readonly PublishScope[] {
  return [];
}

/** Catalogs in which some rule leaves the database open or names it by a pattern: only a listing tells which. */
export function openCatalogs(_policy: Policy): readonly { readonly account: string; readonly region: string }[] {
  return [];
}
