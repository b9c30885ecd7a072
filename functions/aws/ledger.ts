/**
 * The ledger in DynamoDB. One table, key `pk` + `sk`:
 *
 *   entries#ACCOUNT             PART#REGION#[DATABASE#]ID   one of our writes that stands, under the part that reads it
 *   standing                    PART#ACCOUNT#REGION#…       where entries stand: `stamp` is new with every write there
 *   ended#ACCOUNT               the same                    one that has ended: nothing reads it but people
 *   findings#SCOPE              SHA-256 of its key          one finding of that scope
 *   past#SCOPE                  the same                    one that has recovered, and all is said of it
 *   consumer#ACCOUNT#REGION     -                           what that account's last finished run saw
 *   confirmed#HASH              -                           a person has confirmed the withdrawals of this hash
 *   passing#SCOPE               -                           of what was confirmed, what is still to be withdrawn there
 *   finished#SCOPE              -                           the last run that went through to its end
 *   halt                        -                           somebody has halted the hub
 *   lease#KEY                   -                           `holder` and `until` are attributes, for the condition
 *   turns#ACCOUNT#REGION        -                           which runs are at work there
 *
 * `body` holds the item as JSON, compressed where it is long, and is checked against its schema when read. What a run
 * needs is one query and never a scan; every read is consistent, because a run acts on what the run before it wrote.
 * What has ended lies apart, so that no run pays for history, and carries `ttl` (seconds since the epoch).
 */

import { isDeepStrictEqual } from 'node:util';
import {
  type AttributeValue,
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { LakeError } from '#contracts/errors.ts';
import { sha256 } from '#contracts/hash.ts';
import {
  ConsumerRecordSchema,
  type Entry,
  type EntryIdentity,
  type EntryQuery,
  EntrySchema,
  type FindingRecord,
  FindingRecordSchema,
  type Lease,
  type Ledger,
} from '#contracts/ledger.ts';
import type { StandingPlace } from '#contracts/ledger-places.ts';
import { chunks } from '#core/collections.ts';
import { isPast, reportedRecord } from '#core/finding-records.ts';
import { asStored, entryId, mayStand } from '#core/ownership.ts';
import { asked } from './errors.ts';
import { confirmations, finishing, halting } from './ledger-hub.ts';
import {
  afterDays,
  bodyOf,
  conditionally,
  get,
  getItem,
  type Item,
  itemOf,
  parsed,
  query,
  type Table,
  view,
  type Write,
  write,
} from './ledger-table.ts';
import { turns } from './ledger-turns.ts';
import { required } from './paging.ts';
import { forgetStanding, readStanding, standingItems } from './standing.ts';

/** Where lines of entries that have ended go. */
export type Archive = (ended: readonly Entry[]) => Promise<void>;

/** Of whoever reads entries and ends none: a person's command, what tells. */
export const endsNothing: Archive = async () => {
  throw new LakeError('Unexpected', { message: 'an entry of the ledger was ended by what may end none' });
};

/** Days that ended entries and recovered findings stay in the table. */
const KEEP_DAYS = 90;

/** DynamoDB's limit for one BatchGetItem. */
const GETS = 100;

/** The ledger on a table. Every method may throw LakeError; an item whose body fits no schema is `Unexpected`. */
export function createDynamoLedger(client: DynamoDBClient, tableName: string, archive: Archive): Ledger {
  const table = { client, name: tableName };
  return {
    entries: async (asked) => {
      const bodies = await query(table, `entries#${asked.account}`, prefixOf(asked));
      return bodies.map((body) => parsed(EntrySchema, body));
    },
    documents: (identities) => documents(table, identities),
    allEntries: async (account) => {
      const bodies = await query(table, `entries#${account}`);
      return bodies.map((body) => parsed(EntrySchema, body));
    },
    put: async (entries) => {
      const ended = entries.filter(({ state }) => state === 'withdrawn');
      // First: an entry that has left the table and is in no bucket would never have been.
      if (ended.length > 0) await archive(ended);
      await write(table, entries.flatMap(entryItems));
      // After them: whoever forgets a place between the two finds them, or another stamp.
      await write(table, standingItems(entries));
    },
    replace: (entry, was) => replace(table, archive, { entry, was }),
    standing: () => readStanding(table),
    forgetStanding: (place) => forgetStanding(table, place, () => standsIn(table, place)),
    findings: async (scope) => {
      const bodies = await query(table, `findings#${scope}`);
      return bodies.map((body) => parsed(FindingRecordSchema, body));
    },
    putFindings: async (records) =>
      write(
        table,
        records.map((record) => ({ put: findingItem(record) })),
      ),
    markReported: (record, at) => markReported(table, record, at),
    consumer: async (account, region) => {
      const body = await get(table, `consumer#${account}#${region}`);
      return body === null ? null : parsed(ConsumerRecordSchema, body);
    },
    putConsumer: async (record) =>
      write(table, [{ put: itemOf(`consumer#${record.account}#${record.region}`, '-', record) }]),
    ...confirmations(table),
    ...halting(table),
    ...finishing(table),
    take: (lease, now) => take(table, lease, now),
    release: (key, holder) => release(table, key, holder),
    ...turns(table),
  };
}

/** Whether an entry of a scope stands. */
async function standsIn(table: Table, { part, account, region, database }: StandingPlace): Promise<boolean> {
  const prefix = part === 'database' ? `database#${region}#${nameOf(database)}#` : `${part}#${region}#`;
  const bodies = await query(table, `entries#${account}`, prefix);
  return bodies.some((body) => mayStand(parsed(EntrySchema, body)));
}

/** Names may be longer than a sort key, and hold anything. */
function nameOf(database: string | null): string {
  return findingSortKey(database ?? '').slice(0, 16);
}

function prefixOf(asked: EntryQuery): string {
  switch (asked.part) {
    case 'account':
      return 'account#';
    case 'catalog':
    case 'document':
      return `${asked.part}#${asked.region}#`;
    case 'database':
      return `database#${asked.region}#${nameOf(asked.database)}#`;
  }
}

function sortKeyOf({ part, region, database, id }: Pick<Entry, 'part' | 'region' | 'database' | 'id'>): string {
  return part === 'database' ? `database#${region}#${nameOf(database)}#${id}` : `${part}#${region}#${id}`;
}

/** Read and written only if nobody wrote in between. */
async function replace(
  table: Table,
  archive: Archive,
  { entry, was }: { readonly entry: Entry; readonly was: Entry | null },
): Promise<boolean> {
  const key = { pk: { S: `entries#${entry.account}` }, sk: { S: sortKeyOf(entry) } };
  const item = await getItem(table, key.pk.S, key.sk.S);
  const now = item === null ? null : parsed(EntrySchema, bodyOf(item));
  if (!isDeepStrictEqual(asStored(now), asStored(was))) return false;
  if (entry.state === 'withdrawn') await archive([entry]);
  const [put, ...rest] = entryItems(entry);
  const unchanged = {
    TableName: table.name,
    ...(item === null
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'body = :body',
          ExpressionAttributeValues: { ':body': required(item['body'], 'the body of a ledger item') },
        }),
  };
  if (put === undefined || !('put' in put)) return false;
  if (rest.length > 0) await write(table, [put]);
  const done = await conditionally(view(table, 'write to'), () =>
    rest.length > 0
      ? table.client.send(new DeleteItemCommand({ ...unchanged, Key: key }))
      : table.client.send(new PutItemCommand({ ...unchanged, Item: put.put })),
  );
  if (done) await write(table, standingItems([entry]));
  return done;
}

/** What has ended goes aside, and its place becomes free. */
function entryItems(entry: Entry): readonly Write[] {
  const [pk, sk] = [`entries#${entry.account}`, sortKeyOf(entry)];
  if (entry.state !== 'withdrawn') return [{ put: itemOf(pk, sk, entry) }];
  return [
    { put: itemOf(`ended#${entry.account}`, sk, entry, afterDays(entry.at, KEEP_DAYS)) },
    { remove: { pk: { S: pk }, sk: { S: sk } } },
  ];
}

function findingItem(record: FindingRecord): Item {
  const { state, scope, key, recoveredAt } = record;
  const expires = recoveredAt === null || state === 'open' ? undefined : afterDays(recoveredAt, KEEP_DAYS);
  return itemOf(`${isPast(record) ? 'past' : 'findings'}#${scope}`, findingSortKey(key), record, expires);
}

/** A finding's key is words of any length; a sort key may have 1,024 bytes. */
function findingSortKey(key: string): string {
  return sha256(key);
}

/** Each by its key: what runs of several scopes write is found without reading what else any of them wrote. */
async function documents(table: Table, identities: readonly EntryIdentity[]): Promise<readonly Entry[]> {
  const keys = identities.map((identity) => ({
    pk: { S: `entries#${identity.account}` },
    sk: { S: `document#${identity.region}#${entryId(identity)}` },
  }));
  const entries: Entry[] = [];
  for (const batch of chunks(keys, GETS)) {
    let left: Record<string, AttributeValue>[] = batch;
    while (left.length > 0) {
      const answer = await asked(view(table, 'read'), () =>
        table.client.send(
          new BatchGetItemCommand({ RequestItems: { [table.name]: { Keys: left, ConsistentRead: true } } }),
        ),
      );
      const items = answer.Responses?.[table.name] ?? [];
      entries.push(...items.map((item) => parsed(EntrySchema, bodyOf(item))));
      left = answer.UnprocessedKeys?.[table.name]?.Keys ?? [];
      if (items.length === 0 && left.length > 0) {
        throw new LakeError('Transient', {
          message: `${left.length} items were left unread by the ledger ${table.name}`,
        });
      }
    }
  }
  return entries;
}

/** Read and written only if nobody wrote in between: another run may be closing this very finding. */
async function markReported(table: Table, record: FindingRecord, at: number): Promise<void> {
  const [pk, sk] = [`findings#${record.scope}`, findingSortKey(record.key)];
  const item = await getItem(table, pk, sk);
  const now = item === null ? null : parsed(FindingRecordSchema, bodyOf(item));
  const reported = reportedRecord(now, record, at);
  if (item === null || reported === null) return;
  const unchanged = {
    TableName: table.name,
    ConditionExpression: 'body = :body',
    ExpressionAttributeValues: { ':body': required(item['body'], 'the body of a ledger item') },
  };
  if (!isPast(reported)) {
    const put = new PutItemCommand({ ...unchanged, Item: findingItem(reported) });
    await conditionally(view(table, 'mark a finding in'), () => table.client.send(put));
    return;
  }
  // Cut in between, it is told once more, and put aside then.
  await write(table, [{ put: findingItem(reported) }]);
  const remove = new DeleteItemCommand({ ...unchanged, Key: { pk: { S: pk }, sk: { S: sk } } });
  await conditionally(view(table, 'mark a finding in'), () => table.client.send(remove));
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
          ttl: { N: String(afterDays(lease.until, 1)) },
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
