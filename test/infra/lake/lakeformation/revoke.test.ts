import { DeleteTableCommand } from '@aws-sdk/client-glue';
import { DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { type Permission, type Resource, RevokePermissionsCommand } from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  acceptAll,
  admin,
  consumer,
  database,
  grant,
  jobRole,
  prepared,
  producer,
  refusal,
  region,
  rows,
  table,
} from './lakes.ts';

const reader = `arn:aws:iam::${producer}:role/reader`;
let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  lakes = await prepared();
  await lakes.makeRole(reader);
});
afterEach(() => lakes.close());

const take = (Resource: Resource, Permissions: Permission[], principal = reader, who = lakes.owner) =>
  refusal(
    who.lf.send(
      new RevokePermissionsCommand({ Principal: { DataLakePrincipalIdentifier: principal }, Resource, Permissions }),
    ),
  );
const excluding = (...ExcludedColumnNames: string[]): Resource => ({
  TableWithColumns: { DatabaseName: 'cur_org', Name: 'legacy_all', ColumnWildcard: { ExcludedColumnNames } },
});

test('LF-70 G-L15 all that is named, or nothing and why', async () => {
  expect(await take(table(), ['SELECT'])).toContain('InvalidInputException: Grantee has no permissions');
  await grant(lakes.owner, reader, table(), ['DESCRIBE']);
  expect(await take(table(), ['SELECT', 'DESCRIBE'])).toBe(
    'InvalidInputException: No permissions revoked. Grantee does not have: [SELECT]',
  );
  expect(await rows(lakes.owner, { principal: reader })).toHaveLength(1);
  expect(await take(table(), ['DESCRIBE'])).toBe('succeeded');
  expect(await rows(lakes.owner, { principal: reader })).toEqual([]);
});

test('LF-70 the grant option can be taken alone', async () => {
  await grant(lakes.owner, reader, table(), ['DESCRIBE'], ['DESCRIBE']);
  await lakes.owner.lf.send(
    new RevokePermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: reader },
      Resource: table(),
      Permissions: [],
      PermissionsWithGrantOption: ['DESCRIBE'],
    }),
  );
  const [row] = await rows(lakes.owner, { principal: reader });
  expect([row?.Permissions, row?.PermissionsWithGrantOption]).toEqual([['DESCRIBE'], []]);
});

test('LF-71 G-L14 one shape is not taken for another', async () => {
  await grant(lakes.owner, reader, excluding('cost'), ['SELECT']);
  const whole = { TableWithColumns: { DatabaseName: 'cur_org', Name: 'legacy_all', ColumnWildcard: {} } };
  const invalid = 'InvalidInputException: Permissions modification is invalid.';
  expect(await take(whole, ['SELECT'])).toBe(invalid);
  expect(await take(table(), ['SELECT'])).toBe(invalid);
  expect(await take(excluding('cost'), ['SELECT'])).toBe('succeeded');
});

test('LF-72 G-L19 administrators keep what they have by being administrators', async () => {
  const { owner } = lakes;
  expect(await take(table('legacy_all'), ['ALL'], admin(producer))).toBe('succeeded');
  expect(await take(table('legacy_all'), ['DESCRIBE'], admin(producer), owner)).toBe(
    'InvalidInputException: Permissions modification is invalid.',
  );
});

test('LF-73 G-K7 grants on what is gone, or of who is gone, can be cleaned up', async () => {
  await grant(lakes.owner, consumer, table(), ['DESCRIBE'], ['DESCRIBE']);
  await acceptAll(lakes.taker);
  const shared = table('legacy_all', producer);
  await grant(lakes.taker, jobRole, shared, ['DESCRIBE']);
  await grant(lakes.owner, reader, database(), ['DESCRIBE']);
  await lakes.owner.glue.send(new DeleteTableCommand({ DatabaseName: 'cur_org', Name: 'legacy_all' }));
  // In the consumer it takes somebody who may: the owner's grant went with the table.
  expect(await take(shared, ['DESCRIBE'], jobRole, lakes.taker)).toBe('succeeded');
  expect(await take(table(), ['DESCRIBE'])).toContain('EntityNotFoundException');
  const credentials = { accessKeyId: producer, secretAccessKey: 'test' };
  const iam = new IAMClient({ endpoint: lakes.lake.url, region, credentials, maxAttempts: 1 });
  await iam.send(new DeleteRolePolicyCommand({ RoleName: 'reader', PolicyName: 'own' }));
  await iam.send(new DeleteRoleCommand({ RoleName: 'reader' }));
  expect(await take(database(), ['DESCRIBE'])).toBe('succeeded');
});

test('LF-28 named columns can be taken one by one', async () => {
  const columns = (...ColumnNames: string[]): Resource => ({
    TableWithColumns: { DatabaseName: 'cur_org', Name: 'legacy_all', ColumnNames },
  });
  await grant(lakes.owner, reader, columns('cost', 'account'), ['SELECT']);
  expect(await take(columns('cost'), ['SELECT'])).toBe('succeeded');
  const [row] = await rows(lakes.owner, { principal: reader });
  expect(row?.Resource?.TableWithColumns?.ColumnNames).toEqual(['account']);
});
