/** Facts about Lake Formation, set through `POST /_lake/lakeformation/<name>`. */

import type { Permission, Resource } from '@aws-sdk/client-lakeformation';
import type { Control, World } from '../service.ts';
import { parsePrincipal } from './principals.ts';
import { refOf } from './resources.ts';
import { lakeCatalogOf } from './state.ts';
import { rowsOf } from './validity.ts';

interface Seed {
  readonly account: string;
  readonly region: string;
  readonly grants: readonly {
    readonly principal: string;
    readonly resource: Resource;
    readonly permissions: readonly Permission[];
    readonly grantable?: readonly Permission[];
  }[];
}

/** Grants as if they had always been there: unchecked, unshared, by nobody. */
function seedGrants(world: World, { account, region, grants }: Seed): object {
  const catalog = lakeCatalogOf(world.lakeFormation, account, region);
  for (const { principal: id, resource, permissions, grantable = [] } of grants) {
    const principal = parsePrincipal(id);
    if (!principal) throw new Error(`no principal of Lake Formation: ${id}`);
    for (const row of rowsOf(principal, refOf(resource, account), new Set(permissions), new Set(grantable))) {
      const known = catalog.grants.find(principal.id, row.ref);
      if (known) catalog.grants.remove(known);
      catalog.grants.add({
        principal: principal.id,
        ref: row.ref,
        permissions: new Set(row.permissions),
        grantable: new Set(row.grantable),
        shares: [],
        updated: world.now(),
        by: '',
        shows: () => true,
      });
    }
  }
  return { grants: catalog.grants.size };
}

export const lakeFormationControls: Readonly<Record<string, Control>> = { grants: seedGrants };
