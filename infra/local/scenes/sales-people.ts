/**
 * Users and roles of the article. Who asks Athena, the crawlers' role and the registration role have what a new lake's
 * foundation gives them, so that the lake's IAM holds it to the scene; its administrator may do all a lake has.
 */

import { GlueClient } from '@aws-sdk/client-glue';
import { CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import { S3Client } from '@aws-sdk/client-s3';
import {
  type CrawlerNeeds,
  crawlerPermissions,
  type Lake,
  readerPermissions,
  registrationPermissions,
} from '../../constructs/lake-permissions.ts';
import type { Permission } from '../../constructs/member-permissions.ts';
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
import { clientConfig, makeRole, root, type Stage } from './world.ts';

const GLUE_READS = [
  'glue:GetDatabase',
  'glue:GetDatabases',
  'glue:GetTable',
  'glue:GetTables',
  'glue:GetPartition',
  'glue:GetPartitions',
];

export async function makePeople(stage: Stage): Promise<void> {
  await makeUser(stage, LAKE_ADMIN, [
    allow(['glue:*', 'lakeformation:*'], '*'),
    allow(['iam:PassRole'], readerArn(REGISTRATION)),
    // To import a table by hand.
    allow(['s3:PutObject'], `arn:aws:s3:::${LAKE_BUCKET}/*`),
    // What AWSLakeFormationCrossAccountManager gives.
    allow(['ram:CreateResourceShare', 'ram:AssociateResourceShare'], '*'),
  ]);
  await makeUser(stage, LAKE_USER, [...said(readerPermissions(LAKE)), allow(LENT, '*')]);
  await makeRole(stage, LAKE_CRAWLER_ROLE, said(crawlerPermissions(LAKE, NEEDS)));
  await makeRole(stage, REGISTRATION, said(registrationPermissions(LAKE)), 'lakeformation.amazonaws.com');
  // A job that reads through Lake Formation needs no rights on the bucket at all.
  await makeRole(stage, SALES_JOB, [
    allow(GLUE_READS, ...catalogOf(SALES_LAKE), ...catalogOf(ANALYTICS)),
    allow(['lakeformation:GetDataAccess', ...LENT], '*'),
  ]);
}

const LAKE: Lake = {
  partition: 'aws',
  account: SALES_LAKE,
  region: REGION,
  bucket: `arn:aws:s3:::${LAKE_BUCKET}`,
  results: `arn:aws:s3:::${LAKE_BUCKET}-athena-results`,
  key: null,
  databases: [LAKE_DATABASE],
  workgroup: 'sales-lake',
};
const NEEDS: CrawlerNeeds = {
  files: 'role',
  connections: ['kthr01-mysql'],
  secrets: [],
  workflows: ['kthr01'],
  role: readerArn(LAKE_CRAWLER_ROLE),
};

function said(permissions: readonly Permission[]): readonly object[] {
  return permissions.map(({ statement }) => statement);
}

/** Engines ask for credentials by themselves; the scenes ask as they do, and the lake wants the action to be allowed. */
const LENT = ['lakeformation:GetTemporaryGlueTableCredentials'];

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
  const config = clientConfig(stage, credentials);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  return { glue: new GlueClient(config), lakeFormation: new LakeFormationClient(config), s3 };
}

async function makeUser(stage: Stage, user: Reader, Statement: readonly object[]): Promise<void> {
  const iam = new IAMClient(root(stage, user.account));
  await iam.send(new CreateUserCommand({ UserName: user.role, Path: user.path }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutUserPolicyCommand({ UserName: user.role, PolicyName: 'default', PolicyDocument }));
}
