/** The RAM share is visible in the consumer. Accepted only when sender and every resource are what the policy names (law 8). */

import type { AcceptInvitation } from '#changes/invitation/change.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Product } from '#contracts/policy.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import type { Assessment } from '#core/assessment.ts';
import { assessed } from '#core/assessment.ts';
import { clip } from '#core/clip.ts';
import { unique } from '#core/collections.ts';
import { type Expected, expectedProduct, hasArrived } from '#core/expected-shares.ts';
import type { AcceptanceFacts, InvitationFacts } from '#core/facts.ts';
import { finding, listed, unreadable, type Where, waiting } from '#core/findings.ts';
import type { Observed } from '#core/observed.ts';

export interface AcceptanceQuestion {
  readonly account: string;
  readonly region: string;
  /** What the producer would share counts as shared, though no share carries it yet. */
  readonly planning?: boolean;
  /** Products of other accounts that this account reads in this Region, with what their last publish left. */
  readonly products: readonly { readonly product: Product; readonly snapshot: ProductSnapshot | null }[];
  /** What other accounts share with this one by tag. */
  readonly tagged?: readonly Expected[];
  readonly facts: Observed<AcceptanceFacts>;
}

/** How each share stands for this consumer. */
export type ShareState = 'visible' | 'acceptable' | 'refused' | 'waiting' | 'producer-waits';

/** `refused`: it would come with an invitation that is left alone, so there is nothing to wait for. */
export function shareState(
  expected: Expected,
  question: { readonly account: string; readonly all: readonly Expected[] },
  facts: AcceptanceFacts,
): ShareState {
  if (!expected.shared) return 'producer-waits';
  if (hasArrived(expected.arns, facts.shares)) return 'visible';
  const pending = facts.invitations.filter((i) => i.status === 'PENDING' && expected.arns.includes(i.shareArn));
  if (pending.some((invitation) => !judge(invitation, question).accept)) return 'refused';
  return pending.length > 0 ? 'acceptable' : 'waiting';
}

export function assessAcceptance(question: AcceptanceQuestion): Assessment {
  const { account, region, products, tagged = [], facts } = question;
  const where = { hop: 'acceptance' as const, account, region, resource: `RAM shares of ${account}` };
  if (!facts.known) return assessed({ findings: [unreadable(where, facts.why)] });
  const all = [...products.map((p) => expectedProduct(account, p.product, p.snapshot)), ...tagged];
  const pending = facts.value.invitations.filter((i) => i.status === 'PENDING');
  const judged = pending.map((invitation) => ({ invitation, verdict: judge(invitation, { account, all }) }));
  const changes = judged.flatMap(({ invitation, verdict }) =>
    verdict.accept ? [accept(question, invitation, verdict.products)] : [],
  );
  const left = judged.flatMap(({ invitation, verdict }) => (verdict.accept ? [] : [{ invitation, ...verdict }]));
  const isNamed = ({ invitation }: LeftAlone) => all.some(({ sender }) => sender === invitation.sender);
  const findings = [
    ...left.filter(isNamed).map((one) => leftAlone(where, one)),
    ...strangers(
      where,
      left.filter((one) => !isNamed(one)),
    ),
  ];
  const { planning = false } = question;
  const states = all.flatMap((expected) => stateFinding({ account, region, all, planning }, expected, facts.value));
  return assessed({
    changes,
    findings: [...findings, ...states],
    foreign: findings.map(({ resource }) => resource),
  });
}

type Verdict =
  | { readonly accept: true; readonly products: readonly string[] }
  | { readonly accept: false; readonly why: string; readonly wide?: true };

function judge(invitation: InvitationFacts, { account, all }: { account: string; all: readonly Expected[] }): Verdict {
  if (invitation.receiver !== account) return { accept: false, why: `it is addressed to ${invitation.receiver}` };
  const named = all.filter(({ sender }) => sender === invitation.sender);
  if (named.length === 0)
    return { accept: false, why: `the policy names no product of account ${invitation.sender} for this account` };
  if (invitation.resources === null) return { accept: false, why: 'its resources could not be listed' };
  if (invitation.resources.length === 0) return { accept: false, why: 'it brings no resources yet' };
  const foreign = invitation.resources.filter((arn) => !named.some(({ names }) => names(arn)));
  const wide = foreign.filter((arn) => arn.includes('*'));
  if (wide.length > 0)
    return { accept: false, wide: true, why: `it brings whatever fits ${listed(wide)}, and the policy names less` };
  if (foreign.length > 0)
    return { accept: false, why: `it also brings ${listed(foreign)}, which the policy does not name` };
  if (!invitation.resources.some((arn) => named.some(({ bears }) => bears(arn))))
    return { accept: false, why: 'it brings the catalog alone, and no database or table that the policy names' };
  // Whom a failure would concern: what this share carries, as far as its owner has told.
  const carried = named.filter(({ arns }) => arns.includes(invitation.shareArn));
  const concerned = carried.length > 0 ? carried : named;
  return { accept: true, products: concerned.flatMap(({ product }) => product ?? []).sort() };
}

function accept(
  { account, region }: Pick<AcceptanceQuestion, 'account' | 'region'>,
  invitation: InvitationFacts,
  products: readonly string[],
): AcceptInvitation {
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

interface LeftAlone {
  readonly invitation: InvitationFacts;
  readonly why: string;
  /** From version 5 of cross-account sharing on, a share may carry patterns instead of names. */
  readonly wide?: true;
}

const CAUSE = 'invitation-left-alone';

/** Of an account that the policy names: each share for itself. */
function leftAlone(where: Where, { invitation, why, wide }: LeftAlone): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: wide ? 'invitation-too-wide' : CAUSE,
    principal: invitation.sender,
    resource: `invitation ${invitation.shareName} from ${invitation.sender}`,
    identity: invitation.shareArn,
    about: invitation.shareArn,
    message: `an invitation from account ${invitation.sender} was not accepted: ${why}`,
    remedy: wide
      ? `In account ${invitation.sender}, revoke the grant on all databases or tables that it comes from, and grant what the policy names alone. Or reject it: ${rejecting(invitation)}`
      : `If you expect it, name the product in the policy. If not, reject it: ${rejecting(invitation)}`,
  });
}

/** Whoever knows an account's number can send it invitations, as many as he likes: they are one finding. */
function strangers(where: Where, left: readonly LeftAlone[]): readonly Finding[] {
  const all = left.map(({ invitation }) => invitation).toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  const [first] = all;
  if (first === undefined) return [];
  const senders = unique(all.map(({ sender }) => sender)).sort();
  const shares = all.map(({ shareName, sender }) => `${clip(shareName, MOST_OF_A_NAME)} from ${sender}`);
  return [
    finding({
      ...where,
      state: 'broken',
      cause: CAUSE,
      resource: `invitations of strangers to ${where.account}`,
      identity: 'strangers',
      about: 'strangers',
      message: `${all.length} invitation(s) from ${senders.length} account(s) of which the policy names no product for this account were not accepted: ${listed(shares, 3)}`,
      remedy: `If you expect one, name the product in the policy. If not, reject each: ${rejecting(first)} (aws ram get-resource-share-invitations lists all)`,
    }),
  ];
}

/** Bytes: RAM takes any name. */
const MOST_OF_A_NAME = 200;

function rejecting({ arn }: InvitationFacts): string {
  return `aws ram reject-resource-share-invitation --resource-share-invitation-arn ${arn}`;
}

function stateFinding(
  question: Pick<AcceptanceQuestion, 'account' | 'region' | 'planning'> & { readonly all: readonly Expected[] },
  expected: Expected,
  facts: AcceptanceFacts,
): readonly Finding[] {
  const { account, region } = question;
  const { sender, product, text, arns } = expected;
  const about = arns.length === 0 ? {} : { about: [...arns].sort().join(' ') };
  const where = { hop: 'acceptance' as const, account, region, product, resource: `share of ${text}`, ...about };
  const state = shareState(expected, question, facts);
  if (state === 'producer-waits') return [waiting(where, `account ${sender} has not shared ${named(expected)} yet`)];
  if (state === 'refused') return [refused(where, expected)];
  if (state !== 'waiting') return [];
  if (question.planning && arns.length === 0)
    return [waiting(where, 'it comes with the share that is still to be made')];
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
      message: `the RAM share of ${text} is not visible in ${account}${expired}`,
      remedy:
        old === undefined
          ? `Check in account ${sender} that the share's principal ${account} is ASSOCIATED (aws ram get-resource-share-associations --association-type PRINCIPAL).`
          : `In account ${sender}, disassociate ${account} from ${listed(arns)} and associate it again: AWS then sends a new invitation (Glue's live 12 hours).`,
    }),
  ];
}

function named({ sender, product, text }: Expected): string {
  return product === null ? 'anything by tag' : text.slice(sender.length + 1);
}

function refused(where: Where & { readonly product: string | null }, { sender, text }: Expected): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'share-left-alone',
    principal: where.account,
    message: `the RAM share of ${text} comes with an invitation that was not accepted`,
    remedy: `The finding on the invitation from ${sender} says why. Let that account take out what the policy does not name, or name it in the policy.`,
  });
}
