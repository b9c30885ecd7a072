/** The handler's own services against an AWS that answers over HTTP: what is asked of whom, and as whom. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { policyHash } from '#core/policy.ts';
import { onEvent, onEventServices } from '../../functions/handlers/on-event.ts';
import { crawlerEvent, databaseEvent } from '../core/events/events.ts';
import { documentOf, FINANCE, HUB, productInput, REGION } from '../core/policy/documents.ts';
import { type AwsStub, awsError, type StubAnswer, startAwsStub } from '../support/aws-stub.ts';

const MACHINE = `arn:aws:states:${REGION}:${HUB}:stateMachine:onramp-publish-database`;
const ENV = {
  NAMESPACE: 'onramp',
  POLICY_BUCKET: 'policies',
  LEDGER_TABLE: 'ledger',
  PUBLISH_MACHINE_ARN: MACHINE,
  ONBOARD_MACHINE_ARN: MACHINE.replace('publish-database', 'onboard-account'),
  SURVEY_MACHINE_ARN: MACHINE.replace('publish-database', 'survey-account'),
  MEMBER_ROLE_PATH: '/onramp/',
  HANDLER_TIMEOUT: '30',
};

const STARTED = { body: { executionArn: 'arn', startDate: 1 } };
const READER = {
  body: `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKIDREADER</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
};

let stub: AwsStub;

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDHUB');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', '');
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  stub = await startAwsStub();
});

afterEach(async () => {
  await stub.close();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Answers by operation; the policy is always there. */
function answering(answers: Readonly<Record<string, StubAnswer>>, debounce = 0): void {
  const document = documentOf({ debounce });
  const policy = { body: { hash: policyHash(document), document } };
  stub.respond = ({ operation, service }) =>
    ({ AssumeRole: READER, StartExecution: STARTED, Query: { body: { Items: [] } }, ...answers })[operation] ??
    (service === 's3' ? policy : awsError('UnknownOperationException'));
}

function asked(operation: string) {
  return stub.requests.filter((request) => request.operation === operation);
}

describe('on-event on AWS', () => {
  test('reads the current policy and starts the machine of the scope as the hub', async () => {
    answering({});
    expect(await onEvent(databaseEvent('CreateTable', 'cur_org'), onEventServices(ENV, REGION))).toEqual({
      started: 1,
      covered: 0,
    });
    expect(stub.requests.map(({ url }) => url)).toContainEqual(expect.stringContaining('/policies/current.json'));
    const [start] = asked('StartExecution');
    expect(start).toMatchObject({ accessKeyId: 'AKIDHUB', region: REGION, body: { stateMachineArn: MACHINE } });
    expect(JSON.parse(start?.body.input)).toMatchObject({ scope: { half: 'publish', database: 'cur_org' } });
  });

  test('the policy is sent and understood again only when it has changed', async () => {
    const stored = (database: string) => {
      const document = documentOf({ debounce: 0, products: { cur: productInput({ database }) } });
      return { headers: { etag: `"${database}"` }, body: { hash: policyHash(document), document } };
    };
    let current = stored('cur_org');
    const sent: number[] = [];
    stub.respond = ({ operation, service, headers }) => {
      if (operation === 'Query') return { body: { Items: [] } };
      if (service !== 's3') return operation === 'StartExecution' ? STARTED : awsError('UnknownOperationException');
      const answer = headers['if-none-match'] === current.headers.etag ? { status: 304 } : current;
      sent.push('status' in answer ? 304 : 200);
      return answer;
    };
    const services = onEventServices(ENV, REGION);
    const created = (database: string) => onEvent(databaseEvent('CreateTable', database), services);
    expect([await created('cur_org'), await created('cur_org')]).toEqual(
      [1, 1].map((started) => ({ started, covered: 0 })),
    );
    current = stored('hr_org');
    expect(await created('cur_org')).toEqual({ started: 0, covered: 0 });
    expect(await created('hr_org')).toEqual({ started: 1, covered: 0 });
    expect(sent).toEqual([200, 304, 200, 304]);
  });

  test("looks a crawler up as the producer's reader, with rights cut down to reading", async () => {
    answering({ GetCrawler: { body: { Crawler: { DatabaseName: 'cur_org' } } } });
    await onEvent(crawlerEvent(), onEventServices(ENV, REGION));
    expect(asked('GetCrawler')).toMatchObject([
      { accessKeyId: 'AKIDREADER', region: REGION, body: { Name: 'cur-crawler' } },
    ]);
    const [assumed] = asked('AssumeRole');
    expect(assumed?.body).toMatchObject({ RoleArn: `arn:aws:iam::${FINANCE}:role/onramp/onramp-reader` });
    expect(assumed?.body.Policy).toContain('glue:GetCrawler');
    expect(assumed?.body.Policy).not.toMatch(/Put|Create|Grant/);
  });

  test('an account that lets no reader in costs no event', async () => {
    const refused = {
      status: 403,
      body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
    };
    answering({ AssumeRole: refused });
    expect(await onEvent(crawlerEvent(), onEventServices(ENV, REGION))).toEqual({ started: 1, covered: 0 });
  });

  test.each([
    ['still waits', 'RUNNING', { started: 0, covered: 1 }, 1],
    ['was stopped by hand', 'ABORTED', { started: 0, covered: 1 }, 2],
  ])('when the execution of this window %s', async (_, status, outcome, starts) => {
    const described = {
      body: { executionArn: 'arn', stateMachineArn: MACHINE, name: 'n', status, startDate: 1, input: '{}' },
    };
    answering({ StartExecution: awsError('ExecutionAlreadyExists'), DescribeExecution: described }, 60);
    expect(await onEvent(databaseEvent('CreateTable', 'cur_org'), onEventServices(ENV, REGION))).toEqual(outcome);
    expect(new Set(asked('StartExecution').map(({ body }) => body.name)).size).toBe(starts);
  });

  test('a policy of another version is a refusal that names it, not a crash', async () => {
    stub.respond = () => ({ body: { hash: 'h', document: { version: 2 } } });
    await expect(onEvent(databaseEvent('CreateTable', 'cur_org'), onEventServices(ENV, REGION))).rejects.toMatchObject({
      name: 'PolicyInvalid',
      message: expect.stringContaining('stored policy h'),
    });
  });

  test('without a policy, or with a wrong environment, it says what is missing', async () => {
    stub.respond = () => ({
      status: 404,
      headers: { 'content-type': 'application/xml' },
      body: '<Error><Code>NoSuchKey</Code></Error>',
    });
    await expect(onEvent(databaseEvent('CreateTable', 'cur_org'), onEventServices(ENV, REGION))).rejects.toMatchObject({
      name: 'Missing',
    });
    expect(() => onEventServices({ ...ENV, HANDLER_TIMEOUT: 'soon' }, REGION)).toThrow(/HANDLER_TIMEOUT/);
  });
});
