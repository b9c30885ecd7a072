/**
 * Writing documents that AWS only replaces whole: lease on the document, read it and its ledger entry again under it,
 * merge our part, write, read back, write again only if our part is gone.
 */

import { LakeError } from '#contracts/errors.ts';
import type { Change } from '#core/change.ts';
import type { DueDocument, SharedDocument } from './change-writer.ts';
import type { RunContext } from './context.ts';
import type { DocumentEntry } from './document-entry.ts';
import { takeLease, withLease } from './leases.ts';

/** Outlives the longest invocation (a Lambda's 15 minutes), so that nobody writes beside a slow one. */
const LEASE_MS = 16 * 60_000;
const WRITES = 3;
const LOOKS = 4;
const LOOK_PAUSE_MS = 250;

type Context = Pick<RunContext, 'ledger' | 'invocation' | 'now' | 'sleep'>;

/** @throws LeaseHeld, DocumentChanged, Outdated, NotYetVisible, and whatever AWS refuses. */
export async function replaceDocument<T>(
  ctx: Context,
  document: SharedDocument<T>,
  kept: DocumentEntry,
  change: Change,
): Promise<void> {
  try {
    await inTurn(ctx, document, kept, change);
  } catch (error) {
    if (error instanceof LakeError && !kept.isRecorded) await kept.refused(error);
    throw error;
  }
}

async function inTurn<T>(
  ctx: Context,
  document: SharedDocument<T>,
  kept: DocumentEntry,
  change: Change,
): Promise<void> {
  const key = `document/${document.name}`;
  const isFree = await takeLease(ctx, key, LEASE_MS);
  // If the run that has it writes our part too, there is nothing to stand in line for.
  if (!isFree && document.due(await document.read(), await kept.read()) === null) {
    await kept.ended(async () => undefined);
    return;
  }
  await withLease(ctx, { key, ms: LEASE_MS }, async () => {
    await kept.read();
    if (kept.isGone) return;
    await kept.ended(() => converge(ctx, document, kept, change));
  });
}

async function converge<T>(
  ctx: Context,
  document: SharedDocument<T>,
  kept: DocumentEntry,
  change: Change,
): Promise<void> {
  // As AWS has shown it before our writes: shown again, it may be late.
  const before = new Set<string | null>();
  let isOverwritten = false;
  for (let written = 0; written < WRITES; written++) {
    const found = await document.read();
    const due = document.due(found, kept.now);
    if (due === null) return;
    requireAssessed(document.name, due, change);
    before.add(document.text(found));
    await kept.begin(due, document.theirs(found, kept.now));
    try {
      await document.write(due.next, found);
    } catch (error) {
      // Somebody who does not know our leases was faster: read again and merge into theirs.
      if (!(error instanceof LakeError && error.code === 'DocumentChanged')) throw error;
      continue;
    }
    kept.wasTaken = true;
    const seen = await lookFor(ctx, document, kept, before);
    if (seen === 'ours') return;
    if (seen === 'before') throw notShown(document.name, isOverwritten);
    isOverwritten = true;
  }
  throw new LakeError('DocumentChanged', {
    message: `${document.name} keeps being overwritten by somebody else`,
    remedy: 'Find who writes it whole (a stack, a script) and let it keep statements that are not its own.',
  });
}

/** Somebody changed the document or our entry since it was assessed: what goes or opens by that, nobody has judged yet. */
function requireAssessed<T>(name: string, { difference }: DueDocument<T>, change: Change): void {
  const assessed = change.difference ?? { opens: [], takes: [] };
  const opens = difference.opens.filter((part) => !assessed.opens.includes(part)).length;
  const takes = difference.takes.filter((part) => !assessed.takes.includes(part)).length;
  if (opens + takes === 0) return;
  throw new LakeError('Outdated', {
    message: `${name} has changed since it was looked at: writing it now would open ${opens} and take ${takes} part(s) that were not assessed`,
    remedy: 'Nothing was written. Somebody is changing it just now: the next run looks at it as it is then.',
  });
}

function notShown(name: string, isOverwritten: boolean): LakeError {
  const so = isOverwritten ? ', which somebody else had overwritten,' : '';
  return new LakeError('NotYetVisible', {
    message: `AWS took our write of ${name}${so} and shows it as it was before`,
    remedy: 'The next run looks again, and writes again if it is still not there.',
  });
}

/**
 * AWS took the write: a look that fails afterwards does not undo it. Called a failure, what stands by our doing would
 * not count as ours, and could never be withdrawn (law 4). Verification looks again.
 */
async function lookFor<T>(
  ctx: Context,
  document: SharedDocument<T>,
  kept: DocumentEntry,
  before: ReadonlySet<string | null>,
): Promise<'ours' | 'before' | 'theirs'> {
  for (let look = 0; look < LOOKS; look++) {
    const found = await document.read().catch((error: unknown) => {
      if (error instanceof LakeError) return null;
      throw error;
    });
    if (found === null || document.due(found, kept.now) === null) return 'ours';
    if (!before.has(document.text(found))) return 'theirs';
    await ctx.sleep(LOOK_PAUSE_MS * (look + 1));
  }
  return 'before';
}
