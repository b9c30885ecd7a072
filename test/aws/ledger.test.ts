import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDynamoLedger } from '#aws/ledger.ts';
import { LakeError } from '#contracts/errors.ts';
import type { Entry, EntryQuery } from '#contracts/ledger.ts';
import { createMemoryLedger } from '#core/memory-ledger.ts';
import { type AwsStub, awsError, inTurn, type StubRequest, startAwsStub } from '../support/aws-stub.ts';
import { ledgerContract } from './ledger.contract.ts';
import {
  ANALYTICS,
  CUR_ORG,
  consumerRecord,
  documentEntry,
  documentIdentity,
  entry,
  FINANCE,
  REGION,
  record,
} from './ledger-builders.ts';

describe('the ledger in memory', () => {
  ledgerContract(async () => {
    const ledger = createMemoryLedger();
    return { ledger, ended: async () => ledger.ended };
  });
});

let stub: AwsStub;
/** What was archived, and how many requests DynamoDB had seen by then. */
let archived: { readonly entries: readonly Entry[]; readonly after: number }[];
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
  stub.respond = () => ({});
  archived = [];
});
const ledger = () =>
  createDynamoLedger(stub.access().own(REGION).dynamodb, 'ledger', async (entries) => {
    archived.push({ entries, after: stub.requests.length });
  });

/** Items that were written, in the order in which they went out. */
const written = () =>
  stub.requests
    .filter(({ operation }) => operation === 'BatchWriteItem')
    .flatMap(({ body }) =>
      body.RequestItems.ledger.flatMap((request: { PutRequest?: { Item: object } }) => request.PutRequest?.Item ?? []),
    );
const last = (): StubRequest => {
  const request = stub.requests.at(-1);
  if (request === undefined) throw new Error('nothing was asked');
  return request;
};

describe('the ledger in DynamoDB, where only DynamoDB’s answers matter', () => {
  const left = {
    body: { UnprocessedItems: { ledger: [{ PutRequest: { Item: { pk: { S: 'p' }, sk: { S: 's' } } } }] } },
  };

  test('items left unprocessed are sent again', async () => {
    stub.respond = inTurn(left, left, {});
    await ledger().putConsumer(consumerRecord(0, 0));
    expect(stub.count('BatchWriteItem')).toBe(3);
    expect(stub.requests.at(-1)?.body.RequestItems.ledger).toHaveLength(1);
  });

  test('items that stay unprocessed are an error, not a silent loss', async () => {
    stub.respond = () => left;
    await expect(ledger().putConsumer(consumerRecord(0, 0))).rejects.toMatchObject({ code: 'Transient' });
  });

  test('keys left unread are asked for again; a document is never taken for missing', async () => {
    const keys = [{ pk: { S: 'p' }, sk: { S: 's' } }];
    const body = { S: JSON.stringify(documentEntry('lake')) };
    stub.respond = inTurn(
      { body: { Responses: { ledger: [{ body }] }, UnprocessedKeys: { ledger: { Keys: keys } } } },
      { body: { Responses: { ledger: [] } } },
    );
    expect(await ledger().documents([documentIdentity('lake')])).toEqual([documentEntry('lake')]);
    expect(last().body.RequestItems.ledger.Keys).toEqual(keys);
    stub.respond = () => ({ body: { Responses: {}, UnprocessedKeys: { ledger: { Keys: keys } } } });
    await expect(ledger().documents([documentIdentity('lake')])).rejects.toMatchObject({ code: 'Transient' });
  });

  test('every read is consistent, over empty pages to the last', async () => {
    stub.respond = inTurn(
      { body: { Items: [], LastEvaluatedKey: { pk: { S: 'p' }, sk: { S: 's' } } } },
      { body: { Items: [] } },
    );
    await ledger().entries({ part: 'catalog', account: '1', region: 'r' });
    await ledger().consumer('1', 'r');
    expect(stub.requests.map((request) => request.body.ConsistentRead)).toEqual([true, true, true]);
    expect(stub.requests[1]?.body.ExclusiveStartKey).toEqual({ pk: { S: 'p' }, sk: { S: 's' } });
    stub.respond = () => ({ body: { Responses: {} } });
    await ledger().documents([documentIdentity('lake')]);
    expect(last().body.RequestItems.ledger.ConsistentRead).toBe(true);
  });

  test('an item of another shape is an error naming what is wrong with it', async () => {
    stub.respond = () => ({ body: { Item: { pk: { S: 'p' }, sk: { S: '-' }, body: { S: '{"account":1}' } } } });
    await expect(ledger().consumer('1', 'r')).rejects.toThrow(/not of the shape this version reads: account/);
  });

  test.for([
    ['ConditionalCheckFailedException', false],
    ['ProvisionedThroughputExceededException', 'Transient'],
    ['AccessDeniedException', 'AccessDenied'],
    ['ResourceNotFoundException', 'Missing'],
  ] as const)('a lease answered %s is held by another only if the condition says so', async ([code, expected]) => {
    stub.respond = () => awsError(code);
    const taking = ledger().take({ key: 'k', holder: 'a', until: 2 }, 1);
    if (expected === false) expect(await taking).toBe(false);
    else await expect(taking).rejects.toMatchObject({ code: expected });
  });
});

describe('how items are laid out', () => {
  const elsewhere: readonly EntryQuery[] = [
    { ...CUR_ORG, database: 'cur_org2' },
    { ...CUR_ORG, region: 'us-east-1' },
    { part: 'catalog', account: FINANCE, region: REGION },
    { part: 'catalog', account: FINANCE, region: 'us-east-1' },
    { part: 'account', account: FINANCE },
  ];
  const rangeOf = async (query: EntryQuery): Promise<readonly [string, string]> => {
    stub.respond = () => ({ body: { Items: [] } });
    await ledger().entries(query);
    const { KeyConditionExpression, ExpressionAttributeValues } = last().body;
    expect(KeyConditionExpression).toBe('pk = :pk AND begins_with(sk, :sk)');
    return [ExpressionAttributeValues[':pk'].S, ExpressionAttributeValues[':sk'].S];
  };

  test('what a run asks for begins the keys of its own entries, and of nobody else’s', async () => {
    await ledger().put([entry('mine'), documentEntry('lake'), documentEntry('key')]);
    const [mine, ...documents] = written();
    const [pk, sk] = await rangeOf(CUR_ORG);
    expect(mine.pk.S).toBe(pk);
    expect(mine.sk.S).toBe(`${sk}mine`);
    for (const query of elsewhere) {
      const [otherPk, otherSk] = await rangeOf(query);
      expect(otherPk).toBe(pk);
      for (const item of [mine, ...documents]) expect(item.sk.S.startsWith(otherSk)).toBe(false);
    }
    for (const item of documents) expect(item.sk.S.startsWith(sk)).toBe(false);
  });

  test('a document is read by its key: one call, whatever else is there', async () => {
    await ledger().put([documentEntry('lake')]);
    const [{ pk, sk }] = written();
    stub.respond = () => ({ body: { Responses: { ledger: [] } } });
    stub.requests.length = 0;
    await ledger().documents([documentIdentity('lake')]);
    expect(stub.requests.map(({ operation }) => operation)).toEqual(['BatchGetItem']);
    expect(last().body.RequestItems.ledger.Keys).toEqual([{ pk, sk }]);
  });

  test('what has ended is archived before the table hears of it, and leaves the table after 90 days', async () => {
    const ended = entry('a', { state: 'withdrawn', at: 1_700_000_000_999 });
    await ledger().put([ended, entry('b')]);
    expect(archived).toEqual([{ entries: [ended], after: 0 }]);
    const [first, second] = written();
    expect(first.ttl).toEqual({ N: String(1_700_000_000 + 90 * 24 * 60 * 60) });
    expect(second.ttl).toBeUndefined();
    const [asked] = stub.requests;
    const removed = asked?.body.RequestItems.ledger.flatMap(
      (one: { DeleteRequest?: { Key: object } }) => one.DeleteRequest?.Key ?? [],
    );
    // No run reads it: its place is free, and where it lies no query looks.
    expect(removed).toEqual([{ pk: { S: `entries#${ended.account}` }, sk: first.sk }]);
    expect(first.pk).toEqual({ S: `ended#${ended.account}` });
  });

  test('a place is written after its entries, under a stamp of its own, and forgotten only under that stamp', async () => {
    await ledger().put([entry('a')]);
    await ledger().put([entry('a', { state: 'confirmed' })]);
    const items = written();
    expect(items.map(({ pk }) => pk.S)).toEqual([`entries#${FINANCE}`, 'standing', `entries#${FINANCE}`, 'standing']);
    const [, first, , second] = items;
    expect(first.sk).toEqual(second.sk);
    expect(first.stamp).not.toEqual(second.stamp);
    stub.respond = ({ operation }) =>
      operation === 'DeleteItem' ? awsError('ConditionalCheckFailedException') : { body: { Item: second, Items: [] } };
    await ledger().forgetStanding({ ...CUR_ORG, document: null });
    expect(last()).toMatchObject({
      operation: 'DeleteItem',
      body: { ConditionExpression: 'stamp = :stamp', ExpressionAttributeValues: { ':stamp': second.stamp } },
    });
  });

  test('what can not be archived is not written: it has not ended', async () => {
    const archive = () => Promise.reject(new LakeError('Transient', { message: 'no bucket' }));
    const cut = createDynamoLedger(stub.access().own(REGION).dynamodb, 'ledger', archive);
    await expect(cut.put([entry('a', { state: 'withdrawn' })])).rejects.toMatchObject({ code: 'Transient' });
    expect(stub.requests).toEqual([]);
  });

  test('findings leave the table once they have recovered, open ones never', async () => {
    const recovered = record('k', { state: 'recovered', recoveredAt: 1_700_000_000_000 });
    await ledger().putFindings([recovered, record('open'), record('again', { recoveredAt: 1_700_000_000_000 })]);
    expect(written().map(({ ttl }) => ttl?.N)).toEqual([String(1_700_000_000 + 7_776_000), undefined, undefined]);
  });
});

describe('bodies', () => {
  test('shorter than 4 KB are text that a person reads, longer ones are compressed', async () => {
    await ledger().put([documentEntry('short', { bytes: 3000 }), documentEntry('long', { bytes: 5000 })]);
    const [short, long] = written();
    expect(JSON.parse(short.body.S)).toEqual(documentEntry('short', { bytes: 3000 }));
    expect(long.body.S).toBeUndefined();
    expect(Buffer.from(long.body.B, 'base64').length).toBeLessThan(5000);
    stub.respond = () => ({ body: { Responses: { ledger: [long] } } });
    expect(await ledger().documents([documentIdentity('long')])).toEqual([documentEntry('long', { bytes: 5000 })]);
  });

  test('a consumer that reads 3,000 databases and has 5,000 disproved roles fits what DynamoDB takes', async () => {
    const seen = consumerRecord(3000, 5000);
    await ledger().putConsumer(seen);
    const [item] = written();
    const bytes = Buffer.from(item.body.B, 'base64').length + item.pk.S.length + item.sk.S.length + 'pkskbody'.length;
    expect(bytes).toBeLessThan(400 * 1024);
    stub.respond = () => ({ body: { Item: item } });
    expect(await ledger().consumer(ANALYTICS, REGION)).toEqual(seen);
  });

  test('one that no item holds is refused with the item’s name before anything is sent', async () => {
    await expect(async () => ledger().putConsumer(consumerRecord(30_000, 0))).rejects.toMatchObject({
      code: 'LimitExceeded',
      message: expect.stringContaining(`consumer#${ANALYTICS}#${REGION}`),
    });
    expect(stub.requests).toEqual([]);
  });
});

describe('marking a finding as reported', () => {
  const marking = (body: { readonly S: string } | { readonly B: string }, answer = {}) => {
    stub.respond = ({ operation }) => (operation === 'GetItem' ? { body: { Item: { body } } } : answer);
    return ledger().markReported(record('k'), 5);
  };

  test.for([
    ['text', { S: JSON.stringify(record('k')) }],
    ['compressed', { B: gzipSync(JSON.stringify(record('k'))).toString('base64') }],
  ] as const)('writes only over the very body it has read (%s)', async ([, body]) => {
    await marking(body);
    const { Item, ConditionExpression, ExpressionAttributeValues } = last().body;
    expect(last().operation).toBe('PutItem');
    expect(ConditionExpression).toBe('body = :body');
    expect(ExpressionAttributeValues).toEqual({ ':body': body });
    expect(JSON.parse(Item.body.S)).toEqual({ ...record('k'), reportedAt: 5 });
  });

  test('leaves it alone when another run wrote it meanwhile; other trouble is told', async () => {
    const body = { S: JSON.stringify(record('k')) };
    await expect(marking(body, awsError('ConditionalCheckFailedException'))).resolves.toBeUndefined();
    expect(stub.count('PutItem')).toBe(1);
    await expect(marking(body, awsError('AccessDeniedException'))).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  test('writes nothing of one that is gone', async () => {
    stub.respond = () => ({ body: {} });
    await ledger().markReported(record('k'), 5);
    expect(stub.requests.map(({ operation }) => operation)).toEqual(['GetItem']);
  });
});
