/** From policy to what each scope is about. Pure selection: no facts, no clock. */

import { createHash } from 'node:crypto';
import type { Catalog, DataLocation, Policy, Product, TagGrant } from '../contracts/policy.ts';
import type { ProductSnapshot, Snapshot } from '../contracts/snapshot.ts';
import type { OnboardScope, PublishScope } from '../contracts/steps.ts';

/** The products whose producer half is this scope. */
export function productsOf(policy: Policy, scope: PublishScope): readonly Product[] {
  return policy.products.filter(
    (p) => p.account === scope.account && p.region === scope.region && p.database === scope.database,
  );
}

/** The products this consumer account reads in this Region. */
export function productsFor(policy: Policy, scope: OnboardScope): readonly Product[] {
  return policy.products.filter(
    (p) => p.audience.includes(scope.account) && consumerRegions(policy, p, scope.account).includes(scope.region),
  );
}

/** Where a consumer's links to a product live: the account's own list, or the product's Region. */
export function consumerRegions(policy: Policy, source: Pick<Catalog, 'region'>, account: string): readonly string[] {
  return policy.accounts.find((a) => a.id === account)?.regions ?? [source.region];
}

/** The consumers of a product, one scope per account and Region. */
export function consumersOf(policy: Policy, product: Product): readonly OnboardScope[] {
  return product.audience.flatMap((account) =>
    consumerRegions(policy, product, account).map((region) => ({ half: 'onboard' as const, account, region })),
  );
}

/** The entries of `tags.grants` about one catalog. */
export function tagGrantsOf(policy: Policy, catalog: Catalog): readonly TagGrant[] {
  return (policy.tags?.grants ?? []).filter(isOf(catalog));
}

/** Whose a grantee is: an account is its own; a principal without one, as Identity Center's, is the catalog's. */
export function accountOf(grantee: string, catalog: Pick<Catalog, 'account'>): string {
  if (/^\d{12}$/.test(grantee)) return grantee;
  return grantee.split(':')[4] || catalog.account;
}

/** Accounts that a catalog's tag grants are for, themselves or one of their principals; never the catalog's own. */
export function tagReceivers(policy: Policy, catalog: Catalog): readonly string[] {
  const accounts = tagGrantsOf(policy, catalog).flatMap(({ to }) => to.map((grantee) => accountOf(grantee, catalog)));
  return [...new Set(accounts)].filter((account) => account !== catalog.account).sort();
}

/** The consumers of a catalog's tag grants, one scope per account and Region. */
export function tagConsumersOf(policy: Policy, catalog: Catalog): readonly OnboardScope[] {
  return tagReceivers(policy, catalog).flatMap((account) =>
    consumerRegions(policy, catalog, account).map((region) => ({ half: 'onboard' as const, account, region })),
  );
}

/** The catalogs of other accounts whose tag grants reach this consumer. */
export function tagCatalogsFor(policy: Policy, { account, region }: Catalog): readonly Catalog[] {
  return (policy.tags?.catalogs ?? []).filter(
    (catalog) =>
      tagReceivers(policy, catalog).includes(account) && consumerRegions(policy, catalog, account).includes(region),
  );
}

/** Accounts of others whose principals a catalog's data locations name: they are granted the place, and pass it on. */
export function placeReceivers(policy: Policy, catalog: Catalog): readonly string[] {
  const accounts = policy.dataLocations
    .filter(isOf(catalog))
    .flatMap(({ to }) => to.map((arn) => accountOf(arn, catalog)));
  return [...new Set(accounts)].filter((account) => account !== catalog.account).sort();
}

/** The consumers of a catalog's places: granted where the place is. */
export function placeConsumersOf(policy: Policy, catalog: Catalog): readonly OnboardScope[] {
  const { region } = catalog;
  return placeReceivers(policy, catalog).map((account) => ({ half: 'onboard' as const, account, region }));
}

/** Places of other accounts that principals of this one are to use: granted here, in the Region of the place. */
export function placesFor(policy: Policy, { account, region }: Catalog): readonly DataLocation[] {
  return policy.dataLocations.filter(
    (entry) =>
      entry.account !== account && entry.region === region && entry.to.some((arn) => accountOf(arn, entry) === account),
  );
}

function isOf(catalog: Catalog): (one: Catalog) => boolean {
  return ({ account, region }) => account === catalog.account && region === catalog.region;
}

export function publishScope(product: Pick<Product, 'account' | 'region' | 'database'>): PublishScope {
  return { half: 'publish', account: product.account, region: product.region, database: product.database };
}

/** Accounts with whom a product is shared through RAM: never the producer itself (G-K10, G-R15). */
export function receivers(product: Product): readonly string[] {
  return product.audience.filter((account) => account !== product.account);
}

/**
 * Hash of what one consumer has to know of one producer scope; null when that is nothing. A consumer is started when
 * this differs from what its last finished walk recorded, so a crash between sharing and fan-out loses nobody.
 */
export function consumerPart(policy: Policy, account: string, snapshot: Told): string | null {
  const products = snapshot.products.flatMap((told) => productPart(policy, account, told));
  const tagged = snapshot.tagged
    .filter(({ shares }) => shares[account] !== undefined)
    .map(({ shared, shares, ...rest }) => ({ ...rest, shared: shared.includes(account), shares: shares[account] }));
  const reached = snapshot.reached
    .filter(({ accounts }) => accounts.includes(account))
    .map(({ where, on }) => ({ where, on }));
  const grants = snapshot.database === null ? tagGrantsFor(policy, snapshot, account) : [];
  const places = snapshot.database === null ? placesPart(policy, account, snapshot) : [];
  const parts = [products, tagged, reached, grants, places];
  if (parts.every((part) => part.length === 0)) return null;
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

type Told = Pick<Snapshot, 'account' | 'region' | 'database' | 'products' | 'tagged' | 'reached' | 'places'>;

/** Which places it was granted, and to whom it is to pass them on. */
function placesPart(policy: Policy, account: string, { places = {}, ...catalog }: Told): readonly object[] {
  const granted = Object.keys(places).filter((arn) => places[arn]?.includes(account));
  const wanted = placesFor(policy, { account, region: catalog.region }).filter(isOf(catalog));
  const to = wanted.map((entry) => [
    entry.bucket,
    entry.prefix,
    entry.to.filter((arn) => accountOf(arn, entry) === account),
  ]);
  return to.length === 0 ? [] : [{ granted, to }];
}

function productPart(policy: Policy, account: string, snapshot: ProductSnapshot): readonly object[] {
  const product = policy.products.find((p) => p.name === snapshot.product);
  if (product === undefined || !product.audience.includes(account)) return [];
  const { link, jobRoles, permissions, storage } = product;
  const { shares, ...rest } = snapshot;
  const told = { ...rest, shares: shares[account] ?? [] };
  return [{ ...told, link, jobRoles, permissions, storage, paths: policy.protectedPaths }];
}

/** What principals of one consumer are to be granted by the tags of a catalog. */
function tagGrantsFor(policy: Policy, catalog: Catalog, account: string): readonly object[] {
  return tagGrantsOf(policy, catalog)
    .map(({ index: _, ...entry }) => ({ ...entry, to: entry.to.filter((to) => accountOf(to, catalog) === account) }))
    .filter(({ to }) => to.length > 0);
}

/** Whether one of a product's table names or patterns means this table. */
export function wantsTable(
  product: Pick<Product, 'tables'>,
  table: string,
  matches: (pattern: string, value: string) => boolean,
): boolean {
  return product.tables === 'all' || product.tables.some((pattern) => matches(pattern.toLowerCase(), table));
}
