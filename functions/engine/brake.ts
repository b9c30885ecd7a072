/** Law 10: no run withdraws much at once, or all of a product, before a person has confirmed exactly that. */

import type { Finding } from '#contracts/findings.ts';
import { shortHash } from '#contracts/hash.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Change, Takes } from '#core/change.ts';
import { sortedSet } from '#core/collections.ts';
import { finding, listed } from '#core/findings.ts';
import { givesAccess, mayStand } from '#core/ownership.ts';
import { kindOf } from './change-writer.ts';
import type { RunContext } from './context.ts';

/** A person looked at what was to go then: a week later the same list may be the work of another mistake. */
export const CONFIRMED_FOR_MS = 24 * 60 * 60_000;

/** What judging by confirmations takes of a run. */
type BrakeContext = Pick<RunContext, 'policy' | 'changes' | 'ledger' | 'now'>;

export interface Braked {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

/** Withdrawals, hop by hop as stages make them, only as far as the brake lets them or a person has confirmed these. */
export async function withBrake(
  ctx: BrakeContext,
  changes: readonly Change[],
  entries: readonly Entry[],
): Promise<Braked> {
  const hops = [...Map.groupBy(changes, ({ hop }) => hop).values()];
  return mergeBraked(await Promise.all(hops.map((ofHop) => brakeHop(ctx, ofHop, entries))));
}

function mergeBraked(braked: readonly Braked[]): Braked {
  return { changes: braked.flatMap((one) => one.changes), findings: braked.flatMap((one) => one.findings) };
}

async function brakeHop(ctx: BrakeContext, changes: readonly Change[], entries: readonly Entry[]): Promise<Braked> {
  const isConfirmed = async (hash: string) => {
    const confirmed = await ctx.ledger.confirmation(hash);
    return confirmed !== null && ctx.now() - confirmed.at < CONFIRMED_FOR_MS;
  };
  const own = await brakeKinds(ctx, changes, entries, isConfirmed);
  const judged = brake(ctx, own.changes, entries);
  if (judged.finding === null) return own;
  if (await isConfirmed(withdrawalHash(ctx, own.changes))) return own;
  return { changes: judged.changes, findings: [...own.findings, judged.finding] };
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
    if (kindBrake === undefined) return { changes: ofKind, findings: [] };
    const hashes = kindBrake.hashes(ofKind);
    const answers = await Promise.all(hashes.map(isConfirmed));
    const confirmed = new Set(hashes.filter((_, i) => answers[i]));
    return kindBrake.hold({ policy, changes: ofKind, entries, confirmed });
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
  ctx: { readonly policy: Policy; readonly changes: RunContext['changes'] },
  changes: readonly Change[],
  entries: readonly Entry[],
): BrakeVerdict {
  const withdrawn = changes.flatMap((change) => {
    const takes = takesOf(ctx, change);
    return takes === null ? [] : [{ change, takes }];
  });
  const [first] = withdrawn;
  if (first === undefined) return { changes, finding: null };
  const standing = entries.filter((entry) => givesAccess(entry) && mayStand(entry)).length;
  const { atMost, percent } = ctx.policy.limits.withdraw;
  const most = Math.max(atMost, Math.floor((standing * percent) / 100));
  const emptied = sortedSet(withdrawn.flatMap(({ takes }) => takes.empties));
  const count = withdrawn.reduce((sum, { takes }) => sum + takes.weight, 0);
  if (count <= most && emptied.length === 0) return { changes, finding: null };
  const what =
    emptied.length > 0
      ? `all grants of ${emptied.join(', ')}`
      : `${count} of what ${standing} grants and their statements allow`;
  const texts = withdrawn.map(({ change }) => kindOf(ctx.changes, change).text(change));
  return { changes: withoutTaking(ctx, changes), finding: pulled(ctx, first.change, { what, texts, changes }) };
}

function pulled(
  ctx: Pick<RunContext, 'changes'>,
  { hop, account, region }: Change,
  { what, texts, changes }: { what: string; texts: readonly string[]; changes: readonly Change[] },
): Finding {
  const hash = withdrawalHash(ctx, changes);
  return finding({
    hop,
    state: 'broken',
    cause: 'brake-pulled',
    account,
    region,
    resource: `withdrawal ${hash}`,
    message: `this run would withdraw ${what} and stopped before the first: ${listed(texts, 3)}`,
    remedy: `Look at it with \`onramp plan\`. If it is meant: onramp confirm-withdrawal ${hash} (it holds for a day). If not, put back into the policy what was taken out.`,
  });
}
