/** Hop 7: the RAM share is visible in the consumer. Accepted only when sender and every resource are what the policy names (law 8). */

import type { Product } from '../../contracts/policy.ts';
import type { ProductSnapshot } from '../../contracts/snapshot.ts';
import type { Action, Decision, Finding } from '../actions.ts';
import type { AcceptanceFacts, InvitationFacts } from '../facts.ts';
import { finding, unreadable, waiting } from '../findings.ts';
import { matches } from '../iam/pattern.ts';
import type { Observed } from '../lake.ts';
import { wantsTable } from '../wanted.ts';

export interface AcceptanceQuestion {
  readonly account: string;
  readonly region: string;
  /** Products of other accounts that this account reads in this Region, with what their last publish left. */
  readonly products: readonly { readonly product: Product; readonly snapshot: ProductSnapshot | null }[];
  readonly facts: Observed<AcceptanceFacts>;
}

/** How each product's share stands for this consumer. */
export type ShareState = 'visible' | 'acceptable' | 'refused' | 'waiting' | 'producer-waits';

/** Whether every share that carries a product is active in this account. */
export function hasArrived(account: string, snapshot: ProductSnapshot, shares: AcceptanceFacts['shares']): boolean {
  const arns = snapshot.shares[account] ?? [];
  const active = new Set(shares.filter((s) => s.status === 'ACTIVE').map((s) => s.arn));
  return arns.length > 0 && arns.every((arn) => active.has(arn));
}

/** `refused`: it would come with an invitation that is left alone, so there is nothing to wait for. */
export function shareState(
  question: Omit<AcceptanceQuestion, 'facts'>,
  snapshot: ProductSnapshot | null,
  facts: AcceptanceFacts,
): ShareState {
  const { account } = question;
  if (snapshot === null || !snapshot.shared) return 'producer-waits';
  if (hasArrived(account, snapshot, facts.shares)) return 'visible';
  const arns = snapshot.shares[account] ?? [];
  const pending = facts.invitations.filter((i) => i.status === 'PENDING' && arns.includes(i.shareArn));
  if (pending.some((invitation) => !judge(invitation, question).accept)) return 'refused';
  return pending.length > 0 ? 'acceptable' : 'waiting';
}

export function decideAcceptance(question: AcceptanceQuestion): Decision {
  const { account, region, products, facts } = question;
  const where = { hop: 'acceptance' as const, account, region, resource: `RAM shares of ${account}` };
  if (!facts.known) return { actions: [], findings: [unreadable(where, facts.why)], left: [] };
  const pending = facts.value.invitations.filter((i) => i.status === 'PENDING');
  const judged = pending.map((invitation) => ({ invitation, verdict: judge(invitation, question) }));
  const actions = judged.flatMap(({ invitation, verdict }) =>
    verdict.accept ? [accept(question, invitation, verdict.products)] : [],
  );
  const findings = judged.flatMap(({ invitation, verdict }) =>
    verdict.accept ? [] : [leftAlone(where, invitation, verdict.why)],
  );
  const states = products.flatMap(({ product, snapshot }) => stateFinding(question, product, snapshot, facts.value));
  return { actions, findings: [...findings, ...states], left: findings.map((f) => f.resource) };
}

type Verdict =
  | { readonly accept: true; readonly products: readonly string[] }
  | { readonly accept: false; readonly why: string };

function judge(invitation: InvitationFacts, question: Omit<AcceptanceQuestion, 'facts'>): Verdict {
  if (invitation.receiver !== question.account)
    return { accept: false, why: `it is addressed to ${invitation.receiver}` };
  const named = question.products.filter(({ product }) => product.account === invitation.sender);
  if (named.length === 0)
    return { accept: false, why: `the policy names no product of account ${invitation.sender} for this account` };
  if (invitation.resources === null) return { accept: false, why: 'its resources could not be listed' };
  if (invitation.resources.length === 0) return { accept: false, why: 'it brings no resources yet' };
  const foreign = invitation.resources.filter((arn) => !named.some(({ product }) => belongs(arn, product)));
  if (foreign.length > 0)
    return { accept: false, why: `it also brings ${foreign.join(', ')}, which the policy does not name` };
  // Whom a failure would concern: the products this share carries, as far as their producer has told.
  const carried = named.filter(({ snapshot }) => snapshot?.shares[question.account]?.includes(invitation.shareArn));
  const concerned = carried.length > 0 ? carried : named;
  return { accept: true, products: concerned.map(({ product }) => product.name).sort() };
}

/** Whether a Glue ARN is this product's catalog, its database, or one of its tables; a pattern only where all are meant. */
export function belongs(arn: string, product: Product): boolean {
  const [, , service, region, account, ...rest] = arn.split(':');
  if (service !== 'glue' || region !== product.region || account !== product.account) return false;
  const path = rest.join(':');
  if (path === 'catalog' || path === `database/${product.database}`) return true;
  const prefix = `table/${product.database}/`;
  return path.startsWith(prefix) && wantsTable(product, path.slice(prefix.length), matches);
}

function accept(question: AcceptanceQuestion, invitation: InvitationFacts, products: readonly string[]): Action {
  const { account, region } = question;
  return {
    kind: 'accept-invitation',
    hop: 'acceptance',
    account,
    region,
    effect: 'widens',
    products,
    invitationArn: invitation.arn,
    shareArn: invitation.shareArn,
    sender: invitation.sender,
  };
}

type Where = Pick<Finding, 'hop' | 'account' | 'region' | 'resource'>;

function leftAlone(where: Where, invitation: InvitationFacts, why: string): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'invitation-left-alone',
    principal: invitation.sender,
    resource: `invitation ${invitation.shareName} from ${invitation.sender}`,
    identity: invitation.arn,
    message: `an invitation from account ${invitation.sender} was not accepted: ${why}`,
    remedy: `If you expect it, name the product in the policy. If not, reject it: aws ram reject-resource-share-invitation --resource-share-invitation-arn ${invitation.arn}`,
  });
}

function stateFinding(
  question: AcceptanceQuestion,
  product: Product,
  snapshot: ProductSnapshot | null,
  facts: AcceptanceFacts,
): readonly Finding[] {
  const { account, region } = question;
  const where = {
    hop: 'acceptance' as const,
    account,
    region,
    product: product.name,
    resource: `share of ${product.account}/${product.database}`,
  };
  const state = shareState(question, snapshot, facts);
  if (state === 'producer-waits')
    return [waiting(where, `account ${product.account} has not shared ${product.database} yet`)];
  if (state === 'refused') return [refused(where, product)];
  if (state !== 'waiting') return [];
  const arns = snapshot?.shares[account] ?? [];
  const old = facts.invitations.find(
    (i) => arns.includes(i.shareArn) && (i.status === 'EXPIRED' || i.status === 'REJECTED'),
  );
  const expired = old === undefined ? '' : `; its invitation is ${old.status}`;
  return [
    finding({
      ...where,
      state: 'broken',
      cause: old === undefined ? 'share-not-visible' : 'invitation-expired',
      principal: account,
      message: `the RAM share of ${product.account}/${product.database} is not visible in ${account}${expired}`,
      remedy:
        old === undefined
          ? `Check in account ${product.account} that the share's principal ${account} is ASSOCIATED (aws ram get-resource-share-associations --association-type PRINCIPAL).`
          : `In account ${product.account}, disassociate ${account} from ${arns.join(', ')} and associate it again: AWS then sends a new invitation (Glue's live 12 hours).`,
    }),
  ];
}

function refused(where: Where & { readonly product: string }, product: Product): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'share-left-alone',
    principal: where.account,
    message: `the RAM share of ${product.account}/${product.database} comes with an invitation that was not accepted`,
    remedy: `The finding on the invitation from ${product.account} says why. Let that account take out what the policy does not name, or name it in the policy.`,
  });
}
