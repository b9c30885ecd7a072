/** Users and roles of the article: its policies, without the wildcards it has. */

import { GlueClient } from '@aws-sdk/client-glue';
import { CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import { ANALYTICS, REGION, type Reader, readerArn, SALES_LAKE } from './places.ts';
import {
  LAKE_ADMIN,
  LAKE_BUCKET,
  LAKE_CRAWLER_ROLE,
  LAKE_DATABASE,
  LAKE_USER,
  REGISTRATION,
  SALES_JOB,
} from './sales-places.ts';
import { makeRole, root, type Stage } from './world.ts';

const GLUE_READS = [
  'glue:GetDatabase',
  'glue:GetDatabases',
  'glue:GetTable',
  'glue:GetTables',
  'glue:GetPartition',
  'glue:GetPartitions',
];
const CATALOG = catalogOf(SALES_LAKE);

export async function makePeople(stage: Stage): Promise<void> {
  await makeUser(stage, LAKE_ADMIN, [
    allow(['glue:*', 'lakeformation:*'], '*'),
    allow(['iam:PassRole'], readerArn(REGISTRATION)),
    // What AWSLakeFormationCrossAccountManager gives.
    allow(['ram:CreateResourceShare', 'ram:AssociateResourceShare'], '*'),
  ]);
  await makeUser(stage, LAKE_USER, askingAthena());
  await makeRole(stage, LAKE_CRAWLER_ROLE, [
    allow(['glue:*'], ...CATALOG),
    allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], `arn:aws:s3:::${LAKE_BUCKET}/*`),
    allow(['lakeformation:GetDataAccess', ...TAG_READS], '*'),
  ]);
  await makeRole(
    stage,
    REGISTRATION,
    [
      allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], `arn:aws:s3:::${LAKE_BUCKET}/*`),
      allow(['s3:ListBucket', 's3:GetBucketLocation'], `arn:aws:s3:::${LAKE_BUCKET}`),
    ],
    'lakeformation.amazonaws.com',
  );
  // A job that reads through Lake Formation needs no rights on the bucket at all.
  await makeRole(stage, SALES_JOB, [allow(GLUE_READS, ...CATALOG, ...catalogOf(ANALYTICS)), allow(DATA, '*')]);
}

/** Athena asks for credentials by itself; the scenes ask as it does, and the lake wants the action to be allowed. */
const DATA = ['lakeformation:GetDataAccess', 'lakeformation:GetTemporaryGlueTableCredentials'];
const TAG_READS = [
  'lakeformation:GetResourceLFTags',
  'lakeformation:ListLFTags',
  'lakeformation:GetLFTag',
  'lakeformation:SearchTablesByLFTags',
  'lakeformation:SearchDatabasesByLFTags',
];

/** The article's LakeFormationGlueGetPolicy without AmazonS3FullAccess: Lake Formation lends what is needed to read. */
function askingAthena(): readonly object[] {
  const results = `arn:aws:s3:::${LAKE_BUCKET}-athena-results`;
  return [
    allow(GLUE_READS, ...CATALOG),
    // These have no resources that a policy could name.
    allow([...DATA, ...TAG_READS], '*'),
    allow(
      ['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:GetQueryResults', 'athena:GetWorkGroup'],
      `arn:aws:athena:${REGION}:${SALES_LAKE}:workgroup/primary`,
    ),
    allow(['s3:GetObject', 's3:PutObject'], `${results}/*`),
    allow(['s3:GetBucketLocation', 's3:ListBucket'], results),
  ];
}

/** The account's catalog, and the lake's database in it. */
function catalogOf(account: string): readonly string[] {
  const arn = `arn:aws:glue:${REGION}:${account}`;
  return [`${arn}:catalog`, `${arn}:database/${LAKE_DATABASE}`, `${arn}:table/${LAKE_DATABASE}/*`];
}

function allow(Action: readonly string[], ...Resource: readonly string[]): object {
  return { Effect: 'Allow', Action, Resource };
}

/** Clients of somebody who is there. */
export async function clientsAs(stage: Stage, who: Reader) {
  const credentials = await stage.control.credentials(readerArn(who));
  const config = { endpoint: stage.url, region: REGION, credentials };
  return { glue: new GlueClient(config), lakeFormation: new LakeFormationClient(config) };
}

async function makeUser(stage: Stage, user: Reader, Statement: readonly object[]): Promise<void> {
  const iam = new IAMClient(root(stage, user.account));
  await iam.send(new CreateUserCommand({ UserName: user.role, Path: user.path }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutUserPolicyCommand({ UserName: user.role, PolicyName: 'default', PolicyDocument }));
}
