/** In front of a stand-in for MiniStack that says what reached it: what is passed on, how, and what is not. */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { allow, CONSUMER, failure, policy, REGION } from './clients.ts';

interface Seen {
  readonly target: string;
  readonly credential: string;
  readonly token: unknown;
  readonly body: string;
}

/** The role's only policy, as MiniStack's IAM would tell it. */
let granted = policy(allow('dynamodb:PutItem', `arn:aws:dynamodb:${REGION}:${CONSUMER}:table/ledger`));
const ROLE = `arn:aws:iam::${CONSUMER}:role/onramp/walk`;

const IAM: Readonly<Record<string, () => string>> = {
  GetRole: () =>
    `<GetRoleResponse><GetRoleResult><Role><Path>/onramp/</Path><RoleName>walk</RoleName><RoleId>AROA1</RoleId><Arn>${ROLE}</Arn><AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>`,
  ListRolePolicies: () =>
    '<R><ListRolePoliciesResult><PolicyNames><member>own</member></PolicyNames></ListRolePoliciesResult></R>',
  GetRolePolicy: () =>
    `<R><GetRolePolicyResult><PolicyDocument>${encodeURIComponent(granted)}</PolicyDocument></GetRolePolicyResult></R>`,
  ListAttachedRolePolicies: () =>
    '<R><ListAttachedRolePoliciesResult><AttachedPolicies/></ListAttachedRolePoliciesResult></R>',
};

const seen: Seen[] = [];

async function bodyOf(request: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const ministack = createServer(async (request, response) => {
  const body = await bodyOf(request);
  const action = IAM[new URLSearchParams(body).get('Action') ?? ''];
  const credential = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (action === undefined)
    seen.push({
      target: String(request.headers['x-amz-target'] ?? request.url),
      credential,
      token: request.headers['x-amz-security-token'],
      body,
    });
  response.end(action === undefined ? JSON.stringify({ FailedEntryCount: 0 }) : action());
});

let lake: RunningLake;
let config: ConstructorParameters<typeof DynamoDBClient>[0];

beforeEach(async () => {
  seen.length = 0;
  granted = policy(allow('dynamodb:PutItem', `arn:aws:dynamodb:${REGION}:${CONSUMER}:table/ledger`));
  await new Promise<void>((resolve) => {
    ministack.listen(0, '127.0.0.1', resolve);
  });
  lake = await startLake({ ministack: `http://127.0.0.1:${(ministack.address() as AddressInfo).port}` });
  const credentials = await lake.control.credentials(ROLE, { sessionName: 'walk' });
  config = { endpoint: lake.url, region: REGION, credentials, maxAttempts: 1 };
});
afterEach(async () => {
  await lake.close();
  ministack.closeAllConnections();
  await new Promise((resolve) => ministack.close(resolve));
});

const put = (table: string) =>
  new DynamoDBClient(config ?? {}).send(new PutItemCommand({ TableName: table, Item: { pk: { S: '1' } } }));

test('a session is forwarded as its account, without its token, when its own policies allow (F-50)', async () => {
  await put('ledger');
  expect(seen).toEqual([
    {
      target: 'DynamoDB_20120810.PutItem',
      credential: CONSUMER,
      token: undefined,
      body: '{"TableName":"ledger","Item":{"pk":{"S":"1"}}}',
    },
  ]);
});

test('what its policies do not allow never arrives (F-51)', async () => {
  expect(await failure(put('other'))).toMatchObject({
    name: 'AccessDeniedException',
    message: `User: arn:aws:sts::${CONSUMER}:assumed-role/walk/walk is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:${REGION}:${CONSUMER}:table/other because no identity-based policy allows the dynamodb:PutItem action`,
  });
  const publish = new PublishCommand({ TopicArn: `arn:aws:sns:${REGION}:${CONSUMER}:alerts`, Message: 'm' });
  expect((await failure(new SNSClient(config ?? {}).send(publish))).name).toMatch(/^AuthorizationError/);
  const send = new SendMessageCommand({ QueueUrl: `${lake.url}/${CONSUMER}/dlq`, MessageBody: 'm' });
  expect((await failure(new SQSClient(config ?? {}).send(send))).message).toContain(
    `arn:aws:sqs:${REGION}:${CONSUMER}:dlq`,
  );
  expect(seen).toEqual([]);
});

test('faults and the journal cover what is passed on (F-52)', async () => {
  await lake.control.fault({
    kind: 'error',
    when: 'after',
    service: 'dynamodb',
    times: 1,
    code: 'InternalServerError',
    status: 500,
  });
  expect((await failure(put('ledger'))).name).toBe('InternalServerError');
  expect(seen).toHaveLength(1);
  await put('ledger');
  expect(
    (await lake.control.journal()).map(({ service, operation, kind, status }) => [service, operation, kind, status]),
  ).toEqual([
    ['dynamodb', 'PutItem', 'write', 500],
    ['dynamodb', 'PutItem', 'write', 200],
  ]);
});

test('nobody but the lake may say that a service emitted an event (F-53)', async () => {
  const answer = await fetch(lake.url, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${CONSUMER}/20260101/${REGION}/events/aws4_request, SignedHeaders=host, Signature=none`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEvents.PutEvents',
    },
    body: JSON.stringify({ EmittedByService: true, Entries: [] }),
  });
  expect([answer.status, seen]).toEqual([400, []]);
});

test('service events go to the default bus of their account and Region, in order (F-53)', async () => {
  for (const name of ['one', 'two'])
    lake.world.emit({
      account: CONSUMER,
      region: REGION,
      source: 'aws.glue',
      detailType: 'Test',
      resources: ['arn:r'],
      detail: { name },
    });
  await expect.poll(() => seen.length).toBe(2);
  expect(seen.map(({ target, credential }) => [target, credential])).toEqual([
    ['AWSEvents.PutEvents', CONSUMER],
    ['AWSEvents.PutEvents', CONSUMER],
  ]);
  const [first, second] = seen.map(({ body }) => JSON.parse(body));
  expect(first).toMatchObject({
    EmittedByService: true,
    Entries: [
      {
        Source: 'aws.glue',
        DetailType: 'Test',
        Detail: '{"name":"one"}',
        Resources: ['arn:r'],
        Time: expect.any(Number),
      },
    ],
  });
  expect(second.Entries[0].Detail).toBe('{"name":"two"}');
});
