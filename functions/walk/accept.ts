/** After accepting: is every share that should be here visible? Waiting gives the scope up to others meanwhile. */

import type { OnboardScope } from '#contracts/steps.ts';
import { shareState } from '#core/hops/acceptance.ts';
import { modeIn } from '#core/policy.ts';
import type { WalkContext } from './context.ts';
import { releaseScope } from './lease.ts';
import { arriving, onboardFacts } from './onboard.ts';

/** `deadline` in milliseconds since the epoch. What is still missing then is a finding; the rest goes on. */
export async function acceptance(
  ctx: WalkContext,
  scope: OnboardScope,
  deadline: number,
): Promise<'visible' | 'waiting' | 'gave-up'> {
  const facts = onboardFacts(ctx, scope);
  for (const [region, products] of arriving(facts)) {
    const accepted = await facts.acceptance(region);
    if (!accepted.known) return later(ctx, scope, deadline);
    const named = await Promise.all(
      products.map(async (product) => ({ product, snapshot: await facts.snapshotOf(product) })),
    );
    for (const { product, snapshot } of named) {
      const state = shareState({ account: scope.account, region, products: named }, snapshot, accepted.value);
      const expected = state === 'waiting' || state === 'acceptable';
      if (expected && modeIn(ctx.policy, product, scope.account) === 'enforce') return later(ctx, scope, deadline);
    }
  }
  return 'visible';
}

async function later(ctx: WalkContext, scope: OnboardScope, deadline: number): Promise<'waiting' | 'gave-up'> {
  if (ctx.now() >= deadline) return 'gave-up';
  await releaseScope(ctx.ledger, scope, ctx.execution);
  return 'waiting';
}
