import pMap from 'p-map';
import type { LakeResource, ListedGrant } from '#contracts/lake-formation.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { DEFAULT_DATABASE, grantResources } from '#core/consumer-grants.ts';
import { hasArrived } from '#core/expected-shares.ts';
import type { GrantFacts, LinkFacts, RoleFacts } from '#core/facts.ts';
import { linkResource } from '#core/links.ts';
import { known, mapKnown, type Observed } from '#core/observed.ts';
import { grantsSent } from '#core/ownership.ts';
import { resourceText } from '#core/permissions.ts';
import type { Question } from '#engine/hop.ts';
import type { PlaceReads, Reads } from '#engine/query.ts';
import { type Arrivals, arrivedSources, observeArrivals, reachedLinks } from '../arrivals.ts';
import { askEach } from '../ask-each.ts';
import { observeJobRoles, observeTagRoles, type TagRoles } from '../job-roles.ts';
import { GRANTS, LINK, TAG_GRANTS } from '../queries.ts';
import { hasGrantedByTag } from './by-tag.ts';
import { isOfOthers } from './data-locations.ts';
import { linkedProducts } from './linked.ts';
import { observeUnwanted, type Suspects } from './observe-unwanted.ts';

export interface GrantsObservation {
  readonly arrivals: Arrivals;
  /** Roles that products' patterns match. */
  readonly roles: Observed<readonly RoleFacts[]>;
  /** Whether the account has a database `default`. */
  readonly hasDefault: Observed<boolean>;
  /** Grants on what products and links are about, by Region. */
  readonly listed: ReadonlyMap<string, Observed<GrantFacts>>;
  readonly byTag: TagGrantsSeen | null;
  /** What the account has granted on places; null: none are its own to pass on, and none were. */
  readonly places: Observed<GrantFacts> | null;
  /** Grants of ours that nothing may want any longer, by Region. */
  readonly suspects: readonly Suspects[];
}

export interface TagGrantsSeen {
  /** Regions of catalogs that grant by tag here, or did. */
  readonly regions: readonly string[];
  /** Grants on tags and by them, by Region. */
  readonly listed: ReadonlyMap<string, Observed<GrantFacts>>;
  readonly roles: TagRoles;
  /** The databases of links that grants by tag reach, by name. */
  readonly links: ReadonlyMap<string, Observed<LinkFacts>>;
  /** Grants on these links and on `default`. */
  readonly onLinks: Observed<GrantFacts>;
}

type Asked = Question<OnboardScope>;

/** Grants on more resources than this are listed by pages. */
const ASK_ONE_BY_ONE = 20;

export async function observeGrants(read: Reads, asked: Asked): Promise<GrantsObservation> {
  const arrivals = await observeArrivals(read, asked);
  const { account, region } = asked.scope;
  const linked = linkedProducts(arrivals, asked);
  const roles = await observeJobRoles(read, asked);
  const byTag = await observeByTag(read, asked, arrivals);
  const needsDefault = linked.length > 0 || byTag !== null;
  const defaults = needsDefault ? await read.in(account, region).ask(LINK, { name: DEFAULT_DATABASE }) : null;
  const hasDefault = defaults === null ? known(false) : mapKnown(defaults, ({ database }) => database !== null);
  const ready = linked.map((one) => ({ ...one, roles: [] }));
  const resources = roles.known ? [...grantResources(account, region, ready)] : [];
  const listed = await pMap(
    resources,
    async ([where, ofRegion]) =>
      [where, await observeListed(read, asked, { arrivals, where, resources: ofRegion, hasDefault })] as const,
    { concurrency: 1 },
  );
  return {
    arrivals,
    roles,
    hasDefault,
    listed: new Map(listed),
    byTag: byTag === null ? null : await withLinks(read, asked, { byTag, arrivals, hasDefault }),
    places: await observePlaces(read, asked, arrivals),
    suspects: await observeUnwanted(read, asked, arrivals, roles),
  };
}

interface Listing {
  readonly arrivals: Arrivals;
  readonly where: string;
  readonly resources: readonly LakeResource[];
  readonly hasDefault: Observed<boolean>;
}

/** Asking about grants on what isn't there yet is an error to AWS, and the answer is known: none. */
async function observeListed(read: Reads, asked: Asked, listing: Listing): Promise<Observed<GrantFacts>> {
  const { account } = asked.scope;
  const there: LakeResource[] = [];
  for (const resource of listing.resources) {
    if (await isThere(read, asked, listing, resource)) there.push(resource);
  }
  const place = read.in(account, listing.where);
  if (there.length > ASK_ONE_BY_ONE) return listedByPages(place, there);
  const lists = await askEach(there, (resource) =>
    place.ask(GRANTS, { owner: resource.catalog === account, resource }),
  );
  return mapKnown(lists, (all) => ({ grants: all.flatMap(({ grants }) => grants) }));
}

/** What the account has granted is listed by kinds of resources, also on what others share with it (law 7). */
async function listedByPages(place: PlaceReads, resources: readonly LakeResource[]): Promise<Observed<GrantFacts>> {
  const listings = await Promise.all(
    (['DATABASE', 'TABLE'] as const).map((resourceType) => place.ask(GRANTS, { resourceType })),
  );
  const meant = new Set(resources.map(resourceText));
  const rows: ListedGrant[] = [];
  for (const listing of listings) {
    if (!listing.known) return listing;
    rows.push(...listing.value.grants.filter(({ resource }) => meant.has(resourceText(resource))));
  }
  return known({ grants: rows });
}

async function isThere(
  read: Reads,
  { scope: { account, region }, planning }: Asked,
  { arrivals, hasDefault }: Listing,
  resource: LakeResource,
): Promise<boolean> {
  if (resource.type !== 'database' || resource.catalog !== account) {
    return !planning || isVisible(arrivals, resource);
  }
  if (resource.database === DEFAULT_DATABASE) return !hasDefault.known || hasDefault.value;
  const link = await read.in(account, region).ask(LINK, { name: resource.database });
  return !link.known || link.value.database !== null;
}

/** When planning, a share may not be accepted yet: the consumer can't be asked about the producer's resources. */
function isVisible({ account, products, shares }: Arrivals, resource: LakeResource): boolean {
  const source = products.find(({ product }) => product.account === resource.catalog);
  if (source === undefined || source.product.account === account) return true;
  const seen = shares.get(source.product.region);
  return source.snapshot !== null && !!seen?.known && hasArrived(source.snapshot.shares[account] ?? [], seen.value);
}

/** Null where no catalog grants by tag here, and none did. */
async function observeByTag(
  read: Reads,
  asked: Asked,
  arrivals: Arrivals,
): Promise<Pick<TagGrantsSeen, 'regions' | 'listed' | 'roles'> | null> {
  const { account, region } = asked.scope;
  // What was granted by the tags of a catalog that is for this account no longer is withdrawn.
  const left = hasGrantedByTag(account, asked.entries) ? [region] : [];
  const regions = [...new Set([...arrivals.sources.map(({ catalog }) => catalog.region), ...left])];
  if (regions.length === 0) return null;
  const listed = regions.map(async (where) => [where, await read.in(account, where).ask(TAG_GRANTS, {})] as const);
  return { regions, listed: new Map(await Promise.all(listed)), roles: await observeTagRoles(read, asked, arrivals) };
}

interface SeenByTag extends Pick<Listing, 'arrivals' | 'hasDefault'> {
  readonly byTag: Pick<TagGrantsSeen, 'regions' | 'listed' | 'roles'>;
}

/** What grants by tag reach is read through links. */
async function withLinks(
  read: Reads,
  asked: Asked,
  { byTag, arrivals, hasDefault }: SeenByTag,
): Promise<TagGrantsSeen> {
  const { account, region } = asked.scope;
  const reached = reachedLinks(arrivals, arrivedSources(arrivals, asked.planning));
  const links = reached.map(async ({ source: { link: name } }) => {
    return [name, await read.in(account, region).ask(LINK, { name })] as const;
  });
  const resources: LakeResource[] = [
    { type: 'database', catalog: account, database: DEFAULT_DATABASE },
    ...reached.map(({ source }) => linkResource(account, source)),
  ];
  const seen = new Map(await Promise.all(links));
  const nothing = known({ grants: [] });
  const onLinks =
    reached.length === 0
      ? nothing
      : await observeListed(read, asked, { arrivals, where: region, resources, hasDefault });
  return { ...byTag, links: seen, onLinks };
}

async function observePlaces(
  read: Reads,
  { scope: { account, region }, entries }: Asked,
  { places }: Arrivals,
): Promise<Observed<GrantFacts> | null> {
  const ours = grantsSent(entries).some(isOfOthers(account));
  if (places.length === 0 && !ours) return null;
  return read.in(account, region).ask(GRANTS, { resourceType: 'DATA_LOCATION' });
}
