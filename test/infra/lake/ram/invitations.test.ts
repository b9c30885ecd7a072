import {
  AcceptResourceShareInvitationCommand,
  GetResourceShareInvitationsCommand,
  ListPendingInvitationResourcesCommand,
  RejectResourceShareInvitationCommand,
} from '@aws-sdk/client-ram';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  acceptAll,
  consumer,
  grant,
  invitations,
  prepared,
  producer,
  refusal,
  stranger,
  table,
} from '../lakeformation/lakes.ts';
import { associationsOf, createShare, databaseArn, hours, renew, sharesOf } from './shares.ts';

let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  lakes = await prepared();
});
afterEach(() => lakes.close());

const accept = (resourceShareInvitationArn: string | undefined, clientToken?: string, who = lakes.taker) =>
  who.ram.send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn, clientToken }));
const reject = (resourceShareInvitationArn: string | undefined) =>
  lakes.taker.ram.send(new RejectResourceShareInvitationCommand({ resourceShareInvitationArn }));
const statuses = async () => (await invitations(lakes.taker)).map(({ status }) => status);

test('RAM-10 G-R7 a first page can be empty and go on', async () => {
  await createShare(lakes.owner, [consumer]);
  const first = await lakes.taker.ram.send(new GetResourceShareInvitationsCommand({}));
  expect(first.resourceShareInvitations).toEqual([]);
  const { nextToken } = first;
  const second = await lakes.taker.ram.send(new GetResourceShareInvitationsCommand({ nextToken }));
  expect(second.resourceShareInvitations).toMatchObject([
    { senderAccountId: producer, receiverAccountId: consumer, status: 'PENDING', resourceShareName: 'by-hand' },
  ]);
  const wrong = lakes.taker.ram.send(new GetResourceShareInvitationsCommand({ nextToken: 'x' }));
  expect(await refusal(wrong)).toContain('InvalidNextTokenException');
});

test('RAM-11 RAM-12 G-R3 after twelve hours it is over, until the owner asks again', async () => {
  const share = await createShare(lakes.owner, [consumer]);
  const [old] = await invitations(lakes.taker);
  await lakes.lake.control.moveClock(hours(12));
  expect(await statuses()).toEqual(['EXPIRED']);
  expect(await refusal(accept(old?.resourceShareInvitationArn))).toContain('ResourceShareInvitationExpiredException');
  expect((await associationsOf(lakes.owner, 'PRINCIPAL')).map(({ status }) => status)).toEqual(['DISASSOCIATED']);
  await renew(lakes.owner, share, [consumer]);
  expect(await statuses()).toEqual(['EXPIRED', 'PENDING']);
  await acceptAll(lakes.taker);
  expect((await sharesOf(lakes.taker, 'OTHER-ACCOUNTS')).map(({ resourceShareArn }) => resourceShareArn)).toEqual([
    share,
  ]);
});

test('RAM-12 G-R5 an old rejection stays beside the new invitation', async () => {
  const share = await createShare(lakes.owner, [consumer]);
  const [old] = await invitations(lakes.taker);
  await reject(old?.resourceShareInvitationArn);
  await renew(lakes.owner, share, [consumer]);
  expect(await statuses()).toEqual(['REJECTED', 'PENDING']);
});

test('RAM-13 G-R2 accepted invitations are forgotten after a week, the share is not', async () => {
  await createShare(lakes.owner, [consumer]);
  await acceptAll(lakes.taker);
  expect(await statuses()).toEqual(['ACCEPTED']);
  await lakes.lake.control.moveClock(hours(7 * 24));
  expect(await statuses()).toEqual([]);
  expect(await sharesOf(lakes.taker, 'OTHER-ACCOUNTS')).toHaveLength(1);
});

test('RAM-14 G-R8 answering twice, with tokens, as somebody else', async () => {
  await createShare(lakes.owner, [consumer]);
  const [one] = await invitations(lakes.taker);
  const arn = one?.resourceShareInvitationArn;
  const other = lakes.root(stranger);
  expect(await refusal(accept(arn, undefined, other))).toContain('ResourceShareInvitationArnNotFoundException');
  expect(await refusal(accept('arn:nonsense'))).toContain('MalformedArnException');
  expect((await accept(arn, 'token')).resourceShareInvitation?.status).toBe('ACCEPTED');
  expect((await accept(arn, 'token')).resourceShareInvitation?.status).toBe('ACCEPTED');
  expect(await refusal(accept(`${arn}x`, 'token'))).toContain('IdempotentParameterMismatchException');
  expect(await refusal(accept(arn))).toContain('ResourceShareInvitationAlreadyAcceptedException');
  await createShare(lakes.owner, [consumer]);
  const [, two] = await invitations(lakes.taker);
  await reject(two?.resourceShareInvitationArn);
  expect(await refusal(accept(two?.resourceShareInvitationArn))).toContain(
    'ResourceShareInvitationAlreadyRejectedException',
  );
});

test('RAM-15 G-R6 what an invitation is about can be seen before answering it', async () => {
  const foreign = `arn:aws:glue:ap-northeast-1:${stranger}:database/bait`;
  await createShare(lakes.root(stranger), [consumer], [foreign]);
  await createShare(lakes.owner, [consumer]);
  const found: (string | undefined)[] = [];
  for (const { resourceShareInvitationArn } of await invitations(lakes.taker)) {
    const ask = (nextToken?: string) =>
      lakes.taker.ram.send(new ListPendingInvitationResourcesCommand({ resourceShareInvitationArn, nextToken }));
    const { resources } = await ask((await ask()).nextToken);
    found.push(...(resources ?? []).map(({ arn, type }) => `${type} ${arn}`));
  }
  expect(found).toEqual([`glue:Database ${foreign}`, `glue:Database ${databaseArn}`]);
});

test('RAM-16 G-L4 G-R9 invitation and acceptance may show late', async () => {
  const { control } = lakes.lake;
  await control.delay('ram', 'invitation', { ms: 5000 });
  await control.delay('ram', 'acceptance', { ms: 5000 });
  await grant(lakes.owner, consumer, table(), ['SELECT'], ['SELECT']);
  expect(await statuses()).toEqual([]);
  await control.moveClock(5000);
  await acceptAll(lakes.taker);
  expect(await sharesOf(lakes.taker, 'OTHER-ACCOUNTS')).toEqual([]);
  const waiting = await associationsOf(lakes.owner, 'PRINCIPAL');
  expect(new Set(waiting.map(({ status }) => status))).toEqual(new Set(['ASSOCIATING']));
  await control.moveClock(5000);
  expect(await sharesOf(lakes.taker, 'OTHER-ACCOUNTS')).toHaveLength(2);
});
