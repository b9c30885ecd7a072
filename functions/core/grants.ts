/** Wanted grants against listed ones: the one comparison that share, grants and link all use. */

import type { Entry } from '../contracts/ledger.ts';
import type { Action, HopName } from './actions.ts';
import type { Grant, LakeResource, ListedGrant } from './lake.ts';
import { resourceText } from './lake.ts';

export interface WantedGrant {
  readonly grant: Grant;
  readonly products: readonly string[];
}

/** Whether what is held is at least what is wanted. */
export function covers(had: readonly string[], wanted: readonly string[]): boolean {
  return had.includes('ALL') || wanted.every((permission) => had.includes(permission));
}

/** What a principal explicitly holds on a resource. */
export function heldBy(
  listed: readonly ListedGrant[],
  principal: string,
  resource: LakeResource,
): { permissions: string[]; grantable: string[]; shareArns: string[] } {
  const text = resourceText(resource);
  const rows = listed.filter((row) => row.principal === principal && resourceText(row.resource) === text);
  return {
    permissions: rows.flatMap((row) => row.permissions),
    grantable: rows.flatMap((row) => row.grantable),
    shareArns: [...new Set(rows.flatMap((row) => row.shareArns))].sort(),
  };
}

/** One wish per principal and resource, whichever products have it. */
export function mergeWanted(wanted: readonly WantedGrant[]): readonly WantedGrant[] {
  const merged = new Map<string, WantedGrant>();
  for (const wish of wanted) {
    const key = `${wish.grant.principal}|${resourceText(wish.grant.resource)}`;
    const same = merged.get(key);
    if (same === undefined) {
      merged.set(key, wish);
      continue;
    }
    merged.set(key, {
      grant: {
        ...same.grant,
        permissions: union(same.grant.permissions, wish.grant.permissions),
        grantable: union(same.grant.grantable, wish.grant.grantable),
      },
      products: union(same.products, wish.products),
    });
  }
  return [...merged.keys()]
    .sort()
    .map((key) => merged.get(key))
    .filter((wish) => wish !== undefined);
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].sort();
}

export interface GrantQuestion {
  readonly hop: HopName;
  readonly account: string;
  readonly region: string;
  readonly wanted: readonly WantedGrant[];
  readonly listed: readonly ListedGrant[];
  /** Entries confirmed minutes ago, laid over facts only so as not to write again; empty when verifying. */
  readonly recent: readonly Entry[];
}

/**
 * The grants to make. If anything of a wish is missing all of it is granted, so that access does not depend on
 * somebody else's grant (G-L5); `had` keeps apart what was theirs.
 */
export function missingGrants(question: GrantQuestion): readonly Action[] {
  const { hop, account, region, listed } = question;
  // The same words in another Region are another grant.
  const recent = question.recent.filter((entry) => entry.account === account && entry.region === region);
  return mergeWanted(question.wanted).flatMap(({ grant, products }) => {
    const held = heldBy(listed, grant.principal, grant.resource);
    if (covers(held.permissions, grant.permissions) && covers(held.grantable, grant.grantable)) return [];
    if (recent.some((entry) => entry.kind === 'grant' && entry.sent === sentText(grant))) return [];
    return [
      {
        kind: 'grant' as const,
        hop,
        account,
        region,
        products,
        effect: 'widens' as const,
        grant,
        had: [...new Set(held.permissions)].sort(),
      },
    ];
  });
}

/** The exact grant, as the ledger keeps it: what was granted is what is revoked (G-L14). */
export function sentText(grant: Grant): string {
  const { principal, resource, permissions, grantable } = grant;
  return JSON.stringify({
    principal,
    resource,
    permissions: [...permissions].sort(),
    grantable: [...grantable].sort(),
  });
}
