import { GetTableCommand } from '@aws-sdk/client-glue';
import {
  CreateLakeFormationOptInCommand,
  DeleteLakeFormationOptInCommand,
  ListLakeFormationOptInsCommand,
  RegisterResourceCommand,
  type Resource,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  acceptAll,
  allTables,
  type Clients,
  closed,
  consumer,
  database,
  everyone,
  grant,
  jobRole,
  prepared,
  producer,
  refusal,
  table,
} from './lakes.ts';

const reader = `arn:aws:iam::${producer}:role/reader`;
const read = { DatabaseName: 'cur_org', Name: 'legacy_all' };
const open = [{ Principal: { DataLakePrincipalIdentifier: everyone }, Permissions: ['ALL' as const] }];
let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  const settings = { ...closed, CreateDatabaseDefaultPermissions: open, CreateTableDefaultPermissions: open };
  lakes = await prepared({ settings });
  await lakes.makeRole(reader);
  await lakes.owner.lf.send(
    new RegisterResourceCommand({
      ResourceArn: 'arn:aws:s3:::cur-export',
      UseServiceLinkedRole: true,
      HybridAccessEnabled: true,
    }),
  );
});
afterEach(() => lakes.close());

const optIn = (who: Clients, principal: string, resource: Resource) =>
  who.lf.send(
    new CreateLakeFormationOptInCommand({
      Principal: { DataLakePrincipalIdentifier: principal },
      Resource: resource,
    }),
  );

test('LF-90 who is opted in lives by Lake Formation, everyone else by IAM', async () => {
  const { glue } = await lakes.as(reader);
  const attempt = () => refusal(glue.send(new GetTableCommand(read)));
  expect(await attempt()).toBe('succeeded');
  await optIn(lakes.owner, reader, table());
  expect(await attempt()).toContain('Insufficient Lake Formation permission(s)');
  await grant(lakes.owner, reader, table(), ['DESCRIBE']);
  expect(await attempt()).toBe('succeeded');
  const { LakeFormationOptInsInfoList: listed } = await lakes.owner.lf.send(new ListLakeFormationOptInsCommand({}));
  expect(listed?.map(({ Principal }) => Principal?.DataLakePrincipalIdentifier)).toEqual([reader]);
  const mine = { Principal: { DataLakePrincipalIdentifier: reader }, Resource: table() };
  await lakes.owner.lf.send(new DeleteLakeFormationOptInCommand(mine));
  expect(await refusal(lakes.owner.lf.send(new DeleteLakeFormationOptInCommand(mine)))).toContain('EntityNotFound');
});

test('LF-33 LF-91 G-L32 what is open to everyone is shared in hybrid mode, and read once both sides opted in', async () => {
  await grant(lakes.owner, consumer, database(), ['DESCRIBE'], ['DESCRIBE']);
  await grant(lakes.owner, consumer, allTables(), ['SELECT', 'DESCRIBE'], ['SELECT', 'DESCRIBE']);
  await acceptAll(lakes.taker);
  await grant(lakes.taker, jobRole, allTables(producer), ['SELECT', 'DESCRIBE']);
  const attempt = () => refusal(lakes.job.glue.send(new GetTableCommand({ ...read, CatalogId: producer })));
  expect(await attempt()).toContain('EntityNotFoundException');
  for (const resource of [allTables(), database()]) await optIn(lakes.owner, consumer, resource);
  expect(await attempt()).toContain('EntityNotFoundException');
  await optIn(lakes.taker, jobRole, allTables(producer));
  expect(await attempt()).toContain('EntityNotFoundException');
  await optIn(lakes.taker, jobRole, database('cur_org', producer));
  expect(await attempt()).toBe('succeeded');
});

test('LF-90 administrators only opt in, and never by tag', async () => {
  expect(await refusal(optIn(await lakes.as(reader), reader, table()))).toContain('AccessDeniedException');
  const byTag = { LFTagPolicy: { ResourceType: 'TABLE' as const, Expression: [{ TagKey: 'a', TagValues: ['b'] }] } };
  expect(await refusal(optIn(lakes.owner, reader, byTag))).toContain('InvalidInputException');
});
