/** The consumer half of grants by tag: link what they reach, pass them on to principals here, check their roles. */

import type { Entry } from '#contracts/ledger.ts';
import type { Reached } from '#contracts/snapshot.ts';
import { type Decision, merge, NO_PRODUCT, NOTHING, unjudged } from '#core/actions.ts';
import { unreadable } from '#core/findings.ts';
import { hasArrived } from '#core/hops/acceptance.ts';
import { DEFAULT_DATABASE } from '#core/hops/grants.ts';
import { decideLink, type LinkSource, linkResource, linkTarget, sameTarget } from '#core/hops/link.ts';
import { principalMissing, type ReadSource, readingFindings } from '#core/hops/role.ts';
import { decideLinkReaders, decideTagGrants, isGrantedByTag, linkReaders } from '#core/hops/tag-grants.ts';
import { consumerWants } from '#core/hops/tag-shares.ts';
import { expressionText, known, type LakeResource } from '#core/lake.ts';
import type { WalkContext } from './context.ts';
import { grantsQuestion, listed, type OnboardFacts } from './onboard.ts';
import type { Looking } from './publish.ts';
import type { TagSource } from './tag-sources.ts';

/** A database that grants by tag reach, and the link under which it is read here. */
interface ReachedLink {
  readonly source: LinkSource;
  readonly by: readonly Reached[];
  /** A product links it already. */
  readonly byProduct: boolean;
}

/** What has arrived. When planning, what its owner would share counts. */
export async function arrived(facts: OnboardFacts, looking: Looking): Promise<readonly TagSource[]> {
  const judged = (await facts.sources()).map(async (source) => {
    const { shared, arns } = source.expected;
    if (!shared || looking.planning) return shared ? [source] : [];
    const shares = await facts.shares(source.catalog.region);
    return shares.known && hasArrived(arns, shares.value) ? [source] : [];
  });
  return (await Promise.all(judged)).flat();
}

/** Links by the sources' own names, which Glue's fine-grained jobs need; a product of the same database has its link. */
export function linksOf(facts: OnboardFacts, sources: readonly TagSource[]): readonly ReachedLink[] {
  return sources.flatMap(({ catalog, databases }) =>
    databases.map(({ name: database, by }) => {
      const { account, region } = catalog;
      const product = facts.products.find(
        (p) => p.account === account && p.region === region && p.database === database,
      );
      const link = product?.link ?? database;
      return { source: { name: null, account, region, database, link }, by, byProduct: product !== undefined };
    }),
  );
}

export async function tagLinkHop(_ctx: WalkContext, facts: OnboardFacts, looking: Looking): Promise<Decision> {
  if (facts.catalogs.length === 0) return NOTHING;
  const { account, region } = facts.scope;
  const sources = await arrived(facts, looking);
  const links = linksOf(facts, sources).filter(({ byProduct }) => !byProduct);
  const entries: readonly Entry[] = await facts.entries();
  const others = facts.products.filter((p) => p.account !== account);
  const decisions = links.map(async ({ source }, i) => {
    const where = { account, region, product: source, entries };
    // One name is one link: a product's before what follows a tag, and of two of these the first.
    const taken =
      others.find((product) => product.link === source.link) ??
      links.slice(0, i).find((earlier) => earlier.source.link === source.link)?.source;
    if (taken !== undefined) {
      const database = { name: source.link, target: linkTarget(taken) };
      return decideLink({ ...where, facts: known({ database }), grants: known({ grants: [] }) });
    }
    const link = await facts.link(source.link);
    const there = link.known && link.value.database !== null;
    const resources = [linkResource(account, source)];
    const grants = there ? await facts.grantsOn(grantsQuestion(region, resources)) : known({ grants: [] });
    return decideLink({ ...where, facts: link, grants });
  });
  const all = await facts.sources();
  const silent = all.length > sources.length ? unjudged('link', [NO_PRODUCT]) : NOTHING;
  return merge(...(await Promise.all(decisions)), await unreadableSources(facts, looking), silent);
}

/** What RAM or Glue would not show: not the same as waiting. */
async function unreadableSources(facts: OnboardFacts, looking: Looking): Promise<Decision> {
  if (looking.planning) return NOTHING;
  const { account } = facts.scope;
  const found = facts.catalogs.map(async (catalog) => {
    const shares = await facts.shares(catalog.region);
    const resource = `share of ${catalog.account} by tag`;
    const where = { hop: 'link' as const, account, region: catalog.region, resource };
    return shares.known ? [] : [unreadable(where, shares.why)];
  });
  const listings = (await facts.sources()).map(({ catalog: { region }, unlisted }) => {
    const where = { hop: 'link' as const, account, region, resource: `databases shared with ${account}` };
    return unlisted === null ? [] : [unreadable(where, unlisted)];
  });
  return { ...NOTHING, findings: [...(await Promise.all(found)).flat(), ...listings.flat()] };
}

/** Of a source's grants, those that its owner has made by the same expression: all others would be refused. */
function passedOn(ctx: WalkContext, facts: OnboardFacts, source: TagSource) {
  const { account } = facts.scope;
  const shared = source.told?.tagged.filter((share) => share.shared.includes(account)) ?? [];
  return consumerWants(ctx.policy, source.catalog, account).filter(({ grant: { resource } }) => {
    if (resource.type !== 'tag-policy') return true;
    const where = expressionText(resource.expression);
    return shared.some((share) => share.on === resource.on && share.where === where);
  });
}

/** Principals that are roles of this account and do not exist; unreadable ones are left to AWS's own answer. */
async function missingRoles(ctx: WalkContext, facts: OnboardFacts): Promise<ReadonlySet<string>> {
  const missing = rolesNamed(ctx, facts).map(async (arn) => {
    const role = await facts.tagRole(arn);
    return role.known && role.value?.arn !== arn ? [arn] : [];
  });
  return new Set((await Promise.all(missing)).flat());
}

function rolesNamed(ctx: WalkContext, facts: OnboardFacts): readonly string[] {
  const { account } = facts.scope;
  const wishes = facts.catalogs.flatMap((catalog) => consumerWants(ctx.policy, catalog, account));
  const principals = wishes.map(({ grant }) => grant.principal);
  return [...new Set(principals)].filter((arn) => arn.split(':')[5]?.startsWith('role/')).sort();
}

export async function tagGrantsHop(ctx: WalkContext, facts: OnboardFacts, looking: Looking): Promise<Decision> {
  const { account, region } = facts.scope;
  // What was granted by the tags of a catalog that is for this account no longer is withdrawn.
  const left = (await facts.entries()).some((entry) => isGrantedByTag(account, entry)) ? [region] : [];
  const regions = [...new Set([...facts.catalogs.map((catalog) => catalog.region), ...left])];
  if (regions.length === 0) return NOTHING;
  const [sources, missing, entries] = await Promise.all([
    arrived(facts, looking),
    missingRoles(ctx, facts),
    facts.entries(),
  ]);
  const perRegion = regions.map(async (where) => {
    const here = sources.filter(({ catalog }) => catalog.region === where);
    return decideTagGrants({
      policy: ctx.policy,
      account,
      region: where,
      wanted: here
        .flatMap((source) => passedOn(ctx, facts, source))
        .filter(({ grant }) => !missing.has(grant.principal)),
      listed: await facts.tagGrants(where),
      entries: where === region ? entries : await ctx.ledger.entries(account, where),
      recent: looking.recent,
    });
  });
  const silent = sources.length < facts.catalogs.length ? unjudged('grants', [NO_PRODUCT]) : NOTHING;
  return merge(...(await Promise.all(perRegion)), await linkGrants(ctx, facts, { sources, missing, looking }), silent);
}

interface Reading {
  readonly sources: readonly TagSource[];
  readonly missing: ReadonlySet<string>;
  readonly looking: Looking;
}

/** DESCRIBE on the links of what a principal's grants reach, and on `default` (G-L28). */
async function linkGrants(ctx: WalkContext, facts: OnboardFacts, reading: Reading): Promise<Decision> {
  const { sources, missing, looking } = reading;
  const { account, region } = facts.scope;
  const wishes = sources.flatMap((source) => passedOn(ctx, facts, source).map((wish) => ({ wish, source })));
  const links = await standingLinks(facts, linksOf(facts, sources), looking);
  const defaults = await facts.link(DEFAULT_DATABASE);
  const hasDefault = defaults.known ? known(defaults.value.database !== null) : defaults;
  const readers = linkReaders(
    wishes.map(({ wish }) => wish).filter(({ grant }) => !missing.has(grant.principal)),
    links.map(({ source, by }) => ({ catalog: source.account, link: source.link, by })),
  );
  if (readers.length === 0) return NOTHING;
  const resources: LakeResource[] = [
    { type: 'database', catalog: account, database: DEFAULT_DATABASE },
    ...links.map(({ source }) => linkResource(account, source)),
  ];
  const rows = await listed(facts, region, resources, { hasDefault, looking });
  return decideLinkReaders({ account, region, readers, hasDefault, listed: rows, recent: looking.recent });
}

/** DESCRIBE on a link that isn't there would be refused; when planning it counts as made. */
async function standingLinks(
  facts: OnboardFacts,
  links: readonly ReachedLink[],
  looking: Looking,
): Promise<readonly ReachedLink[]> {
  if (looking.planning) return links;
  const judged = links.map(async (link) => {
    const found = await facts.link(link.source.link);
    const target = found.known ? found.value.database?.target : null;
    return target && sameTarget(target, linkTarget(link.source)) ? [link] : [];
  });
  return (await Promise.all(judged)).flat();
}

/** Roles that are granted by tag: that they exist, and that their own policies let them read what is reached. */
export async function tagRoleHop(ctx: WalkContext, facts: OnboardFacts, looking: Looking): Promise<Decision> {
  const { account, region } = facts.scope;
  const at = { account, region };
  const sources = await arrived(facts, looking);
  const reads = linksOf(facts, sources).map(({ source }): ReadSource => ({ ...source, tables: 'all', storage: null }));
  const found = rolesNamed(ctx, facts).map(async (arn) => {
    const role = await facts.tagRole(arn);
    if (!role.known) return [unreadable({ hop: 'role', ...at, resource: `role ${arn}` }, role.why)];
    if (role.value?.arn !== arn) return [principalMissing(at, arn)];
    return reads.length === 0 ? [] : readingFindings(ctx.policy, at, reads, role.value);
  });
  return { ...NOTHING, findings: (await Promise.all(found)).flat() };
}
