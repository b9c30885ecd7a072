import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { archiveTo } from '#aws/audit.ts';
import { type Entry, EntrySchema } from '#contracts/ledger.ts';
import { type AwsStub, startAwsStub, xmlError } from '../support/aws-stub.ts';
import { ANALYTICS, documentEntry, entry, FINANCE, REGION } from './ledger-builders.ts';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
  stub.respond = () => ({});
});
const archive = (entries: readonly Entry[]) => archiveTo(stub.access().own(REGION).s3, 'audit')(entries);
const ended = (id: string, at = '2026-11-22T23:59:59Z', account = FINANCE) =>
  entry(id, { account, state: 'withdrawn', at: Date.parse(at) });
const paths = () => stub.requests.map(({ operation }) => operation);
/** The stub reads JSON where it can: one line alone is a document of its own. */
const linesOf = (body: unknown) =>
  typeof body === 'string'
    ? body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [body];

test('one object per account, under the day of the last write in it, one entry a line', async () => {
  const entries = [ended('a', '2026-11-21T00:00:00Z'), ended('b'), ended('c', '2026-01-02T00:00:00Z', ANALYTICS)];
  await archive(entries);
  expect(paths()).toEqual([
    expect.stringMatching(`^PUT /audit/entries/${FINANCE}/2026/11/22/[0-9a-f]{32}\\.jsonl$`),
    expect.stringMatching(`^PUT /audit/entries/${ANALYTICS}/2026/01/02/[0-9a-f]{32}\\.jsonl$`),
  ]);
  expect(stub.requests[0]?.headers['content-type']).toBe('application/x-ndjson');
  expect(stub.requests.map(({ body }) => linesOf(body))).toEqual([entries.slice(0, 2), entries.slice(2)]);
});

test('a line is a whole entry, line breaks in documents included', async () => {
  const document = documentEntry('lake', { state: 'withdrawn', inverse: '{\n  "Version": "2012-10-17"\n}' });
  await archive([document, ended('a')]);
  const lines = linesOf(stub.requests[0]?.body);
  expect(lines.map((line) => z.parse(EntrySchema, line))).toEqual([document, ended('a')]);
});

test('the same lines again are the same object, others another', async () => {
  await archive([ended('a'), ended('b')]);
  await archive([ended('a'), ended('b')]);
  await archive([ended('a')]);
  const [first, again, other] = paths();
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test('nothing that has ended is no call', async () => {
  await archive([]);
  expect(stub.requests).toEqual([]);
});

test('what the bucket refuses is an error: nothing has been kept', async () => {
  stub.respond = () => xmlError('AccessDenied', 'no', 403);
  await expect(archive([ended('a')])).rejects.toMatchObject({
    code: 'AccessDenied',
    message: expect.stringContaining('bucket audit'),
  });
});
