/** A Lake Formation grant to one principal on one resource. */

import type { Grant } from '#contracts/lake-formation.ts';
import type { Product } from '#contracts/policy.ts';
import type { Change, ChangeKind } from '#core/change.ts';
import type { EntryRecord } from '#core/ownership.ts';
import { resourceText } from '#core/permissions.ts';

export interface GrantChange extends Change {
  readonly kind: 'grant';
  readonly grant: Grant;
  /** Permissions that were there before, whoever made them. */
  readonly had: readonly string[];
  /** Puts back what a revocation of ours took: that entry of the ledger has then ended. */
  readonly restores?: true;
}

export function isGrant(change: Change): change is GrantChange {
  return change.kind === 'grant';
}

export const grantChange: ChangeKind<GrantChange> = {
  kind: 'grant',
  subject: ({ grant }) => resourceText(grant.resource),
  text: textOf,
  principal: ({ grant }) => grant.principal,
  ends: ({ restores }) => restores === true,
  rank: 2,
  touches: ({ grant }, product) => isOn(grant, product),
  givesAccess: true,
  record: recordOf,
};

function textOf({ grant, restores }: GrantChange): string {
  const { permissions, grantable, resource, principal } = grant;
  const option = grantable.length > 0 ? ' with grant option' : '';
  const before = resource.type === 'catalog' ? 'the policy took it' : 'it was shared';
  const back = restores ? `, as it was before ${before}` : '';
  return `grant ${permissions.join(', ')} on ${resourceText(resource)} to ${principal}${option}${back}`;
}

function recordOf({ grant, had, restores }: GrantChange): EntryRecord {
  const theirs = (permission: string) => had.includes(permission) || had.includes('ALL');
  const before = grant.permissions.map((one) => [one, theirs(one) ? 'theirs' : 'absent'] as const);
  return {
    // What undoes a revocation is about that entry.
    kind: restores ? 'revoke' : 'grant',
    ...aboutGrant(grant),
    before: Object.fromEntries(before),
    inverse: null,
  };
}

/** What entries about a grant and about its revocation have in common. `shared`: a whole catalog's is no scope's own. */
export function aboutGrant(grant: Grant): Pick<EntryRecord, 'target' | 'principal' | 'shared'> & { sent: Grant } {
  const { principal, resource, permissions, grantable } = grant;
  return {
    target: resourceText(resource),
    principal,
    sent: { principal, resource, permissions: [...permissions].sort(), grantable: [...grantable].sort() },
    shared: resource.type === 'catalog',
  };
}

/** Whether a grant is about a product's database. */
export function isOn({ resource }: Grant, product: Product): boolean {
  if (!('database' in resource)) return false;
  return product.account === resource.catalog && product.database === resource.database;
}
