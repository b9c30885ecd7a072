import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { publishAlert, putEvent } from '#aws/alerts.ts';
import { describeStart, startMachine } from '#aws/machines.ts';
import { putPolicy, putSnapshot, readCurrentPolicy, readPolicy, readSnapshot } from '#aws/objects.ts';
import { eventsClient, snsClient } from '#aws/service-clients.ts';
import { createSessions } from '#aws/sessions.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import { type AwsStub, awsError, startAwsStub, xmlError } from '../support/aws-stub.ts';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

const hub = () => stub.access().own('ap-northeast-1');
/** What the reporting function makes its clients of. */
const config = () =>
  createSessions({
    partition: 'aws',
    namespace: 'onramp',
    rolePath: '/onramp/',
    sessionName: 'test',
    baseCredentials: async () => ({ accessKeyId: 'AKIDHUB', secretAccessKey: 'secret' }),
    retryDelayMs: 0,
  }).own('ap-northeast-1');
const MACHINE = 'arn:aws:states:ap-northeast-1:333333333333:stateMachine:publish';

/** Keeps what is put. */
function asBucket(objects: Map<string, string>): void {
  stub.respond = ({ operation, body }) => {
    const [method = '', path = ''] = operation.split(' ');
    if (method === 'PUT') {
      objects.set(path, JSON.stringify(body));
      return {};
    }
    const text = objects.get(path);
    return text === undefined ? xmlError('NoSuchKey', 'gone', 404) : { body: text };
  };
}

test('a policy is found as the current one and by its hash, which is written first', async () => {
  asBucket(new Map());
  const policy = { hash: 'abc', document: { version: 1 } };
  await putPolicy(hub().s3, 'b', policy);
  expect(stub.requests.map((request) => request.operation)).toEqual([
    'PUT /b/policies/abc.json',
    'PUT /b/policies/current.json',
  ]);
  expect(await readCurrentPolicy(hub().s3, 'b')).toEqual(policy);
  expect(await readPolicy(hub().s3, 'b', 'abc')).toEqual(policy);
});

test('a pinned policy that is gone, another one or no JSON is an error', async () => {
  const objects = new Map<string, string>();
  asBucket(objects);
  await expect(readPolicy(hub().s3, 'b', 'abc')).rejects.toMatchObject({ code: 'Missing' });
  objects.set('/b/policies/abc.json', '{"hash":"other","document":{}}');
  await expect(readPolicy(hub().s3, 'b', 'abc')).rejects.toThrow('policies/abc.json holds policy other');
  objects.set('/b/policies/abc.json', 'oops');
  await expect(readPolicy(hub().s3, 'b', 'abc')).rejects.toMatchObject({ code: 'Unexpected' });
});

test('a snapshot is kept per database, names of any script included; before the first there is none', async () => {
  asBucket(new Map());
  const scope = { account: '111111111111', region: 'ap-northeast-1', database: '売上 2026' };
  expect(await readSnapshot(hub().s3, 'b', scope)).toBeNull();
  const snapshot: Snapshot = {
    ...scope,
    policy: 'abc',
    at: '2026-11-22T00:00:00Z',
    products: [],
    denied: [],
    tagged: [],
    reached: [],
  };
  await putSnapshot(hub().s3, 'b', snapshot);
  expect(await readSnapshot(hub().s3, 'b', scope)).toEqual(snapshot);
  expect(await readSnapshot(hub().s3, 'b', { ...scope, database: 'other' })).toBeNull();
});

test('a snapshot that may not be read is an error, never "none yet" (law 6)', async () => {
  stub.respond = () => xmlError('AccessDenied', 'no', 403);
  const scope = { account: '1', region: 'r', database: 'd' };
  await expect(readSnapshot(hub().s3, 'b', scope)).rejects.toMatchObject({ code: 'AccessDenied' });
});

const start = (more: object = {}) => startMachine(hub().sfn, { machineArn: MACHINE, name: 'n', input: '{}', ...more });

test('starting the same name again is started while AWS says so', async () => {
  stub.respond = () => ({ body: { executionArn: 'arn', startDate: 1 } });
  expect(await start()).toBe('started');
  expect(stub.requests[0]?.body).toEqual({ stateMachineArn: MACHINE, name: 'n', input: '{}' });
});

test.for([
  ['RUNNING', true, 'covered'],
  ['RUNNING', false, 'already'],
  ['SUCCEEDED', true, 'already'],
] as const)('an execution of that name, %s and still waiting %s, is %s', async ([status, waits, expected]) => {
  stub.respond = ({ operation }) =>
    operation === 'StartExecution'
      ? awsError('ExecutionAlreadyExists')
      : { body: { executionArn: 'arn', status, input: '{"lookAt":"x"}', startDate: 1_700_000_000 } };
  expect(
    await start({ stillWaits: (execution: { input: string }) => waits && execution.input.includes('lookAt') }),
  ).toBe(expected);
  expect(stub.requests.at(-1)?.body.executionArn).toBe(
    'arn:aws:states:ap-northeast-1:333333333333:execution:publish:n',
  );
});

test('without a judge of waiting the caller is told "already" and may look itself', async () => {
  stub.respond = () => awsError('ExecutionAlreadyExists');
  expect(await start()).toBe('already');
  stub.respond = () => ({ body: { status: 'RUNNING', input: '{}', startDate: 1_700_000_000 } });
  expect(await describeStart(hub().sfn, 'arn:x')).toEqual({
    arn: 'arn:x',
    status: 'RUNNING',
    input: '{}',
    startedAt: 1_700_000_000_000,
  });
});

test('a machine that isn’t there is Missing, not already started', async () => {
  stub.respond = () => awsError('StateMachineDoesNotExist');
  await expect(start()).rejects.toMatchObject({ code: 'Missing' });
});

const event = { bus: 'onramp-hub', source: 'onramp.hub', detailType: 'Onramp Access Failed', detail: { a: 1 } };

test('an event the bus refuses inside a 200 is an error', async () => {
  stub.respond = () => ({ body: { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] } });
  await putEvent(eventsClient(config()), event);
  expect(stub.requests[0]?.body.Entries).toEqual([
    { EventBusName: 'onramp-hub', Source: 'onramp.hub', DetailType: 'Onramp Access Failed', Detail: '{"a":1}' },
  ]);
  const refused = { ErrorCode: 'InternalFailure', ErrorMessage: 'busy' };
  stub.respond = () => ({ body: { FailedEntryCount: 1, Entries: [refused] } });
  await expect(putEvent(eventsClient(config()), event)).rejects.toMatchObject({
    code: 'Transient',
    aws: { code: 'InternalFailure' },
  });
});

test.for([
  ['Grant refused: 売上 → analytics', 'Grant refused: ? ? analytics'],
  ['two\nlines', 'two?lines'],
  ['x'.repeat(120), `${'x'.repeat(97)}...`],
] as const)('subject %# goes out as SNS takes it, the body as it is (G-V5)', async ([subject, sent]) => {
  stub.respond = () => ({
    body: '<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>',
  });
  await publishAlert(snsClient(config()), { topicArn: 'arn:topic', subject, body: '売上 → analytics' });
  expect(stub.requests[0]?.body).toMatchObject({ Subject: sent, Message: '売上 → analytics' });
});
