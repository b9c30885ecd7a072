/**
 * The ledger in DynamoDB. One table, key `pk` + `sk`:
 *
 *   entries#ACCOUNT#REGION    entry id             one of our writes; `state` is an attribute of its own
 *   findings#SCOPE            SHA-256 of its key   one finding of that scope
 *   walked#ACCOUNT#REGION     -                    what that account's last finished walk saw
 *   confirmed#HASH            -                    a person has confirmed the withdrawals of this hash
 *   lease#KEY                 -                    `holder` and `until` are attributes, for the condition
 *
 * `body` holds the item as JSON and is checked against its schema when read. A partition is read by one query
 * and never scanned; every read is consistent, because a run acts on what the run before it wrote.
 */

import { createHash } from 'node:crypto';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import {
  ConfirmationSchema,
  EntrySchema,
  type FindingRecord,
  FindingRecordSchema,
  type Lease,
  type Ledger,
  WalkedSchema,
} from '#contracts/ledger.ts';
import { toldRecord } from '#core/report.ts';
import { asked } from './errors.ts';
import { chunks, everyPage, required } from './paging.ts';

type Item = Record<string, AttributeValue>;

interface Table {
  readonly client: DynamoDBClient;
  readonly name: string;
}

/** DynamoDB's limit for one BatchWriteItem. */
const BATCH = 25;
/** Passes over what DynamoDB left unprocessed; each is already repeated by the SDK when throttled whole. */
const PASSES = 5;

export function createDynamoLedger(client: DynamoDBClient, tableName: string): Ledger {
  const table = { client, name: tableName };
  return {
    entries: async (account, region) => {
      const bodies = await query(table, `entries#${account}#${region}`, { hideState: 'withdrawn' });
      return bodies.map((body) => parsed(EntrySchema, body));
    },
    put: (entries) =>
      write(
        table,
        entries.map((entry) => itemOf(`entries#${entry.account}#${entry.region}`, entry.id, entry, entry.state)),
      ),
    findings: async (scope) => {
      const bodies = await query(table, `findings#${scope}`);
      return bodies.map((body) => parsed(FindingRecordSchema, body));
    },
    putFindings: (records) =>
      write(
        table,
        records.map((record) => itemOf(`findings#${record.scope}`, hashOf(record.key), record, record.state)),
      ),
    markTold: (record, at) => markTold(table, record, at),
    walked: async (account, region) => {
      const body = await get(table, `walked#${account}#${region}`);
      return body === null ? null : parsed(WalkedSchema, body);
    },
    putWalked: (walked) => write(table, [itemOf(`walked#${walked.account}#${walked.region}`, '-', walked)]),
    confirmation: async (hash) => {
      const body = await get(table, `confirmed#${hash}`);
      return body === null ? null : parsed(ConfirmationSchema, body);
    },
    confirm: (hash, confirmation) => write(table, [itemOf(`confirmed#${hash}`, '-', confirmation)]),
    take: (lease, now) => take(table, lease, now),
    release: (key, holder) => release(table, key, holder),
  };
}

function itemOf(pk: string, sk: string, body: unknown, state?: string): Item {
  return {
    pk: { S: pk },
    sk: { S: sk },
    body: { S: JSON.stringify(body) },
    ...(state === undefined ? {} : { state: { S: state } }),
  };
}

/** A finding's key is words of any length; a sort key may have 1,024 bytes. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function query(table: Table, pk: string, options: { hideState?: string } = {}): Promise<string[]> {
  const hide = options.hideState;
  const items = await everyItem(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: pk }, ...(hide ? { ':hide': { S: hide } } : {}) },
    ...(hide ? { FilterExpression: '#state <> :hide', ExpressionAttributeNames: { '#state': 'state' } } : {}),
  });
  return items.map(bodyOf);
}

interface Question {
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeValues: Item;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
}

/** Pages end at 1 MB and, being filtered after that, may be empty before the end. */
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

async function get(table: Table, pk: string, sk = '-'): Promise<string | null> {
  const { Item: item } = await asked(view(table, 'read'), () =>
    table.client.send(
      new GetItemCommand({ TableName: table.name, ConsistentRead: true, Key: { pk: { S: pk }, sk: { S: sk } } }),
    ),
  );
  return item ? bodyOf(item) : null;
}

/** The last of several items with one key wins, as it would one after another; DynamoDB refuses them in one call. */
async function write(table: Table, items: readonly Item[]): Promise<void> {
  const byKey = new Map(items.map((item) => [`${item['pk']?.S} ${item['sk']?.S}`, item]));
  for (const batch of chunks([...byKey.values()], BATCH)) {
    await writeBatch(
      table,
      batch.map((item) => ({ PutRequest: { Item: item } })),
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

/** Read and written only if nobody wrote in between: another run may be closing this very finding. */
async function markTold(table: Table, record: FindingRecord, at: number): Promise<void> {
  const [pk, sk] = [`findings#${record.scope}`, hashOf(record.key)];
  const body = await get(table, pk, sk);
  const now = body === null ? null : parsed(FindingRecordSchema, body);
  const told = toldRecord(now, record, at);
  if (body === null || told === null) return;
  await conditionally(view(table, 'mark a finding in'), () =>
    table.client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: itemOf(pk, sk, told, told.state),
        ConditionExpression: 'body = :body',
        ExpressionAttributeValues: { ':body': { S: body } },
      }),
    ),
  );
}

/** Free, run out, or ours already: then it is ours until `until`. */
async function take(table: Table, lease: Lease, now: number): Promise<boolean> {
  return conditionally(view(table, 'take a lease in'), () =>
    table.client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: {
          pk: { S: `lease#${lease.key}` },
          sk: { S: '-' },
          holder: { S: lease.holder },
          until: { N: String(lease.until) },
        },
        ConditionExpression: 'attribute_not_exists(pk) OR #until <= :now OR #holder = :holder',
        ExpressionAttributeNames: { '#until': 'until', '#holder': 'holder' },
        ExpressionAttributeValues: { ':now': { N: String(now) }, ':holder': { S: lease.holder } },
      }),
    ),
  );
}

async function release(table: Table, key: string, holder: string): Promise<void> {
  await conditionally(view(table, 'release a lease in'), () =>
    table.client.send(
      new DeleteItemCommand({
        TableName: table.name,
        Key: { pk: { S: `lease#${key}` }, sk: { S: '-' } },
        ConditionExpression: '#holder = :holder',
        ExpressionAttributeNames: { '#holder': 'holder' },
        ExpressionAttributeValues: { ':holder': { S: holder } },
      }),
    ),
  );
}

/** Whether the condition held. */
async function conditionally(doing: ReturnType<typeof view>, send: () => Promise<unknown>): Promise<boolean> {
  try {
    await asked(doing, send);
    return true;
  } catch (error) {
    if (isLakeError(error, 'DocumentChanged')) return false;
    throw error;
  }
}

function bodyOf(item: Item): string {
  return required(item['body']?.S, 'the body of a ledger item');
}

function parsed<T extends z.ZodMiniType>(schema: T, body: string): z.infer<T> {
  const result = z.safeParse(schema, JSON.parse(body));
  if (result.success) return result.data;
  const paths = result.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new LakeError('Unexpected', { message: `a ledger item is not of the shape this version reads: ${paths}` });
}

function view(table: Table, verb: string) {
  return { account: 'the hub', owner: true, doing: `${verb} the ledger ${table.name}` };
}
