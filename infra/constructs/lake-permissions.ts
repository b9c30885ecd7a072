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
  // Where Glue keeps the scripts of jobs made in its console.
  const assets = `arn:${partition}:s3:::aws-glue-assets-${account}-${region}`;
  return [
    allow('Data', ['lakeformation:GetDataAccess'], NO_RESOURCE, AWS_KNOWS_NONE),
    allow('Catalog', [...READ_CATALOG, ...WRITE_TABLES], catalog(lake), IN_DATABASES),
    ...(needs.files === 'role' ? files(lake) : []),
    allow('Scripts', ['s3:GetObject'], [`${assets}/*`], OBJECTS),
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

/** What a blueprint's workflow does as its role: makes its jobs, crawlers and triggers, starts them, and passes itself on. */
function working(lake: Lake, { workflows, role }: CrawlerNeeds): readonly Permission[] {
  if (workflows.length === 0) return [];
  const things = ['Job', 'Crawler', 'Trigger'];
  const verbs = ['Create', 'Get', 'Update', 'Delete'];
  const actions = [
    ...verbs.flatMap((verb) => things.map((thing) => `glue:${verb}${thing}`)),
    ...['StartJobRun', 'GetJobRun', 'GetJobRuns', 'StartCrawler', 'StartTrigger'].map((name) => `glue:${name}`),
    ...['GetWorkflow', 'GetWorkflowRun', 'GetWorkflowRunProperties', 'PutWorkflowRunProperties'].map(
      (name) => `glue:${name}`,
    ),
  ];
  const kinds = ['workflow', 'job', 'crawler', 'trigger'];
  const resources = glue(lake, ...workflows.flatMap((name) => kinds.map((kind) => `${kind}/${name}*`)));
  return [
    allow('Workflows', actions, resources, 'What a blueprint makes begins with the name of its workflow.'),
    allow('PassItself', ['iam:PassRole'], [role], 'Itself.', {
      StringEquals: { 'iam:PassedToService': 'glue.amazonaws.com' },
    }),
  ];
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
  return [
    allow('Query', named([...query, ...look], 'athena'), [athena(`workgroup/${workgroup}`)], 'One workgroup.'),
    allow('Browse', named(browse, 'athena'), [athena('datacatalog/AwsDataCatalog')], 'One catalog.'),
    allow('Choose', named(['ListWorkGroups', 'ListDataCatalogs'], 'athena'), NO_RESOURCE, AWS_KNOWS_NONE),
    allow('Results', named(write, 's3'), [`${results}/*`], OBJECTS),
    allow('ResultsBucket', named(['ListBucket', 'GetBucketLocation'], 's3'), [results], 'One bucket.'),
    ...withKey('ResultsKey', lake, ['Decrypt', 'GenerateDataKey']),
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
  'GetDataAccess',
];

/** The people who grant: no data of their own unless they grant it to themselves, which Lake Formation's log shows. */
export function administratorPermissions(
  lake: Lake,
  roles: { readonly crawler: string; readonly registration: string },
): readonly Permission[] {
  const { partition, account, region } = lake;
  const databases = ['glue:CreateDatabase', 'glue:UpdateDatabase', 'glue:DeleteDatabase'];
  const runs = ['crawler', 'job', 'workflow', 'trigger'].map((kind) => `${kind}/*`);
  const see = ['GetCrawler', 'GetJob', 'GetJobRuns', 'GetWorkflow', 'GetWorkflowRun', 'GetWorkflowRuns', 'GetTrigger'];
  const start = ['StartCrawler', 'StopCrawler', 'StartJobRun', 'StartWorkflowRun', 'StopWorkflowRun'];
  const logs = `arn:${partition}:logs:${region}:${account}:log-group:/aws-glue/*`;
  const passed = (service: string) => ({ StringEquals: { 'iam:PassedToService': service } });
  return [
    allow('LakeFormation', named(ADMINISTER, 'lakeformation'), NO_RESOURCE, AWS_KNOWS_NONE),
    allow('Catalog', [...READ_CATALOG, ...WRITE_TABLES, ...databases], catalog(lake), IN_DATABASES),
    allow(
      'Runs',
      named([...see, ...start], 'glue'),
      glue(lake, ...runs),
      "The account's own, whatever they are called.",
    ),
    allow('ListRuns', named(['GetCrawlers', 'ListWorkflows'], 'glue'), NO_RESOURCE, AWS_KNOWS_NONE),
    allow('PassCrawlerRole', ['iam:PassRole'], [roles.crawler], 'One role.', passed('glue.amazonaws.com')),
    allow(
      'PassRegistrationRole',
      ['iam:PassRole'],
      [roles.registration],
      'One role.',
      passed('lakeformation.amazonaws.com'),
    ),
    allow('Logs', named(['DescribeLogStreams', 'GetLogEvents', 'FilterLogEvents'], 'logs'), [logs], COUNTED),
    ...querying(lake),
  ];
}
