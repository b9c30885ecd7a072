import { GetDatabasesCommand } from '@aws-sdk/client-glue';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  type EntityType,
  GetAccountAuthorizationDetailsCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
  TagRoleCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { allow, clientsOf, failure, PRODUCER, policy, trust } from './clients.ts';

let lake: RunningLake;
let iam: ReturnType<typeof clientsOf>['iam'];
beforeEach(async () => {
  lake = await startLake();
  iam = clientsOf(lake.url, PRODUCER).iam;
});
afterEach(() => lake.close());

const byGlue = trust({ Service: 'glue.amazonaws.com' });
const ARN = `arn:aws:iam::${PRODUCER}:role/data-jobs/job`;

const make = (RoleName: string, Path = '/', more: object = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: byGlue, ...more }));

const inline = (PolicyDocument: string, RoleName = 'job') =>
  iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));

test('a role has path, tags and trust, and a name only once whatever its case (F-20)', async () => {
  await make('job', '/data-jobs/', { Tags: [{ Key: 'team', Value: 'a' }] });
  await iam.send(new TagRoleCommand({ RoleName: 'job', Tags: [{ Key: 'onramp:product', Value: 'cur' }] }));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'job' }));
  expect(Role).toMatchObject({ Arn: ARN, Path: '/data-jobs/', MaxSessionDuration: 3600 });
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(byGlue);
  expect(Role?.CreateDate).toBeInstanceOf(Date);
  expect((await iam.send(new ListRoleTagsCommand({ RoleName: 'job' }))).Tags).toEqual([
    { Key: 'onramp:product', Value: 'cur' },
    { Key: 'team', Value: 'a' },
  ]);
  expect(await failure(make('JOB'))).toMatchObject({ name: 'EntityAlreadyExistsException', status: 409 });
});

test('roles are listed in pages, under a path, without tags (F-21)', async () => {
  for (const name of ['a', 'b', 'c']) await make(name, '/data-jobs/', { Tags: [{ Key: 'k', Value: 'v' }] });
  await make('other');
  const first = await iam.send(new ListRolesCommand({ PathPrefix: '/data-jobs/', MaxItems: 2 }));
  expect([first.Roles?.map(({ RoleName }) => RoleName), first.IsTruncated]).toEqual([['a', 'b'], true]);
  expect(first.Roles?.[0]?.Tags).toBeUndefined();
  const rest = await iam.send(new ListRolesCommand({ PathPrefix: '/data-jobs/', Marker: first.Marker }));
  expect([rest.Roles?.map(({ RoleName }) => RoleName), rest.IsTruncated]).toEqual([['c'], false]);
});

test('inline and managed policies are put, read, attached and taken away (F-22)', async () => {
  await make('job', '/data-jobs/');
  const document = policy(allow('glue:GetTable'));
  await inline(document);
  const own = await iam.send(new GetRolePolicyCommand({ RoleName: 'job', PolicyName: 'own' }));
  expect(decodeURIComponent(own.PolicyDocument ?? '')).toBe(document);
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'shared', PolicyDocument: document }));
  const arns = [Policy?.Arn ?? '', 'arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole'];
  for (const PolicyArn of arns) await iam.send(new AttachRolePolicyCommand({ RoleName: 'job', PolicyArn }));
  expect((await iam.send(new ListRolePoliciesCommand({ RoleName: 'job' }))).PolicyNames).toEqual(['own']);
  const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'job' }));
  expect(AttachedPolicies?.map(({ PolicyArn }) => PolicyArn)).toEqual(arns.toSorted());
  const managed = await iam.send(new GetPolicyCommand({ PolicyArn: arns[1] }));
  const version = new GetPolicyVersionCommand({ PolicyArn: arns[1], VersionId: managed.Policy?.DefaultVersionId });
  expect(decodeURIComponent((await iam.send(version)).PolicyVersion?.Document ?? '')).toContain('glue:*');
  expect((await failure(iam.send(new DeleteRoleCommand({ RoleName: 'job' })))).name).toBe('DeleteConflictException');
  for (const PolicyArn of arns) await iam.send(new DetachRolePolicyCommand({ RoleName: 'job', PolicyArn }));
  await iam.send(new DeleteRolePolicyCommand({ RoleName: 'job', PolicyName: 'own' }));
  await iam.send(new DeleteRoleCommand({ RoleName: 'job' }));
  expect(await failure(iam.send(new GetRoleCommand({ RoleName: 'job' })))).toMatchObject({
    name: 'NoSuchEntityException',
    message: 'The role with name job cannot be found.',
    status: 404,
  });
});

test('documents IAM would refuse are refused, unknown policies too (F-23)', async () => {
  await make('job');
  expect((await failure(inline('{"Statement": []'))).name).toBe('MalformedPolicyDocumentException');
  const gone = trust({ AWS: `arn:aws:iam::${PRODUCER}:role/gone` });
  const bad = new CreateRoleCommand({ RoleName: 'x', AssumeRolePolicyDocument: gone });
  expect((await failure(iam.send(bad))).message).toBe(
    `Invalid principal in policy: "AWS":"arn:aws:iam::${PRODUCER}:role/gone"`,
  );
  const large = policy(allow(Array.from({ length: 700 }, (_, i) => `glue:Action${i}`)));
  expect((await failure(inline(large))).message).toBe('Maximum policy size of 10240 bytes exceeded for role job');
  const attach = new AttachRolePolicyCommand({ RoleName: 'job', PolicyArn: 'arn:aws:iam::aws:policy/NoSuch' });
  expect((await failure(iam.send(attach))).name).toBe('NoSuchEntityException');
});

test('a role that was deleted and made again is another one (F-24)', async () => {
  const ids: (string | undefined)[] = [];
  for (let round = 0; round < 2; round += 1) {
    ids.push((await make('job')).Role?.RoleId);
    await iam.send(new DeleteRoleCommand({ RoleName: 'job' }));
  }
  expect(new Set(ids).size).toBe(2);
});

test('users exist under their path (F-25)', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'datalake_user', Path: '/people/' }));
  const { User } = await iam.send(new GetUserCommand({ UserName: 'datalake_user' }));
  expect(User?.Arn).toBe(`arn:aws:iam::${PRODUCER}:user/people/datalake_user`);
  expect((await failure(iam.send(new GetUserCommand({ UserName: 'nobody' })))).name).toBe('NoSuchEntityException');
});

test('the simulator says what the evaluator would decide (F-26)', async () => {
  await make('job', '/data-jobs/');
  await inline(
    policy(
      allow('glue:Get*', `arn:aws:glue:*:${PRODUCER}:*`),
      allow('s3:GetObject', '*', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }),
      { Effect: 'Deny', Action: 'glue:GetTables', Resource: '*' },
    ),
  );
  const table = `arn:aws:glue:ap-northeast-1:${PRODUCER}:table/db/t`;
  const simulate = async (ActionNames: string[], more: object = {}) => {
    const input = { PolicySourceArn: ARN, ActionNames, ResourceArns: [table], ...more };
    const { EvaluationResults } = await iam.send(new SimulatePrincipalPolicyCommand(input));
    return EvaluationResults?.map(({ EvalDecision }) => EvalDecision);
  };
  expect(await simulate(['glue:GetTable', 'glue:GetTables', 'glue:CreateTable', 's3:GetObject'])).toEqual([
    'allowed',
    'explicitDeny',
    'implicitDeny',
    'implicitDeny',
  ]);
  const entry = { ContextKeyName: 'aws:PrincipalOrgID', ContextKeyValues: ['o-1'], ContextKeyType: 'string' };
  expect(await simulate(['s3:GetObject'], { ContextEntries: [entry] })).toEqual(['allowed']);
});

test('every operation asks the caller’s policies first, in AWS’s words (F-27)', async () => {
  await make('job', '/data-jobs/');
  const job = clientsOf(lake.url, await lake.control.credentials(ARN));
  const session = `arn:aws:sts::${PRODUCER}:assumed-role/job/lake`;
  const { name, message } = await failure(job.iam.send(new GetRoleCommand({ RoleName: 'job' })));
  expect([name, message]).toEqual([
    'AccessDenied',
    `User: ${session} is not authorized to perform: iam:GetRole on resource: ${ARN} because no identity-based policy allows the iam:GetRole action`,
  ]);
  await inline(policy(allow('iam:*'), { Effect: 'Deny', Action: 'glue:*', Resource: '*' }));
  await job.iam.send(new GetRoleCommand({ RoleName: 'job' }));
  const denied = await failure(job.glue.send(new GetDatabasesCommand({})));
  expect(denied.name).toBe('AccessDeniedException');
  expect(denied.message).toContain('with an explicit deny in an identity-based policy');
});

test('a permissions boundary limits what policies give (F-28)', async () => {
  const PolicyDocument = policy(allow('iam:ListRoles'));
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'edge', PolicyDocument }));
  await make('job', '/data-jobs/', { PermissionsBoundary: Policy?.Arn });
  await inline(policy(allow('*')));
  const job = clientsOf(lake.url, await lake.control.credentials(ARN));
  await job.iam.send(new ListRolesCommand({}));
  const { message } = await failure(job.iam.send(new GetRoleCommand({ RoleName: 'job' })));
  expect(message).toContain('because no permissions boundary allows the iam:GetRole action');
});

/** All pages of the account, each with the names of what it holds. */
async function details(client: typeof iam, MaxItems: number, ...Filter: EntityType[]) {
  const pages = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(new GetAccountAuthorizationDetailsCommand({ Filter, MaxItems, Marker }));
    pages.push(page);
    Marker = page.Marker;
  } while (Marker !== undefined);
  return pages;
}

test('an account is told by pages of roles and policies, without boundaries unless switched (F-29)', async () => {
  const document = policy(allow('glue:GetTable'));
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'edge', PolicyDocument: document }));
  await make('job', '/data-jobs/', { PermissionsBoundary: Policy?.Arn, Tags: [{ Key: 'team', Value: '費用' }] });
  await make('other');
  await inline(document);
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'job', PolicyArn: Policy?.Arn }));
  const pages = await details(iam, 1, 'Role', 'LocalManagedPolicy');
  expect(pages.map(({ IsTruncated }) => IsTruncated)).toEqual([true, true, false]);
  const [job] = pages.flatMap(({ RoleDetailList = [] }) => RoleDetailList).filter(({ RoleName }) => RoleName === 'job');
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'job' }));
  expect(job).toMatchObject({ Arn: ARN, RoleId: Role?.RoleId, Tags: Role?.Tags });
  expect(decodeURIComponent(job?.AssumeRolePolicyDocument ?? '')).toBe(byGlue);
  expect(job?.RolePolicyList).toEqual([{ PolicyName: 'own', PolicyDocument: encodeURIComponent(document) }]);
  expect(job?.AttachedManagedPolicies).toEqual([{ PolicyName: 'edge', PolicyArn: Policy?.Arn }]);
  expect(job?.PermissionsBoundary).toBeUndefined();
  const [edge] = pages.flatMap(({ Policies = [] }) => Policies);
  expect(edge).toMatchObject({ Arn: Policy?.Arn, DefaultVersionId: 'v1' });
  const [version] = edge?.PolicyVersionList ?? [];
  expect(version).toMatchObject({ IsDefaultVersion: true, Document: encodeURIComponent(document) });
  const roles = await details(iam, 1000, 'Role');
  expect([roles.length, roles[0]?.RoleDetailList?.length, roles[0]?.Policies]).toEqual([1, 2, []]);
  expect((await failure(details(iam, 100, 'User'))).status).toBe(501);
  expect((await failure(details(iam, 100))).status).toBe(501);
});

test('switched, an account’s details name boundaries (F-29)', async () => {
  const other = await startLake({ switches: { 'iam-details-boundary': 'listed' } });
  const client = clientsOf(other.url, PRODUCER).iam;
  const PermissionsBoundary = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await client.send(new CreateRoleCommand({ RoleName: 'job', AssumeRolePolicyDocument: byGlue, PermissionsBoundary }));
  const [page] = await details(client, 1, 'Role');
  expect(page?.RoleDetailList?.[0]?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(PermissionsBoundary);
  await other.close();
});
