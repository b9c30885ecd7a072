/** Reading as a job does: the table through its link, its partitions, the bytes of one of their objects. */

import { GetPartitionsCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BUCKET, FINANCE, objectKey, type Reader, readerArn, type SceneTable } from './places.ts';
import { bytesOf, clientConfig, type Stage } from './world.ts';

/** What one attempt gave: `read`, or AWS's error name. */
export interface Reading {
  /** GetTable and GetPartitions through the link. */
  readonly link: string;
  /** The same on the target, by its owner's catalog id. */
  readonly target: string;
  /** The object's bytes. */
  readonly bytes: string;
}

export const READ: Reading = { link: 'read', target: 'read', bytes: 'read' };
export const UNREAD: Reading = { link: 'not tried', target: 'not tried', bytes: 'not tried' };

/** As the role itself: on AWS only Glue may assume it, so this is a thing only the local cloud can do. */
export async function readAs(stage: Stage, reader: Reader, table: SceneTable): Promise<Reading> {
  const { link, target, bytes } = await openEyes(stage, reader, table);
  return { link: await attempt(link), target: await attempt(target), bytes: await attempt(bytes) };
}

/** A look that is cheap to repeat: ends at the first refusal, and keeps its clients and session. */
export async function watchAs(stage: Stage, reader: Reader, table: SceneTable): Promise<() => Promise<boolean>> {
  const { link, target, bytes } = await openEyes(stage, reader, table);
  return async () => {
    for (const look of [link, target, bytes]) if ((await attempt(look)) !== 'read') return false;
    return true;
  };
}

type Look = () => Promise<string>;

async function openEyes(
  stage: Stage,
  reader: Reader,
  table: SceneTable,
): Promise<Readonly<Record<keyof Reading, Look>>> {
  const { session: tags = {} } = reader;
  const credentials = await stage.control.credentials(readerArn(reader), { sessionName: 'GlueJobRunnerSession', tags });
  const config = clientConfig(stage, credentials);
  const glue = new GlueClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  return {
    link: () => readTable(glue, { DatabaseName: table.link }, table),
    target: () => readTable(glue, { DatabaseName: table.database, CatalogId: FINANCE }, table),
    bytes: () => readBytes(s3, table),
  };
}

/** `read` when all three gave what is there; else what refused, by AWS's words. */
export function readingText(reading: Reading): string {
  if (isRead(reading)) return 'read';
  const parts = Object.entries(reading).map(([part, outcome]) => `${part}: ${outcome === 'read' ? 'read' : 'refused'}`);
  return new Set(Object.values(reading)).has('read') ? parts.join(', ') : 'refused';
}

export function isRead(reading: Reading): boolean {
  return Object.values(reading).every((outcome) => outcome === 'read');
}

export function isRefused(reading: Reading): boolean {
  return Object.values(reading).every((outcome) => outcome !== 'read');
}

async function readTable(
  glue: GlueClient,
  where: { DatabaseName: string; CatalogId?: string },
  table: SceneTable,
): Promise<string> {
  const found = await glue.send(new GetTableCommand({ ...where, Name: table.table }));
  const columns = found.Table?.StorageDescriptor?.Columns?.length ?? 0;
  if (columns === 0) return 'no schema';
  const partitions = await glue.send(new GetPartitionsCommand({ ...where, TableName: table.table }));
  return (partitions.Partitions?.length ?? 0) > 0 || table.product !== 'cur' ? 'read' : 'no partitions';
}

async function readBytes(s3: S3Client, table: SceneTable): Promise<string> {
  const object = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: objectKey(table, '5') }));
  const text = await object.Body?.transformToString();
  return text === bytesOf(table, '5') ? 'read' : 'other bytes';
}

/** What it gave, or AWS's error name. */
export async function attempt(read: Look): Promise<string> {
  try {
    return await read();
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
