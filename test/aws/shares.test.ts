import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { acceptInvitation, readAssociations, readInvitations, readShares } from '#aws/shares.ts';
import { type AwsStub, awsError, type StubAnswer, startAwsStub } from '../support/aws-stub.ts';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

const CONSUMER = '222222222222';
const PRODUCER = '111111111111';
const clients = () => stub.access().own('ap-northeast-1');
const INVITATIONS = 'POST /getresourceshareinvitations';
const PENDING = 'POST /listpendinginvitationresources';
const SHARES = 'POST /getresourceshares';
const ACCEPT = 'POST /acceptresourceshareinvitation';
const invitation = (n: number, status = 'PENDING', sender = PRODUCER) => ({
  resourceShareInvitationArn: `invitation/${n}`,
  resourceShareName: 'LakeFormation-V3',
  resourceShareArn: `share/${n}`,
  senderAccountId: sender,
  receiverAccountId: CONSUMER,
  invitationTimestamp: 1_700_000_000,
  status,
});
/** Answers by operation and page token. */
const by = (answers: Record<string, Record<string, StubAnswer>>) => {
  stub.respond = ({ operation, body }) => answers[operation]?.[body.nextToken ?? ''] ?? {};
};
const ask = () => readInvitations(clients(), CONSUMER, { senders: [PRODUCER] });

test('finds an invitation behind empty pages, and five hundred of them (G-R7)', async () => {
  const many = Array.from({ length: 500 }, (_, n) => invitation(n, 'ACCEPTED'));
  by({
    [INVITATIONS]: {
      '': { body: { resourceShareInvitations: [], nextToken: 'a' } },
      a: { body: { nextToken: 'b' } },
      b: { body: { resourceShareInvitations: many, nextToken: 'c' } },
      c: { body: { resourceShareInvitations: [invitation(900)] } },
    },
    [PENDING]: { '': { body: { nextToken: 'p' } }, p: { body: { resources: [{ arn: 'arn:b' }, { arn: 'arn:a' }] } } },
  });
  const invitations = await ask();
  expect(invitations).toHaveLength(501);
  expect(invitations.at(-1)).toEqual({
    arn: 'invitation/900',
    shareArn: 'share/900',
    shareName: 'LakeFormation-V3',
    sender: PRODUCER,
    receiver: CONSUMER,
    status: 'PENDING',
    at: 1_700_000_000_000,
    resources: ['arn:a', 'arn:b'],
  });
});

test('old answers and new invitations to one share stand side by side (G-R5)', async () => {
  const list = [
    invitation(1, 'REJECTED'),
    { ...invitation(1), resourceShareInvitationArn: 'invitation/2' },
    invitation(3, 'EXPIRED'),
  ];
  by({
    [INVITATIONS]: { '': { body: { resourceShareInvitations: list } } },
    [PENDING]: { '': { body: { resources: [{ arn: 'x' }] } } },
  });
  const invitations = await ask();
  expect(invitations.map(({ status, resources }) => [status, resources])).toEqual([
    ['REJECTED', []],
    ['PENDING', ['x']],
    ['EXPIRED', []],
  ]);
  expect(stub.count(PENDING)).toBe(1);
});

test('a stranger’s invitation is told, its resources are not asked for (G-R6)', async () => {
  by({ [INVITATIONS]: { '': { body: { resourceShareInvitations: [invitation(1, 'PENDING', '666666666666')] } } } });
  const invitations = await ask();
  expect(invitations).toMatchObject([{ sender: '666666666666', resources: null }]);
  expect(stub.count(PENDING)).toBe(0);
});

test.for([
  ['ResourceShareInvitationArnNotFoundException', null],
  ['ResourceShareInvitationExpiredException', null],
  ['ResourceShareInvitationAlreadyRejectedException', null],
  ['OperationNotPermittedException', 'AccessDenied'],
  ['ThrottlingException', 'Transient'],
] as const)('resources that cannot be listed for %s are null or an error, never none', async ([code, expected]) => {
  by({
    [INVITATIONS]: { '': { body: { resourceShareInvitations: [invitation(1)] } } },
    [PENDING]: { '': awsError(code) },
  });
  if (expected === null) expect((await ask())[0]?.resources).toBeNull();
  else await expect(ask()).rejects.toMatchObject({ code: expected });
});

test('a share can be visible with no invitation left (G-R1, G-R2)', async () => {
  const share = { resourceShareArn: 'share/1', owningAccountId: PRODUCER, status: 'ACTIVE' };
  by({ [SHARES]: { '': { body: { resourceShares: [], nextToken: 'n' } }, n: { body: { resourceShares: [share] } } } });
  expect(await ask()).toEqual([]);
  expect(await readShares(clients(), CONSUMER)).toEqual([{ arn: 'share/1', owner: PRODUCER, status: 'ACTIVE' }]);
  expect(stub.requests.find((request) => request.operation === SHARES)?.body.resourceOwner).toBe('OTHER-ACCOUNTS');
});

test('ids with leading zeros stay what they are (G-R3)', async () => {
  by({ [INVITATIONS]: { '': { body: { resourceShareInvitations: [invitation(1, 'ACCEPTED', '012345678901')] } } } });
  expect((await ask())[0]?.sender).toBe('012345678901');
});

test('accepts with a token; what is accepted already is accepted (G-R8)', async () => {
  stub.respond = () => ({});
  await acceptInvitation(clients(), { arn: 'invitation/1', token: 'run-1' });
  expect(stub.requests[0]).toMatchObject({
    operation: ACCEPT,
    region: 'ap-northeast-1',
    body: { resourceShareInvitationArn: 'invitation/1', clientToken: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  stub.respond = () => awsError('ResourceShareInvitationAlreadyAcceptedException');
  await expect(acceptInvitation(clients(), { arn: 'invitation/1', token: 'run-1' })).resolves.toBeUndefined();
});

test('a token is one invitation’s: the same for a repeat, another for another (G-R8)', async () => {
  stub.respond = () => ({});
  for (const arn of ['a', 'a', 'b']) await acceptInvitation(clients(), { arn, token: 'run-1' });
  const [first, repeat, other] = stub.requests.map((request) => request.body.clientToken);
  expect(repeat).toBe(first);
  expect(other).not.toBe(first);
});

test.for([
  ['ResourceShareInvitationExpiredException', 'InvitationExpired'],
  ['ResourceShareInvitationAlreadyRejectedException', 'InvitationExpired'],
  ['ResourceShareInvitationArnNotFoundException', 'NotVisible'],
  ['IdempotentParameterMismatchException', 'RequestRefused'],
] as const)('accepting answered %s is %s', async ([code, expected]) => {
  stub.respond = () => awsError(code);
  await expect(acceptInvitation(clients(), { arn: 'i', token: 't' })).rejects.toMatchObject({ code: expected });
});

test('both kinds of association of any number of shares, with why one failed (G-R10, G-R13)', async () => {
  const failed = {
    resourceShareArn: 'share/1',
    associatedEntity: CONSUMER,
    status: 'FAILED',
    statusMessage: 'not authorized',
  };
  stub.respond = ({ body }) => ({
    body: { resourceShareAssociations: body.associationType === 'PRINCIPAL' ? [failed] : [] },
  });
  const arns = Array.from({ length: 150 }, (_, n) => `share/${n}`);
  const associations = await readAssociations(clients(), arns);
  expect(associations[0]).toEqual({
    shareArn: 'share/1',
    entity: CONSUMER,
    status: 'FAILED',
    message: 'not authorized',
  });
  expect(stub.requests).toHaveLength(4);
});

test('no shares, no questions', async () => {
  expect(await readAssociations(clients(), [])).toEqual([]);
  expect(stub.requests).toHaveLength(0);
});
