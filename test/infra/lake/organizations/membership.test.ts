/** What a member account's role learns of its organization, and what becomes of that when the account leaves or moves. */

import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  AcceptHandshakeCommand,
  AttachPolicyCommand,
  CreateAccountCommand,
  CreatePolicyCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  DescribeOrganizationCommand,
  InviteAccountToOrganizationCommand,
  LeaveOrganizationCommand,
  ListAccountsCommand,
  ListParentsCommand,
  type OrganizationsClient,
  RemoveAccountFromOrganizationCommand,
} from '@aws-sdk/client-organizations';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { allow, clientsOf, failure, policy, trust } from '../frame/clients.ts';

const management = '999999999999';
const other = '888888888888';
const member = '222222222222';
const outsider = '555555555555';
const day = 24 * 3_600_000;
const ours = { Id: 'o-a1b2c3d4e5', MasterAccountId: management };
const theirs = { Id: 'o-f6g7h8i9j0', MasterAccountId: other };

let lake: RunningLake;
beforeEach(async () => {
  lake = await startLake();
  const found = (managementAccount: string, id: string, accounts: object[]) =>
    lake.control.set('organizations', 'found', { managementAccount, id, accounts });
  await found(management, ours.Id, [{ id: member }]);
  await found(other, theirs.Id, []);
});
afterEach(() => lake.close());

const root = (account: string): OrganizationsClient => clientsOf(lake.url, account).organizations;

/** A session of a role of the account that may do this, cut down by a session policy where there is one. */
async function roleOf(account: string, statement: object, sessionPolicy?: string): Promise<OrganizationsClient> {
  const { iam } = clientsOf(lake.url, account);
  const RoleName = 'reader';
  const AssumeRolePolicyDocument = trust({ Service: 'glue.amazonaws.com' });
  // One that is there already stays.
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument })).catch(() => undefined);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: policy(statement) }));
  const sessionPolicies = sessionPolicy === undefined ? [] : [sessionPolicy];
  const options = sessionPolicies.length === 0 ? { seconds: 30 * 24 * 3600 } : { sessionPolicies };
  return clientsOf(lake.url, await lake.control.credentials(`arn:aws:iam::${account}:role/${RoleName}`, options))
    .organizations;
}

const mine = async (client: OrganizationsClient) =>
  (await client.send(new DescribeOrganizationCommand({}))).Organization;
const outside = {
  name: 'AWSOrganizationsNotInUseException',
  message: 'Your account is not a member of an organization.',
};
const describeOrganization = allow('organizations:DescribeOrganization');

test('a member’s role is told its organization and the management account, one outside that there is none (ORG-1)', async () => {
  expect(await mine(await roleOf(member, describeOrganization))).toMatchObject(ours);
  expect(await mine(await roleOf(other, describeOrganization))).toMatchObject(theirs);
  await expect(mine(await roleOf(outsider, describeOrganization))).rejects.toMatchObject(outside);
});

test('it needs organizations:DescribeOrganization by every policy that limits it, before membership is told (ORG-1, ORG-16)', async () => {
  const action = 'perform: organizations:DescribeOrganization on resource: \\* because no';
  const denied = (by: string) => ({
    name: 'AccessDeniedException',
    message: expect.stringMatching(`${action} ${by} allows`),
  });
  for (const account of [member, outsider])
    await expect(mine(await roleOf(account, allow('organizations:List*')))).rejects.toMatchObject(
      denied('identity-based policy'),
    );
  const narrow = policy(allow('glue:*'));
  await expect(mine(await roleOf(member, describeOrganization, narrow))).rejects.toMatchObject(
    denied('session policy'),
  );
  const Content = policy({ Effect: 'Deny', Action: 'organizations:Describe*', Resource: '*' });
  const { Policy } = await root(management).send(
    new CreatePolicyCommand({ Name: 'deaf', Description: '', Type: 'SERVICE_CONTROL_POLICY', Content }),
  );
  await root(management).send(new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId: member }));
  const said = await failure(mine(await roleOf(member, describeOrganization)));
  expect(said.message).toContain('with an explicit deny in a service control policy');
});

test('more than that a member is not told, not even of itself (ORG-2)', async () => {
  const client = await roleOf(member, allow('organizations:*'));
  const denied = { name: 'AccessDeniedException', message: "You don't have permissions to access this resource." };
  for (const asked of [
    client.send(new DescribeAccountCommand({ AccountId: member })),
    client.send(new ListParentsCommand({ ChildId: member })),
    client.send(new ListAccountsCommand({})),
  ])
    await expect(asked).rejects.toMatchObject(denied);
  const { Account } = await root(management).send(new DescribeAccountCommand({ AccountId: member }));
  expect(Account?.Id).toBe(member);
});

test('who left or was removed is in none at once; the management account cannot leave (ORG-12, ORG-18)', async () => {
  await lake.control.moveClock(4 * day);
  const client = await roleOf(member, describeOrganization);
  await root(member).send(new LeaveOrganizationCommand({}));
  await expect(mine(client)).rejects.toMatchObject(outside);
  await lake.control.set('organizations', 'join', { account: member, of: management });
  expect(await mine(client)).toMatchObject(ours);
  await root(management).send(new RemoveAccountFromOrganizationCommand({ AccountId: member }));
  await expect(mine(client)).rejects.toMatchObject(outside);
  const stays = root(management).send(new LeaveOrganizationCommand({}));
  await expect(stays).rejects.toMatchObject({ name: 'MasterCannotLeaveOrganizationException' });
});

test('an account created inside stays four days, one that was invited goes when it likes (ORG-18)', async () => {
  const boss = root(management);
  const { CreateAccountStatus: asked } = await boss.send(
    new CreateAccountCommand({ AccountName: 'new', Email: 'new@example.com' }),
  );
  const status = new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: asked?.Id });
  const created = (await boss.send(status)).CreateAccountStatus?.AccountId ?? '';
  const waits = { name: 'ConstraintViolationException', Reason: 'WAIT_PERIOD_ACTIVE' };
  const leave = () => root(created).send(new LeaveOrganizationCommand({}));
  await expect(leave()).rejects.toMatchObject(waits);
  const removed = boss.send(new RemoveAccountFromOrganizationCommand({ AccountId: created }));
  await expect(removed).rejects.toMatchObject(waits);
  await lake.control.moveClock(4 * day);
  await leave();
  await lake.control.set('organizations', 'join', { account: outsider, of: management });
  await root(outsider).send(new LeaveOrganizationCommand({}));
});

test('who accepts another organization’s invitation moves there directly: both are told, it lands in the root (ORG-18)', async () => {
  await lake.control.moveClock(4 * day);
  const client = await roleOf(member, describeOrganization);
  const Target = { Id: member, Type: 'ACCOUNT' as const };
  const { Handshake } = await root(other).send(new InviteAccountToOrganizationCommand({ Target }));
  expect(await mine(client)).toMatchObject(ours);
  const since = (await lake.control.events()).length;
  await root(member).send(new AcceptHandshakeCommand({ HandshakeId: Handshake?.Id }));
  expect(await mine(client)).toMatchObject(theirs);
  const { Account } = await root(other).send(new DescribeAccountCommand({ AccountId: member }));
  expect(Account).toMatchObject({ JoinedMethod: 'INVITED', Paths: [expect.stringMatching(`^${theirs.Id}/r-\\w+/$`)] });
  const gone = root(management).send(new DescribeAccountCommand({ AccountId: member }));
  await expect(gone).rejects.toMatchObject({ name: 'AccountNotFoundException' });
  const told = (await lake.control.events(since)).map(({ account, detail }) => `${account} ${detail['eventName']}`);
  expect(told).toEqual([
    `${member} AcceptHandshake`,
    `${management} AccountDepartedOrganization`,
    `${other} AccountJoinedOrganization`,
  ]);
});

test('neither a management account moves nor an account created less than four days ago (ORG-18)', async () => {
  const invited = async (Id: string) => {
    const Target = { Id, Type: 'ACCOUNT' as const };
    const { Handshake } = await root(other).send(new InviteAccountToOrganizationCommand({ Target }));
    return root(Id).send(new AcceptHandshakeCommand({ HandshakeId: Handshake?.Id }));
  };
  await expect(invited(member)).rejects.toMatchObject({ Reason: 'WAIT_PERIOD_ACTIVE' });
  await expect(invited(management)).rejects.toMatchObject({ name: 'MasterCannotLeaveOrganizationException' });
});
