/** After accepting: is every share that should be here visible? Waiting gives the scope up to others meanwhile. */

import type { Product } from '#contracts/policy.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { shareState } from '#core/hops/acceptance.ts';
import { modeIn } from '#core/policy.ts';
import { findingOf } from '#core/report.ts';
import { scopeText } from '#core/start.ts';
import { publishScope } from '#core/wanted.ts';
import type { WalkContext } from './context.ts';
import { partsSeen } from './fan-out.ts';
import { type OnboardFacts, onboardFacts } from './onboard.ts';
import { arriving } from './ready.ts';

/** A share that was missing before has been told of, and its arrival starts a run: it holds this one up no longer. */
const TOLD_WITHIN_MS = 60_000;

export interface Arrival {
  readonly acceptance: 'visible' | 'waiting' | 'gave-up';
  /** Something has arrived that this consumer has not dealt with: no reason to let it wait for the rest. */
  readonly news: boolean;
}

/** What is still missing when its time is over is a finding; the rest goes on. */
export async function acceptance(
  ctx: WalkContext,
  scope: OnboardScope,
  patience: { readonly startedAt: number; readonly within: number },
): Promise<Arrival> {
  const facts = onboardFacts(ctx, scope);
  const told = await toldMissing(ctx, scope);
  const until = (product: Product) =>
    patience.startedAt + Math.min(patience.within, told.has(product.name) ? TOLD_WITHIN_MS : Number.POSITIVE_INFINITY);
  const missing = await notArrived(ctx, facts);
  if (missing.length === 0) return { acceptance: 'visible', news: false };
  if (missing.every((product) => ctx.now() >= until(product))) return { acceptance: 'gave-up', news: false };
  return { acceptance: 'waiting', news: await hasNews(ctx, facts, missing) };
}

/** Products whose shares are expected and not visible; all of a Region whose shares can't be listed. */
async function notArrived(ctx: WalkContext, facts: OnboardFacts): Promise<readonly Product[]> {
  const { account } = facts.scope;
  const missing = [...arriving(facts)].map(async ([region, products]) => {
    const accepted = await facts.acceptance(region);
    if (!accepted.known) return products;
    const named = await Promise.all(
      products.map(async (product) => ({ product, snapshot: await facts.snapshotOf(product) })),
    );
    return named.flatMap(({ product, snapshot }) => {
      const state = shareState({ account, region, products: named }, snapshot, accepted.value);
      const expected = state === 'waiting' || state === 'acceptable';
      return expected && modeIn(ctx.policy, product, account) === 'enforce' ? [product] : [];
    });
  });
  return (await Promise.all(missing)).flat();
}

async function toldMissing(ctx: WalkContext, scope: OnboardScope): Promise<ReadonlySet<string | null>> {
  const records = await ctx.ledger.findings(scopeText(scope));
  const open = records.filter((record) => record.state === 'open').map(findingOf);
  return new Set(open.filter((found) => found.hop === 'acceptance').map((found) => found.product));
}

/** Whether an arrived product differs from what the last finished walk saw, and this run has done nothing for it yet. */
async function hasNews(ctx: WalkContext, facts: OnboardFacts, missing: readonly Product[]): Promise<boolean> {
  const [walked, now, entries] = await Promise.all([
    ctx.ledger.walked(facts.scope.account, facts.scope.region),
    partsSeen(ctx, facts, { undone: new Set(), before: {} }),
    facts.entries(),
  ]);
  const done = entries.filter((e) => e.execution === ctx.execution && (e.kind === 'grant' || e.kind === 'link'));
  return facts.products.some((product) => {
    const part = scopeText(publishScope(product));
    const acted = done.some((entry) => entry.products.includes(product.name));
    return !missing.includes(product) && !acted && now[part] !== undefined && walked?.parts[part] !== now[part];
  });
}
