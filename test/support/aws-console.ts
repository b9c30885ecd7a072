/** People who do things by hand in the demo's accounts, beside us and against us. */

import { CreateDatabaseCommand, DeleteTableCommand, GlueClient, PutResourcePolicyCommand } from '@aws-sdk/client-glue';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import {
  GrantPermissionsCommand,
  LakeFormationClient,
  type Permission,
  type Resource,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import { CreateResourceShareCommand, EnableSharingWithAwsOrganizationCommand, RAMClient } from '@aws-sdk/client-ram';
import { GetBucketPolicyCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { BUCKET, FINANCE, MANAGEMENT, REGION } from '../../infra/local/scenes/places.ts';
import { clientConfig, type Stage } from '../../infra/local/scenes/world.ts';

export function root(stage: Stage, account: string, region = REGION) {
  const config = clientConfig(stage, { accessKeyId: account, secretAccessKey: 'local' }, region);
  return {
    glue: new GlueClient(config),
    iam: new IAMClient(config),
    kms: new KMSClient(config),
    lakeFormation: new LakeFormationClient(config),
    ram: new RAMClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
  };
}

/** The producer's own administrator of the lake, who may also share. */
export async function admin(stage: Stage) {
  const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [everything] });
  await root(stage, FINANCE).iam.send(
    new PutRolePolicyCommand({ RoleName: 'lake-admin', PolicyName: 'everything', PolicyDocument }),
  );
  const credentials = await stage.control.credentials(`arn:aws:iam::${FINANCE}:role/lake-admin`);
  const config = clientConfig(stage, credentials);
  return { glue: new GlueClient(config), lakeFormation: new LakeFormationClient(config) };
}

interface HandGrant {
  readonly to: string;
  readonly on: Resource;
  readonly permissions: readonly Permission[];
  readonly grantable?: readonly Permission[];
}

export async function grantByHand(stage: Stage, { to, on, permissions, grantable = [] }: HandGrant): Promise<void> {
  const { lakeFormation } = await admin(stage);
  await lakeFormation.send(
    new GrantPermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: to },
      Resource: on,
      Permissions: [...permissions],
      PermissionsWithGrantOption: [...grantable],
    }),
  );
}

export async function revokeByHand(stage: Stage, { to, on, permissions, grantable = [] }: HandGrant): Promise<void> {
  const { lakeFormation } = await admin(stage);
  await lakeFormation.send(
    new RevokePermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: to },
      Resource: on,
      Permissions: [...permissions],
      PermissionsWithGrantOption: [...grantable],
    }),
  );
}

/** A share that somebody made in the console. */
export async function shareByHand(
  stage: Stage,
  { from, to, resources }: { from: string; to: string; resources: readonly string[] },
): Promise<string> {
  const { ram } = root(stage, from);
  const made = await ram.send(
    new CreateResourceShareCommand({ name: 'by-hand', resourceArns: [...resources], principals: [to] }),
  );
  return made.resourceShare?.resourceShareArn ?? '';
}

/** As the organization's management account, once. */
export async function shareInOrganization(stage: Stage): Promise<void> {
  await root(stage, MANAGEMENT).ram.send(new EnableSharingWithAwsOrganizationCommand({}));
}

export function glueArn(account: string, rest: string, region = REGION): string {
  return `arn:aws:glue:${region}:${account}:${rest}`;
}

export async function makeDatabase(stage: Stage, account: string, name: string, target?: string): Promise<void> {
  const TargetDatabase = target === undefined ? undefined : { CatalogId: account, DatabaseName: target };
  const DatabaseInput = { Name: name, TargetDatabase, CreateTableDefaultPermissions: [] };
  await root(stage, account).glue.send(new CreateDatabaseCommand({ DatabaseInput }));
}

export async function dropTable(stage: Stage, database: string, table: string): Promise<void> {
  const { glue } = await admin(stage);
  await glue.send(new DeleteTableCommand({ DatabaseName: database, Name: table }));
}

export async function putCatalogPolicy(stage: Stage, statements: readonly object[]): Promise<void> {
  const PolicyInJson = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await root(stage, FINANCE).glue.send(new PutResourcePolicyCommand({ PolicyInJson, EnableHybrid: 'TRUE' }));
}

export async function bucketStatements(stage: Stage): Promise<readonly Record<string, unknown>[]> {
  const { s3 } = root(stage, FINANCE);
  const { Policy = '{}' } = await s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
  return (JSON.parse(Policy) as { Statement: Record<string, unknown>[] }).Statement;
}

export async function putBucketStatements(stage: Stage, statements: readonly object[]): Promise<void> {
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await root(stage, FINANCE).s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
}
