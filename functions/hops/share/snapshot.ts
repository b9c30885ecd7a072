/** What consumers are told of one product. */

import type { ListedGrant } from '#contracts/lake-formation.ts';
import type { Product } from '#contracts/policy.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import { sortedSet } from '#core/collections.ts';
import type { CatalogFacts } from '#core/facts.ts';
import { grantText, resourceText } from '#core/permissions.ts';
import { productResources, tablesOf } from '#core/product-grants.ts';
import { receivers } from '#core/selectors.ts';
import { granteeFor } from '#core/wholes.ts';

export interface SeenOfProduct {
  readonly catalog: CatalogFacts;
  readonly rows: readonly ListedGrant[];
  /** Products whose earlier hops do not hold. */
  readonly blocked: ReadonlySet<string>;
  /** Accounts that are given nothing: told of nothing either. */
  readonly held: readonly string[];
  /** What is about to be granted counts as granted. */
  readonly planning: boolean;
}

/** What consumers are told of a product: whether it is shared with whom, and by which RAM shares. */
export function productSnapshot(
  product: Product,
  { catalog, rows: all, blocked, held: heldBack, planning }: SeenOfProduct,
): ProductSnapshot {
  const { name, account, region, database } = product;
  const tables = tablesOf(product, catalog);
  const resources = productResources(product, tables).map(({ resource }) => resource);
  const texts = new Set(resources.map(resourceText));
  const rows = all.filter((row) => texts.has(resourceText(row.resource)));
  const carriers = Map.groupBy(rows, ({ principal }) => principal);
  const held = new Set(rows.map(grantText));
  const hasAll = (principal: string) => resources.every((resource) => held.has(grantText({ principal, resource })));
  // While an account moves over to a part of the organization, it has what it is granted as one.
  const carrierOf = (consumer: string) => {
    const grantee = granteeFor(product, consumer);
    return hasAll(grantee) || !hasAll(consumer) ? grantee : consumer;
  };
  const given = receivers(product).filter((account) => !heldBack.includes(account));
  const shares = given.map((consumer) => {
    const arns = (carriers.get(carrierOf(consumer)) ?? []).flatMap((row) => row.shareArns);
    return [consumer, sortedSet(arns)] as const;
  });
  const granted = planning || given.every((consumer) => hasAll(carrierOf(consumer)));
  return {
    product: name,
    account,
    region,
    database,
    tables: tables === 'all' ? 'all' : [...tables],
    shared: catalog.database !== null && !blocked.has(name) && granted,
    shares: Object.fromEntries(shares),
  };
}
