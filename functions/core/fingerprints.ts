/** Fingerprints: what one consumer has to know of one producer scope, as a hash that is compared. */

import { shortHash } from '#contracts/hash.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import type { ProductSnapshot, Snapshot } from '#contracts/snapshot.ts';
import { sameAccountRegion } from './account-region.ts';
import { accountOf, placesFor, tagGrantsOf } from './selectors.ts';

/** Hexadecimal digits: a consumer's record holds one per database. */
const FINGERPRINT_LENGTH = 32;

/**
 * Hash of what one consumer has to know of one producer scope; null when that is nothing. A consumer is started when
 * this differs from what its last finished run recorded, so a crash between sharing and fan-out loses nobody.
 */
export function fingerprintOf(policy: Policy, account: string, snapshot: Told): string | null {
  const products = snapshot.products.flatMap((told) => productPart(policy, account, told));
  const tagged = snapshot.tagged
    .filter(({ shares }) => shares[account] !== undefined)
    .map(({ shared, shares, ...rest }) => ({ ...rest, shared: shared.includes(account), shares: shares[account] }));
  const reached = snapshot.reached
    .filter(({ accounts }) => accounts.includes(account))
    .map(({ where, on }) => ({ where, on }));
  const grants = snapshot.database === null ? tagGrantsFor(policy, snapshot, account) : [];
  const places = snapshot.database === null ? placesPart(policy, account, snapshot) : [];
  const parts: (readonly object[])[] = [products, tagged, reached, grants, places];
  if (parts.every((part) => part.length === 0)) return null;
  const { storeDenials = [], catalogDenials } = snapshot;
  if (storeDenials.length > 0 || catalogDenials !== undefined) parts.push([{ storeDenials, catalogDenials }]);
  return shortHash(JSON.stringify(parts), FINGERPRINT_LENGTH);
}

type Told = Pick<
  Snapshot,
  'account' | 'region' | 'database' | 'products' | 'tagged' | 'reached' | 'places' | 'storeDenials' | 'catalogDenials'
>;

/** Which places it was granted, and to whom it is to pass them on. */
function placesPart(policy: Policy, account: string, { places = {}, ...catalog }: Told): readonly object[] {
  const granted = Object.keys(places).filter((arn) => places[arn]?.includes(account));
  const wanted = placesFor(policy, { account, region: catalog.region }).filter(sameAccountRegion(catalog));
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
  const told = { ...rest, shares: shares[account] ?? null };
  return [{ ...told, link, jobRoles, permissions, storage, paths: policy.protectedPaths }];
}

/** What principals of one consumer are to be granted by the tags of a catalog. */
function tagGrantsFor(policy: Policy, catalog: Catalog, account: string): readonly object[] {
  return tagGrantsOf(policy, catalog)
    .map(({ index: _, ...entry }) => ({ ...entry, to: entry.to.filter((to) => accountOf(to, catalog) === account) }))
    .filter(({ to }) => to.length > 0);
}
