/** Shares made and changed by hand, and the switch that spares an organization its invitations. */

import type {
  AssociateResourceShareRequest,
  CreateResourceShareRequest,
  DeleteResourceShareRequest,
} from '@aws-sdk/client-ram';
import { AwsError } from '../aws-error.ts';
import { organizationOf } from '../organizations/lookup.ts';
import type { Call } from '../service.ts';
import { invalidParameter, malformedArn, notPermitted, unknownShare } from './errors.ts';
import { once } from './idempotency.ts';
import { associatePrincipal, associateResource, createShare, deleteShare, disassociate } from './shares.ts';
import type { Association, Share } from './state.ts';
import { associationView, shareView } from './views.ts';

/** Makes a share. Throws, and makes none, where a resource or principal can't be in it. */
export function createResourceShare(call: Call, input: CreateResourceShareRequest): object {
  return once(call, input, () => {
    const { resourceArns = [], principals = [] } = input;
    check(call, resourceArns, principals);
    const share = createShare(call.world, {
      owner: call.account,
      region: call.region,
      name: input.name ?? '',
      allowExternalPrincipals: input.allowExternalPrincipals ?? true,
      tags: (input.tags ?? []).map(({ key = '', value = '' }) => ({ key, value })),
    });
    try {
      add(call, share, resourceArns, principals);
    } catch (error) {
      deleteShare(call.world, share);
      throw error;
    }
    return { resourceShare: shareView(share), ...token(input) };
  });
}

/** Puts resources and principals in a share: how each stands now. */
export function associateResourceShare(call: Call, input: AssociateResourceShareRequest): object {
  return once(call, input, () => {
    const share = ownShare(call, input.resourceShareArn);
    const { resourceArns = [], principals = [] } = input;
    check(call, resourceArns, principals);
    const added = add(call, share, resourceArns, principals);
    return { resourceShareAssociations: added.map((one) => associationView(share, one)), ...token(input) };
  });
}

/** Takes resources and principals out of a share: how each stands now. */
export function disassociateResourceShare(call: Call, input: AssociateResourceShareRequest): object {
  return once(call, input, () => {
    const share = ownShare(call, input.resourceShareArn);
    const entities = [...(input.resourceArns ?? []), ...(input.principals ?? [])];
    const known = entities.map((entity) => share.resources.get(entity) ?? share.principals.get(entity));
    const missing = entities.find((_, index) => known[index] === undefined);
    if (missing !== undefined)
      throw new AwsError('UnknownResourceException', `${missing} is not in the resource share.`);
    for (const entity of entities) disassociate(call.world, share, entity);
    const views = known.flatMap((one) => (one ? [associationView(share, one)] : []));
    return { resourceShareAssociations: views, ...token(input) };
  });
}

/** Deletes a share. Throws `UnknownResourceException` for one that is deleted already, or another account's. */
export function deleteResourceShare(call: Call, input: DeleteResourceShareRequest): object {
  return once(call, input, () => {
    deleteShare(call.world, ownShare(call, input.resourceShareArn));
    return { returnValue: true, ...token(input) };
  });
}

/** From the management account only. */
export function enableSharingWithAwsOrganization(call: Call): object {
  const organization = organizationOf(call.world, call.account);
  if (organization?.managementAccount !== call.account)
    throw notPermitted('Only the management account of an organization can enable sharing with it.');
  organization.ramSharing = true;
  organization.serviceAccess.set('ram.amazonaws.com', new Date(call.world.now()));
  return { returnValue: true };
}

function add(call: Call, share: Share, resources: readonly string[], principals: readonly string[]): Association[] {
  return [
    ...resources.map((arn) => associateResource(call.world, share, arn)),
    ...principals.map((principal) => associatePrincipal(call.world, share, principal)),
  ];
}

/** One shares what is one's own, in its Region. */
function check(call: Call, resources: readonly string[], principals: readonly string[]): void {
  for (const arn of resources) {
    const [prefix, , , region, account] = arn.split(':');
    if (prefix !== 'arn' || account === undefined) throw malformedArn(arn);
    if (account !== call.account || (region !== '' && region !== call.region))
      throw notPermitted(`The resource ${arn} does not belong to you in this Region.`);
  }
  for (const principal of principals) {
    const known = /^\d{12}$|^arn:aws[\w-]*:(organizations|iam)::\d{12}:\S+$/.test(principal);
    if (!known) throw invalidParameter(`The principal ${principal} is not valid.`);
    if (principal === call.account) throw invalidParameter('You cannot share with your own account.');
  }
}

function ownShare(call: Call, arn = ''): Share {
  const share = call.world.ram.shares.get(arn);
  if (!share || share.owner !== call.account || share.region !== call.region || share.status === 'DELETED')
    throw unknownShare(arn);
  return share;
}

function token({ clientToken }: { clientToken?: string | undefined }): object {
  return clientToken === undefined ? {} : { clientToken };
}
