/** Who has to walk next. Started by comparing hashes, not by "something changed here": a crash in between loses nobody. */

import { LakeError } from '#contracts/errors.ts';
import type { ProductSnapshot, Snapshot } from '#contracts/snapshot.ts';
import type { OnboardScope, PublishScope, Scope, StageOutput } from '#contracts/steps.ts';
import type { Action } from '#core/actions.ts';
import { entryFor } from '#core/entries.ts';
import { productResources, tablesOf } from '#core/hops/share.ts';
import { resourceText } from '#core/lake.ts';
import { notYetVisible } from '#core/leftovers.ts';
import { scopeText } from '#core/start.ts';
import { consumerPart, consumersOf, publishScope, receivers } from '#core/wanted.ts';
import type { WalkContext } from './context.ts';
import { entriesOf, isEnforced, withBrake } from './enforced.ts';
import type { OnboardFacts } from './onboard.ts';
import { onboardFacts, storedSnapshots } from './onboard.ts';
import {
  blockedProducts,
  hopsBeforeShare,
  type Looking,
  type PublishFacts,
  publishFacts,
  shareHop,
  storageHop,
} from './publish.ts';

export async function fanOut(ctx: WalkContext, scope: Scope): Promise<StageOutput> {
  const wanted = scope.half === 'publish' ? await consumersToStart(ctx, scope) : await producersToStart(ctx, scope);
  for (const next of wanted) ctx.tell({ kind: 'started', scope: scopeText(next), outcome: await ctx.start(next) });
  return { stage: 'fan-out', decided: wanted.length, done: wanted.length, failed: 0, findings: 0 };
}

/** Writes the snapshot if it changed, and compares each consumer's part of it with what its last finished walk saw. */
async function consumersToStart(ctx: WalkContext, scope: PublishScope): Promise<readonly OnboardScope[]> {
  const facts = publishFacts(ctx, scope);
  await requireVisible(ctx, facts);
  const seen = await buildSnapshot(ctx, facts, { recent: [], planning: false });
  // Facts that could not be read say nothing new: consumers keep what they have.
  if (seen === null) return [];
  const before = await ctx.snapshots.read(scope);
  // A role disproved after the storage hop looked is not denied yet: its consumer must see a difference and start us.
  const snapshot = (await storageIsLate(ctx, facts)) ? { ...seen, denied: before?.denied ?? [] } : seen;
  if (before === null || differs(before, snapshot)) await ctx.snapshots.write(snapshot);
  const consumers = new Map(facts.products.flatMap((p) => consumersOf(ctx.policy, p)).map((c) => [scopeText(c), c]));
  const judged = [...consumers.values()].map(async (consumer) => {
    const walked = await ctx.ledger.walked(consumer.account, consumer.region);
    return walked?.parts[scopeText(scope)] === consumerPart(ctx.policy, consumer.account, snapshot.products)
      ? []
      : [consumer];
  });
  return (await Promise.all(judged)).flat();
}

/**
 * Consumers are told what AWS shows: a grant made moments ago that is not listed yet would look like none, and an
 * exposure revoked moments ago that is still listed like one that is in the way.
 */
async function requireVisible(ctx: WalkContext, facts: PublishFacts): Promise<void> {
  const looking = { recent: [], planning: false };
  const [before, share, entries] = await Promise.all([
    hopsBeforeShare(ctx, facts, looking),
    shareHop(ctx, facts, looking),
    facts.entries(),
  ]);
  const early = notYetVisible([...before.actions, ...share.actions], entries, ctx.now());
  if (early.length === 0) return;
  throw new LakeError('NotYetVisible', { message: `${early.length} write(s) of this run are not visible yet` });
}

/** Whether a bucket policy is still to be written that this run has not tried to write. */
async function storageIsLate(ctx: WalkContext, facts: PublishFacts): Promise<boolean> {
  const [{ actions }, entries] = await Promise.all([
    storageHop(ctx, facts, { recent: [], planning: false }),
    entriesOf(ctx, facts.scope),
  ]);
  const enforced = actions.filter((action) => isEnforced(ctx, action));
  const { actions: due } = await withBrake(ctx, enforced, entries);
  // What AWS refused this run has a finding of its own: another run at once would only be refused again.
  const untried = (action: Action) => entryFor(action, entries)?.execution !== ctx.execution;
  return due.some((action) => action.kind === 'merge-bucket-policy' && untried(action));
}

/** What consumers are told of this database. Null when a fact it rests on is unknown. */
export async function buildSnapshot(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Snapshot | null> {
  const [catalog, listed] = await Promise.all([facts.catalog(), facts.listed()]);
  if (!catalog.known || !listed.known) return null;
  const { findings } = await hopsBeforeShare(ctx, facts, looking);
  if (findings.some(({ state }) => state === 'unknown')) return null;
  const blocked = await blockedProducts(ctx, facts, looking);
  const { account, region, database } = facts.scope;
  const products = facts.products.map((product): ProductSnapshot => {
    const tables = tablesOf(product, catalog.value);
    const resources = productResources(product, tables).map(({ resource }) => resourceText(resource));
    const rows = listed.value.grants.filter((row) => resources.includes(resourceText(row.resource)));
    const shares = Object.fromEntries(
      receivers(product).map((consumer) => [
        consumer,
        [...new Set(rows.filter((r) => r.principal === consumer).flatMap((r) => r.shareArns))].sort(),
      ]),
    );
    const granted =
      looking.planning ||
      receivers(product).every((consumer) =>
        resources.every((text) => rows.some((r) => r.principal === consumer && resourceText(r.resource) === text)),
      );
    const shared = catalog.value.database !== null && !blocked.has(product.name) && granted;
    return {
      product: product.name,
      account,
      region,
      database: product.database,
      tables: tables === 'all' ? 'all' : [...tables],
      shared,
      shares,
    };
  });
  const denied = [...(await facts.disproved())];
  return {
    account,
    region,
    database,
    policy: ctx.policy.hash,
    at: new Date(ctx.now()).toISOString(),
    products,
    denied,
  };
}

function differs(a: Snapshot, b: Snapshot): boolean {
  return JSON.stringify([a.products, a.denied]) !== JSON.stringify([b.products, b.denied]);
}

/**
 * Hashes of the parts this consumer walk has fully dealt with, beside those it was not about. `undone` names products
 * it has not; null stands for all of them. What is undone is forgotten, so that the next publish starts this walk again.
 */
export async function partsSeen(
  ctx: WalkContext,
  facts: OnboardFacts,
  options: { readonly undone: ReadonlySet<string | null>; readonly before: Readonly<Record<string, string>> },
): Promise<Readonly<Record<string, string>>> {
  const { undone, before } = options;
  const read = storedSnapshots(ctx);
  const parts: Record<string, string> = { ...before };
  for (const product of facts.products) {
    const text = scopeText(publishScope(product));
    const snapshot = await read(product);
    const siblings = facts.products.filter((p) => scopeText(publishScope(p)) === text);
    if (snapshot === null || undone.has(null) || siblings.some((p) => undone.has(p.name))) delete parts[text];
    else parts[text] = consumerPart(ctx.policy, facts.scope.account, snapshot.products);
  }
  return parts;
}

/** Producers that have published nothing yet, and those that must learn whom this account's trust policies disprove. */
async function producersToStart(ctx: WalkContext, scope: OnboardScope): Promise<readonly PublishScope[]> {
  const facts = onboardFacts(ctx, scope);
  const read = storedSnapshots(ctx);
  const walked = await ctx.ledger.walked(scope.account, scope.region);
  const disproved = walked?.disproved ?? [];
  const wanted = facts.products.map(async (product) => {
    const snapshot = await read(product);
    const denied = snapshot?.denied.filter((arn) => arn.split(':')[4] === scope.account) ?? [];
    return snapshot === null || denied.join() !== disproved.join() ? [publishScope(product)] : [];
  });
  return [...new Map((await Promise.all(wanted)).flat().map((s) => [scopeText(s), s])).values()];
}
