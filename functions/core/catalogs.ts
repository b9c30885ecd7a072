/** Which catalogs the policy's account-wide settings are about, and which scope judges what is catalog-wide. */

import type { Catalog, Policy, Product } from '../contracts/policy.ts';
import type { PublishScope } from '../contracts/steps.ts';
import type { Decision, Finding } from './actions.ts';
import { modeIn } from './policy.ts';
import { catalogScopes } from './tags/scopes.ts';
import { receivers, tagReceivers } from './wanted.ts';

/** Others read what is made here: a product with receivers lies in it, or its things are tagged for them. */
export function produces(policy: Policy, { account, region }: Catalog): boolean {
  const isHere = (one: Catalog) => one.account === account && one.region === region;
  const shares = policy.products.some((product) => isHere(product) && receivers(product).length > 0);
  return shares || (policy.tags?.catalogs.some(isHere) ?? false);
}

/** One fault, one finding: one scope judges what is catalog-wide, that of the whole catalog where there is one. */
export function judgesCatalog(policy: Policy, scope: PublishScope): boolean {
  if (!produces(policy, scope)) return false;
  if (hasOwnScope(policy, scope)) return scope.database === null;
  const shared = productsIn(policy, scope).filter((product) => receivers(product).length > 0);
  return scope.database === shared.map(({ database }) => database).sort()[0];
}

/**
 * Whether a scope tells of faults that every scope of its catalog meets: the settings, the list of LF-Tags. The catalog's
 * own does, else its first database: of those that may write, where there are any, since only they see a write refused.
 */
export function tellsOfCatalog(policy: Policy, scope: PublishScope): boolean {
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
export function grantsFrom(policy: Policy, scope: PublishScope): boolean {
  const shared = productsIn(policy, scope).filter((product) => receivers(product).length > 0);
  if (shared.some(({ database }) => database === scope.database)) return true;
  if (scope.database === null && tagReceivers(policy, scope).length > 0) return true;
  if (!tellsOfCatalog(policy, scope)) return false;
  const { raise } = policy.settings.crossAccountVersion;
  return shared.some((product) => !raise || modeIn(policy, product, scope.account) === 'enforce');
}

/**
 * Whether a scope puts back what a catalog's switches took: its own, where it is walked once more, and whichever tells of
 * the catalog. Two of them write the same.
 */
export function restoresCatalog(policy: Policy, scope: PublishScope): boolean {
  return scope.database === null || tellsOfCatalog(policy, scope);
}

/** The catalog's list of LF-Tags, as findings call it. */
export function tagListText(account: string): string {
  return `LF-Tags of ${account}`;
}

/**
 * What a scope found that another tells; it acts on it all the same. While our reader is no administrator, what can't be
 * read is the fault of the settings.
 */
export function toldElsewhere(
  policy: Policy,
  scope: PublishScope,
  { actions, findings }: Pick<Decision, 'actions' | 'findings'>,
): readonly Finding[] {
  if (tellsOfCatalog(policy, scope)) return [];
  const readerLacks = actions.some((action) => action.kind === 'merge-settings' && action.addReadOnlyAdmins.length > 0);
  return findings.filter((found) => {
    if (found.account !== scope.account || found.region !== scope.region) return false;
    const isReaders = readerLacks && found.cause === 'not-readable' && found.aws === null;
    return isReaders || found.hop === 'settings' || isOfTagList(found);
  });
}

/** Keys and values that could not be listed, or were refused. What was not attempted is this run's own trouble. */
function isOfTagList({ account, hop, cause, resource }: Finding): boolean {
  if (hop !== 'tags') return false;
  return resource === tagListText(account) || cause === 'create-tag-failed' || cause === 'extend-tag-failed';
}

function hasOwnScope(policy: Policy, { account, region }: Catalog): boolean {
  return catalogScopes(policy).some((scope) => scope.account === account && scope.region === region);
}

function productsIn(policy: Policy, { account, region }: Catalog): readonly Product[] {
  return policy.products.filter((product) => product.account === account && product.region === region);
}
