/** IAM's managed policies. */

import type { CreatePolicyRequest, GetPolicyRequest, GetPolicyVersionRequest, Policy } from '@aws-sdk/client-iam';
import { managedPolicy } from '../../iam/managed.ts';
import type { Call, Operation } from '../../service.ts';
import { assertPolicy, exists, noSuch, policyRecord } from './identities.ts';
import { accountOf, type MemoryState, type PolicyRecord } from './state.ts';

const toPolicy = (record: PolicyRecord): Policy => ({
  PolicyName: record.name,
  PolicyId: record.id,
  Arn: record.arn,
  Path: record.path,
  DefaultVersionId: record.defaultVersion,
  CreateDate: record.created,
  IsAttachable: true,
});

/** AWS's own policies, shown as if their first version were the only one. */
function awsPolicy(arn: string): PolicyRecord | undefined {
  const text = managedPolicy(arn);
  if (text === undefined) return undefined;
  const parts = arn.split(':policy')[1]?.split('/') ?? [];
  return {
    arn,
    id: 'ANPA00000000000000000',
    name: parts.at(-1) ?? '',
    path: `${parts.slice(0, -1).join('/')}/`,
    created: new Date(0),
    versions: new Map([['v1', text]]),
    defaultVersion: 'v1',
  };
}

function managed(state: MemoryState): Record<string, Operation> {
  const find = (call: Call, arn: string): PolicyRecord => awsPolicy(arn) ?? policyRecord(state, call.account, arn);
  return {
    CreatePolicy(call: Call, input: CreatePolicyRequest) {
      assertPolicy(input.PolicyDocument ?? '');
      const path = input.Path ?? '/';
      const arn = `arn:aws:iam::${call.account}:policy${path}${input.PolicyName ?? ''}`;
      const table = accountOf(state, call.account).policies;
      if (table.has(arn)) throw exists(`A policy called ${input.PolicyName ?? ''}`);
      const record: PolicyRecord = {
        arn,
        id: `ANPA${call.world.id(17).toUpperCase()}`,
        name: input.PolicyName ?? '',
        path,
        created: new Date(call.world.now()),
        versions: new Map([['v1', input.PolicyDocument ?? '']]),
        defaultVersion: 'v1',
      };
      table.set(arn, record);
      return { Policy: toPolicy(record) };
    },
    GetPolicy: (call: Call, input: GetPolicyRequest) => ({ Policy: toPolicy(find(call, input.PolicyArn ?? '')) }),
    GetPolicyVersion(call: Call, input: GetPolicyVersionRequest) {
      const record = find(call, input.PolicyArn ?? '');
      const text = record.versions.get(input.VersionId ?? '');
      if (text === undefined) throw noSuch(`policy ${record.arn} version ${input.VersionId ?? ''}`);
      return {
        PolicyVersion: {
          Document: encodeURIComponent(text),
          VersionId: input.VersionId,
          IsDefaultVersion: input.VersionId === record.defaultVersion,
          CreateDate: record.created,
        },
      };
    },
    DeletePolicy(call: Call, input: GetPolicyRequest) {
      const record = policyRecord(state, call.account, input.PolicyArn ?? '');
      accountOf(state, call.account).policies.delete(record.arn);
    },
  };
}

/** IAM's operations on managed policies. */
export const policyOperations = (state: MemoryState): Record<string, Operation> => managed(state);
