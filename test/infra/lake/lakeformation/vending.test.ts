import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  GetTemporaryGlueTableCredentialsCommand,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
} from '@aws-sdk/client-lakeformation';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LakeOptions } from '../../../../infra/local/lake/start.ts';
import {
  acceptAll,
  admin,
  allTables,
  type Clients,
  closed,
  consumer,
  everything,
  grant,
  jobRole,
  prepared,
  producer,
  refusal,
  region,
  table,
} from './lakes.ts';

const TableArn = `arn:aws:glue:${region}:${producer}:table/cur_org/legacy_all`;
const Bucket = 'cur-export';
let lakes: Awaited<ReturnType<typeof prepared>>;

const s3As = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
  new S3Client({ endpoint: lakes.lake.url, region, credentials, maxAttempts: 1, forcePathStyle: true });
const settings = (account: string, AllowFullTableExternalDataAccess: boolean) =>
  lakes.root(account).lf.send(
    new PutDataLakeSettingsCommand({
      DataLakeSettings: {
        ...closed,
        DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin(account) }],
        AllowFullTableExternalDataAccess,
      },
    }),
  );

async function open(options: LakeOptions = {}): Promise<void> {
  lakes = await prepared(options);
  const credentials = { accessKeyId: producer, secretAccessKey: 'test' };
  const s3 = s3As(credentials);
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const Key of ['legacy_all/a.parquet', 'other/b.parquet'])
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'PAR1' }));
  const iam = new IAMClient({ endpoint: lakes.lake.url, region, credentials, maxAttempts: 1 });
  const trust = { Effect: 'Allow', Principal: { Service: 'lakeformation.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam.send(new CreateRoleCommand({ RoleName: 'vendor', AssumeRolePolicyDocument }));
  const PolicyDocument = JSON.stringify(everything);
  await iam.send(new PutRolePolicyCommand({ RoleName: 'vendor', PolicyName: 'own', PolicyDocument }));
  await grant(lakes.owner, consumer, allTables(), ['SELECT', 'DESCRIBE'], ['SELECT', 'DESCRIBE']);
  await acceptAll(lakes.taker);
  for (const account of [producer, consumer]) await settings(account, true);
}

beforeEach(() => open());
afterEach(() => lakes.close());

const register = () =>
  lakes.owner.lf.send(
    new RegisterResourceCommand({
      ResourceArn: `arn:aws:s3:::${Bucket}`,
      RoleArn: `arn:aws:iam::${producer}:role/vendor`,
    }),
  );
const vend = ({ lf }: Clients) =>
  lf.send(
    new GetTemporaryGlueTableCredentialsCommand({
      TableArn,
      Permissions: ['SELECT'],
      SupportedPermissionTypes: ['COLUMN_PERMISSION'],
    }),
  );

test('LF-14 credentials for a table read its place and nothing else', async () => {
  await register();
  await grant(lakes.taker, jobRole, allTables(producer), ['SELECT', 'DESCRIBE']);
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = await vend(lakes.job);
  const s3 = s3As({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'legacy_all/a.parquet' }));
  expect(await Body?.transformToString()).toBe('PAR1');
  expect(await refusal(s3.send(new GetObjectCommand({ Bucket, Key: 'other/b.parquet' })))).toContain('AccessDenied');
});

test('LF-14 G-L27 all grants are right, and the role that reads cannot decrypt', async () => {
  await register();
  await grant(lakes.taker, jobRole, allTables(producer), ['SELECT', 'DESCRIBE']);
  const credentials = { accessKeyId: producer, secretAccessKey: 'test' };
  const config = { endpoint: lakes.lake.url, region, credentials, maxAttempts: 1 };
  const { KeyMetadata } = await new KMSClient(config).send(new CreateKeyCommand({}));
  const sse = { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: KeyMetadata?.Arn };
  const Key = 'legacy_all/secret.parquet';
  await s3As(credentials).send(new PutObjectCommand({ Bucket, Key, Body: 'PAR1', ...sse }));
  const attempt = async () => {
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = await vend(lakes.job);
    const s3 = s3As({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
    return refusal(s3.send(new GetObjectCommand({ Bucket, Key })));
  };
  expect(await attempt()).toBe('succeeded');
  const Statement = [{ Effect: 'Deny', Action: 'kms:Decrypt', Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await new IAMClient(config).send(new PutRolePolicyCommand({ RoleName: 'vendor', PolicyName: 'no', PolicyDocument }));
  expect(await attempt()).toContain('AccessDenied');
});

test('LF-14 nothing for a place that is not registered, nor without SELECT', async () => {
  await grant(lakes.taker, jobRole, allTables(producer), ['DESCRIBE']);
  expect(await refusal(vend(lakes.job))).toContain('Required Select on legacy_all');
  await grant(lakes.taker, jobRole, allTables(producer), ['SELECT']);
  expect(await refusal(vend(lakes.job))).toContain('register the S3 path');
});

test('LF-14 G-L28 GetDataAccess is needed, and both accounts must let engines read whole tables', async () => {
  await register();
  const denied = { Effect: 'Deny', Action: 'lakeformation:GetDataAccess', Resource: '*' };
  const weak = `arn:aws:iam::${consumer}:role/weak`;
  await lakes.makeRole(weak, { ...everything, Statement: [...everything.Statement, denied] });
  for (const role of [weak, jobRole]) await grant(lakes.taker, role, allTables(producer), ['SELECT', 'DESCRIBE']);
  expect(await refusal(vend(await lakes.as(weak)))).toContain('lakeformation:GetDataAccess');
  await settings(consumer, false);
  expect(await refusal(vend(lakes.job))).toContain('AccessDeniedException');
});

test('LF-14 the action of its own name is asked for, or only GetDataAccess: a switch', async () => {
  const engine = `arn:aws:iam::${consumer}:role/engine`;
  const vendTo = async () => {
    await register();
    const Statement = [{ Effect: 'Allow', Action: 'lakeformation:GetDataAccess', Resource: '*' }];
    await lakes.makeRole(engine, { Version: '2012-10-17', Statement });
    await grant(lakes.taker, engine, allTables(producer), ['SELECT', 'DESCRIBE']);
    return refusal(vend(await lakes.as(engine)));
  };
  expect(await vendTo()).toContain('lakeformation:GetTemporaryGlueTableCredentials');
  await lakes.close();
  await open({ switches: { 'lf-vending-action': 'data-access' } });
  expect(await vendTo()).toBe('succeeded');
  await lakes.makeRole(`${engine}-without`, { Version: '2012-10-17', Statement: [] });
  await grant(lakes.taker, `${engine}-without`, allTables(producer), ['SELECT', 'DESCRIBE']);
  expect(await refusal(vend(await lakes.as(`${engine}-without`)))).toContain('lakeformation:GetDataAccess');
});

test('LF-14 an engine that cannot leave out columns gets nothing of a table shared in part', async () => {
  await register();
  const reader = `arn:aws:iam::${producer}:role/reader`;
  await lakes.makeRole(reader);
  const { lf } = await lakes.as(reader);
  await grant(
    lakes.owner,
    reader,
    { TableWithColumns: { DatabaseName: 'cur_org', Name: 'legacy_all', ColumnNames: ['cost'] } },
    ['SELECT'],
  );
  const send = (SupportedPermissionTypes: ('COLUMN_PERMISSION' | 'CELL_FILTER_PERMISSION')[]) =>
    refusal(lf.send(new GetTemporaryGlueTableCredentialsCommand({ TableArn, SupportedPermissionTypes })));
  expect(await send(['CELL_FILTER_PERMISSION'])).toContain('EntityNotFoundException');
  await lakes.lake.control.set('lakeformation', 'grants', {
    account: producer,
    region,
    grants: [{ principal: `${producer}:IAMPrincipals`, resource: table(), permissions: ['DESCRIBE'] }],
  });
  expect(await send(['CELL_FILTER_PERMISSION'])).toContain('PermissionTypeMismatchException');
  expect(await send(['COLUMN_PERMISSION'])).toBe('succeeded');
});
