import { CreateDatabaseCommand, GetDatabasesCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AttachPolicyCommand,
  CreatePolicyCommand,
  DeleteOrganizationalUnitCommand,
  DeletePolicyCommand,
  DescribePolicyCommand,
  DetachPolicyCommand,
  ListPoliciesCommand,
  ListPoliciesForTargetCommand,
  ListTargetsForPolicyCommand,
  OrganizationsClient,
  UpdatePolicyCommand,
} from '@aws-sdk/client-organizations';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';

const management = '999999999999';
const member = '222222222222';
const unit = 'ou-a1b2-11111111';
const Type = 'SERVICE_CONTROL_POLICY' as const;
const full = 'p-FullAWSAccess';

let lake: RunningLake;
beforeAll(async () => {
  lake = await startLake();
});
beforeEach(async () => {
  await lake.control.reset();
  await lake.control.set('organizations', 'found', {
    managementAccount: management,
    id: 'o-a1b2c3d4e5',
    root: 'r-a1b2',
    units: [{ id: unit, name: 'data' }],
    accounts: [{ id: member, name: 'analytics', parent: unit }],
  });
});
afterAll(() => lake.close());

const config = (accessKeyId: string) => ({
  endpoint: lake.url,
  region: 'us-east-1',
  credentials: { accessKeyId, secretAccessKey: 'test' },
  maxAttempts: 1,
});
const organizations = (account = management) => new OrganizationsClient(config(account));
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const noDatabases = document({ Effect: 'Deny', Action: 'glue:CreateDatabase', Resource: '*' });
const glueOnly = document({ Effect: 'Allow', Action: 'glue:*', Resource: '*' });

async function policy(Content: string, Name = 'guard'): Promise<string> {
  const made = await organizations().send(new CreatePolicyCommand({ Name, Description: 'd', Content, Type }));
  return made.Policy?.PolicySummary?.Id ?? '';
}
const attach = (PolicyId: string, TargetId: string) =>
  organizations().send(new AttachPolicyCommand({ PolicyId, TargetId }));
const detach = (PolicyId: string, TargetId: string) =>
  organizations().send(new DetachPolicyCommand({ PolicyId, TargetId }));

/** A role that IAM lets do everything. */
async function roleIn(account: string, RoleName = 'admin', Path = '/'): Promise<string> {
  const iam = new IAMClient(config(account));
  const trust = { Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' };
  await iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: document(trust) }));
  const PolicyDocument = document({ Effect: 'Allow', Action: '*', Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument }));
  return `arn:aws:iam::${account}:role${Path}${RoleName}`;
}

async function createDatabaseAs(role: string): Promise<string> {
  const glue = new GlueClient({ ...config(''), credentials: await lake.control.credentials(role) });
  return attempt(glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: `d${Math.trunc(lake.world.now())}` } })));
}
const attempt = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'succeeded',
    (error: Error) => `${error.name}: ${error.message}`,
  );

test('ORG-14 policies are made, read page by page, changed and deleted; those in use and AWS’s own are not', async () => {
  const id = await policy(noDatabases);
  const again = organizations().send(
    new CreatePolicyCommand({ Name: 'guard', Description: '', Content: glueOnly, Type }),
  );
  expect(await attempt(again)).toContain('DuplicatePolicyException');
  expect(await attempt(policy('{', 'x'))).toContain('MalformedPolicyDocumentException');
  const named = document({ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' });
  expect(await attempt(policy(named, 'x'))).toContain('MalformedPolicyDocumentException');
  expect(await attempt(policy(noDatabases.padEnd(5121), 'x'))).toContain('ConstraintViolationException');
  await organizations().send(new UpdatePolicyCommand({ PolicyId: id, Content: glueOnly }));
  const { Policy } = await organizations().send(new DescribePolicyCommand({ PolicyId: id }));
  expect(Policy).toMatchObject({ Content: glueOnly, PolicySummary: { Name: 'guard', AwsManaged: false, Type } });
  for (let i = 0; i < 25; i++) await policy(glueOnly, `p${i}`);
  const first = await organizations().send(new ListPoliciesCommand({ Filter: Type }));
  const second = await organizations().send(new ListPoliciesCommand({ Filter: Type, NextToken: first.NextToken }));
  expect([first.Policies?.length, second.Policies?.length, second.NextToken]).toEqual([20, 7, undefined]);
  expect(first.Policies?.[0]).toMatchObject({ Id: full, AwsManaged: true });
  await attach(id, member);
  expect(await attempt(organizations().send(new DeletePolicyCommand({ PolicyId: id })))).toContain('PolicyInUse');
  await detach(id, member);
  await organizations().send(new DeletePolicyCommand({ PolicyId: id }));
  expect(await attempt(attach(id, member))).toContain('PolicyNotFoundException');
  expect(await attempt(organizations().send(new DeletePolicyCommand({ PolicyId: full })))).toContain('InvalidInput');
  const foreign = organizations(member).send(new ListPoliciesCommand({ Filter: Type }));
  expect(await attempt(foreign)).toContain('AccessDeniedException');
});

test('ORG-15 everything begins with full access; at least one and at most five are attached', async () => {
  const listed = async (TargetId: string) => {
    const answer = await organizations().send(new ListPoliciesForTargetCommand({ TargetId, Filter: Type }));
    return answer.Policies?.map(({ Id }) => Id);
  };
  for (const target of ['r-a1b2', unit, member, management]) expect(await listed(target)).toEqual([full]);
  expect(await attempt(detach(full, member))).toContain('ConstraintViolationException');
  const id = await policy(noDatabases);
  expect(await attempt(detach(id, member))).toContain('PolicyNotAttachedException');
  expect(await attempt(attach(id, 'ou-a1b2-99999999'))).toContain('TargetNotFoundException');
  await attach(id, unit);
  expect(await attempt(attach(id, unit))).toContain('DuplicatePolicyAttachmentException');
  const { Targets } = await organizations().send(new ListTargetsForPolicyCommand({ PolicyId: id }));
  expect(Targets).toMatchObject([{ TargetId: unit, Type: 'ORGANIZATIONAL_UNIT', Name: 'data' }]);
  for (let i = 0; i < 3; i++) await attach(await policy(glueOnly, `p${i}`), unit);
  expect(await attempt(attach(await policy(glueOnly, 'sixth'), unit))).toContain('ConstraintViolationException');
});

test('ORG-15 an account that leaves, and a unit that is deleted, leave their attachments', async () => {
  const role = await roleIn(member);
  const id = await policy(noDatabases);
  const targets = async () =>
    (await organizations().send(new ListTargetsForPolicyCommand({ PolicyId: id }))).Targets?.length;
  await attach(id, member);
  await attach(await policy(glueOnly, 'glue'), member);
  await detach(full, member);
  await lake.control.set('organizations', 'leave', { account: member });
  expect(await targets()).toBe(0);
  await organizations().send(new DeletePolicyCommand({ PolicyId: id }));
  await lake.control.set('organizations', 'join', { account: member, of: management });
  const { Policies } = await organizations().send(new ListPoliciesForTargetCommand({ TargetId: member, Filter: Type }));
  expect(Policies?.map(({ Id }) => Id)).toEqual([full]);
  expect(await createDatabaseAs(role)).toBe('succeeded');
  const empty = await policy(glueOnly, 'unit');
  await attach(empty, unit);
  await organizations().send(new DeleteOrganizationalUnitCommand({ OrganizationalUnitId: unit }));
  expect(await attempt(organizations().send(new DeletePolicyCommand({ PolicyId: empty })))).toBe('succeeded');
});

test('ORG-16 a deny anywhere above an account holds for its roles and its root, in AWS’s words', async () => {
  const role = await roleIn(member);
  expect(await createDatabaseAs(role)).toBe('succeeded');
  await attach(await policy(noDatabases), unit);
  const refused = await createDatabaseAs(role);
  expect(refused).toContain('AccessDeniedException');
  expect(refused).toContain('with an explicit deny in a service control policy');
  const root = new GlueClient(config(member));
  expect(await attempt(root.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'x' } })))).toContain(
    'explicit deny',
  );
  expect(await attempt(root.send(new GetDatabasesCommand({})))).toBe('succeeded');
});

test('ORG-16 each level must allow: what no policy of one level allows is refused', async () => {
  const role = await roleIn(member);
  await attach(await policy(document({ Effect: 'Allow', Action: 's3:*', Resource: '*' })), member);
  await detach(full, member);
  expect(await createDatabaseAs(role)).toContain('because no service control policy allows the glue:CreateDatabase');
  await attach(await policy(glueOnly, 'glue'), member);
  expect(await createDatabaseAs(role)).toBe('succeeded');
});

test('ORG-16 the management account and service-linked roles are not concerned', async () => {
  await attach(await policy(noDatabases), 'r-a1b2');
  expect(await createDatabaseAs(await roleIn(management))).toBe('succeeded');
  const linked = await roleIn(member, 'AWSServiceRoleForLakeFormationDataAccess', '/aws-service-role/lakeformation/');
  expect(await createDatabaseAs(linked)).toBe('succeeded');
});

test('ORG-17 the simulator says whether the organization allows it', async () => {
  const iam = new IAMClient(config(member));
  const simulate = async (PolicySourceArn: string, action: string) => {
    const answer = await iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: [action] }));
    const [result] = answer.EvaluationResults ?? [];
    return [result?.EvalDecision, result?.OrganizationsDecisionDetail?.AllowedByOrganizations];
  };
  const role = await roleIn(member);
  expect(await simulate(role, 'glue:CreateDatabase')).toEqual(['allowed', true]);
  await attach(await policy(noDatabases), member);
  expect(await simulate(role, 'glue:CreateDatabase')).toEqual(['explicitDeny', false]);
  expect(await simulate(role, 'glue:GetDatabase')).toEqual(['allowed', true]);
});
