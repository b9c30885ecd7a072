/** What a product's grants are about: its database and its tables. */

import type { LakeResource } from '#contracts/lake-formation.ts';
import type { Product } from '#contracts/policy.ts';
import { sortedSet } from './collections.ts';
import type { CatalogFacts } from './facts.ts';
import { matches } from './iam/pattern.ts';
import { wantsTable } from './selectors.ts';

/** The tables of a product that exist and are meant, sorted; links are nobody's data. */
export function tablesOf(product: Product, catalog: CatalogFacts): 'all' | readonly string[] {
  if (product.tables === 'all') return 'all';
  return catalog.tables
    .filter((t) => !t.isLink && wantsTable(product, t.name, matches))
    .map((t) => t.name)
    .sort();
}

/** Database and table resources of a product, with the permissions each is given. */
export function productResources(
  product: Product,
  tables: 'all' | readonly string[],
): readonly { resource: LakeResource; permissions: readonly string[] }[] {
  const base = { catalog: product.account, database: product.database };
  // DESCRIBE always goes with SELECT, or GetTable shows nothing (G-L12).
  const permissions = sortedSet([...product.permissions, 'DESCRIBE']);
  const onTables: readonly LakeResource[] =
    tables === 'all'
      ? [{ type: 'all-tables', ...base }]
      : tables.map((table) => ({ type: 'table' as const, ...base, table }));
  return [
    { resource: { type: 'database', ...base }, permissions: ['DESCRIBE'] },
    ...onTables.map((resource) => ({ resource, permissions })),
  ];
}
