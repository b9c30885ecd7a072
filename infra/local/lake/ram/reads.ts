/** Shares, and what and who is in them, as their owner and as those they are for see them. */

import type {
  GetResourceShareAssociationsRequest,
  GetResourceSharesRequest,
  ListPrincipalsRequest,
  ListResourcesRequest,
} from '@aws-sdk/client-ram';
import type { Call } from '../service.ts';
import { inForce } from './delivery.ts';
import { invalidParameter, malformedArn, unknownShare } from './errors.ts';
import { expireDue } from './invitations.ts';
import { pageOf, pageOfList } from './paging.ts';
import { accountNames } from './recipients.ts';
import { placeKey } from './shares.ts';
import { type Association, type Share, statusOf } from './state.ts';
import { associationView, resourceView, shareView, typeOf } from './views.ts';

/** One page of the caller's own shares, or of others' that have arrived. */
export function getResourceShares(call: Call, input: GetResourceSharesRequest): object {
  const shares = sharesSeen(call, input.resourceOwner);
  checkKnown(call, shares, input.resourceShareArns);
  const { items, nextToken } = pageOf(
    call.world,
    input,
    (after) => shares.filter(({ seq }) => seq > after),
    (share) => {
      const { resourceShareArns: arns, name, resourceShareStatus: status, tagFilters } = input;
      if ((arns && !arns.includes(share.arn)) || (name !== undefined && name !== share.name)) return undefined;
      if (status !== undefined && status !== share.status) return undefined;
      const tagged = (tagFilters ?? []).every(({ tagKey, tagValues }) =>
        share.tags.some(({ key, value }) => key === tagKey && (!tagValues?.length || tagValues.includes(value))),
      );
      return tagged ? shareView(share) : undefined;
    },
  );
  return { resourceShares: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

/** Of shares one owns: what others share is listed by ListResources. */
export function getResourceShareAssociations(call: Call, input: GetResourceShareAssociationsRequest): object {
  const { associationType: type, resourceShareArns: arns, resourceArn, principal, associationStatus: status } = input;
  if (type === 'PRINCIPAL' && resourceArn !== undefined)
    throw invalidParameter('You cannot specify a resource ARN when you ask for principals.');
  if (type === 'RESOURCE' && principal !== undefined)
    throw invalidParameter('You cannot specify a principal when you ask for resources.');
  const shares = sharesSeen(call, 'SELF');
  checkKnown(call, shares, arns);
  const views = shares
    .filter((share) => !arns || arns.includes(share.arn))
    .flatMap((share) => {
      const all = type === 'PRINCIPAL' ? share.principals : share.resources;
      const wanted = [...all.values()].filter(({ entity }) => entity === (principal ?? resourceArn ?? entity));
      return wanted.map((association) => associationView(share, association));
    })
    .filter((view) => status === undefined || view.status === status);
  const { items, nextToken } = pageOfList(call.world, input, views);
  return { resourceShareAssociations: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

/** One page of what is in these shares. */
export function listResources(call: Call, input: ListResourcesRequest): object {
  const { resourceArns, resourceShareArns, resourceType, principal, resourceOwner } = input;
  const views = sharesSeen(call, resourceOwner)
    .filter((share) => !resourceShareArns || resourceShareArns.includes(share.arn))
    .filter((share) => principal === undefined || isFor(call, share, principal, resourceOwner))
    .flatMap((share) => present(share.resources).map((association) => resourceView(share, association, 'AVAILABLE')))
    .filter(({ arn = '' }) => !resourceArns || resourceArns.includes(arn))
    .filter(({ type }) => resourceType === undefined || type?.toLowerCase() === resourceType.toLowerCase());
  const { items, nextToken } = pageOfList(call.world, input, views);
  return { resources: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

/** One page of who is in the caller's shares, or of the owners of others'. */
export function listPrincipals(call: Call, input: ListPrincipalsRequest): object {
  const { principals, resourceArn, resourceShareArns, resourceType, resourceOwner } = input;
  const rows = sharesSeen(call, resourceOwner)
    .filter((share) => !resourceShareArns || resourceShareArns.includes(share.arn))
    .filter((share) => resourceArn === undefined || share.resources.has(resourceArn))
    .filter(
      (share) => resourceType === undefined || [...share.resources.keys()].some((arn) => typeOf(arn) === resourceType),
    )
    .flatMap((share) => {
      // Who else is in somebody's share is the owner's business: the others see the owner.
      const ids =
        resourceOwner === 'SELF'
          ? present(share.principals)
          : [{ entity: share.owner, created: share.created, updated: share.updated, external: false }];
      return ids.map(({ entity, created, updated, external }) => ({
        id: entity,
        resourceShareArn: share.arn,
        creationTime: new Date(created),
        lastUpdatedTime: new Date(updated),
        external,
      }));
    })
    .filter(({ id }) => !principals || principals.includes(id));
  const { items, nextToken } = pageOfList(call.world, input, rows);
  return { principals: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

/** One's own, or those of others that have arrived: one that waits for an answer isn't seen yet. */
function sharesSeen(call: Call, owner: string | undefined): Share[] {
  const { world, account, region, caller } = call;
  expireDue(world);
  if (owner === 'SELF') return [...(world.ram.owned.get(placeKey(account, region)) ?? [])];
  const seen = new Set<Share>();
  for (const name of [...accountNames(world, account), caller.arn])
    for (const share of world.ram.sharedWith.get(placeKey(name, region)) ?? [])
      if (share.owner !== account && inForce(world, share, name, account)) seen.add(share);
  return [...seen].sort((one, other) => one.seq - other.seq);
}

function isFor(call: Call, share: Share, principal: string, owner: string | undefined): boolean {
  if (owner !== 'SELF') return share.owner === principal;
  const found = share.principals.get(principal);
  return found !== undefined && found.status !== 'DISASSOCIATED' && call.account === share.owner;
}

function present(associations: ReadonlyMap<string, Association>): Association[] {
  return [...associations.values()].filter((association) => statusOf(association) === 'ASSOCIATED');
}

function checkKnown(call: Call, seen: readonly Share[], arns: readonly string[] | undefined): void {
  for (const arn of arns ?? []) {
    if (!/^arn:aws[\w-]*:ram:[\w-]*:\d{12}:resource-share\/.+$/.test(arn)) throw malformedArn(arn);
    const share = call.world.ram.shares.get(arn);
    if (!share || !seen.includes(share)) throw unknownShare(arn);
  }
}
