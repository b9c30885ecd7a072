/** Which stages of a half are due, and in which order they come. */

import type { Entry } from '#contracts/ledger.ts';
import type { Change } from '#core/change.ts';
import type { HopAssessment } from './assess.ts';
import { hopsOf, look } from './assess.ts';
import type { Arrival, HopModule, Patience } from './hop.ts';
import type { Run } from './run.ts';

/** The stages of a half in the order of its machine: where several hops have one, it comes when the last of them is due. */
export function stageOrder(path: readonly HopModule[], half: HopModule['half']): readonly string[] {
  const stages = path.filter((hop) => hop.half === half).map(({ stage }) => stage);
  return [...new Set(stages.toReversed())].toReversed();
}

/**
 * Stages of hops with changes, or that wait for something; and of hops that come after these, since what those write may
 * let them go on.
 */
export function stagesDue(
  { ctx, scope }: Pick<Run, 'ctx' | 'scope'>,
  hops: readonly HopAssessment[],
  { changes, waiting }: { readonly changes: readonly Change[]; readonly waiting: readonly string[] },
): readonly string[] {
  const due = new Set([...changes.map(({ hop }) => hop), ...waiting]);
  for (const { hop } of hops) {
    if (hop.after.some((name) => due.has(name))) due.add(hop.name);
    if (due.has(hop.name)) for (const name of hop.awaits?.ahead ?? []) due.add(name);
  }
  const stages = new Set(hops.flatMap(({ hop }) => (due.has(hop.name) ? [hop.stage] : [])));
  return stageOrder(ctx.path, scope.half).filter((stage) => stages.has(stage));
}

const VISIBLE: Arrival = { arrival: 'visible', news: false };

/** Whether what a hop waits for has arrived. */
export async function arrivalOf(
  { ctx, scope, reads }: Run,
  hop: HopModule,
  { entries, patience }: { readonly entries: readonly Entry[]; readonly patience: Patience },
): Promise<Arrival> {
  const seen = look(ctx, scope, { entries, recent: [], planning: false, verifying: false }, reads);
  const { observed, question, barred } = await seen.assess(hop);
  if (barred) return VISIBLE;
  return (await hop.awaits?.judge(reads, observed, question, patience)) ?? VISIBLE;
}

/** Hops that wait for something which has not arrived. */
export async function waitingHops(run: Run, entries: readonly Entry[], patience: Patience): Promise<readonly string[]> {
  const waiting = hopsOf(run.ctx, run.scope).filter(({ awaits }) => awaits !== undefined);
  const judged = waiting.map(async (hop) =>
    (await arrivalOf(run, hop, { entries, patience })).arrival === 'waiting' ? [hop.name] : [],
  );
  return (await Promise.all(judged)).flat();
}
