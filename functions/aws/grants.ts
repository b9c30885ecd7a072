/** Lake Formation permissions: reading all of them, and writing them in batches whose entries fail one by one. */

import {
  BatchGrantPermissionsCommand,
  type BatchPermissionsFailureEntry,
  type BatchPermissionsRequestEntry,
  BatchRevokePermissionsCommand,
  ListPermissionsCommand,
  type ListPermissionsRequest,
  type Permission,
  type PrincipalResourcePermissions,
} from '@aws-sdk/client-lakeformation';
import { LakeError } from '#contracts/errors.ts';
import type { Grant, IAM_ALLOWED_PRINCIPALS, LakeResource, ListedGrant } from '#contracts/lake-formation.ts';
import { sortedSet } from '#core/collections.ts';
import { resourceText } from '#core/permissions.ts';
import type { Clients } from './clients.ts';
import { asked, errorFromEntry, type View } from './errors.ts';
import { everyPage } from './paging.ts';
import { principalOf } from './principals.ts';
import { fromResource, toQuery, toResource } from './resources.ts';

type LakeFormation = Pick<Clients, 'lakeFormation'>;

/** Entries Lake Formation takes in one call; its model doesn't say so, its guide does. */
export const BATCH = 20;

export type GrantQuery =
  | { readonly account: string; readonly owner: boolean; readonly resource: LakeResource }
  | {
      readonly account: string;
      readonly resourceType:
        | 'DATABASE'
        | 'TABLE'
        | 'DATA_LOCATION'
        | 'LF_TAG'
        | 'LF_TAG_POLICY_DATABASE'
        | 'LF_TAG_POLICY_TABLE';
      /** Only the group of everybody: a role of another account would be answered with nothing (G-L7). */
      readonly principal?: typeof IAM_ALLOWED_PRINCIPALS;
    };

/**
 * All explicit permissions on a resource, or on all resources of a kind. Never filtered by a role: with principal and
 * resource AWS answers effective permissions, and nothing at all for roles of other accounts (G-L7).
 */
export async function listGrants(clients: LakeFormation, query: GrantQuery): Promise<ListedGrant[]> {
  const byResource = 'resource' in query;
  const what = byResource ? resourceText(query.resource) : `all resources of type ${query.resourceType}`;
  const view = { account: query.account, owner: !byResource || query.owner, doing: `list permissions on ${what}` };
  const ask: ListPermissionsRequest = {
    MaxResults: 1000,
    ...(byResource ? { Resource: toQuery(query.resource) } : { ResourceType: query.resourceType }),
    ...(!byResource && query.principal ? { Principal: { DataLakePrincipalIdentifier: query.principal } } : {}),
  };
  const rows = await everyPage(async (token) => {
    const page = await asked(view, () =>
      clients.lakeFormation.send(new ListPermissionsCommand({ ...ask, NextToken: token })),
    );
    return { items: page.PrincipalResourcePermissions, next: page.NextToken };
  });
  return mergeRows(rows, query.account);
}

/** All explicit permissions on LF-Tags and by them, also those given on another account's. */
export async function listTagGrants(clients: LakeFormation, account: string): Promise<ListedGrant[]> {
  const kinds = ['LF_TAG', 'LF_TAG_POLICY_DATABASE', 'LF_TAG_POLICY_TABLE'] as const;
  return (await Promise.all(kinds.map((resourceType) => listGrants(clients, { account, resourceType })))).flat();
}

/** One call of at most 20; what came of each entry, in their order. Throws when the whole call failed. */
export async function grantBatch(
  clients: LakeFormation,
  account: string,
  grants: readonly Grant[],
): Promise<(LakeError | null)[]> {
  const entries = grants.map(entryOf);
  const answer = await asked(batchView(account, grants, 'grant'), () =>
    clients.lakeFormation.send(new BatchGrantPermissionsCommand({ Entries: checkedSize(entries) })),
  );
  return outcomes(answer.Failures, grants, (grant) => grantView(account, grant, 'grant'));
}

/** As `grantBatch`. What wasn't there to revoke comes back as `NothingToRevoke`. */
export async function revokeBatch(
  clients: LakeFormation,
  account: string,
  grants: readonly Grant[],
): Promise<(LakeError | null)[]> {
  const entries = grants.map(entryOf);
  const answer = await asked(batchView(account, grants, 'revoke'), () =>
    clients.lakeFormation.send(new BatchRevokePermissionsCommand({ Entries: checkedSize(entries) })),
  );
  return outcomes(answer.Failures, grants, (grant) => grantView(account, grant, 'revoke'));
}

/** Lake Formation lists DESCRIBE on a table and SELECT on its columns as two rows: one grant here (G-L6, G-L9). */
function mergeRows(rows: readonly PrincipalResourcePermissions[], account: string): ListedGrant[] {
  const merged = new Map<string, ListedGrant>();
  for (const row of rows) {
    const grant = grantOf(row, account);
    const key = `${grant.principal} ${resourceText(grant.resource)}`;
    const before = merged.get(key);
    merged.set(key, before ? united(before, grant) : grant);
  }
  return [...merged.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, grant]) => grant);
}

function grantOf(row: PrincipalResourcePermissions, account: string): ListedGrant {
  const resource = fromResource(row.Resource ?? {}, account);
  const condition = row.Condition?.Expression;
  return {
    principal: principalOf(row.Principal),
    // A permission that depends on a condition is not the permission: nobody may count on it.
    resource: condition
      ? { type: 'other', catalog: resource.catalog, text: `${resourceText(resource)} when ${condition}` }
      : resource,
    permissions: sortedSet(row.Permissions ?? []),
    grantable: sortedSet(row.PermissionsWithGrantOption ?? []),
    shareArns: sortedSet(row.AdditionalDetails?.ResourceShare ?? []),
  };
}

function united(a: ListedGrant, b: ListedGrant): ListedGrant {
  return {
    ...a,
    permissions: sortedSet([...a.permissions, ...b.permissions]),
    grantable: sortedSet([...a.grantable, ...b.grantable]),
    shareArns: sortedSet([...a.shareArns, ...b.shareArns]),
  };
}

/** A grant option beyond the permissions is refused by AWS with words that don't say so (G-L9). */
function entryOf(grant: Grant, index: number): BatchPermissionsRequestEntry {
  const beyond = grant.grantable.filter((permission) => !grant.permissions.includes(permission));
  if (beyond.length > 0) {
    throw new LakeError('Unexpected', {
      message: `grant option for ${beyond.join(', ')} without the permission itself`,
    });
  }
  return {
    Id: String(index),
    Principal: { DataLakePrincipalIdentifier: grant.principal },
    Resource: toResource(grant.resource),
    Permissions: grant.permissions as Permission[],
    PermissionsWithGrantOption: grant.grantable as Permission[],
  };
}

function checkedSize<T>(entries: T[]): T[] {
  if (entries.length > 0 && entries.length <= BATCH) return entries;
  throw new LakeError('Unexpected', { message: `a batch of ${entries.length}: Lake Formation takes 1 to ${BATCH}` });
}

function outcomes(
  failures: readonly BatchPermissionsFailureEntry[] | undefined,
  grants: readonly Grant[],
  viewOf: (grant: Grant) => View,
): (LakeError | null)[] {
  const results: (LakeError | null)[] = grants.map(() => null);
  for (const failure of failures ?? []) {
    const index = Number(failure.RequestEntry?.Id ?? Number.NaN);
    const grant = grants[index];
    if (!grant) throw new LakeError('Unexpected', { message: 'AWS reported the failure of an entry we did not send' });
    results[index] = errorFromEntry(failure.Error ?? {}, viewOf(grant));
  }
  return results;
}

function grantView(account: string, grant: Grant, verb: 'grant' | 'revoke'): View {
  const permissions = grant.permissions.join(', ');
  const toward = verb === 'grant' ? 'to' : 'from';
  return {
    account,
    owner: grant.resource.catalog === account,
    doing: `${verb} ${permissions} on ${resourceText(grant.resource)} ${toward} ${grant.principal}`,
    revoking: verb === 'revoke',
  };
}

/** A call that fails whole says nothing of single entries: "not found" is then nobody's missing. */
function batchView(account: string, grants: readonly Grant[], verb: 'grant' | 'revoke'): View {
  return { account, owner: false, doing: `${verb} ${grants.length} permissions` };
}
