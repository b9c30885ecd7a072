/** The producer's catalog and the grants on it, as exposure and share see them. */

import type { LakeResource, ListedGrant } from '#contracts/lake-formation.ts';
import type { PublishScope } from '#contracts/steps.ts';
import type { CatalogFacts, GrantFacts } from '#core/facts.ts';
import { known, mapKnown, type Observed } from '#core/observed.ts';
import { resourceText } from '#core/permissions.ts';
import { productResources, tablesOf } from '#core/product-grants.ts';
import { productsOf, receivers } from '#core/selectors.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { askEach } from './ask-each.ts';
import { CATALOG, GRANTS, OPEN_TABLES } from './queries.ts';

/** Few resources are asked about one by one; many by listing the catalog's pages (law 7). */
const ASK_ONE_BY_ONE = 20;

/** The scope of what belongs to no database has none to look at. */
const NO_DATABASE: CatalogFacts = { database: null, tables: [] };

type Asked = Pick<Question<PublishScope>, 'scope' | 'policy' | 'entries'>;

/** The scope's database with its tables. */
export async function observeCatalog(read: Reads, scope: PublishScope): Promise<Observed<CatalogFacts>> {
  const { account, region, database } = scope;
  return database === null ? known(NO_DATABASE) : read.in(account, region).ask(CATALOG, { database });
}

/** What IAM_ALLOWED_PRINCIPALS holds: by principal for tables, by resource for the database, whose own listing AWS is said to leave empty. */
export async function observeOpen(read: Reads, scope: PublishScope): Promise<Observed<GrantFacts>> {
  const { account, region, database } = scope;
  if (database === null) return known({ grants: [] });
  const place = read.in(account, region);
  const resource: LakeResource = { type: 'database', catalog: account, database };
  return joined([place.ask(GRANTS, { owner: true, resource }), place.ask(OPEN_TABLES, {})]);
}

/** Grants on what products of the scope share, and on what we granted there before. */
export async function observeShares(
  read: Reads,
  asked: Asked,
  catalog: Observed<CatalogFacts>,
): Promise<Observed<GrantFacts>> {
  if (!catalog.known) return catalog;
  if (catalog.value.database === null) return known({ grants: [] });
  const { account, region } = asked.scope;
  const place = read.in(account, region);
  const resources = new Map(resourcesOf(asked, catalog.value).map((resource) => [resourceText(resource), resource]));
  if (resources.size === 0) return known({ grants: [] });
  if (resources.size <= ASK_ONE_BY_ONE && !read.wide) {
    const lists = await askEach([...resources.values()], (resource) => place.ask(GRANTS, { owner: true, resource }));
    return mapKnown(lists, (all) => ({ grants: all.flatMap(({ grants }) => grants) }));
  }
  const pages = await joined(
    (['DATABASE', 'TABLE'] as const).map((resourceType) => place.ask(GRANTS, { resourceType })),
  );
  return mapKnown(pages, ({ grants }) => ({
    grants: grants.filter((row) => resources.has(resourceText(row.resource))),
  }));
}

function resourcesOf({ scope, policy, entries }: Asked, catalog: CatalogFacts): readonly LakeResource[] {
  const products = productsOf(policy, scope).filter((product) => receivers(product).length > 0);
  const desired = products.flatMap((product) => productResources(product, tablesOf(product, catalog)));
  const granted = entries.flatMap((entry) => (entry.kind === 'grant' ? [entry.sent.resource] : []));
  return [...desired.map(({ resource }) => resource), ...granted.filter((resource) => isIn(resource, scope, catalog))];
}

/** Of this database, and still there: asking about a dropped table is an error to AWS. */
function isIn(resource: LakeResource, { account, database }: PublishScope, { tables }: CatalogFacts): boolean {
  if (!('database' in resource) || resource.catalog !== account || resource.database !== database) return false;
  return resource.type !== 'table' || tables.some(({ name }) => name === resource.table);
}

/** Several listings as one; the first that is unknown is the answer to all. */
async function joined(listings: readonly Promise<Observed<GrantFacts>>[]): Promise<Observed<GrantFacts>> {
  const grants: ListedGrant[] = [];
  for (const listing of await Promise.all(listings)) {
    if (!listing.known) return listing;
    grants.push(...listing.value.grants);
  }
  return known({ grants });
}
