import {
  CreateResourceShareCommand,
  DeleteResourceShareCommand,
  DisassociateResourceShareCommand,
  EnableSharingWithAwsOrganizationCommand,
  GetResourceSharesCommand,
  ListPrincipalsCommand,
  ListResourcesCommand,
} from '@aws-sdk/client-ram';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acceptAll, consumer, grant, prepared, producer, refusal, stranger, table } from '../lakeformation/lakes.ts';
import { associationsOf, createShare, databaseArn, sharesOf } from './shares.ts';

let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  // RAM's file on the wire.
  lakes = await prepared({ wire: true, switches: { 'ram-empty-pages': 'no' } });
});
afterEach(() => lakes.close());

test('RAM-1 one shares what is one’s own, in its Region', async () => {
  const foreign = `arn:aws:glue:ap-northeast-1:${stranger}:database/x`;
  expect(await refusal(createShare(lakes.owner, [consumer], [foreign]))).toContain('OperationNotPermittedException');
  const elsewhere = await lakes.as('arn:aws:iam::111111111111:role/onramp/lake-admin', 'us-east-1');
  await createShare(lakes.owner, [consumer]);
  expect(await sharesOf(elsewhere, 'SELF')).toEqual([]);
});

test('RAM-3 RAM-20 RAM-21 G-R2 who is invited waits, and sees nothing until he accepts', async () => {
  const arn = await createShare(lakes.owner, [consumer]);
  expect(await associationsOf(lakes.owner, 'PRINCIPAL')).toMatchObject([
    { associatedEntity: consumer, status: 'ASSOCIATING', external: true, resourceShareArn: arn },
  ]);
  expect(await sharesOf(lakes.taker, 'OTHER-ACCOUNTS')).toEqual([]);
  const one = lakes.taker.ram.send(
    new GetResourceSharesCommand({ resourceOwner: 'OTHER-ACCOUNTS', resourceShareArns: [arn] }),
  );
  expect(await refusal(one)).toContain('UnknownResourceException');
  await acceptAll(lakes.taker);
  expect(await sharesOf(lakes.taker, 'OTHER-ACCOUNTS')).toMatchObject([
    { owningAccountId: producer, status: 'ACTIVE' },
  ]);
});

test('RAM-22 resources and principals from both sides', async () => {
  await createShare(lakes.owner, [consumer]);
  await acceptAll(lakes.taker);
  const { resources } = await lakes.taker.ram.send(new ListResourcesCommand({ resourceOwner: 'OTHER-ACCOUNTS' }));
  expect(resources).toMatchObject([{ arn: databaseArn, type: 'glue:Database' }]);
  const ask = (who: typeof lakes.owner, resourceOwner: 'SELF' | 'OTHER-ACCOUNTS') =>
    who.ram.send(new ListPrincipalsCommand({ resourceOwner }));
  expect((await ask(lakes.owner, 'SELF')).principals?.map(({ id }) => id)).toEqual([consumer]);
  expect((await ask(lakes.taker, 'OTHER-ACCOUNTS')).principals?.map(({ id }) => id)).toEqual([producer]);
});

test('RAM-1 a share is changed and deleted by its owner', async () => {
  const resourceShareArn = await createShare(lakes.owner, [consumer]);
  await acceptAll(lakes.taker);
  const theirs = lakes.taker.ram.send(new DeleteResourceShareCommand({ resourceShareArn }));
  expect(await refusal(theirs)).toContain('UnknownResourceException');
  await lakes.owner.ram.send(new DisassociateResourceShareCommand({ resourceShareArn, principals: [consumer] }));
  expect(await sharesOf(lakes.taker, 'OTHER-ACCOUNTS')).toEqual([]);
  await lakes.owner.ram.send(new DeleteResourceShareCommand({ resourceShareArn }));
  expect((await sharesOf(lakes.owner, 'SELF')).map(({ status }) => status)).toEqual(['DELETED']);
});

test('RAM-1 a share for the organization only takes nobody else', async () => {
  const send = lakes.owner.ram.send(
    new CreateResourceShareCommand({ name: 'inside', principals: [consumer], allowExternalPrincipals: false }),
  );
  expect(await refusal(send)).toContain('OperationNotPermittedException');
});

test('RAM-2 only a management account enables sharing with its organization', async () => {
  const send = lakes.owner.ram.send(new EnableSharingWithAwsOrganizationCommand({}));
  expect(await refusal(send)).toContain('OperationNotPermittedException');
});

test('RAM-21 G-R13 an association can fail of itself', async () => {
  await grant(lakes.owner, consumer, table(), ['DESCRIBE'], ['DESCRIBE']);
  const [one] = await associationsOf(lakes.owner, 'RESOURCE');
  await lakes.lake.control.set('ram', 'fail-association', {
    resourceShareArn: one?.resourceShareArn,
    associatedEntity: one?.associatedEntity,
  });
  const [after] = await associationsOf(lakes.owner, 'RESOURCE');
  expect([after?.status, after?.statusMessage]).toEqual([
    'FAILED',
    'Association failed because the caller was not authorized.',
  ]);
});
