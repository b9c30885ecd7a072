/** Service control policies: made, attached, read. */

import type {
  AttachPolicyRequest,
  CreatePolicyRequest,
  ListPoliciesForTargetRequest,
  ListPoliciesRequest,
  ListTargetsForPolicyRequest,
  Policy,
  PolicySummary,
  PolicyTargetSummary,
  UpdatePolicyRequest,
} from '@aws-sdk/client-organizations';
import { AwsError } from '../aws-error.ts';
import { MalformedPolicy, parsePolicy } from '../iam/document.ts';
import type { Call, Operation } from '../service.ts';
import { managed, readable } from './access.ts';
import { attachedTo, fullAccess } from './control-policies.ts';
import { accountArn } from './describe.ts';
import { unitArn } from './lookup.ts';
import { page } from './paging.ts';
import type { ControlPolicy, Organization } from './state.ts';

const mostCharacters = 5120;
const mostAttached = 5;
const type = 'SERVICE_CONTROL_POLICY';

function createPolicy(call: Call, input: CreatePolicyRequest): object {
  const organization = managed(call);
  checkType(input.Type);
  const { Name: name = '', Description: description = '', Content: content = '' } = input;
  checkName(organization, name);
  checkContent(content);
  const policy = { id: `p-${call.world.id(8)}`, name, description, content };
  organization.policies.set(policy.id, policy);
  return { Policy: described(organization, policy) };
}

function updatePolicy(call: Call, input: UpdatePolicyRequest): object {
  const organization = managed(call);
  const policy = ownIn(organization, input.PolicyId);
  const { Name: name = policy.name, Description: description = policy.description } = input;
  const { Content: content = policy.content } = input;
  if (name !== policy.name) checkName(organization, name);
  checkContent(content);
  const updated = { id: policy.id, name, description, content };
  organization.policies.set(policy.id, updated);
  return { Policy: described(organization, updated) };
}

function deletePolicy(call: Call, { PolicyId }: { PolicyId?: string }): object {
  const organization = managed(call);
  const { id } = ownIn(organization, PolicyId);
  if (targetsOf(organization, id).length > 0)
    throw new AwsError('PolicyInUseException', 'The policy is attached to one or more entities.');
  organization.policies.delete(id);
  return {};
}

function attachPolicy(call: Call, { PolicyId, TargetId }: AttachPolicyRequest): object {
  const organization = managed(call);
  const { id } = policyIn(organization, PolicyId);
  const target = targetIn(organization, TargetId);
  const attached = attachedTo(organization, target);
  if (attached.has(id)) throw new AwsError('DuplicatePolicyAttachmentException', 'The policy is attached already.');
  if (attached.size >= mostAttached) throw constraint('MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED');
  organization.attached.set(target, new Set([...attached, id]));
  return {};
}

/** Something must always be left that could allow. */
function detachPolicy(call: Call, { PolicyId, TargetId }: AttachPolicyRequest): object {
  const organization = managed(call);
  const { id } = policyIn(organization, PolicyId);
  const target = targetIn(organization, TargetId);
  const attached = attachedTo(organization, target);
  if (!attached.has(id)) throw new AwsError('PolicyNotAttachedException', "The policy isn't attached to the target.");
  if (attached.size === 1) throw constraint('MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED');
  organization.attached.set(target, new Set([...attached].filter((one) => one !== id)));
  return {};
}

function describePolicy(call: Call, { PolicyId }: { PolicyId?: string }): object {
  const organization = readable(call);
  return { Policy: described(organization, policyIn(organization, PolicyId)) };
}

function listPolicies(call: Call, input: ListPoliciesRequest): object {
  const organization = readable(call);
  checkType(input.Filter);
  const { items, NextToken } = page([...organization.policies.values()], input);
  return { Policies: items.map((policy) => summary(organization, policy)), NextToken };
}

function listPoliciesForTarget(call: Call, input: ListPoliciesForTargetRequest): object {
  const organization = readable(call);
  checkType(input.Filter);
  const attached = attachedTo(organization, targetIn(organization, input.TargetId));
  const { items, NextToken } = page([...attached], input);
  return { Policies: items.map((id) => summary(organization, policyIn(organization, id))), NextToken };
}

function listTargetsForPolicy(call: Call, input: ListTargetsForPolicyRequest): object {
  const organization = readable(call);
  const { items, NextToken } = page(targetsOf(organization, policyIn(organization, input.PolicyId).id), input);
  return { Targets: items, NextToken };
}

function checkType(wanted: string | undefined): void {
  if (wanted !== type)
    throw new AwsError('NotImplemented', `The lake knows no policies of type ${wanted}.`, { status: 501 });
}

function checkName(organization: Organization, name: string): void {
  if ([...organization.policies.values()].some((policy) => policy.name === name))
    throw new AwsError('DuplicatePolicyException', 'A policy with the same name already exists.');
}

function checkContent(content: string): void {
  if (content.length > mostCharacters) throw constraint('POLICY_CONTENT_LIMIT_EXCEEDED');
  try {
    const named = parsePolicy(content).some(({ principals, notPrincipals }) => principals ?? notPrincipals);
    if (named) throw new MalformedPolicy('a service control policy names no principals');
  } catch (error) {
    if (!(error instanceof MalformedPolicy)) throw error;
    throw new AwsError(
      'MalformedPolicyDocumentException',
      `The provided policy document is malformed: ${error.message}`,
    );
  }
}

function policyIn(organization: Organization, id = ''): ControlPolicy {
  const policy = organization.policies.get(id);
  if (policy) return policy;
  throw new AwsError('PolicyNotFoundException', `We can't find a policy with the PolicyId ${id}.`);
}

function ownIn(organization: Organization, id = ''): ControlPolicy {
  const policy = policyIn(organization, id);
  if (policy.id !== fullAccess.id) return policy;
  throw new AwsError('InvalidInputException', "AWS's own policies can't be changed.", {
    fields: { Reason: 'IMMUTABLE_POLICY' },
  });
}

function targetIn(organization: Organization, id = ''): string {
  if (id === organization.root || organization.units.has(id) || organization.accounts.has(id)) return id;
  throw new AwsError('TargetNotFoundException', `We can't find a root, unit or account with the TargetId ${id}.`);
}

function targetsOf(organization: Organization, policy: string): PolicyTargetSummary[] {
  const root = { TargetId: organization.root, Arn: unitArn(organization, organization.root), Name: 'Root' };
  const units = [...organization.units.values()].map(({ id, name }) => ({
    TargetId: id,
    Arn: unitArn(organization, id),
    Name: name,
    Type: 'ORGANIZATIONAL_UNIT' as const,
  }));
  const accounts = [...organization.accounts.values()].map(({ id, name }) => ({
    TargetId: id,
    Arn: accountArn(organization, id),
    Name: name,
    Type: 'ACCOUNT' as const,
  }));
  const all: PolicyTargetSummary[] = [{ ...root, Type: 'ROOT' }, ...units, ...accounts];
  return all.filter(({ TargetId = '' }) => attachedTo(organization, TargetId).has(policy));
}

function summary(organization: Organization, { id, name, description }: ControlPolicy): PolicySummary {
  const kind = type.toLowerCase();
  const own = `arn:aws:organizations::${organization.managementAccount}:policy/${organization.id}/${kind}/${id}`;
  const AwsManaged = id === fullAccess.id;
  const Arn = AwsManaged ? `arn:aws:organizations::aws:policy/${kind}/${id}` : own;
  return { Id: id, Arn, Name: name, Description: description, Type: type, AwsManaged };
}

function described(organization: Organization, policy: ControlPolicy): Policy {
  return { PolicySummary: summary(organization, policy), Content: policy.content };
}

function constraint(Reason: string): AwsError {
  return new AwsError('ConstraintViolationException', 'You have exceeded a limit of policies.', { fields: { Reason } });
}

export const controlPolicies: Readonly<Record<string, Operation>> = {
  CreatePolicy: createPolicy,
  UpdatePolicy: updatePolicy,
  DeletePolicy: deletePolicy,
  AttachPolicy: attachPolicy,
  DetachPolicy: detachPolicy,
  DescribePolicy: describePolicy,
  ListPolicies: listPolicies,
  ListPoliciesForTarget: listPoliciesForTarget,
  ListTargetsForPolicy: listTargetsForPolicy,
};
