import type { Catalog } from '#contracts/policy.ts';
import type { Where } from '#core/findings.ts';

/** Where findings on a Data Catalog's own key are. */
export function atCatalog({ account, region }: Catalog): Where {
  return { hop: 'catalog-key', account, region, resource: `Data Catalog of ${account} in ${region}` };
}
