/** From policy to what each scope is about. Pure selection: nothing observed, no clock. */

import { arnParts, isAccountId } from '#contracts/arn.ts';
import type { Catalog, DataLocation, Policy, Product, TagGrant } from '#contracts/policy.ts';
import type { OnboardScope, PublishScope } from '#contracts/steps.ts';
import { sameAccountRegion } from './account-region.ts';
import { sortedSet, uniqueBy } from './collections.ts';
import { accountWithId, productsOfConsumer } from './policy-index.ts';

/** The products whose producer half is this scope. */
export function productsOf(policy: Policy, scope: PublishScope): readonly Product[] {
  return policy.products.filter(sameAccountRegion(scope)).filter(({ database }) => database === scope.database);
}

/** The products this consumer account reads in this Region. */
export function productsFor(policy: Policy, scope: OnboardScope): readonly Product[] {
  return productsOfConsumer(policy, scope.account).filter((product) =>
    consumerRegions(policy, product, scope.account).includes(scope.region),
  );
}

/** Where a consumer's links to a product live: the account's own list, or the product's Region. */
export function consumerRegions(policy: Policy, source: Pick<Catalog, 'region'>, account: string): readonly string[] {
  return accountWithId(policy, account)?.regions ?? [source.region];
}

/** The consumers of a product, one scope per account and Region. */
export function consumersOf(policy: Policy, product: Product): readonly OnboardScope[] {
  return product.audience.flatMap((account) =>
    consumerRegions(policy, product, account).map((region) => ({ half: 'onboard' as const, account, region })),
  );
}

/** The entries of `tags.grants` about one catalog. */
export function tagGrantsOf(policy: Policy, catalog: Catalog): readonly TagGrant[] {
  return (policy.tags?.grants ?? []).filter(sameAccountRegion(catalog));
}

/** Whose a grantee is: an account is its own; a principal without one, as Identity Center's, is the catalog's. */
export function accountOf(grantee: string, catalog: Pick<Catalog, 'account'>): string {
  if (isAccountId(grantee)) return grantee;
  return arnParts(grantee)?.account || catalog.account;
}

/** Accounts that a catalog's tag grants are for, themselves or one of their principals; never the catalog's own. */
export function tagReceivers(policy: Policy, catalog: Catalog): readonly string[] {
  const accounts = tagGrantsOf(policy, catalog).flatMap(({ to }) => to.map((grantee) => accountOf(grantee, catalog)));
  return sortedSet(accounts).filter((account) => account !== catalog.account);
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
    .filter(sameAccountRegion(catalog))
    .flatMap(({ to }) => to.map((arn) => accountOf(arn, catalog)));
  return sortedSet(accounts).filter((account) => account !== catalog.account);
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

/** The scope whose runs publish this product. */
export function publishScope(product: Pick<Product, 'account' | 'region' | 'database'>): PublishScope {
  return { half: 'publish', account: product.account, region: product.region, database: product.database };
}

/** Whether the policy says that an account is in no organization or another. */
export function isExternal(policy: Policy, account: string): boolean {
  return accountWithId(policy, account)?.external ?? false;
}

/** What the policy calls an account; its id where it has no name. */
export function nameOfAccount(policy: Policy, account: string): string {
  return accountWithId(policy, account)?.name ?? account;
}

/** Whether anything of another account is for this one: a product, what carries a tag, a place. */
export function isConsumer(policy: Policy, scope: OnboardScope): boolean {
  return productsFor(policy, scope).length + tagCatalogsFor(policy, scope).length + placesFor(policy, scope).length > 0;
}

/** Accounts with whom a product is shared through RAM: never the producer itself (G-K10, G-R15). */
export function receivers(product: Pick<Product, 'account' | 'audience'>): readonly string[] {
  return product.audience.filter((account) => account !== product.account);
}

/** Whether one of a product's table names or patterns means this table. */
export function wantsTable(
  product: Pick<Product, 'tables'>,
  table: string,
  matches: (pattern: string, value: string) => boolean,
): boolean {
  return product.tables === 'all' || product.tables.some((pattern) => matches(pattern.toLowerCase(), table));
}

/** Every consumer of what a producer scope shares: by name, by tag, or a place. */
export function consumersOfScope(policy: Policy, scope: PublishScope): readonly OnboardScope[] {
  const all = [
    ...productsOf(policy, scope).flatMap((product) => consumersOf(policy, product)),
    ...tagConsumersOf(policy, scope),
    ...(scope.database === null ? placeConsumersOf(policy, scope) : []),
  ];
  return uniqueBy(all, ({ account, region }) => `${account}/${region}`);
}
