/** Who has to walk next. Started by comparing hashes, not by "something changed here": a crash in between loses nobody. */

import { LakeError } from '#contracts/errors.ts';
import type { Product } from '#contracts/policy.ts';
import type { ProductSnapshot, Snapshot } from '#contracts/snapshot.ts';
import type { OnboardScope, PublishScope, Scope, StageOutput } from '#contracts/steps.ts';
import { type Action, type Decision, merge, NO_PRODUCT, NOTHING } from '#core/actions.ts';
import { entryFor } from '#core/entries.ts';
import type { CatalogFacts } from '#core/facts.ts';
import { productResources, tablesOf } from '#core/hops/share.ts';
import { type ListedGrant, resourceText } from '#core/lake.ts';
import { notYetVisible } from '#core/leftovers.ts';
import { scopeText } from '#core/start.ts';
import {
  consumerPart,
  consumersOf,
  placeConsumersOf,
  publishScope,
  receivers,
  tagConsumersOf,
  tagReceivers,
} from '#core/wanted.ts';
import type { WalkContext } from './context.ts';
import { entriesOf, isEnforced, withBrake } from './enforced.ts';
import { registrationsHop } from './foundation.ts';
import type { OnboardFacts } from './onboard.ts';
import { onboardFacts } from './onboard.ts';
import { databasesToStart } from './open-databases.ts';
import { toldPlaces } from './places.ts';
import {
  blockedProducts,
  hopsBeforeShare,
  type Looking,
  type PublishFacts,
  publishFacts,
  shareHop,
  storageHop,
} from './publish.ts';
import { tagParts } from './tag-parts.ts';
import { tagSharesHop } from './tag-shares.ts';
import { scopesOf, storedSnapshots } from './tag-sources.ts';
import { tagsHop } from './tags.ts';

export async function fanOut(ctx: WalkContext, scope: Scope): Promise<StageOutput> {
  const wanted: readonly Scope[] =
    scope.half === 'publish'
      ? [...(await consumersToStart(ctx, scope)), ...(await databasesToStart(ctx, scope))]
      : await producersToStart(ctx, scope);
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
  const all = [
    ...facts.products.flatMap((p) => consumersOf(ctx.policy, p)),
    ...tagConsumersOf(ctx.policy, scope),
    ...(scope.database === null ? placeConsumersOf(ctx.policy, scope) : []),
  ];
  const consumers = new Map(all.map((consumer) => [scopeText(consumer), consumer]));
  const judged = [...consumers.values()].map(async (consumer) => {
    const walked = await ctx.ledger.walked(consumer.account, consumer.region);
    const part = consumerPart(ctx.policy, consumer.account, snapshot);
    return (walked?.parts[scopeText(scope)] ?? null) === part ? [] : [consumer];
  });
  return (await Promise.all(judged)).flat();
}

/**
 * Consumers are told what AWS shows: a grant made moments ago that is not listed yet would look like none, and an
 * exposure revoked moments ago that is still listed like one that is in the way.
 */
async function requireVisible(ctx: WalkContext, facts: PublishFacts): Promise<void> {
  const looking = { recent: [], planning: false };
  const byTag = tagReceivers(ctx.policy, facts.scope).length > 0;
  const [before, share, tags, places, entries] = await Promise.all([
    hopsBeforeShare(ctx, facts, looking),
    shareHop(ctx, facts, looking),
    byTag ? tagsAndShares(ctx, facts, looking) : NOTHING,
    registrationsHop(ctx, facts, looking),
    facts.entries(),
  ]);
  const { actions } = merge(before, share, tags, places);
  const early = notYetVisible(actions, entries, ctx.now());
  if (early.length === 0) return;
  throw new LakeError('NotYetVisible', { message: `${early.length} write(s) of this run are not visible yet` });
}

async function tagsAndShares(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Decision> {
  return merge(await tagsHop(ctx, facts, looking), await tagSharesHop(ctx, facts, looking));
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
  const seen = { catalog: catalog.value, rows: listed.value.grants, blocked, planning: looking.planning };
  const products = facts.products.map((product) => productSnapshot(product, seen));
  const denied = [...(await facts.disproved())];
  const [byTag, places] = await Promise.all([tagParts(ctx, facts, looking), toldPlaces(ctx, facts, looking)]);
  if (byTag === null || places === null) return null;
  return {
    account,
    region,
    database,
    policy: ctx.policy.hash,
    at: new Date(ctx.now()).toISOString(),
    products,
    denied,
    ...byTag,
    ...places,
  };
}

interface Seen {
  readonly catalog: CatalogFacts;
  readonly rows: readonly ListedGrant[];
  readonly blocked: ReadonlySet<string>;
  readonly planning: boolean;
}

function productSnapshot(product: Product, { catalog, rows: all, blocked, planning }: Seen): ProductSnapshot {
  const { name, account, region, database } = product;
  const tables = tablesOf(product, catalog);
  const resources = productResources(product, tables).map(({ resource }) => resourceText(resource));
  const rows = all.filter((row) => resources.includes(resourceText(row.resource)));
  const shares = receivers(product).map((consumer) => {
    const arns = rows.filter((row) => row.principal === consumer).flatMap((row) => row.shareArns);
    return [consumer, [...new Set(arns)].sort()] as const;
  });
  const granted =
    planning ||
    receivers(product).every((consumer) =>
      resources.every((text) => rows.some((r) => r.principal === consumer && resourceText(r.resource) === text)),
    );
  return {
    product: name,
    account,
    region,
    database,
    tables: tables === 'all' ? 'all' : [...tables],
    shared: catalog.database !== null && !blocked.has(name) && granted,
    shares: Object.fromEntries(shares),
  };
}

function differs(a: Snapshot, b: Snapshot): boolean {
  const told = ({ products, denied, tagged, reached, places = {} }: Snapshot) =>
    JSON.stringify([products, denied, tagged, reached, places]);
  return told(a) !== told(b);
}

/**
 * Hashes of the parts this consumer walk has fully dealt with. `undone` names products it has not; null stands for all
 * of them. What is undone is forgotten, so that the next publish starts this walk again; so is what the policy no longer
 * has for this consumer, or it would not be started when that is put back as it was.
 */
export async function partsSeen(
  ctx: WalkContext,
  facts: OnboardFacts,
  undone: ReadonlySet<string | null>,
): Promise<Readonly<Record<string, string>>> {
  const read = storedSnapshots(ctx);
  const parts: Record<string, string> = {};
  const sources = await facts.sources();
  const catalogs = [...sources.flatMap(scopesOf), ...facts.places.map((place) => place.scope)];
  const scopes = [...facts.products.map(publishScope), ...catalogs];
  for (const [text, scope] of new Map(scopes.map((s) => [scopeText(s), s]))) {
    const snapshot = await read(scope);
    const part = snapshot === null ? null : consumerPart(ctx.policy, facts.scope.account, snapshot);
    const products = facts.products.filter((p) => scopeText(publishScope(p)) === text).map(({ name }) => name);
    const byNone = catalogs.some((one) => scopeText(one) === text);
    const about = [null, ...products, ...(byNone ? [NO_PRODUCT] : [])];
    if (part !== null && !about.some((name) => undone.has(name))) parts[text] = part;
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
    const snapshot = await read(publishScope(product));
    const denied = snapshot?.denied.filter((arn) => arn.split(':')[4] === scope.account) ?? [];
    return snapshot === null || denied.join() !== disproved.join() ? [publishScope(product)] : [];
  });
  const silent = (await facts.sources()).filter(({ told }) => told === null);
  const places = (await facts.placesTold()).flatMap((place) => (place.told === null ? [place.scope] : []));
  const tagged = silent.flatMap((source) => scopesOf(source).slice(0, 1));
  const all = [...(await Promise.all(wanted)).flat(), ...tagged, ...places];
  return [...new Map(all.map((s) => [scopeText(s), s])).values()];
}
