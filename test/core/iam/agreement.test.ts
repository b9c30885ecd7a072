/** Two readings of IAM, ours and the lake's, made apart: where ours is sure, the other says the same. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateAccess, evaluateIdentity, type Principal } from '#core/iam/evaluate.ts';
import type { Caller } from '../../../infra/local/lake/caller.ts';
import { buildContext } from '../../../infra/local/lake/iam/context.ts';
import { evaluate } from '../../../infra/local/lake/iam/evaluate.ts';
import { asks, ROLE, role } from './builders.ts';

const ACCOUNT = '222222222222';
const OTHER = '111111111111';
const ORGANIZATION = 'o-a1b2c3d4e5';
const PATHS = `${ORGANIZATION}/r-ab12/ou-ab12-11111111/`;

/** The same role, as each side knows it. The lake sees a session, whose name we are never told. */
const ours: Principal = role({ tags: { team: 'a' }, organization: ORGANIZATION, organizationPaths: [PATHS] });
const theirs: Caller = {
  kind: 'role',
  account: ACCOUNT,
  arn: ROLE,
  sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/analytics-data-lake-job/run`,
};

/** Both know these of a request; `x:several` stands for a key that somebody gives several values. */
const GIVEN = { 's3:prefix': 'cur/a', 'x:several': ['a', 'b'], 's3:ResourceAccount': OTHER };
/** Known to be absent. */
const ABSENT = { 'x:absent': [] };
const KEYS: readonly string[] = [
  'aws:PrincipalArn',
  'aws:PrincipalAccount',
  'aws:PrincipalOrgID',
  'aws:PrincipalOrgPaths',
  'aws:PrincipalTag/team',
  'aws:PrincipalTag/none',
  'aws:PrincipalType',
  'aws:PrincipalIsAWSService',
  'aws:ResourceAccount',
  'aws:ResourceOrgID',
  'aws:SecureTransport',
  'aws:SourceVpce',
  'aws:SourceIp',
  'kms:CallerAccount',
  ...Object.keys(GIVEN),
  ...Object.keys(ABSENT),
];
const VALUES: readonly string[] = [
  'a',
  '*a',
  'cur/*',
  'true',
  'false',
  '*',
  ACCOUNT,
  OTHER,
  ORGANIZATION,
  `${ORGANIZATION}/*`,
  ROLE,
  'arn:aws:iam::*:role/data-jobs/*',
  `\${aws:PrincipalTag/team}`,
  `\${aws:PrincipalTag/none}`,
  `\${aws:PrincipalTag/none, 'a'}`,
  `\${aws:PrincipalAccount}`,
  '10.0.0.0/8',
];
const BASES = ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'ArnLike', 'ArnNotLike', 'Bool'];
const operator = fc
  .tuple(
    fc.constantFrom('', '', '', 'ForAnyValue:', 'ForAllValues:'),
    fc.constantFrom(...BASES, 'StringEqualsIgnoreCase', 'IpAddress', 'NotIpAddress'),
    fc.constantFrom('', '', 'IfExists'),
  )
  .map((parts) => parts.join(''));

const oneOrMany = (...values: readonly string[]) =>
  fc.oneof(fc.constantFrom(...values), fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }));
const condition = fc.dictionary(
  fc.oneof({ weight: 8, arbitrary: operator }, { weight: 1, arbitrary: fc.constant('Null') }),
  fc.dictionary(fc.constantFrom(...KEYS), oneOrMany(...VALUES), { minKeys: 1, maxKeys: 2 }),
  { maxKeys: 2 },
);
const RESOURCES = [
  '*',
  'arn:aws:s3:::home/*',
  'arn:aws:s3:::home/a/?',
  'arn:aws:s3:::other/*',
  `arn:aws:s3:::home/\${aws:PrincipalTag/team}/*`,
  `arn:aws:s3:::home/\${aws:PrincipalTag/none}/*`,
  `arn:aws:s3:::other/\${aws:PrincipalTag/none}/*`,
  'arn:aws:kms:*:111111111111:key/*',
];
const ACTIONS = ['*', 's3:*', 's3:Get*', 's3:GetObject', 'kms:Decrypt', 'S3:LISTBUCKET'];
const PRINCIPALS: readonly unknown[] = [
  '*',
  { AWS: '*' },
  { AWS: ROLE },
  { AWS: `arn:aws:iam::${ACCOUNT}:role/other` },
  { AWS: ACCOUNT },
  { AWS: `arn:aws:iam::${OTHER}:root` },
  { Service: 'glue.amazonaws.com' },
];

const either = <T>(name: string, positive: fc.Arbitrary<T>) =>
  fc.tuple(fc.constantFrom(name, name, `Not${name}`), positive).map(([member, value]) => ({ [member]: value }));

const statement = (kind: 'identity' | 'resource') =>
  fc
    .tuple(
      fc.constantFrom('Allow', 'Allow', 'Deny'),
      either('Action', oneOrMany(...ACTIONS)),
      either('Resource', oneOrMany(...RESOURCES)),
      kind === 'identity' ? fc.constant({}) : either('Principal', fc.constantFrom(...PRINCIPALS)),
      fc.option(condition, { nil: {} }),
    )
    .map(([Effect, action, resource, who, Condition]) => ({ Effect, ...action, ...resource, ...who, Condition }));

const document = (kind: 'identity' | 'resource') =>
  fc
    .tuple(
      fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17'),
      fc.array(statement(kind), { minLength: 1, maxLength: 4 }),
    )
    .map(([Version, Statement]) => JSON.stringify({ Version, Statement }));

const REQUESTS = [
  { action: 's3:GetObject', resource: 'arn:aws:s3:::home/a/x', resourceAccount: OTHER },
  { action: 's3:ListBucket', resource: 'arn:aws:s3:::home', resourceAccount: OTHER },
  { action: 'kms:Decrypt', resource: `arn:aws:kms:ap-northeast-1:${OTHER}:key/1`, resourceAccount: OTHER },
] as const;

const world = fc.record({
  identity: fc.array(document('identity'), { minLength: 1, maxLength: 2 }),
  boundary: fc.option(document('identity'), { nil: undefined }),
  resource: fc.option(document('resource'), { nil: undefined }),
  sameAccount: fc.boolean(),
  request: fc.constantFrom(...REQUESTS),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** All that we know of a request is true in the lake; the address that it comes from we are not told. */
function known({ request: { action, resource, resourceAccount } }: World) {
  const context = {
    ...GIVEN,
    ...ABSENT,
    'aws:SecureTransport': 'true',
    'aws:ResourceAccount': resourceAccount,
    'aws:ResourceOrgID': ORGANIZATION,
    ...(action.startsWith('kms:') ? {} : { 'kms:CallerAccount': [] }),
  };
  return asks({ principal: ours, action, resource, context });
}

function inLake({ identity, boundary, resource, sameAccount, request }: World) {
  const organization = { id: ORGANIZATION, path: PATHS };
  const caller = { ...theirs, tags: { team: 'a' } };
  const isKms = request.action.startsWith('kms:');
  const context = buildContext(
    { caller, ...request, context: { ...GIVEN, ...(isKms ? { 'kms:CallerAccount': ACCOUNT } : {}) } },
    { identity: undefined, organization, owner: request.resourceAccount, ownerOrganization: organization },
    0,
  );
  const { effect } = evaluate({
    caller,
    ...request,
    context,
    sameAccount,
    identity,
    boundary,
    session: undefined,
    resourcePolicy: resource,
    resourceMustAllow: isKms,
  });
  return effect === 'allowed' ? 'allowed' : 'denied';
}

// Thousands of documents: more than the usual five seconds on a busy machine.
test('both documents together: what we are sure of, the lake says too (sec-15)', { timeout: 60_000 }, () => {
  const said = { sure: 0, unknown: 0 };
  fc.assert(
    fc.property(world, (one) => {
      const { identity, boundary = null, resource = null, sameAccount } = one;
      const { verdict } = evaluateAccess({ identity, boundary, resource, sameAccount, request: known(one) });
      if (verdict === 'unknown') said.unknown += 1;
      else {
        said.sure += 1;
        expect(verdict).toBe(inLake(one));
      }
    }),
    { numRuns: 4000 },
  );
  // An evaluator that never knows would agree with everybody.
  expect(said.sure).toBeGreaterThan(said.unknown / 2);
});

test('a role’s own policies alone: the same', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(world, (one) => {
      // A key opens by its own policy, too, which a role's say nothing of.
      fc.pre(!one.request.action.startsWith('kms:'));
      const { identity, boundary = null } = one;
      const { verdict } = evaluateIdentity({ policies: identity, boundary, request: known(one) });
      if (verdict !== 'unknown') expect(verdict).toBe(inLake({ ...one, resource: undefined, sameAccount: true }));
    }),
    { numRuns: 2000 },
  );
});
