/** IAM's role and user operations, as far as adapters and deployers call them. */

import type {
  CreateRoleRequest,
  CreateUserRequest,
  DeleteRoleRequest,
  GetRolePolicyRequest,
  GetRoleRequest,
  GetUserRequest,
  ListAttachedRolePoliciesRequest,
  ListRolePoliciesRequest,
  ListRolesRequest,
  ListRoleTagsRequest,
  ListUsersRequest,
  PutRolePolicyRequest,
  Role,
  TagRoleRequest,
  UntagRoleRequest,
  UpdateAssumeRolePolicyRequest,
  User,
} from '@aws-sdk/client-iam';
import { AwsError } from '../../aws-error.ts';
import type { Call, Operation } from '../../service.ts';
import { assertPolicy, assertTrust, makeIdentity, noSuch, policyText, roleNamed, userNamed } from './identities.ts';
import { listing } from './paging.ts';
import { accountOf, type MemoryState, type RoleRecord } from './state.ts';

/** A role's tags as IAM answers them. */
export const tagList = (record: RoleRecord): { Key: string; Value: string }[] =>
  [...record.tags].map(([Key, Value]) => ({ Key, Value }));

function toRole(record: RoleRecord, withTags: boolean): Role {
  return {
    Path: record.path,
    RoleName: record.name,
    RoleId: record.id,
    Arn: record.arn,
    CreateDate: record.created,
    AssumeRolePolicyDocument: encodeURIComponent(record.trust),
    ...(record.description === undefined ? {} : { Description: record.description }),
    MaxSessionDuration: record.maxSessionSeconds,
    ...(record.boundaryArn === undefined
      ? {}
      : {
          PermissionsBoundary: {
            PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
            PermissionsBoundaryArn: record.boundaryArn,
          },
        }),
    ...(withTags && record.tags.size > 0 ? { Tags: tagList(record) } : {}),
  };
}

const toUser = (record: RoleRecord): User => ({
  Path: record.path,
  UserName: record.name,
  UserId: record.id,
  Arn: record.arn,
  CreateDate: record.created,
});

function lifecycle(state: MemoryState): Record<string, Operation> {
  return {
    CreateRole(call: Call, input: CreateRoleRequest) {
      const trust = input.AssumeRolePolicyDocument ?? '';
      assertTrust(state, trust);
      const made = makeIdentity(state, call, 'role', {
        name: input.RoleName ?? '',
        path: input.Path,
        trust,
        tags: input.Tags,
        boundaryArn: input.PermissionsBoundary,
        description: input.Description,
        maxSessionSeconds: input.MaxSessionDuration,
      });
      return { Role: toRole(made, true) };
    },
    GetRole: (call: Call, input: GetRoleRequest) => ({
      Role: toRole(roleNamed(state, call.account, input.RoleName ?? ''), true),
    }),
    DeleteRole(call: Call, input: DeleteRoleRequest) {
      const role = roleNamed(state, call.account, input.RoleName ?? '');
      if (role.attached.size > 0 || role.inline.size > 0)
        throw new AwsError('DeleteConflictException', 'Cannot delete entity, must detach all policies first.', {
          status: 409,
        });
      accountOf(state, call.account).roles.delete(role.name.toLowerCase());
    },
    ListRoles(call: Call, input: ListRolesRequest) {
      const all = [...accountOf(state, call.account).roles.values()];
      const under = all.filter((role) => role.path.startsWith(input.PathPrefix ?? '/'));
      const { items, more } = listing(under, (role) => role.name, input);
      return { Roles: items.map((role) => toRole(role, false)), ...more };
    },
    UpdateAssumeRolePolicy(call: Call, input: UpdateAssumeRolePolicyRequest) {
      assertTrust(state, input.PolicyDocument ?? '');
      roleNamed(state, call.account, input.RoleName ?? '').trust = input.PolicyDocument ?? '';
    },
  };
}

function tagging(state: MemoryState): Record<string, Operation> {
  return {
    ListRoleTags(call: Call, input: ListRoleTagsRequest) {
      const role = roleNamed(state, call.account, input.RoleName ?? '');
      const { items, more } = listing(tagList(role), ({ Key }) => Key, input);
      return { Tags: items, ...more };
    },
    TagRole(call: Call, input: TagRoleRequest) {
      const role = roleNamed(state, call.account, input.RoleName ?? '');
      for (const { Key = '', Value = '' } of input.Tags ?? []) role.tags.set(Key, Value);
    },
    UntagRole(call: Call, input: UntagRoleRequest) {
      const role = roleNamed(state, call.account, input.RoleName ?? '');
      for (const key of input.TagKeys ?? []) role.tags.delete(key);
    },
  };
}

/** Characters of all inline policies of a role together, or of a user's, without white space. */
const INLINE_LIMITS = { role: 10_240, user: 2048 };

function assertRoom(record: RoleRecord, name: string, document: string): void {
  const texts = [...record.inline].filter(([each]) => each !== name).map(([, text]) => text);
  const size = [...texts, document].reduce((sum, text) => sum + text.replace(/\s/g, '').length, 0);
  const limit = INLINE_LIMITS[record.kind];
  if (size > limit)
    throw new AwsError(
      'LimitExceededException',
      `Maximum policy size of ${limit} bytes exceeded for ${record.kind} ${record.name}`,
      { status: 409 },
    );
}

/** The same six operations on roles and on users: `PutRolePolicy`, `PutUserPolicy`. */
function policiesOf(
  kind: 'Role' | 'User',
  find: (call: Call, input: object) => RoleRecord,
  state: MemoryState,
): Record<string, Operation> {
  return {
    [`Put${kind}Policy`](call: Call, input: PutRolePolicyRequest) {
      assertPolicy(input.PolicyDocument ?? '');
      const record = find(call, input);
      assertRoom(record, input.PolicyName ?? '', input.PolicyDocument ?? '');
      record.inline.set(input.PolicyName ?? '', input.PolicyDocument ?? '');
    },
    [`Get${kind}Policy`](call: Call, input: GetRolePolicyRequest) {
      const record = find(call, input);
      const text = record.inline.get(input.PolicyName ?? '');
      if (text === undefined) throw noSuch(`${kind.toLowerCase()} policy with name ${input.PolicyName ?? ''}`);
      return { [`${kind}Name`]: record.name, PolicyName: input.PolicyName, PolicyDocument: encodeURIComponent(text) };
    },
    [`Delete${kind}Policy`](call: Call, input: GetRolePolicyRequest) {
      if (!find(call, input).inline.delete(input.PolicyName ?? ''))
        throw noSuch(`${kind.toLowerCase()} policy with name ${input.PolicyName ?? ''}`);
    },
    [`List${kind}Policies`](call: Call, input: ListRolePoliciesRequest) {
      const { items, more } = listing([...find(call, input).inline.keys()], (name) => name, input);
      return { PolicyNames: items, ...more };
    },
    [`Attach${kind}Policy`](call: Call, input: { readonly PolicyArn?: string }) {
      const arn = input.PolicyArn ?? '';
      if (policyText(state, arn) === undefined) throw noSuch(`policy ${arn}`);
      find(call, input).attached.add(arn);
    },
    [`Detach${kind}Policy`](call: Call, input: { readonly PolicyArn?: string }) {
      if (!find(call, input).attached.delete(input.PolicyArn ?? '')) throw noSuch(`policy ${input.PolicyArn ?? ''}`);
    },
    [`ListAttached${kind}Policies`](call: Call, input: ListAttachedRolePoliciesRequest) {
      const { items, more } = listing([...find(call, input).attached], (arn) => arn, input);
      return {
        AttachedPolicies: items.map((arn) => ({ PolicyName: arn.split('/').at(-1), PolicyArn: arn })),
        ...more,
      };
    },
  };
}

function users(state: MemoryState): Record<string, Operation> {
  return {
    CreateUser(call: Call, input: CreateUserRequest) {
      const made = makeIdentity(state, call, 'user', {
        name: input.UserName ?? '',
        path: input.Path,
        trust: '',
        tags: input.Tags,
        boundaryArn: input.PermissionsBoundary,
        description: undefined,
        maxSessionSeconds: undefined,
      });
      return { User: toUser(made) };
    },
    GetUser(call: Call, input: GetUserRequest) {
      const own = call.caller.kind === 'user' ? call.caller.arn.split('/').at(-1) : undefined;
      return { User: toUser(userNamed(state, call.account, input.UserName ?? own ?? '')) };
    },
    DeleteUser(call: Call, input: GetUserRequest) {
      const user = userNamed(state, call.account, input.UserName ?? '');
      accountOf(state, call.account).users.delete(user.name.toLowerCase());
    },
    ListUsers(call: Call, input: ListUsersRequest) {
      const { items, more } = listing([...accountOf(state, call.account).users.values()], (user) => user.name, input);
      return { Users: items.map(toUser), ...more };
    },
  };
}

/** IAM's operations on roles and users, their tags and their policies. */
export function identityOperations(state: MemoryState): Record<string, Operation> {
  const role = (call: Call, input: { readonly RoleName?: string }): RoleRecord =>
    roleNamed(state, call.account, input.RoleName ?? '');
  const user = (call: Call, input: { readonly UserName?: string }): RoleRecord =>
    userNamed(state, call.account, input.UserName ?? '');
  return {
    ...lifecycle(state),
    ...tagging(state),
    ...users(state),
    ...policiesOf('Role', role, state),
    ...policiesOf('User', user, state),
  };
}
