/** Every write is in the ledger before it is sent, and what came of it afterwards: intent → write → confirm. */

import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Scope } from '#contracts/steps.ts';
import type { Change, ChangeKind } from '#core/change.ts';
import { troubleOf } from '#core/observed.ts';
import { idOf, intentOf, type Recorded, settled } from '#core/ownership.ts';
import { kindOf } from './change-writer.ts';
import type { RunContext } from './context.ts';
import { kindOfScope } from './hop.ts';

/** What one call of `applyChanges` writes with. */
export interface Applying {
  readonly ctx: RunContext;
  readonly scope: Scope;
  /** What the ledger had before, by entry id. */
  readonly earlier: ReadonlyMap<string, Entry>;
  /** No round of tries begins after this, in milliseconds since the epoch. */
  readonly stopAt: number;
}

/** One write and its end. */
export interface Ended {
  readonly change: Change;
  readonly intent: Entry;
  /** Null: AWS took it. */
  readonly error: LakeError | null;
  /** Parts that AWS refused of a change it took otherwise. */
  readonly refused?: ReadonlySet<string>;
}

/** The entry of a change as the ledger keeps it. */
export function recorded(kind: ChangeKind, change: Change): Recorded {
  const { account, region, products } = change;
  return { account, region, products, record: kind.record(change), ends: kind.ends?.(change) ?? false };
}

export function entryIdOf(ctx: Pick<RunContext, 'changes'>, change: Change): string {
  return idOf(recorded(kindOf(ctx.changes, change), change));
}

/** The intent of a change, to be kept in the ledger before anything is sent. */
export function intentFor({ ctx, scope, earlier }: Applying, change: Change): Entry {
  const kind = kindOf(ctx.changes, change);
  const about = recorded(kind, change);
  const run = {
    policy: ctx.policy.hash,
    execution: ctx.execution,
    at: ctx.now(),
    part: kindOfScope(scope),
    database: scope.half === 'publish' ? scope.database : null,
  };
  return intentOf(about, run, earlier.get(idOf(about)), kind.join);
}

/** One ledger write for all of them. @returns what failed, in their order. */
export async function recordOutcomes(
  { ctx, earlier }: Applying,
  writes: readonly Ended[],
): Promise<readonly (LakeError | null)[]> {
  await ctx.ledger.put(
    writes.map(({ change, intent, error, refused }) => {
      const failure = failureOf(error);
      const kind = kindOf(ctx.changes, change);
      // Found there after our own repeated call, it may as well be what the first one made.
      const found = isLakeError(error, 'AlreadyExists') && !error.repeated;
      const trouble = failure === null ? null : troubleOf(failure);
      const took = refused === undefined ? undefined : kind.parts?.taken(intent, refused);
      const outcome = { at: ctx.now(), trouble, found, ...(took === undefined ? {} : { took }) };
      const end = settled(intent, kind.ends?.(change) ?? false, outcome, earlier.get(intent.id));
      const remains = end.state === 'withdrawn' ? (kind.remains?.(change, end) ?? null) : null;
      return remains === null ? end : { ...remains, state: 'confirmed' };
    }),
  );
  return told(ctx, writes);
}

/** Says what came of writes that are on record. @returns what failed, in their order. */
export function told(ctx: RunContext, writes: readonly Ended[]): readonly (LakeError | null)[] {
  return writes.map(({ change, error }) => {
    const failure = failureOf(error);
    emit(ctx, change, failure);
    return failure;
  });
}

/** Null when it was taken, or the thing appeared or went meanwhile: the next look tells whether it is as wanted. */
export function failureOf(error: LakeError | null): LakeError | null {
  return isLakeError(error, 'AlreadyExists', 'NothingToRevoke') ? null : error;
}

function emit(ctx: RunContext, change: Change, failure: LakeError | null): void {
  const kind = kindOf(ctx.changes, change);
  const { account, region, hop, products } = change;
  const givesAccess = kind.givesAccess ?? false;
  const event = { account, region, hop, change: kind.kind, text: kind.text(change), products, givesAccess };
  ctx.emit(failure === null ? { kind: 'wrote', ...event } : { kind: 'refused', ...event, code: failure.code });
}

/** Whatever is thrown that is no LakeError is our own fault, and thrown on. */
export function requireLakeError(error: unknown): LakeError {
  if (error instanceof LakeError) return error;
  throw error;
}
