/** What consumers are told of a producer scope, and who of them has not dealt with it yet. */

import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '#contracts/ledger.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { OnboardScope, PublishScope } from '#contracts/steps.ts';
import type { Change } from '#core/change.ts';
import { fingerprintOf } from '#core/fingerprints.ts';
import { consumersOfScope } from '#core/selectors.ts';
import { scopeText } from '#core/start.ts';
import { assessEach, type Look, supposedBy } from './assess.ts';
import { withBrake } from './brake.ts';
import type { RunContext } from './context.ts';
import { isEnforced } from './enforcement.ts';
import type { SnapshotPart } from './hop.ts';

export interface Seen {
  readonly seen: Look;
  readonly entries: readonly Entry[];
}

/** What a publish has to tell. */
export interface Telling {
  /** Null: consumers were told the same before, or a fact is unknown and they keep what they have. */
  readonly snapshot: Snapshot | null;
  /** Consumers whose part differs from what their last finished run has dealt with. */
  readonly consumers: readonly OnboardScope[];
  /** Changes of what is told of: while one was written and is not shown yet, nothing is told. */
  readonly changes: readonly Change[];
}

/** Consumers are compared by fingerprints, not by "something changed here": a crash in between loses nobody. */
export async function tellingOf(ctx: RunContext, scope: PublishScope, { seen, entries }: Seen): Promise<Telling> {
  const changes = await changesToldOf(ctx, scope, seen);
  const last = await ctx.snapshots.read(scope);
  const snapshot = await snapshotOf(ctx, scope, { seen, entries, last });
  if (snapshot === null) return { snapshot: null, consumers: [], changes };
  const judged = consumersOfScope(ctx.policy, scope).map(async (consumer) => {
    const record = await seen.reads.consumer(consumer.account, consumer.region);
    const fingerprint = fingerprintOf(ctx.policy, consumer.account, snapshot);
    return (record?.fingerprints[scopeText(scope)] ?? null) === fingerprint ? [] : [consumer];
  });
  const consumers = (await Promise.all(judged)).flat();
  return { snapshot: last === null || differs(last, snapshot) ? snapshot : null, consumers, changes };
}

/**
 * Consumers are told what AWS shows: a grant made moments ago that is not listed yet would look like none, and an
 * exposure revoked moments ago that is still listed like one that is in the way.
 */
async function changesToldOf(ctx: RunContext, scope: PublishScope, seen: Look): Promise<readonly Change[]> {
  const telling = seen.hops.filter(({ snapshot }) => snapshot !== undefined);
  const names = new Set(
    telling.flatMap((hop) => [hop.name, ...hop.after, ...supposedBy(hop, { policy: ctx.policy, scope })]),
  );
  const concerned = seen.hops.filter(({ name }) => names.has(name));
  return (await assessEach(seen, concerned)).flatMap(({ assessment }) => assessment.changes);
}

/** What consumers are told of a producer scope. Null when a fact it rests on is unknown. */
export async function snapshotOf(
  ctx: RunContext,
  scope: PublishScope,
  { seen, entries, last }: Seen & { readonly last: Snapshot | null },
): Promise<Snapshot | null> {
  const { account, region, database } = scope;
  const parts: SnapshotPart[] = [];
  const telling = seen.hops.filter(({ snapshot }) => snapshot !== undefined);
  for (const { hop, observed, question, assessment } of await assessEach(seen, telling)) {
    const enforced = assessment.changes.filter((change) => isEnforced(ctx, change));
    const { changes: due } = await withBrake(ctx, scope, { changes: enforced, entries });
    const part = hop.snapshot?.({ observed, question, assessment, due, last }) ?? null;
    if (part === null) return null;
    parts.push(part);
  }
  const at = new Date(ctx.now()).toISOString();
  const empty = { products: [], denied: [], tagged: [], reached: [] };
  return Object.assign({}, empty, ...parts, { account, region, database, policy: ctx.policy.hash, at });
}

function differs(a: Snapshot, b: Snapshot): boolean {
  const told = ({ policy: _, at: __, ...rest }: Snapshot): unknown => JSON.parse(JSON.stringify(rest));
  return !isDeepStrictEqual(told(a), told(b));
}
