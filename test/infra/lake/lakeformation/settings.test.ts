import { DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  type DataLakeSettings,
  GetDataLakeSettingsCommand,
  ListPermissionsCommand,
  PutDataLakeSettingsCommand,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { admin, consumer, everyone, type Lakes, producer, refusal, region, startLakes } from './lakes.ts';

let lakes: Lakes;
beforeEach(async () => {
  lakes = await startLakes();
  await lakes.makeRole(admin(producer));
});
afterEach(() => lakes.close());

const put = (DataLakeSettings: DataLakeSettings) =>
  lakes.root(producer).lf.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
const get = async () => (await lakes.root(producer).lf.send(new GetDataLakeSettingsCommand({}))).DataLakeSettings ?? {};
const named = (DataLakePrincipalIdentifier: string) => ({ DataLakePrincipalIdentifier });

test('LF-1 G-S4 a fresh account leaves everything to IAM and names no version', async () => {
  const open = [{ Principal: named(everyone), Permissions: ['ALL'] }];
  const settings = await get();
  expect(settings).toMatchObject({
    DataLakeAdmins: [],
    CreateDatabaseDefaultPermissions: open,
    CreateTableDefaultPermissions: open,
  });
  expect(settings.Parameters?.['CROSS_ACCOUNT_VERSION']).toBeUndefined();
  await put({ DataLakeAdmins: [named(admin(producer))] });
  const { lf } = await lakes.as(admin(producer));
  const { PrincipalResourcePermissions: rows } = await lf.send(new ListPermissionsCommand({ ResourceType: 'CATALOG' }));
  expect(rows?.map(({ Permissions }) => Permissions)).toEqual([['CREATE_DATABASE']]);
});

test('LF-2 G-S1 what is not put again is gone', async () => {
  await put({
    DataLakeAdmins: [named(admin(producer))],
    ReadOnlyAdmins: [named(admin(producer))],
    TrustedResourceOwners: [consumer],
    Parameters: { CROSS_ACCOUNT_VERSION: '3' },
  });
  expect(await get()).toMatchObject({ TrustedResourceOwners: [consumer], Parameters: { CROSS_ACCOUNT_VERSION: '3' } });
  await put({ DataLakeAdmins: [named(admin(producer))] });
  const after = await get();
  expect(after).toMatchObject({ ReadOnlyAdmins: [], TrustedResourceOwners: [], CreateTableDefaultPermissions: [] });
  expect(after.Parameters?.['CROSS_ACCOUNT_VERSION']).toBeUndefined();
});

test('LF-3 G-S3 at most thirty administrators', async () => {
  const many = Array.from({ length: 31 }, () => named(admin(producer)));
  expect(await refusal(put({ DataLakeAdmins: many }))).toContain('InvalidInputException');
});

test('LF-4 G-S2 a deleted administrator makes the next put fail, also where it was listed before', async () => {
  const admins = [named(admin(producer))];
  await put({ DataLakeAdmins: admins });
  const credentials = { accessKeyId: producer, secretAccessKey: 'test' };
  const iam = new IAMClient({ endpoint: lakes.lake.url, region, credentials, maxAttempts: 1 });
  await iam.send(new DeleteRolePolicyCommand({ RoleName: 'lake-admin', PolicyName: 'own' }));
  await iam.send(new DeleteRoleCommand({ RoleName: 'lake-admin' }));
  expect((await get()).DataLakeAdmins).toEqual(admins);
  expect(await refusal(put({ DataLakeAdmins: admins }))).toBe(
    `InvalidInputException: Invalid principal, ${admin(producer)}`,
  );
});

test('LF-5 defaults are for everyone or nobody', async () => {
  const CreateDatabaseDefaultPermissions = [{ Principal: named(admin(producer)), Permissions: ['ALL' as const] }];
  expect(await refusal(put({ CreateDatabaseDefaultPermissions }))).toBe(
    'InvalidInputException: Create Database Default not supported for principal',
  );
});

test('LF-6 the version is 1 to 5, and from 5 there is no way back', async () => {
  const version = (CROSS_ACCOUNT_VERSION: string) => put({ Parameters: { CROSS_ACCOUNT_VERSION } });
  expect(await refusal(version('6'))).toContain('InvalidInputException');
  expect(await refusal(version('three'))).toContain('InvalidInputException');
  await version('3');
  await version('2');
  await version('5');
  expect(await refusal(version('4'))).toContain('InvalidInputException');
  expect(await refusal(put({}))).toContain('InvalidInputException');
  expect((await get()).Parameters?.['CROSS_ACCOUNT_VERSION']).toBe('5');
});

test('LF-7 settings are the account’s own, and a put may show late', async () => {
  const other = lakes.root(consumer).lf.send(new GetDataLakeSettingsCommand({ CatalogId: producer }));
  expect(await refusal(other)).toContain('AccessDeniedException');
  await lakes.lake.control.delay('lakeformation', 'settings', { reads: 1 });
  await put({ TrustedResourceOwners: [consumer] });
  expect((await get()).TrustedResourceOwners).toEqual([]);
  expect((await get()).TrustedResourceOwners).toEqual([consumer]);
});
