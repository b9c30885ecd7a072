/** Events between accounts and Regions, from services, and to targets that fail. */

import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { LambdaClient, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../../infra/local/emulator/emulator.ts';
import { createMiniStackSink } from '../../../infra/local/lake/event-sink.ts';
import { as, createFunction, createQueue, HUB, MEMBER, REGION, run, type TestQueue } from './support/lambda.ts';

// Real processes on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

// Long enough for a wrong delivery to show: one takes 10 ms here.
const NEVER_MS = 400;
const FORWARDER = `arn:aws:iam::${MEMBER}:role/onramp/onramp-forwarder-1`;
let emulator: Emulator;
let inbox: TestQueue;

const events = (account: string, region = REGION) => new EventBridgeClient(as(emulator.url, account, region));
const busArn = (name: string, account = HUB) => `arn:aws:events:${REGION}:${account}:event-bus/${name}`;

async function rule(
  bus: EventBridgeClient,
  name: string,
  source: string,
  target: Omit<Target, 'Id'>,
  EventBusName = 'default',
) {
  await bus.send(new PutRuleCommand({ Name: name, EventBusName, EventPattern: JSON.stringify({ source: [source] }) }));
  await bus.send(new PutTargetsCommand({ Rule: name, EventBusName, Targets: [{ Id: 'target', ...target } as Target] }));
}

async function admit(bus: string, Condition: object): Promise<void> {
  const Statement = [
    { Sid: 'S', Effect: 'Allow', Principal: '*', Action: 'events:PutEvents', Resource: busArn(bus), Condition },
  ];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await events(HUB).send(new PutPermissionCommand({ EventBusName: bus, Policy }));
}

const put = (bus: EventBridgeClient, Source: string, EventBusName = 'default') =>
  bus.send(new PutEventsCommand({ Entries: [{ Source, DetailType: 'Test', Detail: '{"a":1}', EventBusName }] }));

beforeAll(async () => {
  emulator = await startEmulator();
  inbox = await createQueue(emulator.url, 'inbox');
  for (const Name of ['hub', 'closed']) await events(HUB).send(new CreateEventBusCommand({ Name }));
  await admit('hub', {
    StringEquals: { 'aws:PrincipalAccount': [MEMBER] },
    ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/onramp/onramp-forwarder-*' },
  });
  for (const source of ['from-member', 'from-region', 'intruder', 'aws.glue']) {
    await rule(events(HUB), source, source, { Arn: inbox.arn }, 'hub');
  }
});
afterAll(() => emulator.close());

describe('a rule whose target is a bus of another account', () => {
  test('delivers there, and the event keeps its sender', async () => {
    await rule(events(MEMBER), 'forward', 'from-member', { Arn: busArn('hub'), RoleArn: FORWARDER });
    await put(events(MEMBER), 'from-member');
    expect(await inbox.next()).toMatchObject({
      source: 'from-member',
      account: MEMBER,
      region: REGION,
      detail: { a: 1 },
    });
  });

  test('delivers from another Region, which the event keeps too', async () => {
    await rule(events(MEMBER, 'us-east-1'), 'forward', 'from-region', { Arn: busArn('hub'), RoleArn: FORWARDER });
    await put(events(MEMBER, 'us-east-1'), 'from-region');
    expect(await inbox.next()).toMatchObject({ account: MEMBER, region: 'us-east-1' });
  });

  test('needs a role', async () => {
    const target = rule(events(MEMBER), 'roleless', 'from-member', { Arn: busArn('hub') });
    await expect(target).rejects.toThrow('RoleArn is required');
  });

  test.each([
    ['another account', '444444444444', 'arn:aws:iam::444444444444:role/onramp/onramp-forwarder-1'],
    ['another role', MEMBER, `arn:aws:iam::${MEMBER}:role/somebody`],
  ])('is not admitted from %s, and its event goes to the target queue', async (who, account, RoleArn) => {
    const lost = await createQueue(emulator.url, `lost-${who.length}`, account);
    await rule(events(account), 'intrude', 'intruder', {
      Arn: busArn('hub'),
      RoleArn,
      DeadLetterConfig: { Arn: lost.arn },
    });
    await put(events(account), 'intruder');
    expect(await lost.next()).toMatchObject({ source: 'intruder' });
    expect(await inbox.next(NEVER_MS)).toBeUndefined();
  });

  test('is not admitted by a bus without a policy', async () => {
    await rule(events(HUB), 'closed', 'from-closed', { Arn: inbox.arn }, 'closed');
    await rule(events(MEMBER), 'to-closed', 'from-closed', { Arn: busArn('closed'), RoleArn: FORWARDER });
    await put(events(MEMBER), 'from-closed');
    expect(await inbox.next(NEVER_MS)).toBeUndefined();
  });

  test('does not send on what came from a third account', async () => {
    const [first, last] = [MEMBER, '555555555555'];
    const Statement = { Sid: 'S', Effect: 'Allow', Principal: '*', Action: 'events:PutEvents', Resource: '*' };
    for (const account of [HUB, last]) {
      await events(account).send(new CreateEventBusCommand({ Name: 'chain' }));
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
      await events(account).send(new PutPermissionCommand({ EventBusName: 'chain', Policy }));
    }
    await rule(events(first), 'chain', 'chain', { Arn: busArn('chain'), RoleArn: FORWARDER });
    await rule(
      events(HUB),
      'chain',
      'chain',
      { Arn: busArn('chain', last), RoleArn: `arn:aws:iam::${HUB}:role/x` },
      'chain',
    );
    await rule(events(HUB), 'seen', 'chain', { Arn: inbox.arn }, 'chain');
    await rule(events(last), 'back', 'chain', { Arn: busArn('hub'), RoleArn: `arn:aws:iam::${last}:role/x` }, 'chain');
    await put(events(first), 'chain');
    expect(await inbox.next()).toMatchObject({ account: first });
    expect(await inbox.next(NEVER_MS)).toBeUndefined();
  });
});

describe('events of services', () => {
  const envelope = {
    version: '0',
    id: '5a1b2c3d-0000-4000-8000-000000000001',
    'detail-type': 'Glue Crawler State Change',
    source: 'aws.glue',
    account: MEMBER,
    time: '2026-08-01T00:00:00Z',
    region: REGION,
    resources: [],
    detail: { crawlerName: 'cur-crawler', state: 'Succeeded' },
  } as const;

  test('cannot be put by anybody', async () => {
    const { Entries } = await put(events(MEMBER), 'aws.glue');
    expect(Entries?.[0]?.ErrorCode).toBe('NotAuthorizedForSourceException');
  });

  test("arrive as the lake emitted them, across accounts, with the lake's id and time", async () => {
    await rule(events(MEMBER), 'glue', 'aws.glue', { Arn: busArn('hub'), RoleArn: FORWARDER });
    const lost: unknown[] = [];
    createMiniStackSink(emulator.url, (_event, cause) => lost.push(cause)).put(envelope);
    expect(await inbox.next()).toEqual(envelope);
    expect(lost).toEqual([]);
  });

  test('come from Step Functions for each change of status', async () => {
    await rule(events(HUB), 'states', 'aws.states', { Arn: inbox.arn });
    await run(emulator.url, { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Bad' } } });
    expect(await inbox.next()).toMatchObject({ detail: { status: 'RUNNING' } });
    expect(await inbox.next()).toMatchObject({ detail: { status: 'FAILED' } });
  });
});

describe('a rule whose target is a function', () => {
  test('transforms the input; what fails twice ends in the failure destination', async () => {
    const lost = await createQueue(emulator.url, 'failed');
    const arn = await createFunction(
      emulator.url,
      'fails',
      'throw Object.assign(new Error("no"), { name: "EventInvalid" });',
    );
    const DestinationConfig = { OnFailure: { Destination: lost.arn } };
    const settings = { FunctionName: 'fails', MaximumRetryAttempts: 1, DestinationConfig };
    await new LambdaClient(as(emulator.url)).send(new PutFunctionEventInvokeConfigCommand(settings));
    const InputTransformer = {
      InputPathsMap: { from: '$.account', detail: '$.detail' },
      InputTemplate: '{"from":"<from>","detail":<detail>}',
    };
    await rule(events(HUB), 'fails', 'transformed', { Arn: arn, InputTransformer });
    await put(events(HUB), 'transformed');
    expect(await lost.next()).toMatchObject({
      requestPayload: { from: HUB, detail: { a: 1 } },
      responsePayload: { errorType: 'EventInvalid' },
    });
  });

  test('that does not exist sends the event to the target queue', async () => {
    const lost = await createQueue(emulator.url, 'nowhere');
    const Arn = `arn:aws:lambda:${REGION}:${HUB}:function:nobody`;
    await rule(events(HUB), 'nowhere', 'nowhere', { Arn, DeadLetterConfig: { Arn: lost.arn } });
    await put(events(HUB), 'nowhere');
    expect(await lost.next()).toMatchObject({ source: 'nowhere', detail: { a: 1 } });
  });
});
