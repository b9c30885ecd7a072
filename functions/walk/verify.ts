/** Verification walks and expects nothing to do. What is left to do is a finding; findings are opened and closed here. */

import { LakeError } from '#contracts/errors.ts';
import type { Scope, StageOutput } from '#contracts/steps.ts';
import type { Action, Decision, Finding } from '#core/actions.ts';
import { merge, NO_PRODUCT } from '#core/actions.ts';
import { toldElsewhere } from '#core/catalogs.ts';
import { oneFindingPerFault } from '#core/findings.ts';
import { leftoverFindings, notYetVisible, reportOnlyFindings } from '#core/leftovers.ts';
import { settle } from '#core/report.ts';
import { scopeText } from '#core/start.ts';
import type { WalkContext } from './context.ts';
import { entriesOf, isEnforced, withBrake } from './enforced.ts';
import { partsSeen } from './fan-out.ts';
import { hopsOf, look } from './halves.ts';
import { disprovedRoles, onboardFacts } from './onboard.ts';

/** @throws NotYetVisible while AWS does not show yet what was written moments ago: Step Functions looks again. */
export async function verify(ctx: WalkContext, scope: Scope): Promise<StageOutput> {
  const decision = await decideAll(ctx, scope);
  const entries = await entriesOf(ctx, scope);
  const wanted = decision.actions.filter((action) => isEnforced(ctx, action));
  const { actions: enforced, findings: braked } = await withBrake(ctx, wanted, entries);
  const early = notYetVisible(enforced, entries, ctx.now());
  if (early.length > 0) {
    throw new LakeError('NotYetVisible', {
      message: `${early.length} write(s) of this run are not visible yet in ${scopeText(scope)}`,
    });
  }
  const reported = decision.actions.filter((action) => !isEnforced(ctx, action));
  const findings = [
    ...decision.findings,
    ...leftoverFindings(enforced, entries),
    ...reportOnlyFindings(reported),
    ...braked,
  ];
  const elsewhere = scope.half === 'publish' ? toldElsewhere(ctx.policy, scope, { ...decision, findings }) : [];
  const own = findings.filter((found) => !elsewhere.includes(found));
  await record(ctx, scope, { ...decision, findings: own, elsewhere });
  if (scope.half === 'onboard') await rememberWalk(ctx, scope, decision.actions, findings);
  return {
    stage: 'verify',
    decided: enforced.length,
    done: 0,
    failed: 0,
    findings: own.filter((f) => f.state !== 'waiting').length,
  };
}

/** Every hop of a half on one set of fresh facts, nothing believed beforehand. */
export async function decideAll(ctx: WalkContext, scope: Scope): Promise<Decision> {
  const facts = look(ctx, scope);
  const decisions: Decision[] = [];
  for (const hop of hopsOf(scope.half)) {
    decisions.push(await facts.decide(hop, { recent: [], planning: false, verifying: true }));
  }
  return oneFindingPerFault(merge(...decisions));
}

type Found = Pick<Decision, 'findings' | 'unjudged'> & { readonly elsewhere: readonly Finding[] };

async function record(ctx: WalkContext, scope: Scope, found: Found): Promise<void> {
  const text = scopeText(scope);
  const records = await ctx.ledger.findings(text);
  const settled = settle({ ...found, scope: text, records, now: ctx.now(), execution: ctx.execution });
  if (settled.changed.length > 0) await ctx.ledger.putFindings(settled.changed);
  const opened = settled.changed.filter((r) => r.state === 'open' && r.openedAt === r.seenAt).length;
  const recovered = settled.changed.filter((r) => r.state === 'recovered').length;
  ctx.tell({ kind: 'settled', scope: text, opened, recovered, open: settled.open });
}

/** Neither who is not admitted nor somebody else's share leaves anything undone: that is their owners' to change. */
const NOT_OURS = ['role-without-proof', 'role-trust-too-wide', 'invitation-left-alone'];

/** Products with something open: each publish starts this walk again until it is seen to hold. Null: all of them. */
function undoneBy(found: Finding): readonly (string | null)[] {
  if (found.state === 'unknown') return [found.product];
  return NOT_OURS.includes(found.cause) ? [] : [found.product ?? NO_PRODUCT];
}

function productsOf(action: Action): readonly string[] {
  return action.products.length === 0 ? [NO_PRODUCT] : action.products;
}

/**
 * What this walk has seen through to the end, so that a publish need not start it again; and whom it disproved. What
 * report mode or the brake held back is left to do as well: the policy that lets it go changes nothing in a snapshot.
 */
async function rememberWalk(
  ctx: WalkContext,
  scope: Extract<Scope, { half: 'onboard' }>,
  left: readonly Action[],
  findings: readonly Finding[],
): Promise<void> {
  const facts = onboardFacts(ctx, scope);
  const roles = await facts.roles();
  const before = await ctx.ledger.walked(scope.account, scope.region);
  const undone = new Set([...left.flatMap(productsOf), ...findings.flatMap(undoneBy)]);
  const parts = await partsSeen(ctx, facts, undone);
  const disproved = roles.known ? disprovedRoles(ctx, facts, roles.value) : (before?.disproved ?? []);
  const same =
    before !== null && JSON.stringify([before.parts, before.disproved]) === JSON.stringify([parts, disproved]);
  if (!same)
    await ctx.ledger.putWalked({
      account: scope.account,
      region: scope.region,
      parts,
      disproved: [...disproved],
      at: ctx.now(),
    });
}
