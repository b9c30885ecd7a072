/** What other systems stumbled over between the services: several callers, several accounts, names and events. */

import {
  CreateDatabaseCommand,
  CreateTableCommand,
  GetDatabaseCommand,
  GetTableCommand,
  GetTablesCommand,
} from '@aws-sdk/client-glue';
import {
  AddLFTagsToResourceCommand,
  ConcurrentModificationException,
  CreateLFTagCommand,
  GetTemporaryGlueTableCredentialsCommand,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  acceptAll,
  addTables,
  admin,
  allTables,
  brief,
  type Clients,
  consumer,
  database,
  grant,
  invitations,
  prepared,
  producer,
  refusal,
  region,
  rows,
  stranger,
  table,
  tableInput,
} from './lakeformation/lakes.ts';
import { sharesOf } from './ram/shares.ts';

const reader = `arn:aws:iam::${producer}:role/reader`;
const second = `arn:aws:iam::${producer}:role/second-admin`;

let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  lakes = await prepared({ seed: 7 });
  await lakes.makeRole(reader);
});
afterEach(() => lakes.close());

const link = ({ glue }: Clients, Name: string, CatalogId: string) =>
  glue.send(
    new CreateDatabaseCommand({ DatabaseInput: { Name, TargetDatabase: { CatalogId, DatabaseName: 'cur_org' } } }),
  );

test('G-L3 the SDK throws the exception by its bare name, without the service before it', async () => {
  const name = 'ConcurrentModificationException';
  await lakes.lake.control.fault({ kind: 'error', service: 'lakeformation', nth: 1, code: name });
  const thrown = await grant(lakes.owner, reader, table(), ['DESCRIBE']).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(ConcurrentModificationException);
  expect(thrown).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
});

test('G-L5 a grant says nothing of who made it: what another revokes is gone for both', async () => {
  await lakes.makeRole(second);
  await grant(lakes.owner, second, table(), ['SELECT', 'DESCRIBE'], ['SELECT', 'DESCRIBE']);
  const other = await lakes.as(second);
  await grant(other, reader, table(), ['SELECT']);
  await grant(lakes.owner, reader, table(), ['SELECT', 'DESCRIBE']);
  await other.lf.send(
    new RevokePermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: reader },
      Resource: table(),
      Permissions: ['SELECT'],
    }),
  );
  expect(brief(await rows(lakes.owner, { principal: reader })).map(({ permissions }) => permissions)).toEqual([
    'DESCRIBE',
  ]);
});

test('G-L20 grants by tag and by name stand side by side, in either order', async () => {
  await lakes.owner.lf.send(new CreateLFTagCommand({ TagKey: 'source', TagValues: ['product'] }));
  const LFTags = [{ TagKey: 'source', TagValues: ['product'] }];
  await lakes.owner.lf.send(new AddLFTagsToResourceCommand({ Resource: table(), LFTags }));
  const byTag = { LFTagPolicy: { ResourceType: 'TABLE' as const, Expression: LFTags } };
  const held = async () => brief(await rows(lakes.owner, { principal: reader })).map(({ resource }) => resource);
  for (const order of [
    [byTag, table()],
    [table(), byTag],
  ]) {
    for (const resource of order) await grant(lakes.owner, reader, resource, ['DESCRIBE']);
    expect((await held()).toSorted()).toEqual(['LFTagPolicy', 'Table']);
    for (const Resource of order)
      await lakes.owner.lf.send(
        new RevokePermissionsCommand({
          Principal: { DataLakePrincipalIdentifier: reader },
          Resource,
          Permissions: ['DESCRIBE'],
        }),
      );
    expect(await held()).toEqual([]);
  }
});

test('G-L21 many grants at once collide; each that is told to have failed did nothing, each other is there once', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `t${i}`);
  await addTables(lakes.owner, 'many', names);
  const one = (Name: string) =>
    refusal(grant(lakes.owner, reader, { Table: { DatabaseName: 'many', Name } }, ['DESCRIBE']));
  await lakes.lake.control.fault({
    kind: 'error',
    service: 'lakeformation',
    operation: 'GrantPermissions',
    probability: 0.5,
    code: 'ConcurrentModificationException',
  });
  let open = names;
  const rounds: number[] = [];
  while (open.length > 0) {
    const answers = await Promise.all(open.map(one));
    rounds.push(open.length);
    const listed = (await rows(lakes.owner, { principal: reader })).map(({ Resource }) => Resource?.Table?.Name);
    open = open.filter((_, i) => answers[i] !== 'succeeded');
    expect(answers.filter((answer) => answer !== 'succeeded').every((answer) => answer.startsWith('Concurrent'))).toBe(
      true,
    );
    expect(listed.toSorted()).toEqual(names.filter((name) => !open.includes(name)).toSorted());
  }
  expect(rounds.length).toBeGreaterThan(1);
});

test('G-L30 granting everything again and again runs into the account’s rate, and that is told', async () => {
  await lakes.lake.control.fault({ kind: 'throttle', service: 'lakeformation', burst: 5, perSecond: 1 });
  const again = await Promise.all(
    Array.from({ length: 8 }, () => refusal(grant(lakes.owner, reader, table(), ['DESCRIBE']))),
  );
  expect(again.filter((answer) => answer === 'succeeded')).toHaveLength(5);
  expect(again.filter((answer) => answer.startsWith('ThrottlingException'))).toHaveLength(3);
  await lakes.lake.control.moveClock(1_000);
  expect(await refusal(grant(lakes.owner, reader, table(), ['DESCRIBE']))).toBe('succeeded');
});

test('G-L34 a tag that is not there can be put on nothing and granted by nobody', async () => {
  await lakes.owner.lf.send(new CreateLFTagCommand({ TagKey: 'source', TagValues: ['product'] }));
  for (const [TagKey, value] of [
    ['nowhere', 'product'],
    ['source', 'nothing'],
  ] as const) {
    const tag = { TagKey, TagValues: [value] };
    const { Failures } = await lakes.owner.lf.send(
      new AddLFTagsToResourceCommand({ Resource: table(), LFTags: [tag] }),
    );
    expect(Failures?.map(({ LFTag }) => LFTag?.TagKey)).toEqual([TagKey]);
    const byTag = { LFTagPolicy: { ResourceType: 'TABLE' as const, Expression: [tag] } };
    expect(await refusal(grant(lakes.owner, reader, byTag, ['DESCRIBE']))).not.toBe('succeeded');
  }
});

test('G-R15 G-K10 an account shares nothing with itself: no share, no invitation, its roles are granted directly', async () => {
  expect(await refusal(grant(lakes.owner, producer, table(), ['DESCRIBE'], ['DESCRIBE']))).toContain(
    'InvalidInputException',
  );
  await grant(lakes.owner, reader, table(), ['SELECT', 'DESCRIBE']);
  expect(await sharesOf(lakes.owner, 'SELF')).toEqual([]);
  expect(await invitations(lakes.owner)).toEqual([]);
  const { glue } = await lakes.as(reader);
  expect(await refusal(glue.send(new GetTableCommand({ DatabaseName: 'cur_org', Name: 'legacy_all' })))).toBe(
    'succeeded',
  );
});

test('G-R16 an event that is lost changes nothing of what is there', async () => {
  await lakes.lake.control.fault({ kind: 'event', effect: 'drop', detailType: 'Resource Sharing State Change' });
  await grant(lakes.owner, consumer, database(), ['DESCRIBE'], ['DESCRIBE']);
  expect((await lakes.lake.control.events()).filter(({ source }) => source === 'aws.ram')).toEqual([]);
  expect(await invitations(lakes.taker)).toMatchObject([{ status: 'PENDING', senderAccountId: producer }]);
  const elsewhere = await lakes.as(admin(consumer), 'us-east-1');
  expect(await invitations(elsewhere)).toEqual([]);
});

test('G-K3 a link made twice is AlreadyExists, whatever it points to', async () => {
  await link(lakes.taker, 'link', producer);
  for (const target of [producer, stranger])
    expect(await refusal(link(lakes.taker, 'link', target))).toContain('AlreadyExistsException');
  const { Database } = await lakes.taker.glue.send(new GetDatabaseCommand({ Name: 'link' }));
  expect(Database?.TargetDatabase?.CatalogId).toBe(producer);
  const TableInput = { Name: 'l', TargetTable: { CatalogId: producer, DatabaseName: 'cur_org', Name: 'legacy_all' } };
  await lakes.taker.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'own' } }));
  const linkTable = () => lakes.taker.glue.send(new CreateTableCommand({ DatabaseName: 'own', TableInput }));
  expect([await refusal(linkTable()), (await refusal(linkTable())).split(':')[0]]).toEqual([
    'succeeded',
    'AlreadyExistsException',
  ]);
});

test('G-K4 links of two producers’ databases need two names, in lower case, up to 255 characters', async () => {
  await link(lakes.taker, 'CUR_ORG', producer);
  expect(await refusal(link(lakes.taker, 'cur_org', stranger))).toContain('AlreadyExistsException');
  expect(await refusal(link(lakes.taker, `cur_org_${stranger}`, stranger))).toBe('succeeded');
  expect(await refusal(link(lakes.taker, 'x'.repeat(256), stranger))).toContain('InvalidInputException');
  expect(await refusal(link(lakes.taker, 'x'.repeat(255), stranger))).toBe('succeeded');
});

test('G-K9 two consumers each have a link of the same name to the same database', async () => {
  await lakes.makeRole(admin(stranger));
  const DataLakeSettings = { DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin(stranger) }] };
  await lakes.root(stranger).lf.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
  const third = await lakes.as(admin(stranger));
  await grant(lakes.owner, consumer, allTables(), ['DESCRIBE'], ['DESCRIBE']);
  await acceptAll(lakes.taker);
  for (const who of [lakes.taker, third]) await link(who, 'cur_org', producer);
  const seen = (who: Clients) => who.glue.send(new GetTablesCommand({ DatabaseName: 'cur_org' }));
  expect((await seen(lakes.taker)).TableList).toHaveLength(1);
  expect(await refusal(seen(third))).toContain('EntityNotFoundException');
  await grant(lakes.owner, stranger, allTables(), ['DESCRIBE'], ['DESCRIBE']);
  await acceptAll(third);
  for (const who of [lakes.taker, third]) expect((await seen(who)).TableList).toHaveLength(1);
});

test('G-K13 of two tables in one database each is registered by its own location', async () => {
  const iamRole = `arn:aws:iam::${producer}:role/vendor`;
  await lakes.makeRole(iamRole);
  await lakes.owner.lf.send(
    new RegisterResourceCommand({ ResourceArn: 'arn:aws:s3:::cur-export/legacy_all', RoleArn: iamRole }),
  );
  const StorageDescriptor = { ...tableInput('apart').StorageDescriptor, Location: 's3://elsewhere/apart/' };
  const TableInput = { ...tableInput('apart'), StorageDescriptor };
  await lakes.owner.glue.send(new CreateTableCommand({ DatabaseName: 'cur_org', TableInput }));
  const registered = async (Name: string) =>
    (await lakes.owner.glue.send(new GetTableCommand({ DatabaseName: 'cur_org', Name }))).Table
      ?.IsRegisteredWithLakeFormation;
  expect([await registered('legacy_all'), await registered('apart')]).toEqual([true, false]);
  await grant(lakes.owner, reader, allTables(), ['SELECT', 'DESCRIBE']);
  const { lf } = await lakes.as(reader);
  const TableArn = `arn:aws:glue:${region}:${producer}:table/cur_org/apart`;
  expect(await refusal(lf.send(new GetTemporaryGlueTableCredentialsCommand({ TableArn })))).not.toBe('succeeded');
});
