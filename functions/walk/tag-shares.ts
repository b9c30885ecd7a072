/** Grants by tag: what principals of the catalog's own account, and other accounts, hold on whatever carries a tag. */

import { readAssociations } from '#aws/shares.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { TagValues } from '#contracts/policy.ts';
import { type Decision, merge, NOTHING } from '#core/actions.ts';
import { brokenAssociations } from '#core/hops/share.ts';
import { decideTagExposure } from '#core/hops/tag-exposure.ts';
import { decideTagShares, tagVersionLow } from '#core/hops/tag-shares.ts';
import type { Grant } from '#core/lake.ts';
import { receivers, tagGrantsOf, tagReceivers } from '#core/wanted.ts';
import type { WalkContext } from './context.ts';
import { reader } from './entrance.ts';
import { observed } from './observed.ts';
import { catalogPolicyHop, type Looking, type PublishFacts } from './publish.ts';
import { tagParts } from './tag-parts.ts';

/** The cross-account version from which grants by tag go through RAM. */
const BY_RAM = 3;

/** Only the scope of a catalog's own decides about its grants by tag, also once the policy names none any longer. */
export async function tagSharesHop(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Decision> {
  const { account, region, database } = facts.scope;
  if (database !== null) return reachedAndOpen(ctx, facts, looking);
  const entries = await facts.entries();
  if (tagGrantsOf(ctx.policy, facts.scope).length === 0 && !entries.some(isByTag)) return NOTHING;
  const [listed, blocked] = await Promise.all([facts.tagGrants(), ramIsInTheWay(ctx, facts, looking)]);
  const { policy } = ctx;
  const { recent } = looking;
  const keys = await keysThere(ctx, facts, looking);
  const decision = decideTagShares({ policy, account, region, listed, keys, blocked, entries, recent });
  return merge(decision, await versionTooLow(ctx, facts), await failedShares(ctx, facts));
}

/** Where the policy is content with an older version, the settings hop says nothing, and this is what waits for it. */
async function versionTooLow(ctx: WalkContext, facts: PublishFacts): Promise<Decision> {
  const { account, region } = facts.scope;
  const settings = await facts.settings();
  const content = ctx.policy.settings.crossAccountVersion.atLeast < BY_RAM;
  if (!content || tagReceivers(ctx.policy, facts.scope).length === 0 || !settings.known) return NOTHING;
  const found = settings.value.crossAccountVersion;
  return found >= BY_RAM ? NOTHING : { ...NOTHING, findings: [tagVersionLow({ account, region }, found)] };
}

/** Tags that can be granted by: those the catalog shows, and when planning those about to be made. The tags hop says why. */
async function keysThere(
  { policy }: WalkContext,
  facts: PublishFacts,
  { planning }: Looking,
): Promise<readonly TagValues[]> {
  if (planning) return policy.tags?.keys ?? [];
  const there = await facts.tagKeys();
  return there.known ? there.value : [];
}

/** A database of products tells of it by theirs. */
async function reachedAndOpen(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Decision> {
  const { account, region, database } = facts.scope;
  if (database === null || facts.products.some((product) => receivers(product).length > 0)) return NOTHING;
  const parts = await tagParts(ctx, facts, looking);
  if (parts === null || parts.reached.length === 0) return NOTHING;
  return decideTagExposure({ account, region, database, open: await facts.open() });
}

function isByTag(entry: Entry): boolean {
  if (entry.kind !== 'grant') return false;
  const { type } = (JSON.parse(entry.sent) as Grant).resource;
  return type === 'tag' || type === 'tag-policy';
}

/**
 * RAM takes a share that the catalog's policy or encryption forbids, and fails; and a grant made below version 3 goes by
 * the catalog's policy for good, however the version is raised: nothing is granted to accounts before.
 */
async function ramIsInTheWay(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<boolean> {
  if (tagReceivers(ctx.policy, facts.scope).length === 0) return false;
  const [{ actions, findings }, settings] = await Promise.all([catalogPolicyHop(ctx, facts), facts.settings()]);
  if (findings.length > 0 || (!looking.planning && actions.length > 0)) return true;
  const { raise } = ctx.policy.settings.crossAccountVersion;
  return !(looking.planning && raise) && (!settings.known || settings.value.crossAccountVersion < BY_RAM);
}

/** What the grants hang on, where RAM could not associate it. */
async function failedShares(ctx: WalkContext, facts: PublishFacts): Promise<Decision> {
  const { account, region } = facts.scope;
  const listed = await facts.tagGrants();
  if (!listed.known) return NOTHING;
  const receivers = tagReceivers(ctx.policy, facts.scope);
  const rows = listed.value.grants.filter((row) => receivers.includes(row.principal));
  const arns = [...new Set(rows.flatMap((row) => row.shareArns))].sort();
  if (arns.length === 0) return NOTHING;
  const clients = reader(ctx, { account, region });
  const associations = await observed(ctx, () => readAssociations(clients, arns));
  const where = { hop: 'share' as const, account, region, resource: `grants by tag of ${account}` };
  return { ...NOTHING, findings: brokenAssociations(where, { associations, products: [] }, rows) };
}
