/** The names under which something can be shared with an account. */

import { ancestry, organizationArn, organizationOf, unitArn } from '../organizations/lookup.ts';
import type { World } from '../service.ts';

/** The account itself, its organization, and the units it lies in, the root included. */
export function accountNames(world: World, account: string): readonly string[] {
  const organization = organizationOf(world, account);
  if (!organization) return [account];
  const parent = organization.accounts.get(account)?.parent;
  const units = parent === undefined ? [] : ancestry(organization, parent);
  return [account, organizationArn(organization), ...units.map((unit) => unitArn(organization, unit))];
}
