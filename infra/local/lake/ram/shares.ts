/** Shares change here, whoever asks: the operations of RAM, or Lake Formation at a grant. */

import { AwsError } from '../aws-error.ts';
import { organizationOf, sameOrganization, sharingEnabled } from '../organizations/lookup.ts';
import type { World } from '../service.ts';
import { notAuthorized, sharingProblem } from './admission.ts';
import { accountsOf, announce, nodeOf } from './events.ts';
import { endInvitations, invite } from './invitations.ts';
import { type Association, type Share, sequenceAt } from './state.ts';

export interface NewShare {
  readonly owner: string;
  readonly region: string;
  readonly name: string;
  readonly allowExternalPrincipals: boolean;
  readonly lakeFormation?: Share['lakeFormation'];
  readonly tags?: Share['tags'];
}

/** Makes a share with nothing and nobody in it. */
export function createShare(world: World, wanted: NewShare): Share {
  const { ram } = world;
  ram.seq += 1;
  const share: Share = {
    ...wanted,
    lakeFormation: wanted.lakeFormation,
    tags: wanted.tags ?? [],
    seq: ram.seq,
    arn: `arn:aws:ram:${wanted.region}:${wanted.owner}:resource-share/${uuid(world)}`,
    status: 'ACTIVE',
    created: world.now(),
    updated: world.now(),
    principals: new Map(),
    resources: new Map(),
  };
  ram.shares.set(share.arn, share);
  sequenceAt(ram.owned, placeKey(share.owner, share.region)).add(share);
  return share;
}

/** Under what the shares of an owner or principal are kept. */
export function placeKey(owner: string, region: string): string {
  return `${owner}/${region}`;
}

function uuid(world: World): string {
  return world.id(32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Adds a resource; what the owner's catalog policy doesn't let RAM share fails, and stays in the share as failed. */
export function associateResource(world: World, share: Share, arn: string, refused = false): Association {
  const known = share.resources.get(arn);
  if (known?.status === 'ASSOCIATED') return known;
  const problem = refused ? notAuthorized : sharingProblem(world, share, arn);
  const association: Association = {
    ...fresh(world, 'RESOURCE', arn),
    status: problem === undefined ? 'ASSOCIATED' : 'FAILED',
    message: problem,
    shows: problem === undefined ? world.visibility.wrote('ram', 'association') : () => true,
  };
  share.resources.set(arn, association);
  share.updated = world.now();
  sharingOf(world, arn).add(share);
  if (problem !== undefined) announce(world, share, 'Resource Share Association', 'failed', [share.owner]);
  return association;
}

/** Adds a principal: at once inside an organization that shares, by invitation elsewhere. */
export function associatePrincipal(world: World, share: Share, principal: string): Association {
  const known = share.principals.get(principal);
  if (known && known.status !== 'DISASSOCIATED' && known.status !== 'FAILED') return known;
  const external = checkPrincipal(world, share, principal);
  const automatic = !external && sharingEnabled(world, share.owner);
  const association: Association = {
    ...fresh(world, 'PRINCIPAL', principal),
    external,
    status: automatic ? 'ASSOCIATED' : 'ASSOCIATING',
    shows: world.visibility.wrote('ram', 'association'),
  };
  share.principals.set(principal, association);
  share.updated = world.now();
  if (!known) sequenceAt(world.ram.sharedWith, placeKey(principal, share.region)).add(share);
  if (automatic) {
    const to = [share.owner, ...accountsOf(world, share.owner, principal)];
    announce(world, share, 'Resource Share Association', 'associated', to);
  } else invite(world, share, principal, uuid(world));
  return association;
}

/** Whether the principal is outside the organization; refused when the share isn't for such. */
function checkPrincipal(world: World, share: Share, principal: string): boolean {
  if (principal.includes(':organizations:')) {
    const organization = organizationOf(world, share.owner);
    const node = nodeOf(principal);
    const known = organization?.id === node || organization?.root === node || organization?.units.has(node);
    if (!known || !sharingEnabled(world, share.owner))
      throw new AwsError('UnknownResourceException', `Organization ${node} could not be found.`);
    return false;
  }
  const external = !sameOrganization(world, share.owner, accountsOf(world, share.owner, principal)[0] ?? '');
  if (external && !share.allowExternalPrincipals)
    throw new AwsError(
      'OperationNotPermittedException',
      'The resource share you are attempting to share with does not allow external principals.',
    );
  return external;
}

/** Takes a principal or resource out of the share; nothing happens where it is out already. */
export function disassociate(world: World, share: Share, entity: string): void {
  const association = share.principals.get(entity) ?? share.resources.get(entity);
  if (!association || association.status === 'DISASSOCIATED') return;
  const reached = association.status === 'ASSOCIATED';
  association.status = 'DISASSOCIATED';
  association.updated = world.now();
  association.shows = world.visibility.wrote('ram', 'association');
  share.updated = world.now();
  if (association.type === 'RESOURCE') return void sharingOf(world, entity).delete(share);
  endInvitations(world, share, entity);
  const to = reached ? [share.owner, ...accountsOf(world, share.owner, entity)] : [share.owner];
  announce(world, share, 'Resource Share Association', 'disassociated', to);
}

/** Takes everything out of the share and marks it deleted; Lake Formation makes another one next time. */
export function deleteShare(world: World, share: Share): void {
  if (share.status === 'DELETED') return;
  for (const entity of [...share.principals.keys(), ...share.resources.keys()]) disassociate(world, share, entity);
  share.status = 'DELETED';
  share.updated = world.now();
  for (const [at, kept] of world.ram.consolidated) if (kept === share) world.ram.consolidated.delete(at);
}

function sharingOf(world: World, arn: string): Set<Share> {
  const known = world.ram.sharing.get(arn);
  if (known) return known;
  const none = new Set<Share>();
  world.ram.sharing.set(arn, none);
  return none;
}

function fresh(world: World, type: Association['type'], entity: string): Association {
  const now = world.now();
  return {
    type,
    entity,
    status: 'ASSOCIATING',
    message: undefined,
    external: false,
    created: now,
    updated: now,
    shows: () => true,
  };
}
