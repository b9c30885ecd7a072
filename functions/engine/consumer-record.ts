/** What a consumer's run has seen through to the end, so that no publish need start it again; and what producers learn. */

import type { Finding } from '#contracts/findings.ts';
import type { ConsumerRecord } from '#contracts/ledger.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { NO_PRODUCT } from '#core/assessment.ts';
import type { Change } from '#core/change.ts';
import { isUnread } from '#core/findings.ts';
import type { HopAssessment } from './assess.ts';
import type { RunContext } from './context.ts';
import { fingerprintsSeen } from './fingerprints-seen.ts';
import type { Reads } from './query.ts';

/** A look at a consumer. */
export interface Finished {
  readonly hops: readonly HopAssessment[];
  /** What is still due, also what report mode or the brake held back: the policy that lets it go changes no snapshot. */
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

/** Null: it is on record as it is. */
export async function consumerRecordOf(
  ctx: RunContext,
  scope: OnboardScope,
  { hops, changes, findings }: Finished,
  reads: Reads,
): Promise<ConsumerRecord | null> {
  const { account, region } = scope;
  const before = await reads.consumer(account, region);
  const undone = new Set([...changes.flatMap(productsOf), ...findings.flatMap((found) => undoneBy(hops, found))]);
  const fingerprints = await fingerprintsSeen(ctx, { scope, hops, undone, reads });
  const known = { disproved: [], ...before };
  const learned = hops.map(({ hop, observed, question }) => hop.record?.(observed, question, before) ?? {});
  const record = Object.assign({}, known, ...learned, { account, region, fingerprints, at: ctx.now() });
  const text = (of: object | null) => JSON.stringify({ ...of, at: 0 });
  return before === null || text(before) !== text(record) ? record : null;
}

/** Products with something open: each publish starts this run again until it is seen to hold. Null: all of them. */
function undoneBy(hops: readonly HopAssessment[], found: Finding): readonly (string | null)[] {
  if (isUnread(found)) return [found.product];
  const owner = hops.find(({ hop }) => hop.name === found.hop)?.hop.owner?.(found) ?? 'ours';
  return owner === 'theirs' ? [] : [found.product ?? NO_PRODUCT];
}

function productsOf(change: Change): readonly string[] {
  return change.products.length === 0 ? [NO_PRODUCT] : change.products;
}
