import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { listRoles, readRole } from '#aws/roles.ts';
import { type AwsStub, queryError, type StubAnswer, type StubRequest, startAwsStub } from '../support/aws-stub.ts';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

const clients = () => stub.access().own('ap-northeast-1');
const TRUST = '{"Statement":[{"Principal":{"Service":"glue.amazonaws.com"}}]}';
const BOUNDARY = 'arn:aws:iam::222222222222:policy/boundary';
const encoded = encodeURIComponent;
const answer = (operation: string, result: string): StubAnswer => ({
  body: `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`,
});
const role = (name: string, more = '') =>
  `<RoleName>${name}</RoleName><RoleId>AROA-${name}</RoleId><Path>/data-jobs/</Path><Arn>arn:aws:iam::222222222222:role/data-jobs/${name}</Arn><AssumeRolePolicyDocument>${encoded(TRUST)}</AssumeRolePolicyDocument>${more}`;
const page = (list: string, marker?: string) =>
  `${list}<IsTruncated>${marker !== undefined}</IsTruncated>${marker === undefined ? '' : `<Marker>${marker}</Marker>`}`;

const TAGGED = `<Tags><member><Key>onramp:product</Key><Value>cur</Value></member></Tags><PermissionsBoundary><PermissionsBoundaryArn>${BOUNDARY}</PermissionsBoundaryArn></PermissionsBoundary>`;
const answers: Record<string, (request: StubRequest) => StubAnswer> = {
  GetRole: () => answer('GetRole', `<Role>${role('job', TAGGED)}</Role>`),
  ListRolePolicies: ({ body }) =>
    body.Marker
      ? answer('ListRolePolicies', page('<PolicyNames><member>two</member></PolicyNames>'))
      : answer('ListRolePolicies', page('<PolicyNames><member>one</member></PolicyNames>', 'm')),
  GetRolePolicy: ({ body }) =>
    answer('GetRolePolicy', `<PolicyDocument>${encoded(`{"Id":"inline ${body.PolicyName}"}`)}</PolicyDocument>`),
  ListAttachedRolePolicies: ({ body }) =>
    body.Marker
      ? answer(
          'ListAttachedRolePolicies',
          page('<AttachedPolicies><member><PolicyArn>arn:b</PolicyArn></member></AttachedPolicies>'),
        )
      : answer(
          'ListAttachedRolePolicies',
          page('<AttachedPolicies><member><PolicyArn>arn:a</PolicyArn></member></AttachedPolicies>', 'm'),
        ),
  GetPolicy: () => answer('GetPolicy', '<Policy><DefaultVersionId>v7</DefaultVersionId></Policy>'),
  GetPolicyVersion: ({ body }) =>
    answer(
      'GetPolicyVersion',
      `<PolicyVersion><Document>${encoded(`{"Id":"${body.PolicyArn} ${body.VersionId}"}`)}</Document></PolicyVersion>`,
    ),
};
const asIam = (request: StubRequest): StubAnswer =>
  answers[request.operation]?.(request) ?? queryError('Unexpected', request.operation, 501);

test('lists every page of roles, with decoded trust', async () => {
  stub.respond = ({ body }) => {
    const [name, marker] = body.Marker ? ['second', undefined] : ['first', 'm'];
    return answer('ListRoles', page(`<Roles><member>${role(name)}</member></Roles>`, marker));
  };
  const roles = await listRoles(clients(), { pathPrefix: '/data-jobs/' });
  expect(roles.map(({ name }) => name)).toEqual(['first', 'second']);
  expect(roles[0]).toEqual({
    id: 'AROA-first',
    arn: 'arn:aws:iam::222222222222:role/data-jobs/first',
    name: 'first',
    path: '/data-jobs/',
    trust: TRUST,
  });
  expect(stub.requests[0]?.body.PathPrefix).toBe('/data-jobs/');
});

test('reads a role with its tags, all its policies in force and its boundary', async () => {
  stub.respond = asIam;
  expect(await readRole(clients(), 'job')).toEqual({
    id: 'AROA-job',
    arn: 'arn:aws:iam::222222222222:role/data-jobs/job',
    name: 'job',
    path: '/data-jobs/',
    trust: TRUST,
    tags: { 'onramp:product': 'cur' },
    policies: ['{"Id":"inline one"}', '{"Id":"inline two"}', '{"Id":"arn:a v7"}', '{"Id":"arn:b v7"}'],
    boundary: `{"Id":"${BOUNDARY} v7"}`,
  });
});

test('a role that is gone is null; one that cannot be read is an error (law 6)', async () => {
  stub.respond = () => queryError('NoSuchEntity', 'gone', 404);
  expect(await readRole(clients(), 'job')).toBeNull();
  stub.respond = () => queryError('AccessDenied', 'no', 403);
  await expect(readRole(clients(), 'job')).rejects.toMatchObject({ code: 'AccessDenied' });
  stub.respond = () => queryError('Throttling', 'Rate exceeded');
  await expect(readRole(clients(), 'job')).rejects.toMatchObject({ code: 'Transient' });
});

test('policies that may not be read are unknown, not none', async () => {
  stub.respond = (request) =>
    request.operation === 'GetPolicyVersion' ? queryError('AccessDenied', 'no', 403) : asIam(request);
  expect(await readRole(clients(), 'job')).toMatchObject({ name: 'job', trust: TRUST, policies: null, boundary: null });
});

test('a role deleted while it is being read is gone; a policy missing from one that stays is an error', async () => {
  let asked = 0;
  stub.respond = (request) => {
    if (request.operation === 'GetRole') asked += 1;
    if (asked > 1) return queryError('NoSuchEntity', 'gone', 404);
    return request.operation === 'ListRolePolicies' ? queryError('NoSuchEntity', 'gone', 404) : asIam(request);
  };
  expect(await readRole(clients(), 'job')).toBeNull();
  stub.respond = (request) =>
    request.operation === 'GetPolicy' ? queryError('NoSuchEntity', 'gone', 404) : asIam(request);
  await expect(readRole(clients(), 'job')).rejects.toMatchObject({ code: 'Missing' });
});
