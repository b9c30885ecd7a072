/** Whether a share has arrived: what Lake Formation asks before it lets another account in. */

import { arnParts, isAccountId } from '../identity/arn.ts';
import { sameOrganization } from '../organizations/lookup.ts';
import type { World } from '../service.ts';
import { expireDue } from './invitations.ts';
import { type Carrier, type Share, statusOf } from './state.ts';

/**
 * Whether one of the shares holds its resource and is in force for the principal it was made for.
 * `account` is who benefits, where the principal is an organization or unit.
 */
export function delivers(world: World, carriers: readonly Carrier[], principal: string, account?: string): boolean {
  expireDue(world);
  return carriers.some(({ share: arn, resource }) => {
    const share = world.ram.shares.get(arn);
    return (
      share?.resources.get(resource)?.status === 'ASSOCIATED' &&
      inForce(world, share, principal, account ?? accountIn(principal))
    );
  });
}

/** Whether the share is in force for the principal, as far as it shows. */
export function inForce(world: World, share: Share, principal: string, account: string): boolean {
  if (share.status !== 'ACTIVE') return false;
  const association = share.principals.get(principal);
  if (!association || statusOf(association) !== 'ASSOCIATED') return false;
  // Who is in the share as a member of the organization loses it by leaving.
  return association.external || sameOrganization(world, share.owner, account);
}

function accountIn(principal: string): string {
  return isAccountId(principal) ? principal : arnParts(principal).account;
}
