/** Which catalogs the policy's account-wide settings are about, and which scope judges them. */

import type { Catalog, Policy } from '../contracts/policy.ts';
import type { PublishScope } from '../contracts/steps.ts';
import { catalogScopes } from './tags/scopes.ts';
import { receivers } from './wanted.ts';

/** Others read what is made here: a product with receivers lies in it, or its things are tagged for them. */
export function produces(policy: Policy, { account, region }: Catalog): boolean {
  const isHere = (one: Catalog) => one.account === account && one.region === region;
  const shares = policy.products.some((product) => isHere(product) && receivers(product).length > 0);
  return shares || (policy.tags?.catalogs.some(isHere) ?? false);
}

/** One fault, one finding: one scope judges what is catalog-wide, that of the whole catalog where there is one. */
export function judgesCatalog(policy: Policy, scope: PublishScope): boolean {
  if (!produces(policy, scope)) return false;
  const isHere = ({ account, region }: Catalog) => account === scope.account && region === scope.region;
  if (catalogScopes(policy).some(isHere)) return scope.database === null;
  const shared = policy.products.filter((product) => isHere(product) && receivers(product).length > 0);
  return scope.database === shared.map(({ database }) => database).sort()[0];
}
