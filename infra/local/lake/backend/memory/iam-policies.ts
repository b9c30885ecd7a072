/** IAM's managed policies and the simulator. */

import type {
  CreatePolicyRequest,
  EvaluationResult,
  GetPolicyRequest,
  GetPolicyVersionRequest,
  Policy,
  SimulatePrincipalPolicyRequest,
} from '@aws-sdk/client-iam';
import { parsePolicy } from '../../iam/document.ts';
import { evaluate } from '../../iam/evaluate.ts';
import { managedPolicy } from '../../iam/managed.ts';
import type { RequestContext } from '../../iam/match.ts';
import type { Call, Caller, Operation } from '../../service.ts';
import { assertPolicy, exists, findIdentity, noSuch, policyRecord, toIdentity } from './identities.ts';
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

/** Only what the request brings: the simulator knows no session. */
function simulationContext(caller: Caller, input: SimulatePrincipalPolicyRequest): RequestContext {
  const given = (input.ContextEntries ?? []).map((entry): [string, string | string[]] => {
    const values = entry.ContextKeyValues ?? [];
    return [(entry.ContextKeyName ?? '').toLowerCase(), values.length === 1 ? (values[0] ?? '') : values];
  });
  return new Map<string, string | readonly string[]>([
    ['aws:principalarn', caller.arn],
    ['aws:principalaccount', caller.account],
    ...given,
  ]);
}

const missingKeys = (documents: readonly string[], context: RequestContext): string[] => {
  const keys = documents.flatMap(parsePolicy).flatMap(({ conditions }) => conditions.map(({ key }) => key));
  return [...new Set(keys)].filter((key) => !context.has(key.toLowerCase()));
};

function simulate(
  state: MemoryState,
  input: SimulatePrincipalPolicyRequest,
): { EvaluationResults: EvaluationResult[] } {
  const record = findIdentity(state, input.PolicySourceArn ?? '');
  if (record === undefined) throw noSuch(`principal ${input.PolicySourceArn ?? ''}`);
  const identity = toIdentity(state, record);
  const caller: Caller = { kind: record.kind, account: record.account, arn: record.arn };
  const context = simulationContext(caller, input);
  const documents = [...identity.policies.map(({ document }) => document), ...(input.PolicyInputList ?? [])];
  const results = (input.ActionNames ?? []).flatMap((action) =>
    (input.ResourceArns ?? ['*']).map((resource): EvaluationResult => {
      const { effect } = evaluate({
        caller,
        action,
        resource,
        context,
        sameAccount: true,
        identity: documents,
        boundary: input.PermissionsBoundaryPolicyInputList?.[0] ?? identity.boundary,
        session: undefined,
        resourcePolicy: input.ResourcePolicy,
        resourceMustAllow: false,
      });
      return {
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: effect,
        MatchedStatements: [],
        MissingContextValues: missingKeys(documents, context),
      };
    }),
  );
  return { EvaluationResults: results };
}

export function policyOperations(state: MemoryState): Record<string, Operation> {
  return {
    ...managed(state),
    SimulatePrincipalPolicy: (_call: Call, input: SimulatePrincipalPolicyRequest) => ({
      ...simulate(state, input),
      IsTruncated: false,
    }),
  };
}
