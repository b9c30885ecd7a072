/** What came of writes: put into the ledger, and said. */

import { toTrouble, wasRepeated } from '#aws/errors.ts';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Action } from '#core/actions.ts';
import { actionText } from '#core/describe.ts';
import { entryId, intentOf, settled } from '#core/entries.ts';
import type { Tags } from '#core/facts.ts';
import type { WalkContext } from './context.ts';
import type { Pace } from './pace.ts';

/** What one call of `act` works with. */
export interface Doing {
  readonly ctx: WalkContext;
  readonly pace: Pace;
  /** What the ledger had before, by entry id. */
  readonly earlier: ReadonlyMap<string, Entry>;
  /** No round of tries begins after this, in milliseconds since the epoch. */
  readonly stopAt: number;
}

/** One write and its end. */
export interface Ended {
  readonly action: Action;
  readonly intent: Entry;
  /** Anything but a LakeError is our own fault and thrown on. Null: AWS took it. */
  readonly error: unknown;
  /** Of an assignment refused in part: the tags AWS took. */
  readonly took?: Tags;
}

/** The intent of an action, kept in the ledger before anything is sent. */
export function intended({ ctx, earlier }: Doing, action: Action): Entry {
  const run = { policy: ctx.policy.hash, execution: ctx.execution, at: ctx.now() };
  return intentOf(action, run, earlier.get(entryId(action)));
}

/** One ledger write for all of them. @returns what failed, in their order. */
export async function ended({ ctx, earlier }: Doing, writes: readonly Ended[]): Promise<readonly (LakeError | null)[]> {
  const ends = writes.map((write) => ({ ...write, failure: failureOf(write.error) }));
  await ctx.ledger.put(
    ends.map(({ action, intent, error, failure, took }) => {
      // Found there after our own repeated call, it may as well be what the first one made.
      const found = isLakeError(error, 'AlreadyExists') && !wasRepeated(error);
      const trouble = failure === null ? null : toTrouble(failure);
      const outcome = { at: ctx.now(), trouble, found, ...(took === undefined ? {} : { took }) };
      return settled(action, intent, outcome, earlier.get(entryId(action)));
    }),
  );
  for (const { action, failure } of ends) tell(ctx, action, failure);
  return ends.map(({ failure }) => failure);
}

function failureOf(error: unknown): LakeError | null {
  if (error !== null && !(error instanceof LakeError)) throw error;
  // The thing appeared between looking and writing: the next look tells whether it is as wanted.
  return isLakeError(error, 'AlreadyExists', 'NothingToRevoke') ? null : error;
}

function tell(ctx: WalkContext, action: Action, failure: LakeError | null): void {
  const said = {
    account: action.account,
    region: action.region,
    hop: action.hop,
    action: action.kind,
    text: actionText(action),
    products: action.products,
  };
  ctx.tell(failure === null ? { kind: 'wrote', ...said } : { kind: 'refused', ...said, code: failure.code });
}
