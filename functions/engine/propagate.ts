/** Who has to run next. Started by comparing fingerprints, not by "something changed here": a crash in between loses nobody. */

import { isDeepStrictEqual } from 'node:util';
import { LakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { OnboardScope, PublishScope, Scope, StageOutput } from '#contracts/steps.ts';
import { fingerprintOf } from '#core/fingerprints.ts';
import { consumersOfScope } from '#core/selectors.ts';
import { scopeText } from '#core/start.ts';
import { assessEach, type Look, look, supposedBy } from './assess.ts';
import { withBrake } from './brake.ts';
import type { RunContext } from './context.ts';
import { notYetVisible } from './drift.ts';
import { entriesOf, isEnforced } from './enforcement.ts';
import type { SnapshotPart } from './hop.ts';

/** Writes the snapshot of a publish, and starts whoever has to run because of what this run saw. */
export async function propagate(ctx: RunContext, scope: Scope): Promise<StageOutput> {
  const entries = await entriesOf(ctx, scope);
  const seen = look(ctx, scope, { entries, recent: [], planning: false, verifying: false });
  const consumers = scope.half === 'publish' ? await consumersToStart(ctx, scope, { seen, entries }) : [];
  const others = await Promise.all(seen.hops.map((hop) => hop.starts?.(seen.reads, seen.question(hop)) ?? []));
  const wanted = new Map([...consumers, ...others.flat()].map((next): [string, Scope] => [scopeText(next), next]));
  for (const [text, next] of wanted) ctx.emit({ kind: 'started', scope: text, outcome: await ctx.start(next) });
  return { stage: 'fan-out', due: wanted.size, done: wanted.size, failed: 0, findings: 0 };
}

interface Seen {
  readonly seen: Look;
  readonly entries: readonly Entry[];
}

/** Compares each consumer's part of the snapshot with what its last finished run saw. */
async function consumersToStart(
  ctx: RunContext,
  scope: PublishScope,
  { seen, entries }: Seen,
): Promise<readonly OnboardScope[]> {
  await requireVisible(ctx, scope, { seen, entries });
  const last = await ctx.snapshots.read(scope);
  const snapshot = await snapshotOf(ctx, scope, { seen, entries, last });
  // Facts that could not be read say nothing new: consumers keep what they have.
  if (snapshot === null) return [];
  if (last === null || differs(last, snapshot)) await ctx.snapshots.write(snapshot);
  const judged = consumersOfScope(ctx.policy, scope).map(async (consumer) => {
    const record = await ctx.ledger.consumer(consumer.account, consumer.region);
    const fingerprint = fingerprintOf(ctx.policy, consumer.account, snapshot);
    return (record?.fingerprints[scopeText(scope)] ?? null) === fingerprint ? [] : [consumer];
  });
  return (await Promise.all(judged)).flat();
}

/**
 * Consumers are told what AWS shows: a grant made moments ago that is not listed yet would look like none, and an
 * exposure revoked moments ago that is still listed like one that is in the way.
 */
async function requireVisible(ctx: RunContext, scope: PublishScope, { seen, entries }: Seen): Promise<void> {
  const telling = seen.hops.filter(({ snapshot }) => snapshot !== undefined);
  const names = new Set(
    telling.flatMap((hop) => [hop.name, ...hop.after, ...supposedBy(hop, { policy: ctx.policy, scope })]),
  );
  const concerned = await assessEach(
    seen,
    seen.hops.filter(({ name }) => names.has(name)),
  );
  const changes = concerned.flatMap(({ assessment }) => assessment.changes);
  const early = notYetVisible(ctx, changes, entries, ctx.now());
  if (early.length === 0) return;
  throw new LakeError('NotYetVisible', { message: `${early.length} write(s) of this run are not visible yet` });
}

/** What consumers are told of a producer scope. Null when a fact it rests on is unknown. */
export async function snapshotOf(
  ctx: RunContext,
  { account, region, database }: PublishScope,
  { seen, entries, last }: Seen & { readonly last: Snapshot | null },
): Promise<Snapshot | null> {
  const parts: SnapshotPart[] = [];
  const telling = seen.hops.filter(({ snapshot }) => snapshot !== undefined);
  for (const { hop, observed, question, assessment } of await assessEach(seen, telling)) {
    const enforced = assessment.changes.filter((change) => isEnforced(ctx, change));
    const { changes: due } = await withBrake(ctx, enforced, entries);
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
