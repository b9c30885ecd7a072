/** What pages of roles do not tell for sure is unknown, or asked of the role itself: never "has no policies" (law 6). */

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readRoles } from '#aws/many-roles.ts';
import { type AwsStub, queryError, type StubAnswer, type StubRequest, startAwsStub } from '../support/aws-stub.ts';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

const clients = () => ({ iam: stub.access().own('ap-northeast-1').iam, account: '222222222222' });
const iam = 'arn:aws:iam::222222222222';
const encoded = encodeURIComponent;
const answer = (operation: string, result: string): StubAnswer => ({
  body: `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`,
});
const member = (tag: string, items: readonly string[]) =>
  `<${tag}>${items.map((item) => `<member>${item}</member>`).join('')}</${tag}>`;
const TRUST = encoded('{"Statement":[]}');

const identity = (name: string, id = `AROA-${name}`) =>
  `<RoleName>${name}</RoleName><RoleId>${id}</RoleId><Path>/</Path><Arn>${iam}:role/${name}</Arn><AssumeRolePolicyDocument>${TRUST}</AssumeRolePolicyDocument>`;
const inline = (text: string) =>
  member('RolePolicyList', [`<PolicyName>p</PolicyName><PolicyDocument>${encoded(text)}</PolicyDocument>`]);
const attached = (...arns: string[]) =>
  member(
    'AttachedManagedPolicies',
    arns.map((arn) => `<PolicyArn>${arn}</PolicyArn>`),
  );
const detail = (name: string, more = inline('page') + attached()) => identity(name) + more;
const page = (items: readonly string[], marker?: string) =>
  answer(
    'GetAccountAuthorizationDetails',
    `${member('RoleDetailList', items)}<IsTruncated>${marker !== undefined}</IsTruncated>${marker ? `<Marker>${marker}</Marker>` : ''}`,
  );

/** Asked one by one, each role has one inline policy, `itself`. */
const ITSELF: Record<string, (request: StubRequest) => StubAnswer> = {
  GetRole: ({ body }) => answer('GetRole', `<Role>${identity(body.RoleName)}</Role>`),
  ListRolePolicies: () => answer('ListRolePolicies', member('PolicyNames', ['p'])),
  GetRolePolicy: () => answer('GetRolePolicy', '<PolicyDocument>itself</PolicyDocument>'),
  ListAttachedRolePolicies: () => answer('ListAttachedRolePolicies', member('AttachedPolicies', [])),
  GetPolicy: () => answer('GetPolicy', '<Policy><DefaultVersionId>v1</DefaultVersionId></Policy>'),
  GetPolicyVersion: ({ body }) =>
    answer('GetPolicyVersion', `<PolicyVersion><Document>${encoded(body.PolicyArn)}</Document></PolicyVersion>`),
};

/** Answers as told, and otherwise as each role tells itself. */
function respond(told: Record<string, (request: StubRequest, nth: number) => StubAnswer>): void {
  stub.respond = (request, nth) =>
    (told[request.operation] ?? ITSELF[request.operation])?.(request, nth) ?? queryError('Unexpected', '', 501);
}
const pages = (...answers: readonly StubAnswer[]) => ({
  GetAccountAuthorizationDetails: (_: StubRequest, nth: number) =>
    answers[nth - 1] ?? queryError('Unexpected', '', 501),
});
const policiesOf = async (names: readonly string[], all = 10) =>
  Object.fromEntries((await readRoles(clients(), names, all)).map(({ name, policies }) => [name, policies]));

test('every page is read, names in any script', async () => {
  respond(pages(page([detail('役割')], 'm'), page([], 'n'), page([detail('роль')])));
  expect(await policiesOf(['роль', '役割'])).toEqual({ роль: ['page'], 役割: ['page'] });
  expect(stub.requests.slice(0, 3).map(({ body }) => [body.Marker, body.MaxItems])).toEqual([
    [undefined, '1000'],
    ['m', '1000'],
    ['n', '1000'],
  ]);
});

test.each([
  ['the first page', [queryError('AccessDenied', 'no', 403)]],
  ['a later page', [page([detail('a'), detail('b')], 'm'), queryError('AccessDenied', 'no', 403)]],
])('%s refused: no role’s policies are known, and all else is', async (_, answers) => {
  respond(pages(...answers));
  const roles = await readRoles(clients(), ['a', 'b'], 10);
  expect(roles).toMatchObject([
    { name: 'a', trust: '{"Statement":[]}', policies: null, boundary: null },
    { name: 'b', trust: '{"Statement":[]}', policies: null, boundary: null },
  ]);
  expect(stub.count('ListRolePolicies')).toBe(0);
});

test.each<[string, StubAnswer, string]>([
  ['throttled', queryError('Throttling', 'Rate exceeded'), 'Transient'],
  ['cut', { cut: true }, 'Transient'],
  ['without a marker', answer('GetAccountAuthorizationDetails', '<IsTruncated>true</IsTruncated>'), 'Unexpected'],
  ['that was there before', page([detail('b')], 'm'), 'Unexpected'],
])('a page %s: nothing is known of any role', async (_, second, code) => {
  respond({
    GetAccountAuthorizationDetails: ({ body }) => (body.Marker ? second : page([detail('a')], 'm')),
  });
  await expect(readRoles(clients(), ['a', 'b'], 10)).rejects.toMatchObject({ code });
});

test.each([
  ['is on no page', []],
  ['was made again', [identity('a', 'AROA-former') + inline('page') + attached()]],
  ['is told twice', [detail('a'), detail('a', inline('more') + attached())]],
  ['is told without its inline policies', [detail('a', attached())]],
  ['is told without its attached policies', [detail('a', inline('page'))]],
])('a role that %s is asked itself', async (_, details) => {
  respond(pages(page([...details, detail('b')])));
  expect(await policiesOf(['a', 'b'])).toEqual({ a: ['itself'], b: ['page'] });
});

test('a role with empty lists has no policies, and is not asked again', async () => {
  respond(pages(page([detail('a', member('RolePolicyList', []) + attached())])));
  expect(await policiesOf(['a'])).toEqual({ a: [] });
  expect(stub.count('ListRolePolicies')).toBe(0);
});

test('a policy that is gone since the page: the role is asked itself', async () => {
  respond({
    ...pages(page([detail('a', inline('page') + attached(`${iam}:policy/gone`))])),
    GetPolicy: () => queryError('NoSuchEntity', 'gone', 404),
  });
  expect(await policiesOf(['a'])).toEqual({ a: ['itself'] });
});

test('a policy that may not be read: unknown of the roles that have it', async () => {
  respond({
    ...pages(page([detail('a', inline('page') + attached('arn:aws:iam::aws:policy/X')), detail('b')])),
    GetPolicy: () => queryError('AccessDenied', 'no', 403),
  });
  expect(await policiesOf(['a', 'b'])).toEqual({ a: null, b: ['page'] });
});

const OWN = Array.from({ length: 8 }, (_, i) => `${iam}:policy/own-${i}`);
const version = (id: string, text: string) =>
  `<VersionId>${id}</VersionId><IsDefaultVersion>${id === 'v2'}</IsDefaultVersion><Document>${encoded(text)}</Document>`;
const listed = (arn: string, versions = [version('v1', 'former'), version('v2', 'in force')]) =>
  `<Arn>${arn}</Arn><DefaultVersionId>v2</DefaultVersionId>${member('PolicyVersionList', versions)}`;
const policyPage = (...items: string[]) =>
  answer('GetAccountAuthorizationDetails', `${member('Policies', items)}<IsTruncated>false</IsTruncated>`);
const withOwn = page([detail('a', inline('page') + attached(...OWN)), detail('b')]);

test('of listed policies the version in force counts; one that is not told whole is asked itself', async () => {
  const [first = '', second = '', , ...rest] = OWN;
  const some = [listed(first, [version('v1', 'former')]), `<Arn>${second}</Arn>`, ...rest.map((arn) => listed(arn))];
  respond(pages(withOwn, policyPage(...some)));
  const { a } = await policiesOf(['a', 'b']);
  expect(a).toEqual(['page', ...OWN.slice(0, 3), ...Array.from({ length: 5 }, () => 'in force')]);
  const asked = stub.requests.map(({ body }) => body['Filter.member.1']);
  expect(asked.filter((kind) => kind !== undefined)).toEqual(['Role', 'LocalManagedPolicy']);
});

test('listed policies that are refused are unknown of the roles that have them; a cut page is unknown of all', async () => {
  respond(pages(withOwn, queryError('AccessDenied', 'no', 403)));
  expect(await policiesOf(['a', 'b'])).toEqual({ a: null, b: ['page'] });
  stub.requests.length = 0;
  respond({
    GetAccountAuthorizationDetails: (_, nth) => (nth === 1 ? withOwn : { cut: true }),
  });
  await expect(readRoles(clients(), ['a', 'b'], 10)).rejects.toMatchObject({ code: 'Transient' });
});

test('a role that may not be read is an error, as it is by itself', async () => {
  respond({ ...pages(page([detail('a')])), GetRole: () => queryError('AccessDenied', 'no', 403) });
  await expect(readRoles(clients(), ['a'], 10)).rejects.toMatchObject({ code: 'AccessDenied' });
});
