/**
 * Many roles of an account: their policies by pages of the whole account, everything else from `GetRole`. The facts are
 * those of `readRole`: what the pages don't tell of a role for sure is read from that role itself.
 */

import {
  type EntityType,
  GetAccountAuthorizationDetailsCommand,
  type GetAccountAuthorizationDetailsResponse,
  type Role,
  type RoleDetail,
} from '@aws-sdk/client-iam';
import pMap from 'p-map';
import { arnParts } from '#contracts/arn.ts';
import { DENIALS, isLakeError } from '#contracts/errors.ts';
import type { RoleFacts } from '#core/facts.ts';
import { listsPolicies } from '#core/role-calls.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';
import { everyPage, required } from './paging.ts';
import { decoded, getRole, managedPolicy, POLICIES_UNKNOWN, readRole, roleFacts } from './roles.ts';

type Iam = Pick<Clients, 'iam' | 'account'>;

/** All at once is what gets an account throttled. */
const CONCURRENCY = 8;

/** The text of a managed policy by ARN. */
type Documents = (arn: string) => Promise<string>;

/**
 * Roles of these names; those that are gone are left out. `all`: how many roles the account has.
 * Where the pages are refused, no role's policies are known. @throws whatever else keeps a page or a role from us: then
 * nothing is known of any (law 6).
 */
export async function readRoles(clients: Iam, names: readonly string[], all: number): Promise<RoleFacts[]> {
  const details = await roleDetails(clients);
  const found = await pMap(names, (name) => getRole(clients, name), { concurrency: CONCURRENCY });
  const roles = found.filter((role) => role !== null);
  if (details === null) return roles.map((role) => roleFacts(role, POLICIES_UNKNOWN));
  const detailOf = (role: Role) => details.get(role.RoleId ?? '');
  const own = new Set(
    roles
      .flatMap((role) => managedOf(role, detailOf(role)))
      .filter((arn) => arnParts(arn)?.account === clients.account),
  );
  const documents = documentsOf(clients, listsPolicies(own.size, { matching: names.length, all }) ? own : new Set());
  const read = await pMap(roles, (role) => join(clients, role, detailOf(role), documents), {
    concurrency: CONCURRENCY,
  });
  return read.filter((role) => role !== null);
}

/** By unique id, what pages tell of each role; null: we may not ask. Left out: who is told twice or by halves. */
async function roleDetails(clients: Iam): Promise<ReadonlyMap<string, RoleDetail> | null> {
  try {
    const details = await pagesOf(clients, 'Role', ({ RoleDetailList }) => RoleDetailList);
    const told = Map.groupBy(details, ({ RoleId }) => RoleId ?? '');
    return new Map(
      [...told].flatMap(([id, [detail, ...more]]) =>
        detail?.RolePolicyList && detail.AttachedManagedPolicies && more.length === 0 ? [[id, detail]] : [],
      ),
    );
  } catch (error) {
    if (isLakeError(error, ...DENIALS)) return null;
    throw error;
  }
}

/** ARNs of a role's managed policies, its boundary's among them. */
function managedOf(role: Role, detail: RoleDetail | undefined): string[] {
  const boundary = role.PermissionsBoundary?.PermissionsBoundaryArn;
  return [...attachedTo(detail), ...(detail && boundary ? [boundary] : [])];
}

function attachedTo(detail: RoleDetail | undefined): string[] {
  const attached = detail?.AttachedManagedPolicies ?? [];
  return attached.map(({ PolicyArn }) => required(PolicyArn, 'a policy ARN')).sort();
}

/** Null when the role is gone by now. A role made again, or changed since the page, is read anew. */
async function join(
  clients: Iam,
  role: Role,
  detail: RoleDetail | undefined,
  documents: Documents,
): Promise<RoleFacts | null> {
  const name = required(role.RoleName, 'the name of a role');
  if (detail === undefined) return readRole(clients, name);
  const inline = (detail.RolePolicyList ?? []).map(
    (policy) => [required(policy.PolicyName, 'the name of a policy'), decoded(policy.PolicyDocument)] as const,
  );
  const boundaryArn = role.PermissionsBoundary?.PermissionsBoundaryArn;
  try {
    const attached = await Promise.all(attachedTo(detail).map(documents));
    const policies = [...inline.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text), ...attached];
    return roleFacts(role, { policies, boundary: boundaryArn ? await documents(boundaryArn) : null });
  } catch (error) {
    if (isLakeError(error, ...DENIALS)) return roleFacts(role, POLICIES_UNKNOWN);
    if (isLakeError(error, 'Missing')) return readRole(clients, name);
    throw error;
  }
}

/** Each policy is read once; those `listed` from pages, as far as these tell their text. */
function documentsOf(clients: Iam, listed: ReadonlySet<string>): Documents {
  const read = new Map<string, Promise<string>>();
  const pages = listed.size === 0 ? null : ownPolicies(clients);
  // Waited for by those that need it: until then its failure is nobody's.
  pages?.catch(() => {});
  const find = async (arn: string) => {
    const told = listed.has(arn) ? (await pages)?.get(arn) : undefined;
    return told ?? managedPolicy(clients, arn);
  };
  return (arn) => {
    const text = read.get(arn) ?? find(arn);
    read.set(arn, text);
    return text;
  };
}

/** By ARN, the texts of the account's own managed policies: those of the versions in force. */
async function ownPolicies(clients: Iam): Promise<ReadonlyMap<string, string>> {
  const policies = await pagesOf(clients, 'LocalManagedPolicy', (page) => page.Policies);
  return new Map(
    policies.flatMap(({ Arn, DefaultVersionId, PolicyVersionList = [] }) => {
      const inForce = PolicyVersionList.find(({ VersionId }) => VersionId === DefaultVersionId);
      return Arn && inForce?.Document ? [[Arn, decoded(inForce.Document)]] : [];
    }),
  );
}

/** Everything of one kind in the account. A page that says there are more without saying where is an error. */
function pagesOf<T>(
  clients: Iam,
  kind: EntityType,
  of: (page: GetAccountAuthorizationDetailsResponse) => readonly T[] | undefined,
): Promise<T[]> {
  const doing = { account: clients.account, owner: true, doing: 'list all roles and policies' };
  return everyPage(async (marker) => {
    const page = await asked(doing, () =>
      clients.iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: [kind], Marker: marker, MaxItems: 1000 })),
    );
    return { items: of(page), next: page.IsTruncated ? required(page.Marker, 'the next page') : undefined };
  });
}
