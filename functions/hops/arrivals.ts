/** What other accounts share with a consumer, by name, by tag, or as a place, and whether it has arrived. */

import type { Catalog, DataLocation, Product } from '#contracts/policy.ts';
import type { ProductSnapshot, Reached, Snapshot } from '#contracts/snapshot.ts';
import type { OnboardScope, PublishScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { NO_PRODUCT } from '#core/assessment.ts';
import { sortedSet } from '#core/collections.ts';
import { type Expected, expectedByTag, hasArrived } from '#core/expected-shares.ts';
import type { AcceptanceFacts } from '#core/facts.ts';
import type { LinkSource } from '#core/links.ts';
import type { Observed, Trouble } from '#core/observed.ts';
import { placesFor, productsFor, publishScope, tagCatalogsFor } from '#core/selectors.ts';
import { scopeText } from '#core/start.ts';
import { namedScopes, openCatalogs } from '#core/tags/scopes.ts';
import type { ProducerScope, Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { FOREIGN_DATABASES, SHARES } from './queries.ts';

/** A product of this account and Region, and what its producer told of it; null: nothing yet. */
export interface ProductSource {
  readonly product: Product;
  readonly snapshot: ProductSnapshot | null;
}

/** A catalog of another account whose grants by tag are for this one. */
export interface TagSource {
  readonly catalog: Catalog;
  /** Null before its first publish. */
  readonly told: Snapshot | null;
  /** Databases that may be reached. */
  readonly candidates: readonly string[];
  /** Why the databases this account is shown could not be listed, where that had to be asked. */
  readonly unlisted: Trouble | null;
  /** Those that are reached, with the grants by tag that reach them; sorted. */
  readonly databases: readonly { readonly name: string; readonly by: readonly Reached[] }[];
  readonly expected: Expected;
}

/** A place of another account that principals of this one are to use. */
export interface PlaceSource {
  readonly entry: DataLocation;
  readonly scope: PublishScope;
  readonly told: Snapshot | null;
}

export interface Arrivals {
  readonly account: string;
  readonly region: string;
  readonly products: readonly ProductSource[];
  /** Catalogs of others that grant by tag here. */
  readonly sources: readonly TagSource[];
  readonly places: readonly PlaceSource[];
  /** Shares that RAM shows, by the Region of what is shared: RAM is regional. */
  readonly shares: ReadonlyMap<string, Observed<AcceptanceFacts['shares']>>;
}

type Asked = Pick<Question<OnboardScope>, 'scope' | 'policy'>;

export function observeArrivals(read: Reads, asked: Asked): Promise<Arrivals> {
  return read.once('arrivals', (shared) => readArrivals(shared, asked));
}

async function readArrivals(read: Reads, asked: Asked): Promise<Arrivals> {
  const { policy, scope } = asked;
  const { account, region } = scope;
  const [products, sources, places] = await Promise.all([
    Promise.all(productsFor(policy, scope).map((product) => productSource(read, product))),
    Promise.all(tagCatalogsFor(policy, scope).map((catalog) => tagSource(read, asked, catalog))),
    Promise.all(placesFor(policy, scope).map((entry) => placeSource(read, entry))),
  ]);
  const others = products.filter(({ product }) => product.account !== account);
  const regions = new Set([
    ...others.filter(({ snapshot }) => snapshot?.shared).map(({ product }) => product.region),
    ...sources.map(({ catalog }) => catalog.region),
  ]);
  const shares = [...regions].map(async (where) => [where, await read.in(account, where).ask(SHARES, {})] as const);
  return { account, region, products, sources, places, shares: new Map(await Promise.all(shares)) };
}

async function productSource(read: Reads, product: Product): Promise<ProductSource> {
  const told = await read.snapshot(publishScope(product));
  return { product, snapshot: told?.products.find((one) => one.product === product.name) ?? null };
}

function catalogScope({ account, region }: Catalog, database: string | null = null): PublishScope {
  return { half: 'publish', account, region, database };
}

async function placeSource(read: Reads, entry: DataLocation): Promise<PlaceSource> {
  const scope = catalogScope(entry);
  return { entry, scope, told: await read.snapshot(scope) };
}

async function tagSource(read: Reads, asked: Asked, catalog: Catalog): Promise<TagSource> {
  const { account } = asked.scope;
  const [told, { candidates, unlisted }] = await Promise.all([
    read.snapshot(catalogScope(catalog)),
    candidatesOf(read, asked, catalog),
  ]);
  const seen = candidates.map(async (name) => {
    const snapshot = await read.snapshot(catalogScope(catalog, name));
    const by = snapshot?.reached.filter(({ accounts }) => accounts.includes(account)) ?? [];
    return by.length === 0 ? [] : [{ name, by }];
  });
  const databases = (await Promise.all(seen)).flat();
  const shares = told?.tagged.filter(({ shared }) => shared.includes(account)) ?? [];
  const arns = sortedSet(shares.flatMap((share) => share.shares[account] ?? []));
  const names = databases.map(({ name }) => name);
  const expected = expectedByTag(catalog, { shared: shares.length > 0, arns, databases: names });
  return { catalog, told, candidates, unlisted, databases, expected };
}

/**
 * Databases of a catalog that may be reached: those that rules, products and the last run name, and where rules leave
 * it open, those this account is shown. A producer's own catalog is never listed from here.
 */
async function candidatesOf(
  read: Reads,
  { policy, scope }: Asked,
  catalog: Catalog,
): Promise<Pick<TagSource, 'candidates' | 'unlisted'>> {
  const isHere = sameAccountRegion(catalog);
  const named = [...namedScopes(policy), ...policy.products].filter(isHere).flatMap((one) => one.database ?? []);
  const record = await read.consumer(scope.account, scope.region);
  const prefix = `${scopeText(catalogScope(catalog))} `;
  const before = Object.keys(record?.fingerprints ?? {}).flatMap((text) =>
    text.startsWith(prefix) ? [text.slice(prefix.length)] : [],
  );
  const isOpen = openCatalogs(policy).some(isHere);
  const shown = isOpen ? await read.in(scope.account, catalog.region).ask(FOREIGN_DATABASES, {}) : null;
  const open = shown?.known ? shown.value.filter((one) => one.catalog === catalog.account) : [];
  const candidates = sortedSet([...named, ...before, ...open.map(({ database }) => database)]);
  return { candidates, unlisted: shown === null || shown.known ? null : shown.why };
}

/** The producer scopes whose snapshots say what a source shares. */
export function scopesOfSource({ catalog, candidates }: TagSource): readonly PublishScope[] {
  return [catalogScope(catalog), ...candidates.map((database) => catalogScope(catalog, database))];
}

/** The producer scopes this consumer goes by, and what it reads of each. */
export function producersOf({ products, sources, places }: Arrivals): readonly ProducerScope[] {
  return [
    ...products.map(({ product }) => ({ scope: publishScope(product), products: [product.name] })),
    ...sources.flatMap(scopesOfSource).map((scope) => ({ scope, products: [NO_PRODUCT] })),
    ...places.map(({ scope }) => ({ scope, products: [NO_PRODUCT] })),
  ];
}

/** A product that can be linked and granted now. */
export interface ArrivedProduct {
  readonly product: Product;
  readonly snapshot: ProductSnapshot;
}

/** Products that are shared and have arrived. When planning, what their producers would share counts. */
export function arrivedProducts({ account, products, shares }: Arrivals, planning: boolean): readonly ArrivedProduct[] {
  return products.flatMap(({ product, snapshot }) => {
    if (snapshot === null || !snapshot.shared) return [];
    if (planning || product.account === account) return [{ product, snapshot }];
    const seen = shares.get(product.region);
    const here = seen?.known && hasArrived(snapshot.shares[account] ?? [], seen.value);
    return here ? [{ product, snapshot }] : [];
  });
}

/** Sources by tag that are shared and have arrived. When planning, what their owners would share counts. */
export function arrivedSources({ sources, shares }: Arrivals, planning: boolean): readonly TagSource[] {
  return sources.filter(({ catalog, expected }) => {
    if (!expected.shared || planning) return expected.shared;
    const seen = shares.get(catalog.region);
    return seen?.known && hasArrived(expected.arns, seen.value);
  });
}

/** Names of this account's products that are not among these. */
export function namesBut({ products }: Arrivals, ready: readonly { readonly product: Product }[]): readonly string[] {
  const names = new Set(ready.map(({ product }) => product.name));
  return products.map(({ product }) => product.name).filter((name) => !names.has(name));
}

/** A database that grants by tag reach, and the link under which it is read here. */
export interface ReachedLink {
  readonly source: LinkSource;
  readonly by: readonly Reached[];
  /** A product links it already. */
  readonly byProduct: boolean;
}

/** Links by the sources' own names, which Glue's fine-grained jobs need; a product of the same database has its link. */
export function reachedLinks({ products }: Arrivals, sources: readonly TagSource[]): readonly ReachedLink[] {
  return sources.flatMap(({ catalog: { account, region }, databases }) =>
    databases.map(({ name: database, by }) => {
      const product = products.find(
        ({ product: one }) => one.account === account && one.region === region && one.database === database,
      )?.product;
      const link = product?.link ?? database;
      return { source: { name: null, account, region, database, link }, by, byProduct: product !== undefined };
    }),
  );
}
