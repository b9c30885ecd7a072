/** What other systems stumbled over, provoked. */

import { CreateDatabaseCommand, DeleteDatabaseCommand, DeleteTableCommand } from '@aws-sdk/client-glue';
import {
  BatchRevokePermissionsCommand,
  CreateLFTagCommand,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { admin, brief, consumer, database, grant, prepared, producer, refusal, rows, table } from './lakes.ts';

const reader = `arn:aws:iam::${producer}:role/reader`;
let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  lakes = await prepared();
  await lakes.makeRole(reader);
});
afterEach(() => lakes.close());

const give = (who = lakes.owner, principal = reader) => refusal(grant(who, principal, table(), ['DESCRIBE']));
const take = (who = lakes.owner) =>
  refusal(
    who.lf.send(
      new RevokePermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: reader },
        Resource: table(),
        Permissions: ['DESCRIBE'],
      }),
    ),
  );
const concurrent = (operation: string, times: number) =>
  lakes.lake.control.fault({
    kind: 'error',
    service: 'lakeformation',
    operation,
    times,
    code: 'ConcurrentModificationException',
    message: 'Concurrent modifications to your data lake settings are not allowed.',
  });

test('G-L1 G-L2 grants and revokes meet concurrent changes, and nothing of them is left behind', async () => {
  await concurrent('GrantPermissions', 2);
  expect([await give(), await give(), await give()].map((answer) => answer.split(':')[0])).toEqual([
    'ConcurrentModificationException',
    'ConcurrentModificationException',
    'succeeded',
  ]);
  await concurrent('RevokePermissions', 1);
  expect(await take()).toContain('ConcurrentModificationException');
  expect(await rows(lakes.owner, { principal: reader })).toHaveLength(1);
  expect(await take()).toBe('succeeded');
});

test('G-L10 a batch of revokes fails entry by entry, too', async () => {
  await give();
  const entry = (Id: string, Name: string) => ({
    Id,
    Principal: { DataLakePrincipalIdentifier: reader },
    Resource: table(Name),
    Permissions: ['DESCRIBE' as const],
  });
  const { Failures } = await lakes.owner.lf.send(
    new BatchRevokePermissionsCommand({ Entries: [entry('a', 'legacy_all'), entry('b', 'legacy_all')] }),
  );
  expect(Failures?.map(({ RequestEntry, Error: error }) => [RequestEntry?.Id, error?.ErrorMessage])).toEqual([
    ['b', 'Grantee has no permissions and no grantable permissions on resource.'],
  ]);
});

test('G-L18 who revokes must administer or hold the grant option', async () => {
  await give();
  expect(await take(await lakes.as(reader))).toContain('AccessDeniedException');
});

test('G-L22 a star is a name like any other: all tables are the wildcard', async () => {
  expect(await refusal(grant(lakes.owner, reader, table('*'), ['SELECT']))).toContain('EntityNotFoundException');
});

test('G-L25 administrators drop what others made only after granting it to themselves', async () => {
  const maker = `arn:aws:iam::${consumer}:role/maker`;
  await lakes.makeRole(maker);
  const TargetDatabase = { CatalogId: producer, DatabaseName: 'cur_org' };
  await grant(lakes.taker, maker, { Catalog: {} }, ['CREATE_DATABASE']);
  const { glue } = await lakes.as(maker);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'link', TargetDatabase } }));
  const drop = () => refusal(lakes.taker.glue.send(new DeleteDatabaseCommand({ Name: 'link' })));
  expect(await drop()).toContain('Insufficient Lake Formation permission(s): Required Drop on link');
  await grant(lakes.taker, admin(consumer), database('link'), ['DROP']);
  expect(await drop()).toBe('succeeded');
});

test('G-L35 nothing is granted on a link before there is one', async () => {
  expect(await refusal(grant(lakes.taker, admin(consumer), database('link'), ['DESCRIBE']))).toContain(
    'EntityNotFoundException',
  );
});

test('G-K5 no SELECT on a link', async () => {
  const TargetDatabase = { CatalogId: producer, DatabaseName: 'cur_org' };
  await lakes.taker.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'link', TargetDatabase } }));
  const tables = { Table: { DatabaseName: 'link', TableWildcard: {} } };
  expect(await refusal(grant(lakes.taker, admin(consumer), tables, ['SELECT']))).toContain('Permissions modification');
  expect(await refusal(grant(lakes.taker, admin(consumer), tables, ['DESCRIBE']))).toBe('succeeded');
});

test('G-L4 a grant may show late', async () => {
  await lakes.lake.control.delay('lakeformation', 'grant', { reads: 2 });
  await give();
  const seen = async () => (await rows(lakes.owner, { principal: reader })).length;
  expect([await seen(), await seen(), await seen()]).toEqual([0, 0, 1]);
});

test('G-L29 a table that is gone and one that is hidden look the same from outside', async () => {
  await grant(lakes.owner, consumer, table(), ['DESCRIBE'], ['DESCRIBE']);
  const shared = (name: string) => refusal(grant(lakes.taker, admin(consumer), table(name, producer), ['DESCRIBE']));
  const hidden = await shared('legacy_all');
  await lakes.owner.glue.send(new DeleteTableCommand({ DatabaseName: 'cur_org', Name: 'legacy_all' }));
  expect(await shared('legacy_all')).toBe(hidden);
});

test('G-L33 who makes a tag manages it, another only if he administers or was granted it', async () => {
  await grant(lakes.owner, reader, { Catalog: {} }, ['CREATE_LF_TAG']);
  const maker = await lakes.as(reader);
  const create = (TagKey: string) => maker.lf.send(new CreateLFTagCommand({ TagKey, TagValues: ['a'] }));
  await create('mine');
  const mine = brief(await rows(lakes.owner, { principal: reader })).find(({ resource }) => resource === 'LFTag');
  expect(mine?.grantable).toBe('ALTER,ASSOCIATE,DESCRIBE,DROP,GRANT_WITH_LF_TAG_EXPRESSION');
});
