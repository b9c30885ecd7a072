/** SimulatePrincipalPolicy, answered by the evaluator that decides the real calls. */

import type { EvaluationResult, SimulatePrincipalPolicyRequest } from '@aws-sdk/client-iam';
import { AwsError } from '../aws-error.ts';
import type { Identity } from '../backend/backend.ts';
import type { Caller } from '../caller.ts';
import { controlOf } from '../organizations/control-policies.ts';
import type { World } from '../service.ts';
import { parsePolicy } from './document.ts';
import { evaluate } from './evaluate.ts';
import type { RequestContext } from './match.ts';

/** Only what the request brings: the simulator knows no session and no resource policy of its own. */
function contextOf(caller: Caller, input: SimulatePrincipalPolicyRequest): RequestContext {
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

function missingKeys(documents: readonly string[], context: RequestContext): string[] {
  const keys = documents.flatMap(parsePolicy).flatMap(({ conditions }) => conditions.map(({ key }) => key));
  return [...new Set(keys)].filter((key) => !context.has(key.toLowerCase()));
}

interface Simulated {
  readonly identity: Identity;
  readonly caller: Caller;
  readonly control: readonly (readonly string[])[] | undefined;
  /** Of an organization: only then the answer tells of its policies. */
  readonly member: boolean;
}

function resultsOf(simulated: Simulated, input: SimulatePrincipalPolicyRequest): EvaluationResult[] {
  const { identity, caller, control, member } = simulated;
  const context = contextOf(caller, input);
  const documents = [...identity.policies.map(({ document }) => document), ...(input.PolicyInputList ?? [])];
  const one = (action: string, resource: string): EvaluationResult => {
    const { effect, by } = evaluate({
      caller,
      action,
      resource,
      context,
      sameAccount: true,
      identity: documents,
      boundary: input.PermissionsBoundaryPolicyInputList?.[0] ?? identity.boundary,
      session: undefined,
      control,
      resourcePolicy: input.ResourcePolicy,
      resourceMustAllow: false,
    });
    return {
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: effect,
      MatchedStatements: [],
      MissingContextValues: missingKeys(documents, context),
      ...(member && { OrganizationsDecisionDetail: { AllowedByOrganizations: by !== 'control' } }),
    };
  };
  const resources = input.ResourceArns ?? ['*'];
  return (input.ActionNames ?? []).flatMap((action) => resources.map((resource) => one(action, resource)));
}

/** A verdict for each action and resource. Throws `NoSuchEntityException` for a principal that is not there. */
export async function simulatePrincipalPolicy(
  { backend, organizations }: World,
  input: SimulatePrincipalPolicyRequest,
) {
  const identity = await backend.identity(input.PolicySourceArn ?? '');
  if (identity === undefined)
    throw new AwsError('NoSuchEntityException', `The entity ${input.PolicySourceArn ?? ''} cannot be found.`, {
      status: 404,
    });
  const caller: Caller = { kind: identity.kind, account: identity.account, arn: identity.arn };
  const member = organizations.membership.has(identity.account);
  const simulated = { identity, caller, control: controlOf(organizations, caller), member };
  return { EvaluationResults: resultsOf(simulated, input), IsTruncated: false };
}
