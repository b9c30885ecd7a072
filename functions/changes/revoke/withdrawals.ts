/** Grants of ours that nobody wants any longer: only of what was absent before. */

import type { Grant, ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import { mayStand } from '#core/ownership.ts';
import { type DesiredGrant, grantText, heldBy } from '#core/permissions.ts';
import type { RevokeChange } from './change.ts';

export interface WithdrawQuestion {
  readonly hop: string;
  readonly account: string;
  readonly region: string;
  readonly entries: readonly Entry[];
  readonly desired: readonly DesiredGrant[];
  /** Products whose desired grants are not known in this run: what was granted for them is left alone. */
  readonly undecided: ReadonlySet<string>;
  /** Whether a grant is this scope's to judge. */
  readonly inScope: (grant: Grant) => boolean;
  /** Grants that say nothing of a product: all of it can go while they stay. */
  readonly isNobodys?: (grant: Grant) => boolean;
  /** What is listed now: what is gone already need not be revoked. */
  readonly listed: readonly ListedGrant[];
}

/** Revocations of our own grants, of the permissions that were absent before. */
export function withdrawals(question: WithdrawQuestion): readonly RevokeChange[] {
  const { hop, account, region } = question;
  const desired = Map.groupBy(question.desired, ({ grant }) => grantText(grant));
  const standing = withdrawable(question);
  const leaving = standing.filter(
    ({ sent, entry }) => !desired.has(grantText(sent)) && !entry.products.some((name) => question.undecided.has(name)),
  );
  const kept = standing.filter((one) => !leaving.includes(one));
  const staying = new Set(
    kept
      .filter(({ sent }) => !question.isNobodys?.(sent))
      .flatMap(({ sent, entry }) => stillWanting(entry, desired.get(grantText(sent)), question)),
  );
  const gone = leaving.map(({ sent, entry, permissions }) => {
    const grant = { ...sent, permissions, grantable: sent.grantable.filter((p) => permissions.includes(p)) };
    const base = { hop, account, region, effect: 'narrows' as const, products: entry.products };
    const empties = entry.products.filter((name) => !staying.has(name));
    return { ...base, kind: 'revoke' as const, grant, reason: 'withdrawal' as const, empties };
  });
  return [
    ...forgotten(question, desired),
    ...gone,
    ...kept.flatMap((one) => downgraded(one, desired.get(grantText(one.sent)) ?? [], question)),
  ];
}

/**
 * A run was cut after it had revoked these and before it could say so: they are ended. The call is made once more, since a
 * listing that is late would hide a grant that stands. Of a grant that is still wanted with fewer permissions, these end.
 */
function forgotten(question: WithdrawQuestion, desired: Wishes): readonly RevokeChange[] {
  const { hop, account, region, entries, inScope, undecided } = question;
  return entries.flatMap((entry): readonly RevokeChange[] => {
    if (entry.kind !== 'grant' || entry.state !== 'withdrawing') return [];
    if (entry.account !== account || entry.region !== region || !inScope(entry.sent)) return [];
    if (entry.products.some((name) => undecided.has(name))) return [];
    const wanted = new Set(desired.get(grantText(entry.sent))?.flatMap(({ grant }) => grant.permissions));
    const held = heldBy(question.listed, entry.sent.principal, entry.sent.resource).permissions;
    const ours = entry.sent.permissions.filter((permission) => entry.before[permission] === 'absent');
    const gone = ours.filter((permission) => !wanted.has(permission) && !held.includes(permission));
    // While one of them stands it is withdrawn like those that no run was cut at.
    if (gone.length === 0 || ours.some((one) => !wanted.has(one) && !gone.includes(one))) return [];
    const [grant, keeps] = partsOf(entry.sent, gone);
    const base = { hop, account, region, kind: 'revoke' as const, effect: 'neutral' as const, gone: true as const };
    const change = { ...base, products: entry.products, grant, reason: 'withdrawal' as const };
    return [wanted.size === 0 ? change : { ...change, keeps }];
  });
}

type Wishes = ReadonlyMap<string, readonly DesiredGrant[]>;

/** A grant of these permissions, and one of its others. */
function partsOf(sent: Grant, taken: readonly string[]): readonly [Grant, Grant] {
  const only = (isMeant: (permission: string) => boolean): Grant => ({
    ...sent,
    permissions: sent.permissions.filter(isMeant),
    grantable: sent.grantable.filter(isMeant),
  });
  return [only((one) => taken.includes(one)), only((one) => !taken.includes(one))];
}

/** Permissions that whoever still wants the grant wants no longer; nothing while somebody's wishes are not known. */
function downgraded(
  { sent, entry, permissions }: Withdrawable,
  desired: readonly DesiredGrant[],
  { hop, account, region, undecided, listed }: WithdrawQuestion,
): readonly RevokeChange[] {
  if (desired.length === 0 || entry.products.some((name) => undecided.has(name))) return [];
  const wanted = new Set(desired.flatMap(({ grant }) => grant.permissions));
  const held = heldBy(listed, sent.principal, sent.resource).permissions;
  const extra = permissions.filter((permission) => !wanted.has(permission) && held.includes(permission));
  if (extra.length === 0) return [];
  const base = { hop, account, region, effect: 'narrows' as const, products: entry.products };
  const [grant, keeps] = partsOf(sent, extra);
  return [{ ...base, kind: 'revoke', grant, reason: 'withdrawal', empties: [], keeps }];
}

/** Of what several products wanted, one that no longer does keeps nothing; what was renamed keeps what it had. */
function stillWanting(
  { products }: Entry,
  desired: readonly DesiredGrant[] = [],
  { undecided }: Pick<WithdrawQuestion, 'undecided'>,
): readonly string[] {
  const wanting = desired.flatMap((one) => one.products);
  const still = products.filter((name) => wanting.includes(name) || undecided.has(name));
  return still.length > 0 ? still : products;
}

interface Withdrawable {
  readonly entry: Entry;
  readonly sent: Grant;
  readonly permissions: readonly string[];
}

/** Ours, of this scope, and listed: neither a dropped table's entry nor what we granted ourselves counts as a product's. */
function withdrawable({ account, region, entries, inScope, listed }: WithdrawQuestion): readonly Withdrawable[] {
  const there = new Set(listed.map(grantText));
  return entries.flatMap((entry): readonly Withdrawable[] => {
    if (entry.kind !== 'grant' || !mayStand(entry)) return [];
    if (entry.account !== account || entry.region !== region) return [];
    const { sent } = entry;
    if (!inScope(sent) || !there.has(grantText(sent))) return [];
    const permissions = sent.permissions.filter((permission) => entry.before[permission] === 'absent');
    return permissions.length === 0 ? [] : [{ entry, sent, permissions }];
  });
}
