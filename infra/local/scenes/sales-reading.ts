/** Reading as Athena does for a user, and an engine that reads through Lake Formation for a job. */

import { GetPartitionsCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { GetTemporaryGlueTableCredentialsCommand, LakeFormationClient } from '@aws-sdk/client-lakeformation';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { REGION, type Reader, readerArn, SALES_LAKE } from './places.ts';
import { attempt } from './reading.ts';
import { bytesOf, LAKE_BUCKET, type LakeTable, objectKey } from './sales-places.ts';
import { clientConfig, type Stage } from './world.ts';

/** What one attempt gave: `read`, or AWS's error name. */
export interface LakeReading {
  /** GetTable and GetPartitions, by the owner's catalog id. */
  readonly table: string;
  /** GetTemporaryGlueTableCredentials, and with them an object. */
  readonly data: string;
  /** The same object with the reader's own rights. */
  readonly bucket: string;
}

export async function readLakeTable(stage: Stage, reader: Reader, table: LakeTable): Promise<LakeReading> {
  const credentials = await stage.control.credentials(readerArn(reader));
  const config = clientConfig(stage, credentials);
  return {
    table: await attempt(() => readSchema(new GlueClient(config), table)),
    data: await attempt(async () => {
      const lent = await borrow(new LakeFormationClient(config), table);
      return readObject(new S3Client({ ...config, credentials: lent, forcePathStyle: true }), table);
    }),
    bucket: await attempt(() => readObject(new S3Client({ ...config, forcePathStyle: true }), table)),
  };
}

/** Through Lake Formation, and by no other way. */
export function isLent({ table, data, bucket }: LakeReading): boolean {
  return table === 'read' && data === 'read' && bucket === 'AccessDenied';
}

export function isShut(reading: LakeReading): boolean {
  return Object.values(reading).every((outcome) => outcome !== 'read');
}

/** For one cell of the access matrix. */
export function lakeReadingText(reading: LakeReading): string {
  if (isLent(reading)) return 'read';
  return isShut(reading) ? 'refused' : JSON.stringify(reading);
}

/** GetTable and GetPartitions as jobs write them that name the link in their own catalog. */
export async function readThroughLink(stage: Stage, reader: Reader, table: LakeTable): Promise<string> {
  const credentials = await stage.control.credentials(readerArn(reader));
  const glue = new GlueClient(clientConfig(stage, credentials));
  return await attempt(() => readSchema(glue, table, reader.account));
}

async function readSchema(
  glue: GlueClient,
  { database, table, columns }: LakeTable,
  CatalogId = SALES_LAKE,
): Promise<string> {
  const where = { CatalogId, DatabaseName: database };
  const { Table } = await glue.send(new GetTableCommand({ ...where, Name: table }));
  await glue.send(new GetPartitionsCommand({ ...where, TableName: table }));
  const seen = Table?.StorageDescriptor?.Columns?.map(({ Name }) => Name) ?? [];
  return seen.join() === columns.join() ? 'read' : `columns ${seen.join()}`;
}

async function borrow(lakeFormation: LakeFormationClient, { database, table }: LakeTable) {
  const lent = await lakeFormation.send(
    new GetTemporaryGlueTableCredentialsCommand({
      TableArn: `arn:aws:glue:${REGION}:${SALES_LAKE}:table/${database}/${table}`,
      Permissions: ['SELECT'],
    }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = lent;
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

async function readObject(s3: S3Client, table: LakeTable): Promise<string> {
  const object = await s3.send(new GetObjectCommand({ Bucket: LAKE_BUCKET, Key: objectKey(table) }));
  return (await object.Body?.transformToString()) === bytesOf(table) ? 'read' : 'other bytes';
}
