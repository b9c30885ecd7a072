/** Items of the ledger's table: one body each, as JSON, compressed where it is long. */

import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import { chunks } from '#core/collections.ts';
import { asked } from './errors.ts';
import { everyPage, required } from './paging.ts';

export type Item = Record<string, AttributeValue>;

export interface Table {
  readonly client: DynamoDBClient;
  readonly name: string;
}

/** DynamoDB's limit for one BatchWriteItem. */
const BATCH = 25;
/** Passes over what DynamoDB left unprocessed; each is already repeated by the SDK when throttled whole. */
const PASSES = 5;
/** Bytes of a body from which compressing pays. */
const LONG = 4096;
/** Bytes: DynamoDB takes items of 400 KB, keys and other attributes included. */
const MOST = 390 * 1024;

/**
 * `expires`, in seconds since the epoch, is when DynamoDB may delete it.
 *
 * @throws LimitExceeded for a body that no item holds, however it is compressed.
 */
export function itemOf(pk: string, sk: string, body: unknown, expires?: number): Item {
  const text = JSON.stringify(body);
  const bytes = Buffer.byteLength(text);
  const packed: AttributeValue = bytes < LONG ? { S: text } : { B: gzipSync(text, { level: 9 }) };
  if (packed.B !== undefined && packed.B.length > MOST) {
    throw new LakeError('LimitExceeded', {
      message: `${pk} would be ${packed.B.length} bytes in the ledger, compressed; DynamoDB takes ${MOST}`,
      remedy: 'Split what the policy names: fewer databases, roles or values in one account.',
    });
  }
  return {
    pk: { S: pk },
    sk: { S: sk },
    body: packed,
    ...(expires === undefined ? {} : { ttl: { N: String(expires) } }),
  };
}

/** An item's body as JSON text. */
export function bodyOf(item: Item): string {
  const { S, B } = required(item['body'], 'the body of a ledger item');
  return B === undefined ? required(S, 'the body of a ledger item') : gunzipSync(B).toString('utf8');
}

/** How errors of the ledger's table are worded. */
export function view(table: Table, verb: string) {
  return { account: 'the hub', owner: true, doing: `${verb} the ledger ${table.name}` };
}

/** Bodies of a partition, in the order of their sort keys; with `startsWith` those whose keys do. */
export async function query(table: Table, pk: string, startsWith?: string): Promise<string[]> {
  const items = await everyItem(table, {
    KeyConditionExpression: startsWith === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: {
      ':pk': { S: pk },
      ...(startsWith === undefined ? {} : { ':sk': { S: startsWith } }),
    },
  });
  return items.map(bodyOf);
}

interface Question {
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeValues: Item;
}

/** Pages end at 1 MB. */
async function everyItem(table: Table, question: Question): Promise<Item[]> {
  return everyPage(async (token) => {
    const page = await asked(view(table, 'query'), () =>
      table.client.send(
        new QueryCommand({
          TableName: table.name,
          ConsistentRead: true,
          ...question,
          ...(token ? { ExclusiveStartKey: JSON.parse(token) } : {}),
        }),
      ),
    );
    return { items: page.Items, next: page.LastEvaluatedKey && JSON.stringify(page.LastEvaluatedKey) };
  });
}

/** An item's body; null when there is none. */
export async function get(table: Table, pk: string, sk = '-'): Promise<string | null> {
  const item = await getItem(table, pk, sk);
  return item === null ? null : bodyOf(item);
}

/** The whole item, consistently read; null when there is none. */
export async function getItem(table: Table, pk: string, sk: string): Promise<Item | null> {
  const { Item: item } = await asked(view(table, 'read'), () =>
    table.client.send(
      new GetItemCommand({ TableName: table.name, ConsistentRead: true, Key: { pk: { S: pk }, sk: { S: sk } } }),
    ),
  );
  return item ?? null;
}

/** An item put, or one removed by its key. */
export type Write = { readonly put: Item } | { readonly remove: Item };

/** The last of several writes with one key wins, as it would one after another; DynamoDB refuses them in one call. */
export async function write(table: Table, writes: readonly Write[]): Promise<void> {
  const keyOf = ({ pk, sk }: Item) => `${pk?.S} ${sk?.S}`;
  const byKey = new Map(writes.map((one) => [keyOf('put' in one ? one.put : one.remove), one]));
  for (const batch of chunks([...byKey.values()], BATCH)) {
    await writeBatch(
      table,
      batch.map((one) => ('put' in one ? { PutRequest: { Item: one.put } } : { DeleteRequest: { Key: one.remove } })),
    );
  }
}

async function writeBatch(table: Table, requests: WriteRequest[]): Promise<void> {
  let left = requests;
  for (let pass = 0; pass < PASSES && left.length > 0; pass += 1) {
    const answer = await asked(view(table, 'write to'), () =>
      table.client.send(new BatchWriteItemCommand({ RequestItems: { [table.name]: left } })),
    );
    left = answer.UnprocessedItems?.[table.name] ?? [];
  }
  if (left.length === 0) return;
  throw new LakeError('Transient', {
    message: `${left.length} of ${requests.length} items were left unprocessed by the ledger ${table.name}`,
  });
}

/** Whether the condition held. */
export async function conditionally(doing: ReturnType<typeof view>, send: () => Promise<unknown>): Promise<boolean> {
  try {
    await asked(doing, send);
    return true;
  } catch (error) {
    if (isLakeError(error, 'DocumentChanged')) return false;
    throw error;
  }
}

/** An item's body in the shape that this version reads. */
export function parsed<T extends z.ZodMiniType>(schema: T, body: string): z.infer<T> {
  const result = z.safeParse(schema, JSON.parse(body));
  if (result.success) return result.data;
  const paths = result.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new LakeError('Unexpected', { message: `a ledger item is not of the shape this version reads: ${paths}` });
}

const DAY_SECONDS = 86_400;

/** Seconds since the epoch, so many days after `at` in milliseconds. */
export function afterDays(at: number, days: number): number {
  return Math.floor(at / 1000) + days * DAY_SECONDS;
}
