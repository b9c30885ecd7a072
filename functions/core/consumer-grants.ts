/** What job roles of a consumer are granted of its products: on links, targets and `default`. */

import type { LakeResource } from '#contracts/lake-formation.ts';
import type { Product } from '#contracts/policy.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import { linkResource } from './links.ts';
import { type DesiredGrant, resourceText } from './permissions.ts';
import { productResources } from './product-grants.ts';

/** A product that is ready here, with the roles that are admitted to it. */
export interface ReadyProduct {
  readonly product: Product;
  readonly snapshot: ProductSnapshot;
  /** ARNs, sorted. */
  readonly roles: readonly string[];
}

export const DEFAULT_DATABASE = 'default';

/** Which resources a consumer's grants are about, per Region: the question the adapter asks AWS. */
export function grantResources(
  account: string,
  region: string,
  ready: readonly Omit<ReadyProduct, 'roles'>[],
): ReadonlyMap<string, readonly LakeResource[]> {
  const byRegion = new Map<string, Map<string, LakeResource>>();
  const add = (where: string, resource: LakeResource) => {
    const there = byRegion.get(where) ?? new Map<string, LakeResource>();
    byRegion.set(where, there.set(resourceText(resource), resource));
  };
  if (ready.length > 0) add(region, { type: 'database', catalog: account, database: DEFAULT_DATABASE });
  for (const { product, snapshot } of ready) {
    if (product.account !== account) add(region, linkResource(account, product));
    // SELECT on the target counts in the target's Region; DESCRIBE on the link in the link's.
    for (const { resource } of productResources(product, snapshot.tables)) add(product.region, resource);
  }
  return new Map([...byRegion].map(([where, resources]) => [where, [...resources.values()]]));
}

/** The grants of one Region. The article's row "tables of the link" is not among them: AWS knows no SELECT on a link. */
export function desiredGrants(
  account: string,
  region: string,
  where: string,
  ready: readonly ReadyProduct[],
): readonly DesiredGrant[] {
  return ready.flatMap(({ product, snapshot, roles }) => {
    const given = resourcesIn(account, region, where, { product, snapshot });
    return roles.flatMap((principal) =>
      given.map(({ resource, permissions }): DesiredGrant => {
        return { grant: { principal, resource, permissions, grantable: [] }, products: [product.name] };
      }),
    );
  });
}

/** What every role that is admitted to a product is given in one Region. */
function resourcesIn(
  account: string,
  region: string,
  where: string,
  { product, snapshot }: Omit<ReadyProduct, 'roles'>,
): readonly Pick<DesiredGrant['grant'], 'resource' | 'permissions'>[] {
  const describe = (resource: LakeResource) => ({ resource, permissions: ['DESCRIBE'] });
  const here = where === region ? [describe({ type: 'database', catalog: account, database: DEFAULT_DATABASE })] : [];
  const link = where === region && product.account !== account ? [describe(linkResource(account, product))] : [];
  const target = where === product.region ? productResources(product, snapshot.tables) : [];
  return [...here, ...link, ...target];
}
