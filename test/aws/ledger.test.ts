import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDynamoLedger } from '#aws/ledger.ts';
import { createMemoryLedger } from '#core/memory-ledger.ts';
import { type AwsStub, awsError, inTurn, startAwsStub } from '../support/aws-stub.ts';
import { ledgerContract } from './ledger.contract.ts';

describe('the ledger in memory', () => {
  ledgerContract(async () => createMemoryLedger());
});

describe('the ledger in DynamoDB, where only DynamoDB’s answers matter', () => {
  let stub: AwsStub;
  beforeAll(async () => {
    stub = await startAwsStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
  });
  const ledger = () => createDynamoLedger(stub.access().own('ap-northeast-1').dynamodb, 'ledger');
  const walked = { account: '1', region: 'r', parts: {}, disproved: [], at: 1 };
  const left = {
    body: { UnprocessedItems: { ledger: [{ PutRequest: { Item: { pk: { S: 'p' }, sk: { S: 's' } } } }] } },
  };

  test('items left unprocessed are sent again', async () => {
    stub.respond = inTurn(left, left, {});
    await ledger().putWalked(walked);
    expect(stub.count('BatchWriteItem')).toBe(3);
    expect(stub.requests.at(-1)?.body.RequestItems.ledger).toHaveLength(1);
  });

  test('items that stay unprocessed are an error, not a silent loss', async () => {
    stub.respond = () => left;
    await expect(ledger().putWalked(walked)).rejects.toMatchObject({ code: 'Transient' });
  });

  test('every read is consistent, over empty pages to the last', async () => {
    stub.respond = inTurn(
      { body: { Items: [], LastEvaluatedKey: { pk: { S: 'p' }, sk: { S: 's' } } } },
      { body: { Items: [] } },
    );
    await ledger().entries('1', 'r');
    await ledger().walked('1', 'r');
    expect(stub.requests.map((request) => request.body.ConsistentRead)).toEqual([true, true, true]);
    expect(stub.requests[1]?.body.ExclusiveStartKey).toEqual({ pk: { S: 'p' }, sk: { S: 's' } });
  });

  test('an item of another shape is an error naming what is wrong with it', async () => {
    stub.respond = () => ({ body: { Item: { pk: { S: 'p' }, sk: { S: '-' }, body: { S: '{"account":1}' } } } });
    await expect(ledger().walked('1', 'r')).rejects.toThrow(/not of the shape this version reads: account/);
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
