/** Scopes that have to run because of what hops see in another. */

import type { Scope } from '#contracts/steps.ts';
import { type Look, look } from './assess.ts';
import type { RunContext } from './context.ts';
import type { Reads } from './query.ts';

/** What the hops of a look want started; `reads`: what they go by, where that is not the look's own. */
export async function startsOf(seen: Look, reads: Reads = seen.reads): Promise<readonly Scope[]> {
  const wanted = await Promise.all(seen.hops.map((hop) => hop.starts?.(reads, seen.question(hop)) ?? []));
  return wanted.flat();
}

/** What scopes would start before anything is done: databases among them that rules reach without naming them (law 9). */
export async function reachedFrom(
  ctx: RunContext,
  scopes: readonly Scope[],
  reads?: () => Reads,
): Promise<readonly Scope[]> {
  const reached: Scope[] = [];
  for (const scope of scopes) {
    const mode = { entries: [], recent: [], planning: true, verifying: false };
    reached.push(...(await startsOf(look(ctx, scope, mode, reads?.()))));
  }
  return reached;
}
