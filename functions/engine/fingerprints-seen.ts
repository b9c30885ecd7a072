/** Fingerprints of what a consumer's run has dealt with: what differs when its producers tell something new. */

import type { OnboardScope, PublishScope } from '#contracts/steps.ts';
import { fingerprintOf } from '#core/fingerprints.ts';
import { scopeText } from '#core/start.ts';
import type { HopAssessment } from './assess.ts';
import type { RunContext } from './context.ts';
import type { Reads } from './query.ts';

interface Undone {
  readonly scope: OnboardScope;
  readonly hops: readonly Pick<HopAssessment, 'hop' | 'observed' | 'question'>[];
  readonly undone: ReadonlySet<string | null>;
  readonly reads: Pick<Reads, 'snapshot'>;
}

/**
 * By producer scope. `undone` names products that are not dealt with; null stands for all of them. What is undone is
 * forgotten, so that the next publish starts this run again; so is what the policy no longer has for this consumer, or
 * it would not be started when that is put back as it was.
 */
export async function fingerprintsSeen(
  ctx: Pick<RunContext, 'policy'>,
  { scope: { account }, hops, undone, reads }: Undone,
): Promise<Readonly<Record<string, string>>> {
  const named = hops.flatMap(({ hop, observed, question }) => hop.producers?.(observed, question) ?? []);
  const products = new Map<string, { readonly scope: PublishScope; readonly names: Set<string | null> }>();
  for (const { scope, products: names } of named) {
    const text = scopeText(scope);
    const all = products.get(text) ?? { scope, names: new Set([null]) };
    for (const name of names) all.names.add(name);
    products.set(text, all);
  }
  const seen: Record<string, string> = {};
  for (const [text, { scope, names }] of products) {
    if ([...names].some((name) => undone.has(name))) continue;
    const snapshot = await reads.snapshot(scope);
    const fingerprint = snapshot === null ? null : fingerprintOf(ctx.policy, account, snapshot);
    if (fingerprint !== null) seen[text] = fingerprint;
  }
  return seen;
}
