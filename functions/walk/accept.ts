/** After accepting: is every share that should be here visible? Waiting gives the scope up to others meanwhile. */

import type { OnboardScope } from '#contracts/steps.ts';
import { type Expected, expectedProduct, shareState } from '#core/hops/acceptance.ts';
import { modeIn } from '#core/policy.ts';
import { findingOf } from '#core/report.ts';
import { scopeText } from '#core/start.ts';
import { publishScope } from '#core/wanted.ts';
import type { WalkContext } from './context.ts';
import { partsSeen } from './fan-out.ts';
import { type OnboardFacts, onboardFacts } from './onboard.ts';
import { arriving } from './ready.ts';
import { scopesOf } from './tag-sources.ts';

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
  const until = ({ product }: Expected) =>
    patience.startedAt + Math.min(patience.within, told.has(product) ? TOLD_WITHIN_MS : Number.POSITIVE_INFINITY);
  const missing = await notArrived(ctx, facts);
  if (missing.length === 0) return { acceptance: 'visible', news: false };
  if (missing.every((expected) => ctx.now() >= until(expected))) return { acceptance: 'gave-up', news: false };
  return { acceptance: 'waiting', news: await hasNews(ctx, facts, missing) };
}

/** What is expected and not visible; all of a Region whose shares can't be listed. */
async function notArrived(ctx: WalkContext, facts: OnboardFacts): Promise<readonly Expected[]> {
  const { account } = facts.scope;
  const missing = [...(await arriving(facts))].map(async ([region, { products, tagged }]) => {
    const all = [...products.map((p) => expectedProduct(account, p.product, p.snapshot)), ...tagged];
    const accepted = await facts.acceptance(region);
    if (!accepted.known) return all;
    return all.filter((expected) => {
      const state = shareState(expected, { account, all }, accepted.value);
      return (state === 'waiting' || state === 'acceptable') && isActedOn(ctx, account, expected);
    });
  });
  return (await Promise.all(missing)).flat();
}

/** In report mode nothing is accepted, so there is nothing to wait for. */
function isActedOn({ policy }: WalkContext, account: string, expected: Expected): boolean {
  const product = policy.products.find(({ name }) => name === expected.product);
  if (product !== undefined) return modeIn(policy, product, account) === 'enforce';
  return (policy.accounts.find(({ id }) => id === account)?.mode ?? policy.mode) === 'enforce';
}

async function toldMissing(ctx: WalkContext, scope: OnboardScope): Promise<ReadonlySet<string | null>> {
  const records = await ctx.ledger.findings(scopeText(scope));
  const open = records.filter((record) => record.state === 'open').map(findingOf);
  return new Set(open.filter((found) => found.hop === 'acceptance').map((found) => found.product));
}

/** Whether something arrived differs from what the last finished walk saw, and this run has done nothing for it yet. */
async function hasNews(ctx: WalkContext, facts: OnboardFacts, missing: readonly Expected[]): Promise<boolean> {
  const [walked, now, entries, sources] = await Promise.all([
    ctx.ledger.walked(facts.scope.account, facts.scope.region),
    partsSeen(ctx, facts, new Set()),
    facts.entries(),
    facts.sources(),
  ]);
  const done = entries.filter((e) => e.execution === ctx.execution && (e.kind === 'grant' || e.kind === 'link'));
  const isNew = (part: string) => now[part] !== undefined && walked?.parts[part] !== now[part];
  const products = facts.products.filter(
    ({ name }) =>
      !missing.some(({ product }) => product === name) && !done.some((entry) => entry.products.includes(name)),
  );
  if (products.some((product) => isNew(scopeText(publishScope(product))))) return true;
  const arrived = sources.filter(({ expected }) => expected.shared && !missing.includes(expected));
  const acted = done.some((entry) => entry.products.length === 0);
  return !acted && arrived.flatMap(scopesOf).some((scope) => isNew(scopeText(scope)));
}
