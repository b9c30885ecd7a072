/** What the people and roles of a data lake may do: calls by name. A resource with a wildcard says why it has one. */

import type { Permission, Statement } from './member-permissions.ts';

export interface Lake {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  /** ARNs of the lake's bucket, of the bucket of query results, and of the key they are encrypted with, if one is. */
  readonly bucket: string;
  readonly results: string;
  readonly key: string | null;
  readonly databases: readonly string[];
  /** Name of the Athena workgroup. */
  readonly workgroup: string;
}

/** What the crawler role is for beside cataloguing. */
export interface CrawlerNeeds {
  /** Whose rights reach the lake's files: its own, or those Lake Formation lends to crawlers that are told to ask. */
  readonly files: 'role' | 'lake-formation';
  /** Glue connections, by name: what is behind them is reached through network interfaces in its VPC. */
  readonly connections: readonly string[];
  /** ARNs of the secrets they sign in with. */
  readonly secrets: readonly string[];
  /** Names of workflows; their jobs, crawlers and triggers begin with them, as a blueprint's do. */
  readonly workflows: readonly string[];
  /** The role's ARN, for the workflows that hand it on to their jobs. */
  readonly role: string;
}

const NO_RESOURCE = ['*'];
const AWS_KNOWS_NONE = 'AWS authorizes these actions without a resource.';
const IN_DATABASES = "Tables come and go; the lake's databases are named.";
const OBJECTS = 'Objects of one bucket.';
const COUNTED = 'Named by Glue as they are made.';

const READ_CATALOG = [
  'glue:GetDatabase',
  'glue:GetDatabases',
  'glue:GetTable',
  'glue:GetTables',
  'glue:GetTableVersions',
  'glue:GetPartition',
  'glue:GetPartitions',
  'glue:BatchGetPartition',
];
const WRITE_TABLES = [
  'glue:CreateTable',
  'glue:UpdateTable',
  'glue:DeleteTable',
  'glue:CreatePartition',
  'glue:BatchCreatePartition',
  'glue:UpdatePartition',
  'glue:BatchUpdatePartition',
  'glue:DeletePartition',
  'glue:BatchDeletePartition',
];

function allow(
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
  why: string,
  Condition?: Statement['Condition'],
): Permission {
  return { statement: { Sid, Effect: 'Allow', Action, Resource, ...(Condition ? { Condition } : {}) }, why };
}

function glue({ partition, account, region }: Lake, ...rest: readonly string[]): readonly string[] {
  return rest.map((each) => `arn:${partition}:glue:${region}:${account}:${each}`);
}

function catalog(lake: Lake): readonly string[] {
  return glue(lake, 'catalog', ...lake.databases.flatMap((name) => [`database/${name}`, `table/${name}/*`]));
}

function named(actions: readonly string[], prefix: string): readonly string[] {
  return actions.map((action) => `${prefix}:${action}`);
}

function withKey(Sid: string, { key }: Lake, actions: readonly string[]): readonly Permission[] {
  return key === null ? [] : [allow(Sid, named(actions, 'kms'), [key], 'One key.')];
}

/** As which Lake Formation reads and writes the bucket for whom it lets. */
export function registrationPermissions(lake: Lake): readonly Permission[] {
  return files(lake);
}

/** The lake's files: read, written, dropped and listed. */
function files(lake: Lake): readonly Permission[] {
  return [
    allow('Objects', named(['GetObject', 'PutObject', 'DeleteObject'], 's3'), [`${lake.bucket}/*`], OBJECTS),
    allow('Bucket', named(['ListBucket', 'GetBucketLocation'], 's3'), [lake.bucket], 'One bucket.'),
    ...withKey('Key', lake, ['Decrypt', 'Encrypt', 'GenerateDataKey', 'DescribeKey']),
  ];
}

/**
 * The lake's files, tables in its databases, logs; the rest only as it is asked for. A crawler asks Lake Formation for
 * credentials only with `LakeFormationConfiguration.UseLakeFormationCredentials`, and a plain job never does.
 */
export function crawlerPermissions(lake: Lake, needs: CrawlerNeeds): readonly Permission[] {
  const { partition, account, region } = lake;
  const logs = `arn:${partition}:logs:${region}:${account}:log-group:/aws-glue/*`;
  // Where Glue keeps the scripts of jobs made in its console, in one or the other.
  const scripts = buckets(lake, ['assets', 'scripts']).map((bucket) => `${bucket}/*`);
  return [
    allow('Data', ['lakeformation:GetDataAccess'], NO_RESOURCE, AWS_KNOWS_NONE),
    allow('Catalog', [...READ_CATALOG, ...WRITE_TABLES], catalog(lake), IN_DATABASES),
    ...(needs.files === 'role' ? files(lake) : []),
    allow('Scripts', ['s3:GetObject'], scripts, OBJECTS),
    allow('Logs', named(['CreateLogGroup', 'CreateLogStream', 'PutLogEvents'], 'logs'), [logs], COUNTED),
    allow('Metrics', ['cloudwatch:PutMetricData'], NO_RESOURCE, AWS_KNOWS_NONE, {
      StringEquals: { 'cloudwatch:namespace': 'Glue' },
    }),
    ...connecting(lake, needs),
    ...working(lake, needs),
  ];
}

function connecting(lake: Lake, { connections, secrets }: CrawlerNeeds): readonly Permission[] {
  if (connections.length === 0) return [];
  const { partition, account, region } = lake;
  const ec2 = (kind: string) => `arn:${partition}:ec2:${region}:${account}:${kind}/*`;
  const see = ['VpcEndpoints', 'RouteTables', 'NetworkInterfaces', 'SecurityGroups', 'Subnets', 'VpcAttribute'];
  const made = 'Interfaces Glue makes; which subnet and groups, the connection says.';
  const tag = 'aws-glue-service-resource';
  return [
    allow(
      'Connections',
      ['glue:GetConnection'],
      glue(lake, 'catalog', ...connections.map((name) => `connection/${name}`)),
      'Connections by name.',
    ),
    ...(secrets.length > 0 ? [allow('Secrets', ['secretsmanager:GetSecretValue'], secrets, 'Secrets by ARN.')] : []),
    allow(
      'SeeNetwork',
      see.map((each) => `ec2:Describe${each}`),
      NO_RESOURCE,
      AWS_KNOWS_NONE,
    ),
    allow(
      'MakeInterfaces',
      ['ec2:CreateNetworkInterface'],
      ['network-interface', 'subnet', 'security-group'].map(ec2),
      made,
    ),
    allow('TagInterfaces', ['ec2:CreateTags'], [ec2('network-interface')], made, {
      'ForAllValues:StringEquals': { 'aws:TagKeys': [tag] },
    }),
    // Those Glue has tagged as its own, and nobody else's.
    allow('DropInterfaces', ['ec2:DeleteNetworkInterface'], [ec2('network-interface')], made, {
      Null: { [`aws:ResourceTag/${tag}`]: 'false' },
    }),
  ];
}

/**
 * What a blueprint's workflow does as its role: makes its jobs, crawlers and triggers, starts them, passes itself on, and
 * grants SELECT on the tables it made. Lake Formation lets it grant only what it holds with the grant option.
 */
function working(lake: Lake, { workflows, role }: CrawlerNeeds): readonly Permission[] {
  if (workflows.length === 0) return [];
  const actions = [
    ...['Create', 'Get', 'Update', 'Delete'].flatMap((verb) => MADE.map((thing) => `glue:${verb}${thing}`)),
    ...['StartJobRun', 'GetJobRun', 'GetJobRuns', 'StartCrawler', 'StartTrigger'].map((name) => `glue:${name}`),
    ...['GetWorkflow', 'GetWorkflowRun', 'GetWorkflowRunProperties', 'PutWorkflowRunProperties'].map(
      (name) => `glue:${name}`,
    ),
  ];
  // Where Glue's jobs keep what they need while they run.
  const temporary = buckets(lake, ['assets', 'temporary']).map((bucket) => `${bucket}/temporary/*`);
  return [
    allow('Workflows', actions, ofWorkflows(lake, workflows), BEGINS),
    allow('Temporary', named(['GetObject', 'PutObject', 'DeleteObject'], 's3'), temporary, OBJECTS),
    allow('Grant', ['lakeformation:GrantPermissions'], NO_RESOURCE, AWS_KNOWS_NONE),
    allow('PassItself', ['iam:PassRole'], [role], 'Itself.', passedTo('glue')),
  ];
}

/** What a workflow is made of. */
const MADE = ['Job', 'Crawler', 'Trigger'];
const BEGINS = 'What a blueprint makes begins with the name of its workflow.';

function ofWorkflows(lake: Lake, workflows: readonly string[]): readonly string[] {
  const kinds = ['workflow', 'job', 'crawler', 'trigger'];
  return glue(lake, ...workflows.flatMap((name) => kinds.map((kind) => `${kind}/${name}*`)));
}

/** Buckets that Glue makes for the account, here. */
function buckets({ partition, account, region }: Lake, kinds: readonly string[]): readonly string[] {
  return kinds.map((kind) => `arn:${partition}:s3:::aws-glue-${kind}-${account}-${region}`);
}

function passedTo(service: 'glue' | 'lakeformation'): Statement['Condition'] {
  return { StringEquals: { 'iam:PassedToService': `${service}.amazonaws.com` } };
}

/** Queries in one workgroup; which tables and columns, Lake Formation decides. */
export function readerPermissions(lake: Lake): readonly Permission[] {
  return [
    allow('Data', ['lakeformation:GetDataAccess'], NO_RESOURCE, AWS_KNOWS_NONE),
    allow('Catalog', READ_CATALOG, catalog(lake), IN_DATABASES),
    ...querying(lake),
  ];
}

function querying(lake: Lake): readonly Permission[] {
  const { partition, account, region, workgroup, results } = lake;
  const athena = (rest: string) => `arn:${partition}:athena:${region}:${account}:${rest}`;
  const query = ['StartQueryExecution', 'StopQueryExecution', 'GetQueryExecution', 'BatchGetQueryExecution'];
  const look = ['GetQueryResults', 'GetQueryResultsStream', 'ListQueryExecutions', 'GetWorkGroup'];
  const browse = ['GetDataCatalog', 'ListDatabases', 'GetDatabase', 'ListTableMetadata', 'GetTableMetadata'];
  const write = ['GetObject', 'PutObject', 'AbortMultipartUpload', 'ListMultipartUploadParts'];
  const list = ['ListBucket', 'ListBucketMultipartUploads', 'GetBucketLocation'];
  return [
    // Athena asks for it whatever the query is about.
    allow(
      'Default',
      named(['GetDatabase', 'GetDatabases'], 'glue'),
      glue(lake, 'catalog', 'database/default'),
      'The catalog and one database.',
    ),
    allow('Query', named([...query, ...look], 'athena'), [athena(`workgroup/${workgroup}`)], 'One workgroup.'),
    allow('Browse', named(browse, 'athena'), [athena('datacatalog/AwsDataCatalog')], 'One catalog.'),
    allow('Choose', named(['ListWorkGroups', 'ListDataCatalogs'], 'athena'), NO_RESOURCE, AWS_KNOWS_NONE),
    allow('Results', named(write, 's3'), [`${results}/*`], OBJECTS),
    allow('ResultsBucket', named(list, 's3'), [results], 'One bucket.'),
    ...withKey('ResultsKey', lake, ['Decrypt', 'GenerateDataKey']),
  ];
}

/** To make and change workflows, by hand or with a blueprint: which names they begin with, and the role they run as. */
function building(lake: Lake, crawler: string, workflows: readonly string[]): readonly Permission[] {
  if (workflows.length === 0) return [];
  const actions = ['Create', 'Update', 'Delete'].flatMap((verb) => [...MADE, 'Workflow'].map((it) => `${verb}${it}`));
  return [
    allow('Build', named(actions, 'glue'), ofWorkflows(lake, workflows), BEGINS),
    allow('PassCrawlerRole', ['iam:PassRole'], [crawler], 'One role.', passedTo('glue')),
  ];
}

const ADMINISTER = [
  'GetDataLakeSettings',
  'PutDataLakeSettings',
  'ListPermissions',
  'GrantPermissions',
  'RevokePermissions',
  'BatchGrantPermissions',
  'BatchRevokePermissions',
  'GetEffectivePermissionsForPath',
  'RegisterResource',
  'UpdateResource',
  'DeregisterResource',
  'DescribeResource',
  'ListResources',
  'CreateLFTag',
  'UpdateLFTag',
  'DeleteLFTag',
  'GetLFTag',
  'ListLFTags',
  'AddLFTagsToResource',
  'RemoveLFTagsFromResource',
  'GetResourceLFTags',
  'SearchTablesByLFTags',
  'SearchDatabasesByLFTags',
];

/**
 * The people who grant, beside what readers may: no data of their own unless they grant it to themselves, which Lake
 * Formation's log shows. Both in one would be too long for IAM with a few databases more.
 */
export function administratorPermissions(
  lake: Lake,
  roles: { readonly crawler: string; readonly registration: string },
  workflows: readonly string[],
): readonly Permission[] {
  const { partition, account, region } = lake;
  const databases = ['glue:CreateDatabase', 'glue:UpdateDatabase', 'glue:DeleteDatabase'];
  const runs = ['crawler', 'job', 'workflow', 'trigger'].map((kind) => `${kind}/*`);
  const see = ['GetCrawler', 'GetJob', 'GetJobRuns', 'GetWorkflow', 'GetWorkflowRun', 'GetWorkflowRuns', 'GetTrigger'];
  const start = ['StartCrawler', 'StopCrawler', 'StartJobRun', 'StartWorkflowRun', 'StopWorkflowRun'];
  const logs = `arn:${partition}:logs:${region}:${account}:log-group:/aws-glue/*`;
  return [
    allow('LakeFormation', named(ADMINISTER, 'lakeformation'), NO_RESOURCE, AWS_KNOWS_NONE),
    allow('Catalog', [...WRITE_TABLES, ...databases], catalog(lake), IN_DATABASES),
    allow(
      'Runs',
      named([...see, ...start], 'glue'),
      glue(lake, ...runs),
      "The account's own, whatever they are called.",
    ),
    allow('ListRuns', named(['GetCrawlers', 'ListWorkflows'], 'glue'), NO_RESOURCE, AWS_KNOWS_NONE),
    ...building(lake, roles.crawler, workflows),
    allow('PassRegistrationRole', ['iam:PassRole'], [roles.registration], 'One role.', passedTo('lakeformation')),
    allow('Logs', named(['DescribeLogStreams', 'GetLogEvents', 'FilterLogEvents'], 'logs'), [logs], COUNTED),
  ];
}
