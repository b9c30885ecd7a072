/** RAM: what other accounts share with this one, and how our own shares fare. Everything here is Regional. */

import {
  AcceptResourceShareInvitationCommand,
  GetResourceShareAssociationsCommand,
  GetResourceShareInvitationsCommand,
  GetResourceSharesCommand,
  ListPendingInvitationResourcesCommand,
  type ResourceShareAssociation,
  type ResourceShareInvitation,
} from '@aws-sdk/client-ram';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import { sha256 } from '#contracts/hash.ts';
import { chunks } from '#core/collections.ts';
import type { AcceptanceFacts, AssociationFacts, InvitationFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';
import { everyPage, required } from './paging.ts';

type Ram = Pick<Clients, 'ram' | 'account'>;

/** Share ARNs asked about at once; keeps the request small. */
const ARNS_AT_ONCE = 100;

/**
 * Invitations as this account sees them; resources are listed of those from these senders. Shares must be asked for
 * beside them: inside an organization there is no invitation, and accepted ones drop out of the list after some days
 * (G-R1, G-R2).
 */
export async function readInvitations(
  clients: Ram,
  account: string,
  { senders }: { readonly senders: readonly string[] },
): Promise<readonly InvitationFacts[]> {
  const invitations: InvitationFacts[] = [];
  for (const invitation of await listInvitations(clients, account)) {
    invitations.push(await withResources(clients, account, invitation, senders));
  }
  return invitations;
}

/** Accepting what is accepted already is success (G-R8). `token`, the run's, makes a repeat within it harmless. */
export async function acceptInvitation(clients: Ram, invitation: { arn: string; token: string }): Promise<void> {
  const view = { account: clients.account, owner: false, doing: `accept invitation ${invitation.arn}` };
  try {
    await asked(view, () =>
      clients.ram.send(
        new AcceptResourceShareInvitationCommand({
          resourceShareInvitationArn: invitation.arn,
          clientToken: clientToken(invitation),
        }),
      ),
    );
  } catch (error) {
    if (error instanceof LakeError && error.aws?.code === 'ResourceShareInvitationAlreadyAcceptedException') return;
    throw error;
  }
}

/** RAM refuses one token for two different invitations. */
function clientToken({ arn, token }: { arn: string; token: string }): string {
  return sha256(`${token} ${arn}`);
}

/** Who and what is attached to these shares of ours (null: to all); a failed association says why. */
export async function readAssociations(clients: Ram, shareArns: readonly string[] | null): Promise<AssociationFacts[]> {
  const all: AssociationFacts[] = [];
  for (const arns of shareArns === null ? [undefined] : chunks(shareArns, ARNS_AT_ONCE)) {
    for (const type of ['PRINCIPAL', 'RESOURCE'] as const) {
      all.push(...(await listAssociations(clients, arns, type)).map(associationFacts));
    }
  }
  return all;
}

async function listInvitations(clients: Ram, account: string): Promise<ResourceShareInvitation[]> {
  const view = { account, owner: true, doing: 'list the resource share invitations' };
  return everyPage(async (token) => {
    const page = await asked(view, () =>
      clients.ram.send(new GetResourceShareInvitationsCommand({ nextToken: token, maxResults: 500 })),
    );
    return { items: page.resourceShareInvitations, next: page.nextToken };
  });
}

/** Shares of other accounts that have arrived here: what linking and granting rest on. */
export async function readShares(clients: Ram, account: string): Promise<AcceptanceFacts['shares']> {
  const view = { account, owner: true, doing: 'list the resource shares of other accounts' };
  const shares = await everyPage(async (token) => {
    const page = await asked(view, () =>
      clients.ram.send(
        new GetResourceSharesCommand({ resourceOwner: 'OTHER-ACCOUNTS', nextToken: token, maxResults: 500 }),
      ),
    );
    return { items: page.resourceShares, next: page.nextToken };
  });
  return shares.map((share) => ({
    arn: required(share.resourceShareArn, 'the ARN of a share'),
    owner: required(share.owningAccountId, 'the owner of a share'),
    status: share.status ?? 'UNKNOWN',
  }));
}

/** What it would bring is listed only for pending ones of senders the policy names: strangers cost no calls. */
async function withResources(
  clients: Ram,
  account: string,
  invitation: ResourceShareInvitation,
  senders: readonly string[],
): Promise<InvitationFacts> {
  const facts = invitationFacts(invitation);
  if (facts.status !== 'PENDING') return facts;
  if (!senders.includes(facts.sender)) return { ...facts, resources: null };
  return { ...facts, resources: await listPending(clients, account, facts.arn) };
}

function invitationFacts(invitation: ResourceShareInvitation): InvitationFacts {
  return {
    arn: required(invitation.resourceShareInvitationArn, 'the ARN of an invitation'),
    shareArn: required(invitation.resourceShareArn, 'the share of an invitation'),
    shareName: invitation.resourceShareName ?? '',
    sender: required(invitation.senderAccountId, 'the sender of an invitation'),
    receiver: invitation.receiverAccountId ?? '',
    status: required(invitation.status, 'the status of an invitation'),
    at: invitation.invitationTimestamp?.getTime() ?? 0,
    resources: [],
  };
}

/** Null when the invitation was answered or ran out between the two calls: then nobody can list it. */
async function listPending(clients: Ram, account: string, arn: string): Promise<string[] | null> {
  const view = { account, owner: false, doing: `list the resources of invitation ${arn}` };
  try {
    const resources = await everyPage(async (token) => {
      const page = await asked(view, () =>
        clients.ram.send(
          new ListPendingInvitationResourcesCommand({
            resourceShareInvitationArn: arn,
            nextToken: token,
            maxResults: 500,
          }),
        ),
      );
      return { items: page.resources, next: page.nextToken };
    });
    return resources.map((resource) => required(resource.arn, 'the ARN of a shared resource')).sort();
  } catch (error) {
    const answered = error instanceof LakeError && /AlreadyRejected|Missing/.test(error.aws?.code ?? '');
    if (answered || isLakeError(error, 'NotVisible', 'InvitationExpired')) return null;
    throw error;
  }
}

async function listAssociations(
  clients: Ram,
  shareArns: readonly string[] | undefined,
  type: 'PRINCIPAL' | 'RESOURCE',
): Promise<ResourceShareAssociation[]> {
  const view = { account: clients.account, owner: true, doing: 'list the associations of resource shares' };
  return everyPage(async (token) => {
    const page = await asked(view, () =>
      clients.ram.send(
        new GetResourceShareAssociationsCommand({
          associationType: type,
          ...(shareArns === undefined ? {} : { resourceShareArns: [...shareArns] }),
          nextToken: token,
          maxResults: 500,
        }),
      ),
    );
    return { items: page.resourceShareAssociations, next: page.nextToken };
  });
}

function associationFacts(association: ResourceShareAssociation): AssociationFacts {
  return {
    shareArn: required(association.resourceShareArn, 'the share of an association'),
    entity: association.associatedEntity ?? '',
    status: association.status ?? 'UNKNOWN',
    message: association.statusMessage ?? null,
  };
}
