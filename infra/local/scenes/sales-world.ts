/** The data lake of the article on blueprints as its people leave it, up to the tags. Made through AWS's own APIs. */

import { CreateDatabaseCommand } from '@aws-sdk/client-glue';
import {
  type DataLakeSettings,
  GetDataLakeSettingsCommand,
  LakeFormationClient,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ANALYTICS, REGION, readerArn, SALES_LAKE } from './places.ts';
import { clientsAs, makePeople } from './sales-people.ts';
import {
  bytesOf,
  LAKE_ADMIN,
  LAKE_BUCKET,
  LAKE_DATABASE,
  LAKE_TABLES,
  objectKey,
  REGISTRATION,
} from './sales-places.ts';
import { makeWorkflow } from './workflow.ts';
import { root, type Stage } from './world.ts';

/** Beside `makeWorld`, in accounts that are there. Nothing is tagged, and nobody is granted anything. */
export async function makeSalesLake(stage: Stage): Promise<void> {
  await makeBucket(stage);
  await makePeople(stage);
  await changeSettings(stage, SALES_LAKE, {
    DataLakeAdmins: [{ DataLakePrincipalIdentifier: readerArn(LAKE_ADMIN) }],
    CreateDatabaseDefaultPermissions: [],
    CreateTableDefaultPermissions: [],
    Parameters: { CROSS_ACCOUNT_VERSION: '4' },
  });
  // Both the owner's and the reader's account must let engines have whole tables.
  for (const account of [SALES_LAKE, ANALYTICS])
    await changeSettings(stage, account, { AllowFullTableExternalDataAccess: true });
  await makeCatalog(stage);
  await makeWorkflow(stage);
}

async function makeBucket(stage: Stage): Promise<void> {
  const s3 = new S3Client({ ...root(stage, SALES_LAKE), forcePathStyle: true });
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await s3.send(new CreateBucketCommand({ Bucket: LAKE_BUCKET, CreateBucketConfiguration }));
  // Of an earlier import: jobs write them anew, as their role.
  await Promise.all(
    LAKE_TABLES.map((table) =>
      s3.send(new PutObjectCommand({ Bucket: LAKE_BUCKET, Key: objectKey(table), Body: bytesOf(table) })),
    ),
  );
}

/** As a person changes them in the console: what is not changed stays. */
export async function changeSettings(stage: Stage, account: string, change: DataLakeSettings): Promise<void> {
  const lakeFormation = new LakeFormationClient(root(stage, account));
  const { DataLakeSettings = {} } = await lakeFormation.send(new GetDataLakeSettingsCommand({}));
  await lakeFormation.send(new PutDataLakeSettingsCommand({ DataLakeSettings: { ...DataLakeSettings, ...change } }));
}

/** The place registered, nobody but administrators may make databases, and the workflow's database is there. */
async function makeCatalog(stage: Stage): Promise<void> {
  const { glue, lakeFormation } = await clientsAs(stage, LAKE_ADMIN);
  const place = { ResourceArn: `arn:aws:s3:::${LAKE_BUCKET}`, RoleArn: readerArn(REGISTRATION) };
  await lakeFormation.send(new RegisterResourceCommand(place));
  await lakeFormation.send(
    new RevokePermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' },
      Resource: { Catalog: {} },
      Permissions: ['CREATE_DATABASE'],
    }),
  );
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: LAKE_DATABASE } }));
}
