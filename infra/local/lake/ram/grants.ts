/** The shares Lake Formation makes for grants to other accounts. */

import type { World } from '../service.ts';
import { associatePrincipal, associateResource, createShare, deleteShare, disassociate } from './shares.ts';
import type { Share, Slot } from './state.ts';

export interface GrantShare {
  readonly owner: string;
  readonly region: string;
  /** An account, organization, unit, role or user. */
  readonly principal: string;
  readonly slot: Slot;
  /** ARN of what is shared. */
  readonly resource: string;
  readonly version: number;
  /** The grantor may not let Glue change the catalog's policy: RAM takes the resource and fails. */
  readonly refused: boolean;
}

const upper = (text: string): string => text.toUpperCase();

/** Whose share it is. */
type Pair = Pick<GrantShare, 'owner' | 'region' | 'principal' | 'slot'>;

/** Puts the resource into a share for the principal: one of its own in version 1, the pair's share for its kind later. */
export function shareForGrant(world: World, wanted: GrantShare): Share {
  const at = slotKey(wanted);
  const kept = wanted.version === 1 ? undefined : world.ram.consolidated.get(at);
  const share = kept ?? newShare(world, wanted);
  if (wanted.version > 1) world.ram.consolidated.set(at, share);
  try {
    associateResource(world, share, wanted.resource, wanted.refused);
    associatePrincipal(world, share, wanted.principal);
  } catch (error) {
    if (!kept) deleteShare(world, share);
    throw error;
  }
  return share;
}

/** The other half of what a pair's first version-3 share of a table brings: the database, in a share of its own. */
export function companionShare(world: World, wanted: GrantShare): void {
  if (wanted.version < 3 || world.switch('ram-first-share') !== 'two-invitations') return;
  if (!world.ram.consolidated.has(slotKey(wanted))) shareForGrant(world, wanted);
}

/** Takes the resource out of the share, and the share away when nothing is left in it. */
export function withdrawFromShare(world: World, arn: string, resource: string): void {
  const share = world.ram.shares.get(arn);
  if (!share || share.status === 'DELETED') return;
  disassociate(world, share, resource);
  const left = [...share.resources.values()].some(({ status }) => status !== 'DISASSOCIATED');
  if (!left) deleteShare(world, share);
}

/** The pair's share of this kind, when there is one. */
export function consolidatedShare(world: World, of: Pair): Share | undefined {
  return world.ram.consolidated.get(slotKey(of));
}

function slotKey({ owner, region, principal, slot }: Pair): string {
  return [owner, region, principal, slot].join('\u0000');
}

function newShare(world: World, { owner, region, principal, slot, version }: GrantShare): Share {
  return createShare(world, {
    owner,
    region,
    name: nameOf(world, owner, principal, version),
    allowExternalPrincipals: true,
    lakeFormation: { version, slot, principal },
  });
}

function nameOf(world: World, owner: string, principal: string, version: number): string {
  const random = upper(world.id(10));
  if (version === 1) return `${owner}-${principal.split(':').at(-1)?.replaceAll('/', '-')}-${random}`;
  return version === 2 ? `LakeFormation-${random}` : `LakeFormation-V${version}-${random}`;
}
