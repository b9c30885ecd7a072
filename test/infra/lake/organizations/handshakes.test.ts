import {
  AcceptHandshakeCommand,
  CancelHandshakeCommand,
  DeclineHandshakeCommand,
  DescribeAccountCommand,
  DescribeHandshakeCommand,
  InviteAccountToOrganizationCommand,
  ListHandshakesForAccountCommand,
  ListHandshakesForOrganizationCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';

const management = '999999999999';
const member = '222222222222';
const outsider = '555555555555';
const stranger = '666666666666';

let lake: RunningLake;
beforeEach(async () => {
  lake = await startLake();
  await lake.control.set('organizations', 'found', { managementAccount: management, accounts: [{ id: member }] });
});
afterEach(() => lake.close());

function as(account: string): OrganizationsClient {
  const credentials = { accessKeyId: account, secretAccessKey: 'test' };
  return new OrganizationsClient({ endpoint: lake.url, region: 'us-east-1', credentials, maxAttempts: 1 });
}

const invite = async (Id = outsider, by = management): Promise<string> => {
  const { Handshake } = await as(by).send(new InviteAccountToOrganizationCommand({ Target: { Id, Type: 'ACCOUNT' } }));
  expect(Handshake?.State).toBe('OPEN');
  return Handshake?.Id ?? '';
};
const accept = (HandshakeId: string, by = outsider) => as(by).send(new AcceptHandshakeCommand({ HandshakeId }));
const stateOf = async (HandshakeId: string, by = outsider) =>
  (await as(by).send(new DescribeHandshakeCommand({ HandshakeId }))).Handshake?.State;

test('ORG-13 who is invited and accepts is a member, and the management account hears of it', async () => {
  const id = await invite();
  const { Handshakes } = await as(outsider).send(new ListHandshakesForAccountCommand({}));
  expect(Handshakes).toMatchObject([{ Id: id, State: 'OPEN', Action: 'INVITE' }]);
  await accept(id);
  const { Account } = await as(management).send(new DescribeAccountCommand({ AccountId: outsider }));
  expect(Account).toMatchObject({ JoinedMethod: 'INVITED', State: 'ACTIVE' });
  const events = (await lake.control.events()).map(({ account, detail }) => `${account} ${detail['eventName']}`);
  expect(events).toEqual([
    `${management} InviteAccountToOrganization`,
    `${outsider} AcceptHandshake`,
    `${management} AccountJoinedOrganization`,
  ]);
  const all = await as(management).send(new ListHandshakesForOrganizationCommand({}));
  expect(all.Handshakes).toMatchObject([{ Id: id, State: 'ACCEPTED' }]);
});

test('ORG-13 an invitation is answered once, by whom it concerns, within fifteen days', async () => {
  const id = await invite();
  await expect(invite()).rejects.toMatchObject({ name: 'DuplicateHandshakeException' });
  for (const other of [member, stranger, management])
    await expect(accept(id, other)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await as(outsider).send(new DeclineHandshakeCommand({ HandshakeId: id }));
  await expect(accept(id)).rejects.toMatchObject({ name: 'InvalidHandshakeTransitionException' });
  await expect(as(outsider).send(new DeclineHandshakeCommand({ HandshakeId: id }))).rejects.toMatchObject({
    name: 'HandshakeAlreadyInStateException',
  });
  const second = await invite();
  await as(management).send(new CancelHandshakeCommand({ HandshakeId: second }));
  expect(await stateOf(second)).toBe('CANCELED');
  const third = await invite();
  await lake.control.moveClock(15 * 24 * 3_600_000);
  expect(await stateOf(third)).toBe('EXPIRED');
  await expect(accept(third)).rejects.toMatchObject({ name: 'InvalidHandshakeTransitionException' });
  await expect(accept('h-00000000')).rejects.toMatchObject({ name: 'HandshakeNotFoundException' });
});

test('ORG-13 members are not invited, members invite nobody, and nobody joins twice', async () => {
  const constraint = { name: 'HandshakeConstraintViolationException', Reason: 'ALREADY_IN_AN_ORGANIZATION' };
  await expect(invite(member)).rejects.toMatchObject(constraint);
  await expect(invite(outsider, member)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  const id = await invite(outsider, management);
  await lake.control.set('organizations', 'join', { account: outsider, of: management });
  await expect(accept(id)).rejects.toMatchObject(constraint);
});
