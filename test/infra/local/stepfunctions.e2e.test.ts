/** What docs/local-cloud.md says of Step Functions and Lambda on the pinned MiniStack with our corrections. */

import { InvokeCommand, LambdaClient, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../../infra/local/emulator/emulator.ts';
import { as, createFunction, createQueue, ROLE, run } from './support/lambda.ts';

// Real processes on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

const INVOKE = 'arn:aws:states:::lambda:invoke';
let emulator: Emulator;
let echo = '';
let odd = '';
let slow = '';

beforeAll(async () => {
  emulator = await startEmulator();
  echo = await createFunction(emulator.url, 'echo', 'return { event, node: process.version };');
  odd = await createFunction(
    emulator.url,
    'odd',
    'if (event.n % 2) throw Object.assign(new Error("odd"), { name: "NotYetVisible" }); return { n: event.n };',
  );
  slow = await createFunction(emulator.url, 'slow', 'await new Promise((done) => setTimeout(done, 3000));');
});
afterAll(() => emulator.close());

const task = (more: object) => ({
  StartAt: 'A',
  States: { A: { Type: 'Task', Resource: INVOKE, End: true, ...more }, C: { Type: 'Pass', End: true } },
});
const pass = (Parameters: object) => ({ StartAt: 'P', States: { P: { Type: 'Pass', Parameters, End: true } } });
const odds = (mode: object, more: object = {}) => ({
  StartAt: 'M',
  States: {
    M: {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemSelector: { 'n.$': '$$.Map.Item.Value' },
      ItemProcessor: {
        ProcessorConfig: mode,
        StartAt: 'A',
        States: {
          A: {
            Type: 'Task',
            Resource: INVOKE,
            Parameters: { FunctionName: odd, 'Payload.$': '$' },
            OutputPath: '$.Payload',
            End: true,
          },
        },
      },
      End: true,
      ...more,
    },
    C: { Type: 'Pass', End: true },
  },
});
const failing = { FunctionName: '', Payload: { n: 1 } };

describe('a function in a machine', () => {
  test('gets the payload and runs on the Node of its runtime', async () => {
    const definition = task({
      Parameters: { FunctionName: echo, 'Payload.$': '$.in' },
      ResultSelector: { 'event.$': '$.Payload.event', 'node.$': '$.Payload.node', 'code.$': '$.StatusCode' },
      ResultPath: '$.result',
    });
    const { output, states } = await run(emulator.url, definition, { in: { x: 1 } });
    expect(output).toEqual({
      in: { x: 1 },
      result: { event: { x: 1 }, node: expect.stringMatching(/^v24\./), code: 200 },
    });
    expect(states).toEqual(['A']);
  });

  test.each(['NotYetVisible', 'States.TaskFailed', 'States.ALL'])('is caught by %s', async (name) => {
    const Catch = [
      { ErrorEquals: ['SomethingElse'], Next: 'A' },
      { ErrorEquals: [name], Next: 'C', ResultPath: '$.error' },
    ];
    const { status, output } = await run(
      emulator.url,
      task({ Parameters: { ...failing, FunctionName: odd }, Catch }),
      {},
    );
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ error: { Error: 'NotYetVisible', Cause: expect.stringContaining('odd') } });
  });

  test("is retried by our own error's name, and fails under it", async () => {
    const Retry = [{ ErrorEquals: ['NotYetVisible'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const { error, types } = await run(emulator.url, task({ Parameters: { ...failing, FunctionName: odd }, Retry }));
    expect(error).toBe('NotYetVisible');
    expect(types.filter((type) => type === 'TaskFailed')).toHaveLength(2);
  });

  test('that takes longer than the task may is States.Timeout', async () => {
    const definition = task({ Parameters: { FunctionName: slow, Payload: {} }, TimeoutSeconds: 1 });
    expect((await run(emulator.url, definition)).error).toBe('States.Timeout');
  });

  test('that exceeds its own timeout is Sandbox.Timedout', async () => {
    await createFunction(emulator.url, 'too-slow', 'await new Promise((done) => setTimeout(done, 3000));', {
      Timeout: 1,
    });
    const definition = task({ Parameters: { FunctionName: 'too-slow', Payload: {} } });
    expect((await run(emulator.url, definition)).error).toBe('Sandbox.Timedout');
  });

  test('invoked directly names its error too', async () => {
    const lambda = new LambdaClient(as(emulator.url));
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: 'odd', Payload: '{"n":1}' }),
    );
    expect(FunctionError).toBe('Unhandled');
    expect(JSON.parse(Buffer.from(Payload ?? []).toString())).toEqual({
      errorType: 'NotYetVisible',
      errorMessage: 'odd',
    });
  });

  test('invoked asynchronously ends in its failure destination with input and error', async () => {
    const lost = await createQueue(emulator.url, 'lost');
    const lambda = new LambdaClient(as(emulator.url));
    const DestinationConfig = { OnFailure: { Destination: lost.arn } };
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: 'odd', MaximumRetryAttempts: 1, DestinationConfig }),
    );
    await lambda.send(new InvokeCommand({ FunctionName: 'odd', InvocationType: 'Event', Payload: '{"n":3}' }));
    expect(await lost.next()).toMatchObject({
      requestPayload: { n: 3 },
      responsePayload: { errorType: 'NotYetVisible', errorMessage: 'odd' },
    });
  });
});

describe('Map', () => {
  test('inline: nested, selected, in order', async () => {
    const inner = {
      Type: 'Map',
      ItemsPath: '$.v',
      ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } },
      ResultPath: '$.out',
      End: true,
    };
    const outer = {
      Type: 'Map',
      ItemsPath: '$.items',
      MaxConcurrency: 1,
      ItemSelector: { 'v.$': '$$.Map.Item.Value', 'i.$': '$$.Map.Item.Index' },
      ItemProcessor: { StartAt: 'N', States: { N: inner } },
      End: true,
    };
    const { output } = await run(emulator.url, { StartAt: 'M', States: { M: outer } }, { items: [[1, 2], [3]] });
    expect(output).toEqual([
      { v: [1, 2], i: 0, out: [1, 2] },
      { v: [3], i: 1, out: [3] },
    ]);
  });

  test("inline: a failing child fails the Map under the child's error", async () => {
    const Catch = [{ ErrorEquals: ['NotYetVisible'], Next: 'C', ResultPath: '$.error' }];
    const { output } = await run(emulator.url, odds({ Mode: 'INLINE' }, { Catch }), { items: [2, 3] });
    expect(output).toMatchObject({ error: { Error: 'NotYetVisible' } });
  });

  test('distributed: tolerates what it says it tolerates, and no more', async () => {
    const mode = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
    const tolerant = await run(emulator.url, odds(mode, { ToleratedFailurePercentage: 100 }), { items: [2, 3, 4] });
    expect(tolerant).toMatchObject({ status: 'SUCCEEDED', output: [{ n: 2 }, null, { n: 4 }] });
    const strict = await run(emulator.url, odds(mode, { ToleratedFailureCount: 0 }), { items: [2, 3, 4] });
    expect(strict.error).toBe('States.ExceedToleratedFailureThreshold');
  });

  test('distributed: reads its items from S3', async () => {
    const s3 = new S3Client({ ...as(emulator.url), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'items' }));
    await s3.send(new PutObjectCommand({ Bucket: 'items', Key: 'a.json', Body: '[2,4]' }));
    const ItemReader = {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSON' },
      Parameters: { Bucket: 'items', Key: 'a.json' },
    };
    const { output } = await run(
      emulator.url,
      odds({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, { ItemsPath: undefined, ItemReader }),
    );
    expect(output).toEqual([{ n: 2 }, { n: 4 }]);
  });
});

test('a path that leads nowhere fails, as on AWS', async () => {
  expect((await run(emulator.url, pass({ 'a.$': '$.missing' }))).error).toBe('States.ParameterPathFailure');
  expect((await run(emulator.url, pass({ 'a.$': '$$.Execution.Missing' }))).error).toBe('States.ParameterPathFailure');
  expect((await run(emulator.url, pass({ b: { 'a.$': '$.x' } }), { x: null })).output).toEqual({ b: { a: null } });
});

const INTRINSIC_INPUT = {
  a: 'A',
  n: 3,
  items: [{ n: 1 }, { n: 2 }],
  numbers: [1, 2],
  text: '{"z":1}',
  left: { l: 1 },
  right: { r: 2 },
};

test('intrinsic functions our machines may use', async () => {
  const definition = pass({
    'name.$': "States.Format('{}-{}', $.a, $.n)",
    'hash.$': "States.Hash($.a, 'SHA-256')",
    'length.$': 'States.ArrayLength($.items)',
    'text.$': 'States.JsonToString($.items)',
    'names.$': '$.items[*].n',
    'parsed.$': 'States.StringToJson($.text)',
    'sum.$': 'States.MathAdd($.n, 1)',
    'uuid.$': 'States.UUID()',
    'array.$': 'States.Array($.a, 1)',
    'contains.$': 'States.ArrayContains($.numbers, 2)',
    'parts.$': "States.StringSplit('a:b', ':')",
    'first.$': 'States.ArrayGetItem($.numbers, 0)',
    'merged.$': 'States.JsonMerge($.left, $.right, false)',
  });
  expect((await run(emulator.url, definition, { ...INTRINSIC_INPUT })).output).toEqual({
    name: 'A-3',
    hash: '559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd',
    length: 2,
    text: expect.stringMatching(/^\[\{"n": ?1\}, ?\{"n": ?2\}\]$/),
    names: [1, 2],
    parsed: { z: 1 },
    sum: 4,
    uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    array: ['A', 1],
    contains: true,
    parts: ['a', 'b'],
    first: 1,
    merged: { l: 1, r: 2 },
  });
});

test('waits end at their time, past ones at once', async () => {
  const wait = (more: object) => ({ StartAt: 'W', States: { W: { Type: 'Wait', ...more, End: true } } });
  const started = Date.now();
  await run(emulator.url, wait({ TimestampPath: '$.at' }), { at: '2020-01-01T00:00:00Z' });
  expect(Date.now() - started).toBeLessThan(1_000);
  const at = new Date(Date.now() + 1_000);
  await run(emulator.url, wait({ TimestampPath: '$.at' }), { at: at.toISOString() });
  expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
});

describe('StartExecution by name', () => {
  const waiting = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 2, End: true } } };
  const create = async (name: string, definition: object): Promise<string> => {
    const command = new CreateStateMachineCommand({ name, roleArn: ROLE, definition: JSON.stringify(definition) });
    return (await new SFNClient(as(emulator.url)).send(command)).stateMachineArn ?? '';
  };
  const start = (stateMachineArn: string, name: string, input = '{}') =>
    new SFNClient(as(emulator.url)).send(new StartExecutionCommand({ stateMachineArn, name, input }));

  test('gives the running execution again for the same input, and refuses another', async () => {
    const machine = await create('by-name', waiting);
    const first = await start(machine, 'same');
    expect((await start(machine, 'same')).executionArn).toBe(first.executionArn);
    await expect(start(machine, 'same', '{"other":1}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  test('refuses names AWS refuses', async () => {
    const machine = await create('names', waiting);
    await expect(start(machine, 'x'.repeat(81))).rejects.toMatchObject({ name: 'InvalidName' });
    await expect(start(machine, 'a b')).rejects.toMatchObject({ name: 'InvalidName' });
  });

  test('waits for the other machine with .sync:2, and gives its output', async () => {
    const child = await create('awaited', {
      StartAt: 'P',
      States: { P: { Type: 'Pass', Result: { done: true }, End: true } },
    });
    const Resource = 'arn:aws:states:::states:startExecution.sync:2';
    const A = { Type: 'Task', Resource, Parameters: { StateMachineArn: child, Input: {} }, End: true };
    expect((await run(emulator.url, { StartAt: 'A', States: { A } })).output).toMatchObject({ Output: { done: true } });
  });

  test('works from a machine, where a name used before is an error to catch', async () => {
    const child = await create('child', { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } });
    const definition = {
      StartAt: 'A',
      States: {
        A: {
          Type: 'Task',
          Resource: 'arn:aws:states:::states:startExecution',
          Parameters: { StateMachineArn: child, Name: 'once', Input: { 'x.$': '$.x' } },
          Catch: [
            {
              ErrorEquals: ['StepFunctions.ExecutionAlreadyExistsException', 'ExecutionAlreadyExists'],
              Next: 'C',
              ResultPath: '$.error',
            },
          ],
          End: true,
        },
        C: { Type: 'Pass', Result: 'covered', End: true },
      },
    };
    expect((await run(emulator.url, definition, { x: 1 })).output).toMatchObject({
      ExecutionArn: expect.stringContaining(':once'),
    });
    expect((await run(emulator.url, definition, { x: 2 })).output).toBe('covered');
  });
});
