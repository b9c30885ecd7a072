/** Which catalogs the policy's account-wide settings are about, and which scope judges what is catalog-wide. */

import type { Catalog, Policy, Product } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { sameAccountRegion } from './account-region.ts';
import { modeIn } from './policy.ts';
import { receivers, tagReceivers } from './selectors.ts';
import { catalogScopes } from './tags/scopes.ts';

/** Others read what is made here: a product with receivers lies in it, or its things are tagged for them. */
export function sharesAnything(policy: Policy, catalog: Catalog): boolean {
  const isHere = sameAccountRegion(catalog);
  const shares = policy.products.some((product) => isHere(product) && receivers(product).length > 0);
  return shares || (policy.tags?.catalogs.some(isHere) ?? false);
}

/** One fault, one finding: one scope judges what is catalog-wide, that of the whole catalog where there is one. */
export function ownsCatalogChecks(policy: Policy, scope: PublishScope): boolean {
  if (!sharesAnything(policy, scope)) return false;
  if (hasOwnScope(policy, scope)) return scope.database === null;
  const shared = productsIn(policy, scope).filter((product) => receivers(product).length > 0);
  return scope.database === shared.map(({ database }) => database).sort()[0];
}

/**
 * Whether a scope tells of faults that every scope of its catalog meets: the settings, the list of LF-Tags. The catalog's
 * own does, else its first database: of those that may write, where there are any, since only they see a write refused.
 */
export function reportsForCatalog(policy: Policy, scope: PublishScope): boolean {
  if (hasOwnScope(policy, scope)) return scope.database === null;
  const products = productsIn(policy, scope);
  const writing = products.filter((product) => modeIn(policy, product, scope.account) === 'enforce');
  const [first] = (writing.length > 0 ? writing : products).map(({ database }) => database).sort();
  return first === undefined || scope.database === first;
}

/**
 * Whether the version for sharing is this scope's concern: it shares itself, or tells for all that do. Of those that are
 * only reported no other scope speaks where the policy lets the version be raised: that is not thrown for their sake.
 */
export function requiresSharingVersion(policy: Policy, scope: PublishScope): boolean {
  const shared = productsIn(policy, scope).filter((product) => receivers(product).length > 0);
  if (shared.some(({ database }) => database === scope.database)) return true;
  if (scope.database === null && tagReceivers(policy, scope).length > 0) return true;
  if (!reportsForCatalog(policy, scope)) return false;
  const { raise } = policy.settings.crossAccountVersion;
  return shared.some((product) => !raise || modeIn(policy, product, scope.account) === 'enforce');
}

/**
 * Whether a scope puts back what a catalog's switches took: its own, where it is reconciled once more, and whichever tells of
 * the catalog. Two of them write the same.
 */
export function restoresCatalog(policy: Policy, scope: PublishScope): boolean {
  return scope.database === null || reportsForCatalog(policy, scope);
}

function hasOwnScope(policy: Policy, catalog: Catalog): boolean {
  return catalogScopes(policy).some(sameAccountRegion(catalog));
}

function productsIn(policy: Policy, catalog: Catalog): readonly Product[] {
  return policy.products.filter(sameAccountRegion(catalog));
}
