/** Resource links: what is linked, under which name, to which target. */

import type { LakeResource, LinkTarget } from '#contracts/lake-formation.ts';
import type { Product } from '#contracts/policy.ts';

/** What is linked: a product's database, or (null) one that grants by tag reach. */
export interface LinkSource extends Pick<Product, 'account' | 'region' | 'database' | 'link'> {
  readonly name: string | null;
}

/** What a link to this source points at. */
export function linkTarget(product: LinkSource): LinkTarget {
  return { catalog: product.account, database: product.database, region: product.region };
}

/** The link's own database in the consumer's catalog. */
export function linkResource(account: string, product: Pick<LinkSource, 'link'>): LakeResource {
  return { type: 'database', catalog: account, database: product.link };
}

/** A target without a Region means the link's own. */
export function sameTarget(found: LinkTarget, wanted: LinkTarget): boolean {
  return found.catalog === wanted.catalog && found.database === wanted.database && found.region === wanted.region;
}
