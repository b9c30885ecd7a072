/** Entries of the ledger as the engine would write them, and words of changes, for tests that assess without writing. */

import { CHANGES } from '#changes/registry.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Change } from '#core/change.ts';
import { createMemoryLedger } from '#core/memory-ledger.ts';
import type { Trouble } from '#core/observed.ts';
import { intentOf, settled, type WritingRun } from '#core/ownership.ts';
import { type Braked, withBrake } from '#engine/brake.ts';
import { kindOf } from '#engine/change-writer.ts';
import { recorded } from '#engine/write-ahead.ts';

/** All kinds of change, as what the engine's rules are given. */
export const KINDS = { changes: CHANGES };

const RUN: WritingRun = { policy: 'p', execution: 'e', at: 1, part: 'account', database: null };

/** What a run keeps in the ledger before it writes a change; `earlier`: what the ledger has of it. */
export function intentFor(change: Change, run: Partial<WritingRun> = {}, earlier?: Entry): Entry {
  const kind = kindOf(CHANGES, change);
  return intentOf(recorded(kind, change), { ...RUN, ...run }, earlier, kind.join);
}

interface Ending {
  readonly at?: number;
  /** Absent: AWS took it. */
  readonly trouble?: Trouble;
  readonly found?: boolean;
  /** Parts of the change that AWS refused, where it took others. */
  readonly refused?: readonly string[];
}

/** The entry of a change after its write: by default AWS took it. */
export function settledFor(change: Change, intent: Entry, ending: Ending = {}, earlier?: Entry): Entry {
  const kind = kindOf(CHANGES, change);
  const { at = 2, trouble = null, found = false, refused } = ending;
  const took = refused === undefined ? undefined : kind.parts?.taken(intent, new Set(refused));
  const outcome = { at, trouble, found, ...(took === undefined ? {} : { took }) };
  return settled(intent, kind.ends?.(change) ?? false, outcome, earlier);
}

/** The entry of a change that AWS took. */
export function confirmedFor(change: Change, run: Partial<WritingRun> = {}, earlier?: Entry): Entry {
  return settledFor(change, intentFor(change, run, earlier), {}, earlier);
}

/** What the brake lets through of changes, these hashes confirmed just now. */
export async function brakedBy(
  policy: Policy,
  changes: readonly Change[],
  entries: readonly Entry[],
  ...confirmed: readonly string[]
): Promise<Braked> {
  const ledger = createMemoryLedger();
  for (const hash of confirmed) await ledger.confirm(hash, { by: 'somebody', at: 0 });
  const scope = { half: 'onboard' as const, account: '1', region: 'r' };
  return withBrake({ ...KINDS, policy, ledger, now: () => 0 }, scope, { changes, entries });
}

/** One line a person reads. */
export function textOf(change: Change): string {
  return kindOf(CHANGES, change).text(change);
}
