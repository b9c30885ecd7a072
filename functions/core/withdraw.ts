/** Taking back what we granted and nobody wants any longer: only what was absent before, and never much at once (law 10). */

import { createHash } from 'node:crypto';
import type { Entry } from '../contracts/ledger.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Action, HopName, Taking } from './actions.ts';
import { actionsText } from './describe.ts';
import { isWithdrawal, mayStand } from './entries.ts';
import { finding } from './findings.ts';
import type { WantedGrant } from './grants.ts';
import { type Grant, type ListedGrant, resourceText } from './lake.ts';

export interface WithdrawQuestion {
  readonly hop: HopName;
  readonly account: string;
  readonly region: string;
  readonly entries: readonly Entry[];
  readonly wanted: readonly WantedGrant[];
  /** Products whose wishes are not known in this run: their grants are left alone. */
  readonly undecided: ReadonlySet<string>;
  /** Whether a grant is this scope's to judge. */
  readonly inScope: (grant: Grant) => boolean;
  /** Grants that say nothing of a product: all of it can go while they stay. */
  readonly isNobodys?: (grant: Grant) => boolean;
  /** What is listed now: what is gone already need not be revoked. */
  readonly listed: readonly ListedGrant[];
}

/** Revokes of our own grants, of the permissions that were absent before. */
export function withdrawals(question: WithdrawQuestion): readonly Action[] {
  const { hop, account, region } = question;
  const wanted = Map.groupBy(question.wanted, (w) => identity(w.grant));
  const standing = withdrawable(question);
  const leaving = standing.filter(
    ({ sent, entry }) => !wanted.has(identity(sent)) && !entry.products.some((name) => question.undecided.has(name)),
  );
  const kept = standing.filter((one) => !leaving.includes(one) && !question.isNobodys?.(one.sent));
  const staying = new Set(kept.flatMap(({ sent, entry }) => stillWanting(entry, wanted.get(identity(sent)), question)));
  return leaving.map(({ sent, entry, permissions }) => {
    const grant = { ...sent, permissions, grantable: sent.grantable.filter((p) => permissions.includes(p)) };
    const base = { hop, account, region, effect: 'narrows' as const, products: entry.products };
    const empties = entry.products.filter((name) => !staying.has(name));
    return { ...base, kind: 'revoke' as const, grant, reason: 'withdrawal' as const, empties };
  });
}

/** Of what several products wanted, one that no longer does keeps nothing; what was renamed keeps what it had. */
function stillWanting(
  { products }: Entry,
  wishes: readonly WantedGrant[] = [],
  { undecided }: Pick<WithdrawQuestion, 'undecided'>,
): readonly string[] {
  const wishing = wishes.flatMap((wish) => wish.products);
  const still = products.filter((name) => wishing.includes(name) || undecided.has(name));
  return still.length > 0 ? still : products;
}

interface Withdrawable {
  readonly entry: Entry;
  readonly sent: Grant;
  readonly permissions: readonly string[];
}

/** Ours, of this scope, and listed: neither a dropped table's entry nor what we granted ourselves counts as a product's. */
function withdrawable({ account, region, entries, inScope, listed }: WithdrawQuestion): readonly Withdrawable[] {
  const there = new Set(listed.map(identity));
  return entries.flatMap((entry) => {
    if (entry.kind !== 'grant' || !mayStand(entry)) return [];
    if (entry.account !== account || entry.region !== region) return [];
    const sent = JSON.parse(entry.sent) as Grant;
    if (!inScope(sent) || !there.has(identity(sent))) return [];
    const permissions = sent.permissions.filter((permission) => entry.before[permission] === 'absent');
    return permissions.length === 0 ? [] : [{ entry, sent, permissions }];
  });
}

function identity({ principal, resource }: Pick<Grant, 'principal' | 'resource'>): string {
  return `${principal}|${resourceText(resource)}`;
}

/** What a person confirms: the same withdrawals have the same hash, whatever else a plan holds. */
export function withdrawalHash(actions: readonly Action[]): string {
  const lines = actions
    .filter(takesBack)
    .map((a) => JSON.stringify(a))
    .sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}

function takesBack(action: Action): boolean {
  return isWithdrawal(action) || takingOf(action) !== undefined;
}

function takingOf(action: Action): Taking | undefined {
  return action.kind === 'merge-bucket-policy' || action.kind === 'merge-key-policy' ? action.takes : undefined;
}

/** Statements count one by one, as grants do. */
function weight(action: Action): number {
  return takingOf(action)?.sids.length ?? 1;
}

/** Everything but what takes access back; documents are written without that part. */
export function withoutTaking(actions: readonly Action[]): readonly Action[] {
  return actions.flatMap((action) => {
    if (isWithdrawal(action)) return [];
    const taking = takingOf(action);
    if (taking === undefined || !('statements' in action)) return [action];
    const { takes: _, ...rest } = action as Extract<Action, { kind: 'merge-bucket-policy' | 'merge-key-policy' }>;
    return taking.changes ? [{ ...rest, statements: taking.meanwhile }] : [];
  });
}

function emptiedBy(action: Action): readonly string[] {
  if (action.kind === 'revoke') return action.empties ?? [];
  const strays = 'strays' in action ? (action.strays ?? []) : [];
  const goes = takingOf(action)?.sids.some((sid) => strays.includes(sid)) ?? false;
  return goes ? ['a product the policy no longer names'] : [];
}

/** A person looked at what was to go then: a week later the same list may be the work of another mistake. */
export const CONFIRMED_FOR_MS = 24 * 60 * 60_000;

export interface Braked {
  readonly actions: readonly Action[];
  readonly finding: ReturnType<typeof finding> | null;
}

/**
 * Stops a run that would withdraw more than the larger of a number and a share of what we wrote, or all of a product.
 * Everything but the withdrawals goes on. `confirmed`: a person has confirmed exactly these.
 */
export function brake(
  policy: Policy,
  actions: readonly Action[],
  entries: readonly Entry[],
  confirmed: boolean,
): Braked {
  const withdrawn = actions.filter(takesBack);
  const first = withdrawn[0];
  if (first === undefined) return { actions, finding: null };
  const standing = entries.filter((entry) => entry.kind === 'grant' && mayStand(entry));
  const { atMost, percent } = policy.limits.withdraw;
  const most = Math.max(atMost, Math.floor((standing.length * percent) / 100));
  const emptied = [...new Set(withdrawn.flatMap(emptiedBy))].sort();
  const count = withdrawn.reduce((sum, action) => sum + weight(action), 0);
  if (count <= most && emptied.length === 0) return { actions, finding: null };
  const hash = withdrawalHash(withdrawn);
  if (confirmed) return { actions, finding: null };
  const why =
    emptied.length > 0
      ? `all grants of ${emptied.join(', ')}`
      : `${count} of what ${standing.length} grants and their statements allow`;
  return {
    actions: withoutTaking(actions),
    finding: finding({
      hop: first.hop,
      state: 'broken',
      cause: 'brake-pulled',
      account: first.account,
      region: first.region,
      resource: `withdrawal ${hash}`,
      message: `this run would withdraw ${why} and stopped before the first: ${actionsText(withdrawn)}`,
      remedy: `Look at it with \`onramp plan\`. If it is meant: onramp confirm-withdrawal ${hash} (it holds for a day). If not, put back into the policy what was taken out.`,
    }),
  };
}
