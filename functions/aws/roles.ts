/** IAM roles of an account and all that decides what they may do. Read, never written. */

import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  type Role,
} from '@aws-sdk/client-iam';
import { DENIALS, isLakeError } from '#contracts/errors.ts';
import type { RoleFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked, type View } from './errors.ts';
import { everyPage, required } from './paging.ts';

type Iam = Pick<Clients, 'iam' | 'account'>;

export interface ListedRole {
  readonly arn: string;
  /** `AROA…` */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** Trust policy as text. */
  readonly trust: string;
}

/** All roles of the account, without their policies. */
export async function listRoles(clients: Iam, options: { pathPrefix?: string } = {}): Promise<ListedRole[]> {
  const roles = await everyPage(async (marker) => {
    const page = await asked(view(clients, 'list the roles'), () =>
      clients.iam.send(new ListRolesCommand({ PathPrefix: options.pathPrefix, Marker: marker, MaxItems: 1000 })),
    );
    return { items: page.Roles, next: page.IsTruncated ? page.Marker : undefined };
  });
  return roles.map(listedRole);
}

/** A role by name, its path is not needed; null when its account says it is gone. */
export async function readRole(clients: Iam, name: string): Promise<RoleFacts | null> {
  const role = await getRole(clients, name);
  if (!role) return null;
  const boundaryArn = role.PermissionsBoundary?.PermissionsBoundaryArn;
  try {
    const policies = [...(await inlinePolicies(clients, name)), ...(await attachedPolicies(clients, name))];
    return roleFacts(role, { policies, boundary: boundaryArn ? await managedPolicy(clients, boundaryArn) : null });
  } catch (error) {
    if (isLakeError(error, ...DENIALS)) return roleFacts(role, POLICIES_UNKNOWN);
    if (isLakeError(error, 'Missing') && !(await getRole(clients, name))) return null;
    throw error;
  }
}

/** Who may not read them can still be told about the trust; "unknown" is a finding of its own. */
export const POLICIES_UNKNOWN: Pick<RoleFacts, 'policies' | 'boundary'> = { policies: null, boundary: null };

/** What `GetRole` said of a role, and its policies: inline ones by name, then attached ones by ARN. */
export function roleFacts(role: Role, read: Pick<RoleFacts, 'policies' | 'boundary'>): RoleFacts {
  const tags = Object.fromEntries((role.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
  return { ...listedRole(role), tags, ...read };
}

/** As IAM has it now; null when its account says it is gone. Listings leave out boundary and tags. */
export async function getRole(clients: Iam, name: string): Promise<Role | null> {
  try {
    const answer = await asked(view(clients, `read role ${name}`), () =>
      clients.iam.send(new GetRoleCommand({ RoleName: name })),
    );
    return required(answer.Role, `role ${name}`);
  } catch (error) {
    if (isLakeError(error, 'Missing')) return null;
    throw error;
  }
}

async function inlinePolicies(clients: Iam, role: string): Promise<string[]> {
  const names = await everyPage(async (marker) => {
    const page = await asked(view(clients, `list the policies of role ${role}`), () =>
      clients.iam.send(new ListRolePoliciesCommand({ RoleName: role, Marker: marker })),
    );
    return { items: page.PolicyNames, next: page.IsTruncated ? page.Marker : undefined };
  });
  return Promise.all(names.toSorted().map((policy) => inlinePolicy(clients, role, policy)));
}

async function inlinePolicy(clients: Iam, role: string, policy: string): Promise<string> {
  const answer = await asked(view(clients, `read policy ${policy} of role ${role}`), () =>
    clients.iam.send(new GetRolePolicyCommand({ RoleName: role, PolicyName: policy })),
  );
  return decoded(answer.PolicyDocument);
}

async function attachedPolicies(clients: Iam, role: string): Promise<string[]> {
  const attached = await everyPage(async (marker) => {
    const page = await asked(view(clients, `list the policies attached to role ${role}`), () =>
      clients.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: role, Marker: marker })),
    );
    return { items: page.AttachedPolicies, next: page.IsTruncated ? page.Marker : undefined };
  });
  const arns = attached.map((policy) => required(policy.PolicyArn, 'a policy ARN'));
  return Promise.all(arns.toSorted().map((arn) => managedPolicy(clients, arn)));
}

/** The text of a managed policy's default version. */
export async function managedPolicy(clients: Iam, arn: string): Promise<string> {
  const doing = view(clients, `read policy ${arn}`);
  const { Policy } = await asked(doing, () => clients.iam.send(new GetPolicyCommand({ PolicyArn: arn })));
  const version = required(Policy?.DefaultVersionId, `the version of policy ${arn}`);
  const { PolicyVersion } = await asked(doing, () =>
    clients.iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: version })),
  );
  return decoded(PolicyVersion?.Document);
}

function listedRole(role: Role): ListedRole {
  return {
    arn: required(role.Arn, 'the ARN of a role'),
    id: required(role.RoleId, 'the unique id of a role'),
    name: required(role.RoleName, 'the name of a role'),
    path: role.Path ?? '/',
    trust: decoded(role.AssumeRolePolicyDocument),
  };
}

/** IAM sends documents percent-encoded (RFC 3986). */
export function decoded(document: string | undefined): string {
  return decodeURIComponent(required(document, 'a policy document'));
}

function view(clients: Iam, doing: string): View {
  return { account: clients.account, owner: true, doing };
}
