import { CreateTableCommand } from '@aws-sdk/client-glue';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  DeregisterResourceCommand,
  DescribeResourceCommand,
  ListResourcesCommand,
  RegisterResourceCommand,
  UpdateResourceCommand,
} from '@aws-sdk/client-lakeformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { consumer, database, grant, jobRole, prepared, producer, refusal, region, tableInput } from './lakes.ts';

const ResourceArn = 'arn:aws:s3:::cur-export';
const vendor = `arn:aws:iam::${producer}:role/lake-reader`;
let lakes: Awaited<ReturnType<typeof prepared>>;
let iam: IAMClient;

const trustOf = (Service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
  });

beforeEach(async () => {
  lakes = await prepared();
  const config = {
    endpoint: lakes.lake.url,
    region,
    credentials: { accessKeyId: producer, secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  iam = new IAMClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'cur-export' }));
  await s3.send(new PutObjectCommand({ Bucket: 'cur-export', Key: 'legacy_all/a.parquet', Body: 'PAR1' }));
  const AssumeRolePolicyDocument = trustOf('lakeformation.amazonaws.com');
  await iam.send(new CreateRoleCommand({ RoleName: 'lake-reader', AssumeRolePolicyDocument }));
});
afterEach(() => lakes.close());

const register = (more: object = { RoleArn: vendor }, arn = ResourceArn) =>
  lakes.owner.lf.send(new RegisterResourceCommand({ ResourceArn: arn, ...more }));
const described = async () =>
  (await lakes.owner.lf.send(new DescribeResourceCommand({ ResourceArn }))).ResourceInfo ?? {};
const allowS3 = () => {
  const Statement = [{ Effect: 'Allow', Action: 's3:*', Resource: [ResourceArn, `${ResourceArn}/*`] }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  return iam.send(new PutRolePolicyCommand({ RoleName: 'lake-reader', PolicyName: 's3', PolicyDocument }));
};

test('LF-10 a path is registered once, with a role that exists', async () => {
  await register();
  expect(await refusal(register())).toContain('AlreadyExistsException');
  expect(await refusal(register({ RoleArn: `${vendor}-missing` }, 'arn:aws:s3:::other'))).toContain('InvalidInput');
  expect(await refusal(register({}, 'arn:aws:s3:::other'))).toContain('InvalidInputException');
  const long = `${ResourceArn}/${'x'.repeat(700)}`;
  expect(await refusal(register({ UseServiceLinkedRole: true }, long))).toContain('InvalidInputException');
  const { ResourceInfoList } = await lakes.owner.lf.send(new ListResourcesCommand({}));
  expect(ResourceInfoList?.map((one) => [one.ResourceArn, one.RoleArn])).toEqual([[ResourceArn, vendor]]);
});

test('LF-10 the service-linked role is made and extended with the rights of who registers', async () => {
  const linked = `arn:aws:iam::${producer}:role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess`;
  const StringEquals = { 'iam:AWSServiceName': 'lakeformation.amazonaws.com' };
  const make = {
    Effect: 'Allow',
    Action: 'iam:CreateServiceLinkedRole',
    Resource: linked,
    Condition: { StringEquals },
  };
  const write = { Effect: 'Allow', Action: 'iam:PutRolePolicy', Resource: linked };
  const registers = { Effect: 'Allow', Action: 'lakeformation:RegisterResource', Resource: '*' };
  const as = async (name: string, ...Statement: object[]) => {
    const role = `arn:aws:iam::${producer}:role/${name}`;
    await lakes.makeRole(role, { Version: '2012-10-17', Statement: [registers, ...Statement] });
    const { lf } = await lakes.as(role);
    return refusal(lf.send(new RegisterResourceCommand({ ResourceArn, UseServiceLinkedRole: true })));
  };
  expect(await as('neither')).toContain('iam:CreateServiceLinkedRole');
  expect(await as('maker', make)).toContain('iam:PutRolePolicy');
  expect(await as('writer', write)).toContain('iam:CreateServiceLinkedRole');
  const other = { ...make, Condition: { StringEquals: { 'iam:AWSServiceName': 'glue.amazonaws.com' } } };
  expect(await as('elsewhere', other, write)).toContain('iam:CreateServiceLinkedRole');
  expect((await lakes.owner.lf.send(new ListResourcesCommand({}))).ResourceInfoList).toEqual([]);
  expect(await as('both', make, write)).toBe('succeeded');
});

test('LF-11 verified as long as the role can read there', async () => {
  await register();
  expect((await described()).VerificationStatus).toBe('VERIFICATION_FAILED');
  await allowS3();
  expect((await described()).VerificationStatus).toBe('VERIFIED');
  const PolicyDocument = trustOf('glue.amazonaws.com');
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'lake-reader', PolicyDocument }));
  expect((await described()).VerificationStatus).toBe('VERIFICATION_FAILED');
});

test('LF-11 trust is evaluated: a deny, and conditions on whom Lake Formation asks for', async () => {
  await register();
  await allowS3();
  const Principal = { Service: 'lakeformation.amazonaws.com' };
  const allow = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' };
  const source = (account: string, at = region) => ({
    StringEquals: { 'aws:SourceAccount': account },
    ArnLike: { 'aws:SourceArn': `arn:aws:lakeformation:${at}:${account}:*` },
  });
  const statusUnder = async (...Statement: object[]) => {
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'lake-reader', PolicyDocument }));
    return (await described()).VerificationStatus;
  };
  expect(await statusUnder({ ...allow, Condition: source(producer) })).toBe('VERIFIED');
  expect(await statusUnder({ ...allow, Condition: source(consumer) })).toBe('VERIFICATION_FAILED');
  expect(await statusUnder({ ...allow, Condition: source(producer, 'us-east-1') })).toBe('VERIFICATION_FAILED');
  expect(await statusUnder(allow, { ...allow, Effect: 'Deny' })).toBe('VERIFICATION_FAILED');
  expect(await statusUnder({ ...allow, Action: 'sts:TagSession' })).toBe('VERIFICATION_FAILED');
});

test('LF-12 G-L26 the service-linked registration is as it is, the last one stays', async () => {
  await register({ UseServiceLinkedRole: true });
  expect((await described()).RoleArn).toContain('AWSServiceRoleForLakeFormationDataAccess');
  const update = new UpdateResourceCommand({ ResourceArn, RoleArn: vendor, HybridAccessEnabled: true });
  expect(await refusal(lakes.owner.lf.send(update))).toContain('InvalidInputException');
  const away = new DeregisterResourceCommand({ ResourceArn });
  expect(await refusal(lakes.owner.lf.send(away))).toContain('Must manually delete service-linked role');
});

test('LF-12 a registration with a role can be changed and taken away', async () => {
  await register();
  await lakes.owner.lf.send(new UpdateResourceCommand({ ResourceArn, RoleArn: vendor, HybridAccessEnabled: true }));
  expect((await described()).HybridAccessEnabled).toBe(true);
  await lakes.owner.lf.send(new DeregisterResourceCommand({ ResourceArn }));
  expect(await refusal(described())).toContain('EntityNotFoundException');
});

test('LF-13 G-L26 pointing a table at a registered place needs the permission for it', async () => {
  await register();
  const writer = `arn:aws:iam::${producer}:role/writer`;
  await lakes.makeRole(writer);
  await grant(lakes.owner, writer, database(), ['CREATE_TABLE', 'DESCRIBE']);
  const { glue } = await lakes.as(writer);
  const create = () =>
    refusal(glue.send(new CreateTableCommand({ DatabaseName: 'cur_org', TableInput: tableInput('fresh') })));
  expect(await create()).toContain('AccessDeniedException');
  await grant(lakes.owner, writer, { DataLocation: { ResourceArn } }, ['DATA_LOCATION_ACCESS']);
  expect(await create()).toBe('succeeded');
});

test('LF-13 a permission on a place is one on what lies in it; unregistered places have none', async () => {
  await register();
  const writer = `arn:aws:iam::${producer}:role/writer`;
  await lakes.makeRole(writer);
  await grant(lakes.owner, writer, database(), ['CREATE_TABLE', 'DESCRIBE']);
  const { glue } = await lakes.as(writer);
  const give = (path: string) =>
    refusal(
      grant(lakes.owner, writer, { DataLocation: { ResourceArn: `arn:aws:s3:::${path}` } }, ['DATA_LOCATION_ACCESS']),
    );
  const create = (name: string) =>
    refusal(glue.send(new CreateTableCommand({ DatabaseName: 'cur_org', TableInput: tableInput(name) })));
  expect(await give('elsewhere')).toContain('register the S3 path');
  expect(await give('cur-export/fresh/')).toBe('succeeded');
  expect(await create('fresh')).toBe('succeeded');
  expect(await create('other')).toContain('AccessDeniedException');
});

test('LF-13 across accounts the owner of the registration grants, and the consumer passes on', async () => {
  await register();
  const location = { DataLocation: { ResourceArn, CatalogId: producer } };
  const pass = () => refusal(grant(lakes.taker, jobRole, location, ['DATA_LOCATION_ACCESS']));
  expect(await pass()).toContain('AccessDeniedException');
  await grant(lakes.owner, consumer, location, ['DATA_LOCATION_ACCESS'], ['DATA_LOCATION_ACCESS']);
  expect(await pass()).toBe('succeeded');
});
