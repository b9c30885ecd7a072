import { GetDatabaseCommand } from '@aws-sdk/client-glue';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEventAccess } from '#aws/event-clients.ts';
import type { SessionKey } from '#aws/sessions.ts';
import { WRITE_SETTINGS } from '#changes/settings/permissions.ts';
import { writingPolicy } from '#core/session-policy.ts';
import { type AwsStub, queryError, type StubAnswer, type StubRequest, startAwsStub } from '../support/aws-stub.ts';

let stub: AwsStub;
let lifetimeMs: number;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
  lifetimeMs = 3_600_000;
  stub.respond = asAws;
});

/** Hands out a new access key with every AssumeRole and answers everything else with nothing. */
function asAws(request: StubRequest, nth: number): StubAnswer {
  if (request.operation !== 'AssumeRole') return { body: { Database: { Name: 'd' } } };
  const until = new Date(Date.now() + lifetimeMs).toISOString();
  const credentials = `<AccessKeyId>AKID${nth}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${until}</Expiration>`;
  return {
    body: `<AssumeRoleResponse><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  };
}

const key: SessionKey = { account: '222222222222', region: 'ap-northeast-1', role: 'Operator' };
const read = (clients: { glue: { send(command: GetDatabaseCommand): Promise<unknown> } }) =>
  clients.glue.send(new GetDatabaseCommand({ Name: 'd' }));

test('enters a member account as its role, with the session policy, and asks with what it was given', async () => {
  const sessionPolicy = writingPolicy([WRITE_SETTINGS], { partition: 'aws', ...key });
  await read(stub.access().member({ ...key, sessionPolicy }));
  const [assumed, asked] = stub.requests;
  expect(assumed?.body).toMatchObject({
    RoleArn: 'arn:aws:iam::222222222222:role/onramp/onramp-operator',
    RoleSessionName: 'test',
    Policy: sessionPolicy.text,
  });
  expect(asked).toMatchObject({ service: 'glue', region: 'ap-northeast-1', accessKeyId: 'AKID1' });
});

test.for(['aws-us-gov', 'aws-cn'])('names the role in partition %s (G-B19)', async (partition) => {
  await read(stub.access({ partition }).member(key));
  expect(stub.requests[0]?.body.RoleArn).toBe(`arn:${partition}:iam::222222222222:role/onramp/onramp-operator`);
});

test('the same account, Region, role and policy give the same clients; any other gives others', () => {
  const access = stub.access();
  const sessionPolicy = writingPolicy([WRITE_SETTINGS], { partition: 'aws', ...key });
  expect(access.member({ ...key })).toBe(access.member(key));
  expect(access.member(key).glue).toBe(access.member(key).glue);
  const others: SessionKey[] = [
    { ...key, account: '111111111111' },
    { ...key, region: 'us-east-1' },
    { ...key, role: 'Reader' },
    { ...key, sessionPolicy },
  ];
  for (const other of others) expect(access.member(other).glue).not.toBe(access.member(key).glue);
});

test('one session serves all Regions and services, however many ask at once', async () => {
  const access = stub.access();
  const regions = ['ap-northeast-1', 'us-east-1', 'eu-west-1'];
  await Promise.all(regions.map((region) => read(access.member({ ...key, region }))));
  expect(stub.count('AssumeRole')).toBe(1);
});

test('sessions are asked for in the hub’s Region, whatever Region they are for', async () => {
  await read(stub.access({ region: 'ap-northeast-1' }).member({ ...key, region: 'ap-east-1' }));
  expect(stub.requests.map(({ service, region }) => [service, region])).toEqual([
    ['sts', 'ap-northeast-1'],
    ['glue', 'ap-east-1'],
  ]);
});

test('credentials that run out soon are renewed before they are used', async () => {
  lifetimeMs = 5 * 60_000;
  const clients = stub.access().member(key);
  await read(clients);
  const first = stub.requests.at(-1)?.accessKeyId;
  await read(clients);
  expect(stub.requests.at(-1)?.accessKeyId).not.toBe(first);
});

test('a role that may not be assumed is AccountNotEntered, with the remedy; the next attempt asks again', async () => {
  stub.respond = () => queryError('AccessDenied', 'not authorized to perform: sts:AssumeRole', 403);
  const clients = stub.access().member(key);
  await expect(read(clients)).rejects.toMatchObject({
    name: 'AccountNotEntered',
    kind: 'denied',
    remedy: expect.stringContaining('member role stack'),
    aws: { code: 'AccessDenied' },
  });
  stub.respond = asAws;
  await expect(read(clients)).resolves.toBeDefined();
});

test('throttling by STS is not a closed account', async () => {
  stub.respond = () => queryError('Throttling', 'Rate exceeded', 400);
  await expect(read(stub.access().member(key))).rejects.toMatchObject({ name: 'Transient' });
});

test('our own clients never assume a role', async () => {
  await read(stub.access().own('ap-northeast-1'));
  expect(stub.requests).toMatchObject([{ service: 'glue', accessKeyId: 'AKIDHUB' }]);
});

test.for([undefined, true])(
  'buckets are in the path of an endpoint given as IP address (pathStyle %s)',
  async (pathStyle) => {
    const { s3 } = stub.access(pathStyle === undefined ? {} : { pathStyle }).own('ap-northeast-1');
    await s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
    expect(stub.requests[0]?.operation).toBe('GET /b/k');
  },
);

test('the event function reads a member’s Glue as its reader', async () => {
  const access = createEventAccess({
    partition: 'aws',
    namespace: 'onramp',
    rolePath: '/onramp/',
    sessionName: 'event',
    baseCredentials: async () => ({ accessKeyId: 'AKIDHUB', secretAccessKey: 's' }),
  });
  const reader = access.reader({ account: '111111111111', region: 'ap-northeast-1' });
  await read(reader);
  expect(stub.requests[0]?.body.RoleArn).toBe('arn:aws:iam::111111111111:role/onramp/onramp-reader');
  expect(access.reader({ account: '111111111111', region: 'ap-northeast-1' })).toBe(reader);
});
