/**
 * Writing documents that AWS only replaces whole: lease on the document, read again under it, merge our part, write,
 * read back, write again only if our part is gone. The text before stays in the ledger.
 */

import { LakeError } from '#contracts/errors.ts';
import type { SharedDocument } from './change-writer.ts';
import type { RunContext } from './context.ts';
import { takeLease, withLease } from './leases.ts';

/** Outlives the longest invocation (a Lambda's 15 minutes), so that nobody writes beside a slow one. */
const LEASE_MS = 16 * 60_000;
const WRITES = 3;
const LOOKS = 4;
const LOOK_PAUSE_MS = 250;

type Context = Pick<RunContext, 'ledger' | 'invocation' | 'now' | 'sleep'>;
type Remember = (before: string | null) => Promise<void>;

/**
 * `remember` gets the text before our first write, before it is gone from AWS.
 * @returns whether it was written. @throws LeaseHeld, DocumentChanged, and whatever AWS refuses.
 */
export async function replaceDocument<T>(
  ctx: Context,
  document: SharedDocument<T>,
  remember: Remember,
): Promise<boolean> {
  const key = `document/${document.name}`;
  const isFree = await takeLease(ctx, key, LEASE_MS);
  // If the run that has it writes our part too, there is nothing to stand in line for.
  if (!isFree && document.merged(await document.read()) === null) return false;
  return withLease(ctx, { key, ms: LEASE_MS }, () => converge(ctx, document, remember));
}

async function converge<T>(ctx: Context, document: SharedDocument<T>, remember: Remember): Promise<boolean> {
  for (let written = 0; written < WRITES; written++) {
    const found = await document.read();
    const next = document.merged(found);
    if (next === null) return written > 0;
    if (written === 0) await remember(document.text(found));
    try {
      await document.write(next, found);
    } catch (error) {
      // Somebody who does not know our leases was faster: read again and merge into theirs.
      if (!(error instanceof LakeError && error.code === 'DocumentChanged')) throw error;
      continue;
    }
    if (await isShown(ctx, document)) return true;
  }
  throw new LakeError('DocumentChanged', {
    message: `${document.name} keeps being overwritten by somebody else`,
    remedy: 'Find who writes it whole (a stack, a script) and let it keep statements that are not its own.',
  });
}

/**
 * AWS took the write: a look that fails afterwards does not undo it. Called a failure, what stands by our doing would
 * not count as ours, and could never be withdrawn (law 4). Verification looks again.
 */
async function isShown<T>(ctx: Context, document: SharedDocument<T>): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    const found = await document.read().catch((error: unknown) => {
      if (error instanceof LakeError) return null;
      throw error;
    });
    if (found === null || document.merged(found) === null) return true;
    await ctx.sleep(LOOK_PAUSE_MS * (look + 1));
  }
  return false;
}
