/** The foundation on the lake: switches thrown in words only, locations registered, and read through Lake Formation. */

import { CreateRoleCommand, CreateUserCommand, PutRolePolicyCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  type DataLakeSettings,
  GetDataLakeSettingsCommand,
  GetTemporaryGlueTableCredentialsCommand,
  LakeFormationClient,
  ListPermissionsCommand,
  ListResourcesCommand,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
} from '@aws-sdk/client-lakeformation';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import type { PublishScope, Scope } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';
import { registrationPermissions } from '../../infra/constructs/lake-permissions.ts';
import { ANALYTICS, BUCKET, CUR, FINANCE, JOB, objectKey, REGION, readerArn } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { bytesOf, clientConfig } from '../../infra/local/scenes/world.ts';
import { expectWritten } from '../golden/kept.ts';
import { admin, root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { plan as planOf } from '../support/plan.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, publishAll, scopeOf } from '../support/scopes.ts';

const CATALOG: PublishScope = { half: 'publish', account: FINANCE, region: REGION, database: null };
const EVERYBODY = { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' };
const CRAWLER_ROLE = `arn:aws:iam::${FINANCE}:role/service-role/cur-crawler-role`;
const REGISTRATION = `arn:aws:iam::${FINANCE}:role/lake/registration`;

let cloud: InProcess;
afterEach(() => cloud.close());

async function open(policy: Policy): Promise<void> {
  cloud = await scenario(policy, [crawled]);
}

async function findings(scope: Scope = CATALOG) {
  const records = await cloud.ledger.findings(scopeText(scope));
  return records.filter(({ state }) => state === 'open').map(({ finding }) => finding);
}

async function settings(account = FINANCE): Promise<DataLakeSettings> {
  const { lakeFormation } = root(cloud.stage, account);
  return (await lakeFormation.send(new GetDataLakeSettingsCommand({}))).DataLakeSettings ?? {};
}

async function change(account: string, part: DataLakeSettings): Promise<void> {
  const DataLakeSettings = { ...(await settings(account)), ...part };
  await root(cloud.stage, account).lakeFormation.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
}

/** As the console leaves a new account: everything made is everybody's. */
async function openDefaults(): Promise<void> {
  const everybody = [{ Principal: EVERYBODY, Permissions: ['ALL' as const] }];
  await change(FINANCE, {
    CreateDatabaseDefaultPermissions: everybody,
    CreateTableDefaultPermissions: everybody,
    TrustedResourceOwners: ['555555555555'],
    AllowExternalDataFiltering: true,
  });
}

async function makeUser(name: string, action: string): Promise<void> {
  const { iam } = root(cloud.stage, FINANCE);
  const Statement = [{ Effect: 'Allow', Action: action, Resource: '*' }];
  await iam.send(new CreateUserCommand({ UserName: name }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument }));
}

async function planned(policy: Policy, scope = CATALOG): Promise<readonly string[]> {
  const { access } = cloud.reconcileServices;
  const plan = await planOf({ policy, access, ledger: cloud.ledger, scopes: [scope] });
  return plan.scopes.flatMap(({ changes }) => changes.map(({ effect, text }) => `${effect}: ${text}`));
}

describe('default permissions', () => {
  const off = demoPolicy('demo-share', (document) => void Object.assign(document.settings, { defaults: 'off' }));

  test('off: closed, all else of the document survives, the text before is in the ledger, a repeat writes nothing (G-S1)', async () => {
    await open(off);
    await openDefaults();
    await makeUser('maker', 'glue:CreateTable');
    await cloud.settle(CATALOG, off);
    const after = await settings();
    expect(after.CreateDatabaseDefaultPermissions).toEqual([]);
    expect(after.CreateTableDefaultPermissions).toEqual([]);
    expect(after).toMatchObject({
      TrustedResourceOwners: ['555555555555'],
      AllowExternalDataFiltering: true,
      Parameters: { CROSS_ACCOUNT_VERSION: '4' },
    });
    const entries = await entriesIn(cloud.ledger, FINANCE, REGION);
    const [closed] = entries.filter(({ kind }) => kind === 'table-defaults');
    expect(closed).toMatchObject({ state: 'confirmed', products: [] });
    const before = JSON.parse(String(closed?.inverse ?? '{}')) as DataLakeSettings;
    expect(before.CreateTableDefaultPermissions).toMatchObject([{ Principal: EVERYBODY, Permissions: ['ALL'] }]);
    expect(await findings()).toEqual([]);
    expect(await writes(cloud, () => cloud.settle(CATALOG, off))).toEqual([]);
    expect(await writes(cloud, () => publishAll(cloud, off))).not.toContain(`${FINANCE} PutDataLakeSettings`);
  });

  test('a plan says that it narrows, and who has to be granted; report mode writes nothing and tells it once', async () => {
    const report = demoPolicy('demo-share', (document) => {
      Object.assign(document.settings, { defaults: 'off' });
      document.mode = 'report';
    });
    await open(off);
    await publishAll(cloud, off);
    await openDefaults();
    await makeUser('maker', 'glue:CreateTable');
    const [line] = await planned(off);
    expect(line).toMatch(/^narrows: .*no longer open new databases and tables/);
    expect(line).toContain('role/service-role/cur-crawler-role');
    expect(line).toContain('user/maker');
    expect(await writes(cloud, () => cloud.settle(CATALOG, report))).toEqual([]);
    expect((await findings()).map(({ cause }) => cause)).toEqual(['report-mode']);
    await cloud.settle(CATALOG, off);
    expect(await findings()).toEqual([]);
  });

  test('defaults: report is a finding of one scope, whichever databases there are', async () => {
    const report = demoPolicy('demo', (document) => void Object.assign(document.settings, { defaults: 'report' }));
    await open(report);
    await publishAll(cloud, report);
    await openDefaults();
    await publishAll(cloud, report);
    expect((await openFindings(cloud)).filter(({ cause }) => cause === 'iam-defaults-open')).toHaveLength(1);
    expect((await settings()).CreateTableDefaultPermissions).toHaveLength(1);
  });
});

describe('CREATE_DATABASE', () => {
  const wanted = (createDatabase: 'report' | 'revoke') =>
    demoPolicy('demo-share', (document) => void Object.assign(document.settings, { createDatabase }));
  const holders = async () => {
    const { lakeFormation } = await admin(cloud.stage);
    const { PrincipalResourcePermissions = [] } = await lakeFormation.send(
      new ListPermissionsCommand({ ResourceType: 'CATALOG' }),
    );
    return PrincipalResourcePermissions.map(({ Principal }) => Principal?.DataLakePrincipalIdentifier);
  };

  test('report: told with who would lose it, and left', async () => {
    const policy = wanted('report');
    await open(policy);
    await makeUser('maker', 'glue:CreateDatabase');
    await publishAll(cloud, policy);
    const [told] = (await openFindings(cloud)).filter(({ cause }) => cause === 'create-database-open');
    expect(told?.message).toContain('role/service-role/cur-crawler-role, user/maker; unknown: ');
    expect(told?.message).not.toContain('role/lake-admin');
    expect(await holders()).toEqual(['IAM_ALLOWED_PRINCIPALS']);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    await expectWritten(cloud, 'create-database-reported');
  });

  test('revoke: taken from everybody, with its inverse in the ledger; a repeat writes nothing', async () => {
    const policy = wanted('revoke');
    await open(policy);
    await cloud.settle(CATALOG, policy);
    expect(await holders()).toEqual([]);
    const entries = await entriesIn(cloud.ledger, FINANCE, REGION);
    const [entry] = entries.filter(({ kind }) => kind === 'revoke');
    expect(entry).toMatchObject({ state: 'confirmed', principal: 'IAM_ALLOWED_PRINCIPALS' });
    expect(entry?.sent).toMatchObject({ permissions: ['CREATE_DATABASE'] });
    expect(await findings()).toEqual([]);
    expect(await writes(cloud, () => cloud.settle(CATALOG, policy))).toEqual([]);
    await cloud.later(10 * 60_000);
    expect(await writes(cloud, () => cloud.settle(CATALOG, policy))).toEqual([]);
  });
});

/** As `DataLakeFoundation` makes it. */
async function makeRegistrationRole(statements: readonly object[]): Promise<void> {
  const { iam } = root(cloud.stage, FINANCE);
  const document = (Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  const trust = { Effect: 'Allow', Principal: { Service: 'lakeformation.amazonaws.com' }, Action: 'sts:AssumeRole' };
  await iam.send(
    new CreateRoleCommand({ RoleName: 'registration', Path: '/lake/', AssumeRolePolicyDocument: document([trust]) }),
  );
  await allowRegistration(statements);
}

async function allowRegistration(Statement: readonly object[]): Promise<void> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const { iam } = root(cloud.stage, FINANCE);
  await iam.send(new PutRolePolicyCommand({ RoleName: 'registration', PolicyName: 'own', PolicyDocument }));
}

const READS = registrationPermissions({
  partition: 'aws',
  account: FINANCE,
  region: REGION,
  bucket: `arn:aws:s3:::${BUCKET}`,
  results: 'arn:aws:s3:::results',
  key: null,
  databases: [CUR.database],
  workgroup: 'lake',
}).map(({ statement }) => statement);

async function registrations() {
  const { ResourceInfoList = [] } = await root(cloud.stage, FINANCE).lakeFormation.send(new ListResourcesCommand({}));
  return ResourceInfoList.map(({ ResourceArn, RoleArn, HybridAccessEnabled }) => ({
    ResourceArn,
    RoleArn,
    HybridAccessEnabled,
  }));
}

/** As a job in full-table mode reads: credentials from Lake Formation, the bytes with them, and nothing of its own. */
async function readVended(): Promise<string> {
  const credentials = await cloud.stage.control.credentials(readerArn(JOB), { sessionName: 'GlueJobRunnerSession' });
  const lakeFormation = new LakeFormationClient(clientConfig(cloud.stage, credentials));
  const TableArn = `arn:aws:glue:${REGION}:${FINANCE}:table/${CUR.database}/${CUR.table}`;
  const vended = await lakeFormation.send(
    new GetTemporaryGlueTableCredentialsCommand({
      TableArn,
      Permissions: ['SELECT'],
      SupportedPermissionTypes: ['COLUMN_PERMISSION'],
    }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = vended;
  return bytes({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

async function bytes(credentials: Credentials): Promise<string> {
  const s3 = new S3Client({ ...clientConfig(cloud.stage, credentials), forcePathStyle: true });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: objectKey(CUR, '5') }));
  return (await Body?.transformToString()) ?? '';
}

describe('access: lake-formation', () => {
  const vended = (registration?: string, access = 'lake-formation') =>
    demoPolicy('demo-share', ({ products }) => {
      if (products['cur']) Object.assign(products['cur'].storage, { access, registration });
    });
  const policy = vended(REGISTRATION);
  /** What a job in full-table mode asks of both accounts and of its role, and what is not ours to give. */
  const fullTables = async () => {
    for (const account of [FINANCE, ANALYTICS]) await change(account, { AllowFullTableExternalDataAccess: true });
    const Statement = [{ Effect: 'Allow', Action: 'lakeformation:GetTemporaryGlueTableCredentials', Resource: '*' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    const { iam } = root(cloud.stage, ANALYTICS);
    await iam.send(new PutRolePolicyCommand({ RoleName: JOB.role, PolicyName: 'vended', PolicyDocument }));
  };

  test('registered with the role named, and the job role reads by vended credentials, not by its own', async () => {
    await open(policy);
    await makeRegistrationRole(READS);
    await fullTables();
    const made = await writes(cloud, () => publishAll(cloud, policy));
    expect(made).toContain(`${FINANCE} RegisterResource`);
    expect(made.filter((call) => call.includes('PutBucketPolicy'))).toEqual([]);
    expect(await registrations()).toEqual([
      { ResourceArn: `arn:aws:s3:::${BUCKET}/cur`, RoleArn: REGISTRATION, HybridAccessEnabled: false },
    ]);
    expect(await readVended()).toBe(bytesOf(CUR, '5'));
    const own = await cloud.stage.control.credentials(readerArn(JOB));
    await expect(bytes(own)).rejects.toThrow(/no resource-based policy allows/);
    expect((await openFindings(cloud)).map(({ cause }) => cause)).toEqual(['role-without-proof']);
    expect(await writes(cloud, () => publishAll(cloud, policy))).toEqual([]);
    await expectWritten(cloud, 'vended');
  });

  test('a product that leaves access: iam takes its bucket statements along: nobody reads round Lake Formation', async () => {
    const byIam = demoPolicy('demo-share');
    await open(policy);
    await makeRegistrationRole(READS);
    await fullTables();
    await publishAll(cloud, byIam);
    const own = await cloud.stage.control.credentials(readerArn(JOB));
    expect(await bytes(own)).toBe(bytesOf(CUR, '5'));
    await publishAll(cloud, policy);
    await expect(bytes(own)).rejects.toThrow(/no resource-based policy allows/);
    expect(await readVended()).toBe(bytesOf(CUR, '5'));
    await expectWritten(cloud, 'from-iam-to-vended');
  });

  test('the registration role can not read: its own finding, and the grants stand; mended, it recovers (G-L27)', async () => {
    await open(policy);
    await makeRegistrationRole([]);
    await fullTables();
    await publishAll(cloud, policy);
    const unfit = (await openFindings(cloud)).filter(({ cause }) => cause === 'registration-role-unfit');
    expect(unfit).toMatchObject([{ principal: REGISTRATION, product: 'cur', hop: 'location' }]);
    await expect(readVended()).rejects.toThrow();
    await allowRegistration(READS);
    await publishAll(cloud, policy);
    expect((await openFindings(cloud)).map(({ cause }) => cause)).toEqual(['role-without-proof']);
    expect(await readVended()).toBe(bytesOf(CUR, '5'));
  });

  test('registered by somebody else: detected, never redone, never changed (G-L26)', async () => {
    await open(policy);
    await makeRegistrationRole(READS);
    const { lakeFormation } = root(cloud.stage, FINANCE);
    const theirs = { ResourceArn: `arn:aws:s3:::${BUCKET}`, UseServiceLinkedRole: true };
    await lakeFormation.send(new RegisterResourceCommand(theirs));
    const before = await registrations();
    const made = await writes(cloud, () => publishAll(cloud, policy));
    expect(made.filter((call) => call.includes('Resource') && !call.includes('ResourceShare'))).toEqual([]);
    expect((await openFindings(cloud)).map(({ cause }) => cause)).toContain('location-registered-otherwise');
    expect(await registrations()).toEqual(before);
  });

  test('the service-linked role and hybrid access: registered so, and read by IAM as before', async () => {
    const hybrid = vended('service-linked', 'hybrid');
    await open(hybrid);
    await publishAll(cloud, hybrid);
    expect(await registrations()).toMatchObject([
      { RoleArn: expect.stringContaining('AWSServiceRoleForLakeFormationDataAccess'), HybridAccessEnabled: true },
    ]);
    expect(await bytes(await cloud.stage.control.credentials(readerArn(JOB)))).toBe(bytesOf(CUR, '5'));
    expect(await writes(cloud, () => publishAll(cloud, hybrid))).toEqual([]);
  });

  test('report mode registers nothing and says what it would do', async () => {
    const report = demoPolicy('demo-share', (document) => {
      document.mode = 'report';
      if (document.products['cur']) Object.assign(document.products['cur'].storage, { access: 'lake-formation' });
    });
    await open(report);
    expect(await writes(cloud, () => publishAll(cloud, report))).toEqual([]);
    expect(await registrations()).toEqual([]);
    expect(await planned(vended(), scopeOf(CUR))).toContainEqual(
      expect.stringContaining("register location arn:aws:s3:::cur-export-111111111111/cur with Lake Formation's"),
    );
  });
});

describe('data locations', () => {
  const policy = demoPolicy('demo-share', (document) => {
    document.dataLocations = [
      {
        account: 'finance-lake',
        location: `s3://${BUCKET}/`,
        to: ['role/service-role/cur-crawler-role', readerArn(JOB)],
      },
    ];
  });
  const holders = async () => {
    const { lakeFormation } = await admin(cloud.stage);
    const ask = new ListPermissionsCommand({ ResourceType: 'DATA_LOCATION' });
    const { PrincipalResourcePermissions = [] } = await lakeFormation.send(ask);
    return PrincipalResourcePermissions.map(({ Principal }) => Principal?.DataLakePrincipalIdentifier).sort();
  };
  const register = () =>
    root(cloud.stage, FINANCE).lakeFormation.send(
      new RegisterResourceCommand({ ResourceArn: `arn:aws:s3:::${BUCKET}`, UseServiceLinkedRole: true }),
    );

  test('a place that is not registered is told and not granted; registered, the grants follow by themselves', async () => {
    await open(policy);
    await cloud.settle(CATALOG, policy);
    expect((await findings()).map(({ cause }) => cause)).toEqual(['location-not-registered']);
    expect(await holders()).toEqual([]);
    await register();
    await cloud.settle(CATALOG, policy);
    expect(await findings()).toEqual([]);
    expect((await holders()).filter((name) => name !== `arn:aws:iam::${FINANCE}:root`)).toEqual([
      ANALYTICS,
      CRAWLER_ROLE,
    ]);
    expect(await writes(cloud, () => cloud.settle(CATALOG, policy))).toEqual([]);
  });

  test('a principal of another account is granted by that account, once the place is its to pass on (G-L26)', async () => {
    await open(policy);
    await register();
    const passed = async () => {
      const credentials = await cloud.stage.control.credentials(`arn:aws:iam::${ANALYTICS}:role/onramp/onramp-reader`);
      const lakeFormation = new LakeFormationClient(clientConfig(cloud.stage, credentials));
      const ask = new ListPermissionsCommand({ ResourceType: 'DATA_LOCATION' });
      const { PrincipalResourcePermissions = [] } = await lakeFormation.send(ask);
      return PrincipalResourcePermissions.map(({ Principal, Resource }) => [
        Principal?.DataLakePrincipalIdentifier,
        Resource?.DataLocation?.CatalogId,
      ]);
    };
    await cloud.settle(CATALOG, policy);
    expect(await passed()).toEqual([[readerArn(JOB), FINANCE]]);
    expect((await findings(CONSUMER)).filter(({ resource }) => resource.includes('location'))).toEqual([]);
    expect(await writes(cloud, () => cloud.settle(CATALOG, policy))).toEqual([]);
    expect(await writes(cloud, () => cloud.settle(CONSUMER, policy))).toEqual([]);
    const nobody = demoPolicy('demo-share');
    await cloud.settle(CONSUMER, nobody);
    expect(await passed()).toEqual([]);
  });

  test('ours goes when nobody wants it any longer', async () => {
    await open(policy);
    await register();
    await cloud.settle(CATALOG, policy);
    const less = demoPolicy('demo-share', (document) => {
      document.dataLocations = [
        { account: 'finance-lake', location: `s3://${BUCKET}/`, to: ['role/service-role/cur-crawler-role'] },
      ];
    });
    await cloud.settle(CATALOG, less);
    expect((await holders()).filter((name) => name !== `arn:aws:iam::${FINANCE}:root`)).toEqual([CRAWLER_ROLE]);
  });
});
