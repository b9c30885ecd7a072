/** The world before the scenes: as the articles' people have it when they start clicking. Made through AWS's own APIs. */

import {
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  GlueClient,
  type PartitionInput,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  GrantPermissionsCommand,
  LakeFormationClient,
  PutDataLakeSettingsCommand,
} from '@aws-sdk/client-lakeformation';
import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ControlClient } from '../lake/control-client.ts';
import type { DirectHandler } from '../lake/start.ts';
import {
  ACCOUNTS,
  BUCKET,
  CRAWLER,
  CUR,
  FINANCE,
  HR,
  MANAGEMENT,
  MONTHS,
  ORGANIZATION,
  objectKey,
  READERS,
  REGION,
  type Reader,
  readerArn,
  SALES,
  type SceneTable,
} from './places.ts';

/** Where the scenes are played. */
export interface Stage {
  readonly url: string;
  readonly control: ControlClient;
  /** For clients of this process, where the lake runs in it: they need no socket. */
  readonly requestHandler?: DirectHandler;
}

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What an SDK client is made with to play on the stage. */
export function clientConfig({ url, requestHandler }: Stage, credentials: Keys, region = REGION) {
  return { endpoint: url, region, credentials, ...(requestHandler && { requestHandler }) };
}

const COLUMNS = [
  { Name: 'line_item_usage_account_id', Type: 'string' },
  { Name: 'line_item_unblended_cost', Type: 'double' },
];
const PARTITION_KEYS = [
  { Name: 'year', Type: 'string' },
  { Name: 'month', Type: 'string' },
];

export function root(stage: Stage, account: string) {
  return clientConfig(stage, { accessKeyId: account, secretAccessKey: 'local' });
}

/** `management`: whose organization it is. In the article on sharing that is the producer itself. */
export async function makeWorld(stage: Stage, management: string = MANAGEMENT): Promise<void> {
  for (const account of ACCOUNTS) await stage.control.addAccount(account);
  const members = ACCOUNTS.filter((id) => id !== management).map((id) => ({ id }));
  await stage.control.set('organizations', 'found', {
    managementAccount: management,
    id: ORGANIZATION,
    accounts: members,
    ramSharing: false,
  });
  await makeBucket(stage);
  await makeCatalog(stage);
  for (const reader of READERS) await makeReader(stage, reader);
}

/** The exporter's own statement must survive everything we do to the policy. */
export const EXPORTER_SID = 'BillingExport';

async function makeBucket(stage: Stage): Promise<void> {
  const s3 = new S3Client({ ...root(stage, FINANCE), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  const exporter = {
    Sid: EXPORTER_SID,
    Effect: 'Allow',
    Principal: { Service: 'bcm-data-exports.amazonaws.com' },
    Action: ['s3:PutObject', 's3:GetBucketPolicy'],
    Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
    Condition: { StringEquals: { 'aws:SourceAccount': FINANCE } },
  };
  await s3.send(
    new PutBucketPolicyCommand({
      Bucket: BUCKET,
      Policy: JSON.stringify({ Version: '2012-10-17', Statement: [exporter] }),
    }),
  );
  const objects = [CUR, SALES, HR].flatMap((table) => MONTHS.map((month) => ({ table, month })));
  await Promise.all(
    objects.map(({ table, month }) =>
      s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: objectKey(table, month), Body: bytesOf(table, month) })),
    ),
  );
}

/** Ids of the statements in the bucket's policy now. */
export async function bucketPolicySids(stage: Stage): Promise<readonly string[]> {
  const s3 = new S3Client({ ...root(stage, FINANCE), forcePathStyle: true });
  const { Policy = '{}' } = await s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
  const { Statement = [] } = JSON.parse(Policy) as { Statement?: { Sid?: string }[] };
  return Statement.map((statement) => statement.Sid ?? '');
}

/** What a reader must get to see: Parquet's magic number, then something only this object holds. */
export function bytesOf(table: SceneTable, month: string): string {
  return `PAR1 ${table.database}.${table.table} 2024-${month} PAR1`;
}

export const ADMIN = { name: 'lake admin', account: FINANCE, path: '/', role: 'lake-admin' };
export const CRAWLER_ROLE = { name: 'crawler', account: FINANCE, path: '/service-role/', role: 'cur-crawler-role' };

/** IAM-only defaults are off, but `sales_db` was made before: its table is still open to everybody. */
async function makeCatalog(stage: Stage): Promise<void> {
  await makeRole(stage, ADMIN, [{ Effect: 'Allow', Action: ['glue:*', 'lakeformation:*'], Resource: '*' }]);
  await putDefaults(stage, 'open');
  const config = clientConfig(stage, await stage.control.credentials(readerArn(ADMIN)));
  const glue = new GlueClient(config);
  await makeTable(glue, SALES);
  await putDefaults(stage, 'closed');
  await makeTable(glue, HR);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: CUR.database } }));
  await makeCrawler(stage, glue, new LakeFormationClient(config));
}

/** A crawler is no administrator: it may make tables in its own database. */
async function makeCrawler(stage: Stage, glue: GlueClient, lakeFormation: LakeFormationClient): Promise<void> {
  await makeRole(stage, CRAWLER_ROLE, [
    { Effect: 'Allow', Action: ['glue:*', 'lakeformation:GetDataAccess'], Resource: '*' },
  ]);
  const Role = readerArn(CRAWLER_ROLE);
  const grant = {
    Permissions: ['CREATE_TABLE' as const, 'DESCRIBE' as const, 'ALTER' as const],
    Resource: { Database: { Name: CUR.database } },
  };
  await lakeFormation.send(new GrantPermissionsCommand({ ...grant, Principal: { DataLakePrincipalIdentifier: Role } }));
  const Targets = { S3Targets: [{ Path: `s3://${BUCKET}/${CUR.prefix}` }] };
  await glue.send(new CreateCrawlerCommand({ Name: CRAWLER, Role, DatabaseName: CUR.database, Targets }));
}

async function putDefaults(stage: Stage, defaults: 'open' | 'closed'): Promise<void> {
  const lakeFormation = new LakeFormationClient(root(stage, FINANCE));
  const everybody = [
    { Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' }, Permissions: ['ALL' as const] },
  ];
  const permissions = defaults === 'open' ? everybody : [];
  await lakeFormation.send(
    new PutDataLakeSettingsCommand({
      DataLakeSettings: {
        DataLakeAdmins: [{ DataLakePrincipalIdentifier: readerArn(ADMIN) }],
        CreateDatabaseDefaultPermissions: permissions,
        CreateTableDefaultPermissions: permissions,
        Parameters: { CROSS_ACCOUNT_VERSION: '4' },
      },
    }),
  );
}

async function makeTable(glue: GlueClient, table: SceneTable): Promise<void> {
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: table.database } }));
  await glue.send(new CreateTableCommand({ DatabaseName: table.database, TableInput: tableInput(table) }));
}

export function tableInput(table: SceneTable) {
  return {
    Name: table.table,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { classification: 'parquet' },
    PartitionKeys: PARTITION_KEYS,
    StorageDescriptor: { Columns: COLUMNS, Location: `s3://${BUCKET}/${table.prefix}` },
  };
}

function partition(table: SceneTable, month: string): PartitionInput {
  const Location = `s3://${BUCKET}/${table.prefix}year=2024/month=${month}/`;
  return { Values: ['2024', month], StorageDescriptor: { Columns: COLUMNS, Location } };
}

/** The crawler's run: tables and partitions are made as its role, then AWS tells on the producer's default bus. */
export async function runCrawler(stage: Stage): Promise<void> {
  const table = { ...tableInput(CUR), Partitions: MONTHS.map((month) => partition(CUR, month)) };
  await stage.control.set('glue', 'crawler-run', {
    account: FINANCE,
    region: REGION,
    name: CRAWLER,
    state: 'Succeeded',
    tables: [table],
  });
}

/** Somebody of the producer's edits a table: the catalog events of any working day. */
export async function updateTable(stage: Stage, table: SceneTable): Promise<void> {
  const credentials = await stage.control.credentials(readerArn(ADMIN));
  const glue = new GlueClient(clientConfig(stage, credentials));
  const input = { ...tableInput(table), Description: 'looked at again' };
  await glue.send(new UpdateTableCommand({ DatabaseName: table.database, TableInput: input }));
}

/** Every reader has what the article gives its job role: IAM alone opens nothing. */
export async function makeReader(stage: Stage, reader: Reader): Promise<void> {
  const own = `arn:aws:glue:*:${reader.account}:*`;
  const producers = `arn:aws:glue:*:${FINANCE}:*`;
  await makeRole(stage, reader, [
    {
      Effect: 'Allow',
      Action: [
        'glue:GetDatabase',
        'glue:GetDatabases',
        'glue:GetTable',
        'glue:GetTables',
        'glue:GetPartition',
        'glue:GetPartitions',
      ],
      Resource: [own, producers],
    },
    { Effect: 'Allow', Action: 'lakeformation:GetDataAccess', Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
    },
  ]);
}

/** `service` may assume it. */
export async function makeRole(
  stage: Stage,
  reader: Reader,
  statements: readonly object[],
  service = 'glue.amazonaws.com',
): Promise<void> {
  const iam = new IAMClient(root(stage, reader.account));
  const trust = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  const document = (Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(
    new CreateRoleCommand({ RoleName: reader.role, Path: reader.path, AssumeRolePolicyDocument: document([trust]) }),
  );
  await iam.send(
    new PutRolePolicyCommand({ RoleName: reader.role, PolicyName: 'default', PolicyDocument: document(statements) }),
  );
}
