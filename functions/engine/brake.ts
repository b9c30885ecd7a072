/** Law 10: no run withdraws much at once, or all of a product, before a person has confirmed exactly that. */

import { LakeError } from '#contracts/errors.ts';
import type { Finding } from '#contracts/findings.ts';
import { shortHash } from '#contracts/hash.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Confirmation } from '#contracts/ledger-places.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Scope } from '#contracts/steps.ts';
import { brakePulled, CONFIRMED_FOR_MS, followsDeparture, mostAtOnce } from '#core/brake.ts';
import type { Change, Takes } from '#core/change.ts';
import { sortedSet } from '#core/collections.ts';
import { listed } from '#core/findings.ts';
import { givesAccess, mayStand } from '#core/ownership.ts';
import { scopeText } from '#core/start.ts';
import { kindOf } from './change-writer.ts';
import type { RunContext } from './context.ts';

/** What judging by confirmations takes of a run. */
type BrakeContext = Pick<RunContext, 'policy' | 'changes' | 'ledger' | 'now'>;

export interface Braked {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
  /** What a person has confirmed, and these changes would not have passed without. */
  readonly uses: readonly Use[];
}

/** A confirmation that lets something pass. */
export interface Use {
  /** Null: it was used before, by a run that did not get to the end of it. */
  readonly hash: string | null;
  /** The withdrawals that it lets pass; null: a kind's own brake, which asks for what changes and not for each thing. */
  readonly tickets: readonly string[] | null;
}

/** Withdrawals, hop by hop as stages make them, only as far as the brake lets them or a person has confirmed these. */
export async function withBrake(
  ctx: BrakeContext,
  scope: Scope,
  { changes, entries }: { readonly changes: readonly Change[]; readonly entries: readonly Entry[] },
): Promise<Braked> {
  const hops = [...Map.groupBy(changes, ({ hop }) => hop).values()];
  return mergeBraked(await Promise.all(hops.map((ofHop) => brakeHop(ctx, scope, ofHop, entries))));
}

function mergeBraked(braked: readonly Braked[]): Braked {
  return {
    changes: braked.flatMap((one) => one.changes),
    findings: braked.flatMap((one) => one.findings),
    uses: braked.flatMap((one) => one.uses),
  };
}

async function brakeHop(
  ctx: BrakeContext,
  scope: Scope,
  changes: readonly Change[],
  entries: readonly Entry[],
): Promise<Braked> {
  const isConfirmed = async (hash: string) => isRecent(ctx, await ctx.ledger.confirmation(hash));
  const own = await brakeKinds(ctx, changes, entries, isConfirmed);
  if (brake(ctx, own.changes, entries).finding === null) return own;
  const passing = await ctx.ledger.passing(scopeText(scope));
  const passes = new Set(isRecent(ctx, passing) ? passing?.tickets : []);
  const open = own.changes.filter((change) => takesOf(ctx, change) === null || !passes.has(ticketOf(change)));
  const tickets = own.changes.filter((change) => takesOf(ctx, change) !== null).map(ticketOf);
  const judged = brake(ctx, open, entries);
  if (judged.finding === null) return { ...own, uses: [...own.uses, { hash: null, tickets }] };
  const hash = withdrawalHash(ctx, open);
  if (await isConfirmed(hash)) return { ...own, uses: [...own.uses, { hash, tickets }] };
  const under = own.changes.filter((change) => !open.includes(change));
  return { ...own, changes: [...under, ...judged.changes], findings: [...own.findings, judged.finding] };
}

function isRecent({ now }: BrakeContext, confirmation: Confirmation | null): boolean {
  return confirmation !== null && now() - confirmation.at < CONFIRMED_FOR_MS;
}

function ticketOf(change: Change): string {
  return shortHash(JSON.stringify(change), 16);
}

/**
 * Before the first of the withdrawals: the confirmation is used up, and lets pass these, each once. Cut in between, the
 * next run of the scope does what is left, and nothing else.
 *
 * @throws MoreToDo when another run has used it meanwhile: without it the brake judges anew.
 */
export async function useConfirmations({ ledger }: BrakeContext, scope: Scope, uses: readonly Use[]): Promise<void> {
  const key = scopeText(scope);
  for (const { hash, tickets } of uses) {
    if (tickets === null) continue;
    const before = await ledger.passing(key);
    if (hash === null) {
      // Cut before it was used up, a run had let these pass by it already.
      if (before?.hash !== undefined) await ledger.unconfirm(before.hash);
      continue;
    }
    const confirmed = await ledger.confirmation(hash);
    const all = sortedSet([...(before?.tickets ?? []), ...tickets]);
    if (confirmed !== null) await ledger.putPassing(key, { ...confirmed, tickets: all, hash });
    if (await ledger.unconfirm(hash)) continue;
    await ledger.putPassing(key, before);
    throw new LakeError('MoreToDo', { message: `another run has used the confirmation ${hash}` });
  }
}

/** All of them are made. */
export async function endConfirmations({ ledger }: BrakeContext, scope: Scope, uses: readonly Use[]): Promise<void> {
  const made = new Set(uses.flatMap(({ tickets }) => tickets ?? []));
  for (const { hash, tickets } of uses) if (tickets === null && hash !== null) await ledger.unconfirm(hash);
  if (made.size === 0) return;
  const passing = await ledger.passing(scopeText(scope));
  const left = passing?.tickets.filter((ticket) => !made.has(ticket)) ?? [];
  await ledger.putPassing(
    scopeText(scope),
    passing === null || left.length === 0 ? null : { ...passing, tickets: left },
  );
}

/** Kinds with a brake of their own. */
async function brakeKinds(
  { changes: writers, policy }: BrakeContext,
  changes: readonly Change[],
  entries: readonly Entry[],
  isConfirmed: (hash: string) => Promise<boolean>,
): Promise<Braked> {
  const kinds = [...Map.groupBy(changes, ({ kind }) => kind).values()];
  const braked = kinds.map(async (ofKind): Promise<Braked> => {
    const [first] = ofKind;
    const kindBrake = first === undefined ? undefined : kindOf(writers, first).brake;
    if (kindBrake === undefined) return { changes: ofKind, findings: [], uses: [] };
    const hashes = kindBrake.hashes(ofKind);
    const answers = await Promise.all(hashes.map(isConfirmed));
    const confirmed = new Set(hashes.filter((_, i) => answers[i]));
    const uses = [...confirmed].map((hash) => ({ hash, tickets: null }));
    return { ...kindBrake.hold({ policy, changes: ofKind, entries, confirmed }), uses };
  });
  return mergeBraked(await Promise.all(braked));
}

/** What a person confirms: the same withdrawals have the same hash, whatever else a plan holds. */
export function withdrawalHash(ctx: Pick<RunContext, 'changes'>, changes: readonly Change[]): string {
  const lines = changes
    .filter((change) => takesOf(ctx, change) !== null)
    .map((change) => JSON.stringify(change))
    .sort();
  return shortHash(lines.join('\n'), 16);
}

function takesOf({ changes }: Pick<RunContext, 'changes'>, change: Change): Takes | null {
  return kindOf(changes, change).takes?.(change) ?? null;
}

/** Everything but what takes access back; documents are written without that part. */
function withoutTaking(ctx: Pick<RunContext, 'changes'>, changes: readonly Change[]): readonly Change[] {
  return changes.flatMap((change) => {
    const takes = takesOf(ctx, change);
    return takes === null ? [change] : (takes.without ?? []);
  });
}

export interface BrakeVerdict {
  readonly changes: readonly Change[];
  /** Null: nothing is held. */
  readonly finding: Finding | null;
}

/**
 * Stops a run that would withdraw more than the larger of a number and a share of what we wrote, or all of a product.
 * Everything but the withdrawals goes on.
 */
export function brake(
  ctx: { readonly policy: Policy; readonly changes: RunContext['changes']; now(): number },
  changes: readonly Change[],
  entries: readonly Entry[],
): BrakeVerdict {
  const withdrawn = changes.flatMap((change) => {
    const takes = takesOf(ctx, change);
    return takes === null || followsDeparture(ctx.policy, change, ctx.now()) ? [] : [{ change, takes }];
  });
  const [first] = withdrawn;
  if (first === undefined) return { changes, finding: null };
  const standing = entries.filter((entry) => givesAccess(entry) && mayStand(entry)).length;
  const emptied = sortedSet(withdrawn.flatMap(({ takes }) => takes.empties));
  const count = withdrawn.reduce((sum, { takes }) => sum + takes.weight, 0);
  const asks = sortedSet(withdrawn.flatMap(({ takes }) => takes.asks ?? []));
  const isMuch = count > mostAtOnce(ctx.policy, standing);
  if (!isMuch && emptied.length === 0 && asks.length === 0) return { changes, finding: null };
  const much = isMuch ? [`${count} of what ${standing} grants and their statements allow`] : [];
  const what = emptied.length > 0 ? `all grants of ${emptied.join(', ')}` : listed([...asks, ...much], 3);
  const texts = withdrawn.map(({ change }) => kindOf(ctx.changes, change).text(change));
  const message = `this run would withdraw ${what} and stopped before the first: ${listed(texts, 3)}`;
  const held = { hash: withdrawalHash(ctx, changes), message, holds: 'for a day, and once' };
  return { changes: withoutTaking(ctx, changes), finding: brakePulled(first.change, held) };
}
