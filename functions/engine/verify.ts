/** Verification looks again and expects nothing due. What is still due is a finding; findings are opened and closed here. */

import { LakeError } from '#contracts/errors.ts';
import type { Finding } from '#contracts/findings.ts';
import type { OnboardScope, Scope, StageOutput } from '#contracts/steps.ts';
import { type Assessment, NO_PRODUCT } from '#core/assessment.ts';
import type { Change } from '#core/change.ts';
import { settle } from '#core/finding-records.ts';
import { scopeText } from '#core/start.ts';
import { assessAll, type HopAssessment, look } from './assess.ts';
import { withBrake } from './brake.ts';
import type { RunContext } from './context.ts';
import { driftFindings, notYetVisible, reportOnlyFindings } from './drift.ts';
import { entriesOf, isEnforced } from './enforcement.ts';
import { fingerprintsSeen } from './fingerprints-seen.ts';

/** @throws NotYetVisible while AWS does not show yet what was written moments ago: Step Functions looks again. */
export async function verify(ctx: RunContext, scope: Scope): Promise<StageOutput> {
  const entries = await entriesOf(ctx, scope);
  const seen = look(ctx, scope, { entries, recent: [], planning: false, verifying: true });
  const { hops, assessment } = await assessAll(seen);
  const written = await entriesOf(ctx, scope);
  const wanted = assessment.changes.filter((change) => isEnforced(ctx, change));
  const { changes: enforced, findings: braked } = await withBrake(ctx, wanted, written);
  const early = notYetVisible(ctx, enforced, written, ctx.now());
  if (early.length > 0) {
    throw new LakeError('NotYetVisible', {
      message: `${early.length} write(s) of this run are not visible yet in ${scopeText(scope)}`,
    });
  }
  const reported = assessment.changes.filter((change) => !isEnforced(ctx, change));
  const findings = [
    ...assessment.findings,
    ...driftFindings(ctx, enforced, written),
    ...reportOnlyFindings(ctx, reported),
    ...braked,
  ];
  const elsewhere = toldElsewhere(hops, { ...assessment, findings });
  const own = findings.filter((found) => !elsewhere.includes(found));
  await record(ctx, scope, { findings: own, skipped: assessment.skipped, elsewhere });
  if (scope.half === 'onboard') {
    await rememberConsumer(ctx, scope, { hops, changes: assessment.changes, findings });
  }
  return {
    stage: 'verify',
    due: enforced.length,
    done: 0,
    failed: 0,
    findings: own.filter((found) => found.state !== 'waiting').length,
  };
}

/** What another scope tells: a fault that every scope of a catalog meets is told by one of them. */
function toldElsewhere(hops: readonly HopAssessment[], all: Assessment): readonly Finding[] {
  return all.findings.filter((found) =>
    hops.some(({ hop, question }) => hop.elsewhere?.(found, all, question) ?? false),
  );
}

type Found = Pick<Assessment, 'findings' | 'skipped'> & { readonly elsewhere: readonly Finding[] };

async function record(ctx: RunContext, scope: Scope, found: Found): Promise<void> {
  const text = scopeText(scope);
  const records = await ctx.ledger.findings(text);
  const settled = settle({ ...found, scope: text, records, now: ctx.now(), execution: ctx.execution });
  if (settled.changed.length > 0) await ctx.ledger.putFindings(settled.changed);
  const opened = settled.changed.filter((r) => r.state === 'open' && r.openedAt === r.seenAt).length;
  const recovered = settled.changed.filter((r) => r.state === 'recovered').length;
  ctx.emit({ kind: 'settled', scope: text, opened, recovered, open: settled.open });
}

/** Products with something open: each publish starts this run again until it is seen to hold. Null: all of them. */
function undoneBy(hops: readonly HopAssessment[], found: Finding): readonly (string | null)[] {
  if (found.state === 'unknown') return [found.product];
  const owner = hops.find(({ hop }) => hop.name === found.hop)?.hop.owner?.(found) ?? 'ours';
  return owner === 'theirs' ? [] : [found.product ?? NO_PRODUCT];
}

function productsOf(change: Change): readonly string[] {
  return change.products.length === 0 ? [NO_PRODUCT] : change.products;
}

interface Finished {
  readonly hops: readonly HopAssessment[];
  /** What is still due, also what report mode or the brake held back: the policy that lets it go changes no snapshot. */
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

/** What this run has seen through to the end, so that a publish need not start it again; and what producers learn of it. */
async function rememberConsumer(ctx: RunContext, scope: OnboardScope, finished: Finished): Promise<void> {
  const { hops, changes, findings } = finished;
  const { account, region } = scope;
  const before = await ctx.ledger.consumer(account, region);
  const undone = new Set([...changes.flatMap(productsOf), ...findings.flatMap((found) => undoneBy(hops, found))]);
  const fingerprints = await fingerprintsSeen(ctx, scope, hops, undone);
  const known = { disproved: [], ...before };
  const learned = hops.map(({ hop, observed, question }) => hop.record?.(observed, question, before) ?? {});
  const record = Object.assign({}, known, ...learned, { account, region, fingerprints, at: ctx.now() });
  const text = (of: object | null) => JSON.stringify({ ...of, at: 0 });
  if (before === null || text(before) !== text(record)) await ctx.ledger.putConsumer(record);
}
