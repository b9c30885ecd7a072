/** RAM's one kind of event, sent to the owner of a share and to those it is for. */

import { arnParts, isAccountId } from '../identity/arn.ts';
import { isWithin, organizationOf } from '../organizations/lookup.ts';
import type { World } from '../service.ts';
import type { Share } from './state.ts';

type What = 'Resource Share Association' | 'Resource Share Invitation';

/** Tells these accounts, each once, what became of a share. */
export function announce(world: World, share: Share, event: What, status: string, to: Iterable<string>): void {
  // Only `event` and `status` are documented: the rest is what a reader must do without.
  const more = world.switch('ram-event-fields') === 'share';
  const detail = { event, status, ...(more ? { resourceShareArn: share.arn, resourceShareName: share.name } : {}) };
  for (const account of new Set(to))
    world.emit({
      account,
      region: share.region,
      source: 'aws.ram',
      detailType: 'Resource Sharing State Change',
      resources: more ? [share.arn] : [],
      detail,
    });
}

/** The accounts a principal stands for. */
export function accountsOf(world: World, owner: string, principal: string): string[] {
  if (isAccountId(principal)) return [principal];
  if (!principal.includes(':organizations:')) return [arnParts(principal).account];
  const organization = organizationOf(world, owner);
  if (!organization) return [];
  const node = nodeOf(principal);
  const members = [...organization.accounts.keys()].filter((account) => account !== owner);
  return node.startsWith('o-') ? members : members.filter((account) => isWithin(organization, account, node));
}

/** The last part of an organization's, root's or unit's ARN. */
export function nodeOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
