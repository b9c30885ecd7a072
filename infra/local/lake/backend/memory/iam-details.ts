/** IAM's whole account by pages: roles with their policies, and the account's own managed policies. */

import type {
  EntityType,
  GetAccountAuthorizationDetailsRequest,
  ManagedPolicyDetail,
  RoleDetail,
} from '@aws-sdk/client-iam';
import { AwsError } from '../../aws-error.ts';
import type { Call, Operation, World } from '../../service.ts';
import { tagList } from './iam-roles.ts';
import { listing } from './paging.ts';
import { accountOf, type MemoryState, type PolicyRecord, type RoleRecord } from './state.ts';

/** What the lake answers for. Of users, groups and AWS's own policies it knows too little to call it all. */
const ANSWERED: readonly EntityType[] = ['Role', 'LocalManagedPolicy'];

/** Policies in the order they were made and attached in: IAM promises none. */
function toRoleDetail(world: World, record: RoleRecord): RoleDetail {
  const listed = record.boundaryArn !== undefined && world.switch('iam-details-boundary') === 'listed';
  return {
    Path: record.path,
    RoleName: record.name,
    RoleId: record.id,
    Arn: record.arn,
    CreateDate: record.created,
    AssumeRolePolicyDocument: encodeURIComponent(record.trust),
    InstanceProfileList: [],
    RolePolicyList: [...record.inline].map(([PolicyName, text]) => ({
      PolicyName,
      PolicyDocument: encodeURIComponent(text),
    })),
    AttachedManagedPolicies: [...record.attached].map((arn) => ({
      PolicyName: arn.split('/').at(-1),
      PolicyArn: arn,
    })),
    Tags: tagList(record),
    ...(listed
      ? {
          PermissionsBoundary: {
            PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
            PermissionsBoundaryArn: record.boundaryArn,
          },
        }
      : {}),
  };
}

const toPolicyDetail = (record: PolicyRecord): ManagedPolicyDetail => ({
  PolicyName: record.name,
  PolicyId: record.id,
  Arn: record.arn,
  Path: record.path,
  DefaultVersionId: record.defaultVersion,
  IsAttachable: true,
  CreateDate: record.created,
  PolicyVersionList: [...record.versions].map(([VersionId, text]) => ({
    VersionId,
    Document: encodeURIComponent(text),
    IsDefaultVersion: VersionId === record.defaultVersion,
    CreateDate: record.created,
  })),
});

type Item =
  | { readonly kind: 'role'; readonly record: RoleRecord }
  | { readonly kind: 'policy'; readonly record: PolicyRecord };

/** Everything that was asked for, one after another: a page may hold roles, policies or both. */
function itemsOf(state: MemoryState, account: string, filter: readonly EntityType[]): Item[] {
  const { roles, policies } = accountOf(state, account);
  return [
    ...(filter.includes('Role') ? [...roles.values()].map((record) => ({ kind: 'role' as const, record })) : []),
    ...(filter.includes('LocalManagedPolicy')
      ? [...policies.values()].map((record) => ({ kind: 'policy' as const, record }))
      : []),
  ];
}

/** IAM's operation on all of an account. */
export const detailOperations = (state: MemoryState): Record<string, Operation> => ({
  GetAccountAuthorizationDetails(call: Call, input: GetAccountAuthorizationDetailsRequest) {
    const filter = input.Filter ?? [];
    if (filter.length === 0 || filter.some((kind) => !ANSWERED.includes(kind)))
      throw new AwsError('NotImplemented', `the lake answers for ${ANSWERED.join(' and ')} only`, { status: 501 });
    const all = itemsOf(state, call.account, filter);
    const { items, more } = listing(all, ({ kind, record }) => `${kind} ${record.name} ${record.id}`, input);
    return {
      UserDetailList: [],
      GroupDetailList: [],
      RoleDetailList: items.flatMap((item) => (item.kind === 'role' ? [toRoleDetail(call.world, item.record)] : [])),
      Policies: items.flatMap((item) => (item.kind === 'policy' ? [toPolicyDetail(item.record)] : [])),
      ...more,
    };
  },
});
