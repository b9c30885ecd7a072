/** Writing what was assessed: intent, write, confirm. One failure never stops the rest. */

import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Scope } from '#contracts/steps.ts';
import type { Change, Gate } from '#core/change.ts';
import { chunks, uniqueBy } from '#core/collections.ts';
import { applyBatch, type Batching } from './apply-batch.ts';
import { kindOf, writerOf } from './change-writer.ts';
import type { RunContext } from './context.ts';
import { createRateLimit } from './rate-limit.ts';
import { entryIdOf } from './write-ahead.ts';

export interface ApplyResult {
  readonly done: number;
  readonly failed: number;
}

/** A stage starts nothing new after this long: a function lives 5 minutes, its reads and last batch included. */
const BUDGET_MS = 3 * 60_000;
/** What reading leaves to writing in any case, or a stage that reads for long would never write. */
const LEAST_MS = 30_000;
/** What was refused this run already leaves this much to what was not: 25 tags at one a second. */
const RESERVE_MS = 30_000;

/** When a stage that began at `startedAt` starts nothing new any more, whatever its hops. Milliseconds since the epoch. */
export function stopsAt(startedAt: number): number {
  return startedAt + BUDGET_MS;
}

/** What `applyChanges` works with. */
export interface Applicable {
  readonly scope: Scope;
  readonly entries: readonly Entry[];
  /** Of the stage, in milliseconds since the epoch. */
  readonly stopAt: number;
}

/** @throws MoreToDo when the time of one call is over: what is done shows at the next look, the rest is done then. */
export async function applyChanges(
  ctx: RunContext,
  changes: readonly Change[],
  { scope, entries, stopAt }: Applicable,
): Promise<ApplyResult> {
  const all = distinct(ctx, changes);
  const batching = batchingOf(ctx, { scope, entries, stopAt }, all);
  const isTried = (change: Change) => batching.earlier.get(entryIdOf(ctx, change))?.execution === ctx.execution;
  const results: (LakeError | null)[] = [];
  let again = false;
  for (const batch of inWriteOrder(ctx, all, isTried)) {
    const tried = batch.slice(0, 1).some(isTried);
    const until = batching.stopAt - (tried ? RESERVE_MS : 0);
    if (ctx.now() >= until) {
      if (tried) continue;
      throw new LakeError('MoreToDo', { message: `${results.length} of ${all.length} write(s) done in this call` });
    }
    const outcome = await applyBatch({ ...batching, stopAt: until }, batch);
    results.push(...outcome);
    again ||= !tried && outcome.some((result) => isLakeError(result, 'LeaseHeld', 'Outdated'));
  }
  if (again)
    throw new LakeError('MoreToDo', { message: 'somebody else is writing here: once more, by what is there then' });
  const done = results.filter((result) => result === null).length;
  return { done, failed: all.length - done };
}

function batchingOf(ctx: RunContext, { scope, entries, stopAt }: Applicable, all: readonly Change[]): Batching {
  const perSecond = ctx.policy.limits.writesPerSecond / ctx.atWork;
  return {
    ctx,
    scope,
    earlier: new Map(entries.map((entry) => [entry.id, entry])),
    stopAt: Math.max(stopAt, ctx.now() + LEAST_MS),
    rate: createRateLimit({ perSecond, now: ctx.now, sleep: ctx.sleep }),
    gates: gatesOf(ctx, all),
  };
}

/** One gate per kind that has one, among all changes of this call. */
export function gatesOf(
  { changes }: Pick<RunContext, 'changes'>,
  all: readonly Change[],
): ReadonlyMap<string, Gate<Change>> {
  const kinds = uniqueBy(
    all.map((change) => kindOf(changes, change)),
    ({ kind }) => kind,
  );
  return new Map(kinds.flatMap(({ kind, gate }) => (gate === undefined ? [] : [[kind, gate(all)] as const])));
}

/** The same write wanted twice is made once; the last one counts. */
function distinct(ctx: RunContext, changes: readonly Change[]): readonly Change[] {
  return uniqueBy(changes, (change) => entryIdOf(ctx, change));
}

/** All that no kind puts earlier. */
const LAST_PHASE = 4;

/**
 * Phase by phase. Within a phase what AWS refused this run already comes last, or it could use up every call before the
 * rest has had its turn; otherwise by rank, in batches.
 */
function inWriteOrder(
  ctx: RunContext,
  changes: readonly Change[],
  isTried: (change: Change) => boolean,
): readonly (readonly Change[])[] {
  const phaseOf = (change: Change) => kindOf(ctx.changes, change).phase?.(change) ?? LAST_PHASE;
  return ascending(changes, phaseOf).flatMap((phase) => [
    ...byRank(
      ctx,
      phase.filter((change) => !isTried(change)),
    ),
    ...byRank(ctx, phase.filter(isTried)),
  ]);
}

function byRank(ctx: RunContext, changes: readonly Change[]): readonly (readonly Change[])[] {
  const rankOf = (change: Change) => kindOf(ctx.changes, change).rank ?? 0;
  return ascending(changes, rankOf).flatMap((rank) => batches(ctx, rank));
}

function ascending(changes: readonly Change[], of: (change: Change) => number): readonly (readonly Change[])[] {
  return [...Map.groupBy(changes, of)].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/** Single writes first, each for itself; then what goes out together. */
function batches({ changes: writers, policy }: RunContext, changes: readonly Change[]): readonly (readonly Change[])[] {
  const batchOf = (change: Change) => writerOf(writers, change).batch;
  const singles = changes.filter((change) => batchOf(change) === undefined).map((change) => [change]);
  const batched = changes.filter((change) => batchOf(change) !== undefined);
  const groups = Map.groupBy(batched, (change) => `${change.kind} ${batchOf(change)?.key(change)}`);
  const chunked = [...groups.values()].flatMap((group) => {
    const most = group[0] === undefined ? 1 : (batchOf(group[0])?.most(policy.limits.writesPerSecond) ?? 1);
    return chunks(group, most);
  });
  return [...singles, ...chunked];
}
