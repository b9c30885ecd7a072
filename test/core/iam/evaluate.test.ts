import { describe, expect, test } from 'vitest';
import { evaluateAccess, evaluateIdentity, evaluateResource } from '#core/iam/evaluate.ts';
import { allow, asks, deny, organizationBucket, policy, ROLE, readsBucket, role } from './builders.ts';

const may = (...statements: readonly object[]) =>
  evaluateIdentity({ policies: [policy(...statements)], boundary: null, request: asks() });

describe('actions and resources', () => {
  test.each([
    ['s3:getobject', 'allowed'],
    ['S3:Get*', 'allowed'],
    ['s3:GetObjec?', 'allowed'],
    ['*', 'allowed'],
    [['s3:PutObject', 's3:GetObject'], 'allowed'],
    ['s3:GetObjectVersion', 'denied'],
    ['glue:*', 'denied'],
    [[], 'denied'],
    [{ not: 'text' }, 'unknown'],
  ])('Action %j is %s: actions have no case', (Action, verdict) => {
    expect(may(allow({ Action })).verdict).toBe(verdict);
  });

  test.each([
    ['arn:aws:s3:::cur-export/*', 'allowed'],
    ['arn:aws:s3:::cur-export/CUR/*', 'denied'],
    ['arn:aws:s3:::cur-export', 'denied'],
    ['arn:*:s3:::cur-export/*', 'allowed'],
    ['arn:aws:s3:*:*:cur-export/cur/????-??.parquet', 'allowed'],
    // A `*` that ends its part may reach on; one inside a part may not, or so it seems.
    ['arn:aws:s3:*', 'allowed'],
    ['arn:aws:*:cur-export/*', 'allowed'],
    ['arn:aws:s3*parquet', 'unknown'],
    ['arn:aws-us-gov:s3:::cur-export/*', 'denied'],
  ])('Resource %s is %s: resources have case, and parts', (Resource, verdict) => {
    expect(may(allow({ Resource })).verdict).toBe(verdict);
  });

  test('NotAction and NotResource mean all others', () => {
    expect(may({ Effect: 'Allow', NotAction: 's3:Put*', Resource: '*' }).verdict).toBe('allowed');
    expect(may({ Effect: 'Allow', NotAction: ['iam:*', 's3:*'], Resource: '*' }).verdict).toBe('denied');
    expect(may({ Effect: 'Allow', Action: 's3:*', NotResource: 'arn:aws:s3:::secret/*' }).verdict).toBe('allowed');
    expect(may(allow(), { Effect: 'Deny', Action: 's3:*', NotResource: 'arn:aws:s3:::home/*' }).verdict).toBe('denied');
  });

  test('a statement that can be read two ways, or not at all, is unknown', () => {
    expect(may(allow({ NotAction: 'iam:*' })).verdict).toBe('unknown');
    expect(may({ Effect: 'Allow', Resource: '*' }).verdict).toBe('unknown');
    expect(may({ Effect: 'Allow', Action: '*' }).verdict).toBe('unknown');
    expect(may({ Effect: 'allow', Action: '*', Resource: '*' }).verdict).toBe('unknown');
  });

  test('Japanese bucket prefixes and tables are matched by their characters', () => {
    const request = asks({
      action: 'glue:GetTable',
      resource: 'arn:aws:glue:ap-northeast-1:111111111111:table/売上/明細_2026',
    });
    const policies = [
      policy(allow({ Action: 'glue:Get*', Resource: 'arn:aws:glue:*:111111111111:table/売上/明細_????' })),
    ];
    expect(evaluateIdentity({ policies, boundary: null, request }).verdict).toBe('allowed');
  });
});

describe('deny, unknown and nothing', () => {
  const unread = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } };

  test('a deny wins over any number of allows, and says which statement it was', () => {
    expect(may(allow(), deny({ Sid: 'NoCur' }), allow())).toEqual({
      verdict: 'denied',
      explicit: true,
      because: 'statement "NoCur" of its own policy 1 denies it',
    });
  });

  test('nothing said is denied, but not explicitly', () => {
    expect(may(allow({ Action: 'glue:*' }))).toMatchObject({ verdict: 'denied', explicit: false });
  });

  test('an allow by an operator we do not evaluate is unknown, unless another allow is sure', () => {
    expect(may(allow({ Condition: unread }))).toEqual({
      verdict: 'unknown',
      explicit: false,
      because: 'statement 1 of its own policy 1: the operator IpAddress of aws:SourceIp is not evaluated',
    });
    expect(may(allow({ Condition: unread }), allow()).verdict).toBe('allowed');
  });

  test('a deny that may apply makes unknown of allowed, but what is denied stays denied', () => {
    expect(may(allow(), deny({ Condition: unread })).verdict).toBe('unknown');
    expect(may(deny({ Condition: unread })).verdict).toBe('denied');
    expect(may(allow(), deny({ Condition: unread }), deny())).toMatchObject({ verdict: 'denied', explicit: true });
    // An unknown condition on a statement about something else changes nothing.
    expect(may(allow(), deny({ Action: 's3:Put*', Condition: unread })).verdict).toBe('allowed');
  });

  test('policies that could not be read are unknown, and so is one nobody understands', () => {
    expect(evaluateIdentity({ policies: null, boundary: null, request: asks() })).toMatchObject({
      verdict: 'unknown',
      because: "the principal's own policies could not be read",
    });
    expect(evaluateIdentity({ policies: [readsBucket, '{'], boundary: null, request: asks() }).verdict).toBe('unknown');
    expect(evaluateResource(undefined, asks()).verdict).toBe('unknown');
    expect(evaluateResource(null, asks())).toEqual({
      verdict: 'denied',
      explicit: false,
      because: 'there is no resource policy',
    });
  });

  test('a boundary limits, an unreadable one leaves it open, and none is no limit', () => {
    const within = (boundary: string | null | undefined) =>
      evaluateIdentity({ policies: [readsBucket], boundary, request: asks() }).verdict;
    expect(within(null)).toBe('allowed');
    expect(within(policy(allow({ Action: 's3:*' })))).toBe('allowed');
    expect(within(policy(allow({ Action: 'glue:*' })))).toBe('denied');
    expect(within(policy(allow(), deny()))).toBe('denied');
    expect(within(undefined)).toBe('unknown');
  });
});

describe('both sides', () => {
  const elsewhere = { boundary: null, sameAccount: false, request: asks() };
  const here = { boundary: null, sameAccount: true, request: asks() };

  test('across accounts the organization bucket needs the role to allow it too', () => {
    expect(evaluateAccess({ ...elsewhere, identity: [readsBucket], resource: organizationBucket }).verdict).toBe(
      'allowed',
    );
    expect(evaluateAccess({ ...elsewhere, identity: [], resource: organizationBucket })).toEqual({
      verdict: 'denied',
      explicit: false,
      because: 'none of its own policies allow s3:GetObject',
    });
    expect(evaluateAccess({ ...elsewhere, identity: [readsBucket], resource: null })).toMatchObject({
      verdict: 'denied',
      because: 'there is no resource policy',
    });
  });

  test('a role outside the organization is not admitted, and one of unknown membership is unknown', () => {
    const from = (organization: string | null) =>
      evaluateAccess({
        ...elsewhere,
        identity: [readsBucket],
        resource: organizationBucket,
        request: asks({ principal: role({ organization }) }),
      }).verdict;
    expect(from('o-other')).toBe('denied');
    expect(from(null)).toBe('unknown');
  });

  test('the Sid being there proves nothing: action, resource and deny are read (G-V2)', () => {
    const bucket = (...more: readonly object[]) =>
      evaluateAccess({
        ...elsewhere,
        identity: [readsBucket],
        resource: policy(allow({ Sid: 'onrampCur', Principal: { AWS: ROLE }, ...more[0] }), ...more.slice(1)),
      });
    expect(bucket({}).verdict).toBe('allowed');
    expect(bucket({ Action: 's3:ListBucket' }).verdict).toBe('denied');
    expect(bucket({ Resource: 'arn:aws:s3:::cur-export/other/*' }).verdict).toBe('denied');
    expect(bucket({}, deny({ Sid: 'Lockdown', Principal: '*' }))).toEqual({
      verdict: 'denied',
      explicit: true,
      because: 'statement "Lockdown" of the resource policy denies it',
    });
  });

  test('the usual deny of plain HTTP is decided by what the request says', () => {
    const tls = policy(
      allow({ Principal: '*' }),
      deny({ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
    const over = (context: Record<string, string | null>) => evaluateResource(tls, asks({ context })).verdict;
    expect(over({ 'aws:securetransport': 'true' })).toBe('allowed');
    expect(over({ 'aws:SecureTransport': 'false' })).toBe('denied');
    expect(over({ 'aws:SecureTransport': null })).toBe('unknown');
    expect(over({})).toBe('unknown');
  });

  test('in one account either side is enough, and naming the account only delegates', () => {
    const bucket = (Principal: unknown) => policy(allow({ Principal }));
    expect(evaluateAccess({ ...here, identity: [readsBucket], resource: null }).verdict).toBe('allowed');
    expect(evaluateAccess({ ...here, identity: [], resource: bucket({ AWS: ROLE }) }).verdict).toBe('allowed');
    expect(evaluateAccess({ ...here, identity: [], resource: bucket({ AWS: '222222222222' }) }).verdict).toBe('denied');
    expect(evaluateAccess({ ...here, identity: [readsBucket], resource: undefined }).verdict).toBe('unknown');
  });

  test("a boundary limits a grant to the role's ARN; on a grant to everyone it leaves it open", () => {
    const boundary = policy(allow({ Action: 'glue:*' }));
    const bucket = (Principal: unknown) => policy(allow({ Principal }));
    expect(evaluateAccess({ ...here, boundary, identity: [], resource: bucket({ AWS: ROLE }) }).verdict).toBe('denied');
    expect(evaluateAccess({ ...here, boundary, identity: [], resource: bucket('*') }).verdict).toBe('unknown');
  });
});

describe('keys', () => {
  const request = asks({ action: 'kms:Decrypt', resource: 'arn:aws:kms:ap-northeast-1:111111111111:key/1234' });
  const root = (account: string) =>
    policy({
      Sid: 'Enable IAM User Permissions',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*',
    });
  const decrypts = policy(
    allow({ Action: ['kms:Decrypt', 'kms:DescribeKey'], Resource: 'arn:aws:kms:*:111111111111:key/*' }),
  );

  test('the root statement of the key opens it to no other account (G-B11)', () => {
    const question = { identity: [decrypts], boundary: null, sameAccount: false, request };
    expect(evaluateAccess({ ...question, resource: root('111111111111') }).verdict).toBe('denied');
    expect(evaluateAccess({ ...question, resource: root('222222222222') }).verdict).toBe('allowed');
  });

  test('in its own account a key needs its policy: own rights count only where the root statement lets them', () => {
    const ask = (identity: readonly string[], resource: string | null) =>
      evaluateAccess({ identity, boundary: null, sameAccount: true, request, resource }).verdict;
    expect(ask([decrypts], root('222222222222'))).toBe('allowed');
    expect(ask([], root('222222222222'))).toBe('denied');
    expect(ask([decrypts], root('444444444444'))).toBe('denied');
    expect(ask([decrypts], null)).toBe('denied');
    expect(ask([], policy({ Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:*', Resource: '*' }))).toBe(
      'allowed',
    );
  });
});

describe('a resource that stands for many', () => {
  const table = (name: string) => `arn:aws:glue:r:1:table/db/${name}`;
  const request = asks({ action: 'glue:GetTable', resource: table('any'), all: table('*') });
  const may = (...statements: readonly object[]) =>
    evaluateIdentity({ policies: [policy(...statements)], boundary: null, request }).verdict;
  const glue = (more: object) => ({ Action: 'glue:GetTable', ...more });

  test.each([
    ['all of them', table('*'), 'denied'],
    ['more than them', 'arn:aws:glue:*:1:*', 'denied'],
    ['one of them', table('secret'), 'unknown'],
    ['those of a pattern', table('?_*'), 'unknown'],
    ['those of a variable’s value', table(`\${aws:PrincipalTag/onramp:product}_*`), 'unknown'],
    ['none of them', 'arn:aws:glue:r:1:table/other/*', 'allowed'],
  ])('a deny of %s', (_, Resource, verdict) => {
    expect(may(allow(glue({ Resource: '*' })), deny(glue({ Resource })))).toBe(verdict);
  });

  test.each([
    ['all of them', [table('*')], 'allowed'],
    ['one of them', [table('open')], 'unknown'],
    ['none of them', [table('*').replace('/db/', '/other/')], 'denied'],
  ])('a deny of all but %s', (_, NotResource, verdict) => {
    const denial = { Effect: 'Deny', Action: 'glue:*', NotResource };
    expect(may(allow(glue({ Resource: '*' })), denial)).toBe(verdict);
  });

  test('what is allowed goes by the one that stands for them', () => {
    expect(may(allow(glue({ Resource: table('an?') })))).toBe('allowed');
  });
});

describe('whose the resource is', () => {
  const key = 'arn:aws:kms:ap-northeast-1:111111111111:key/1';
  const may = (resource: string, Condition: object, context = {}) =>
    evaluateIdentity({
      policies: [policy(allow({ Action: '*', Condition }))],
      boundary: null,
      request: asks({ action: 'kms:Decrypt', resource, context }),
    }).verdict;
  const is = (name: string, account: string) => ({ StringEquals: { [name]: account } });

  test('its ARN says, and who calls KMS the caller (rep-37)', () => {
    expect(may(key, is('aws:ResourceAccount', '111111111111'))).toBe('allowed');
    expect(may(key, is('aws:ResourceAccount', '222222222222'))).toBe('denied');
    expect(may(key, is('kms:CallerAccount', '222222222222'))).toBe('allowed');
    expect(may(key, is('kms:CallerAccount', '111111111111'))).toBe('denied');
  });

  test('an ARN that names no account leaves it open, unless the request says it', () => {
    const bucket = 'arn:aws:s3:::cur-export';
    expect(may(bucket, is('aws:ResourceAccount', '111111111111'))).toBe('unknown');
    expect(may(bucket, is('aws:ResourceAccount', '1'), { 'aws:ResourceAccount': '1' })).toBe('allowed');
    expect(may(key, is('aws:ResourceOrgID', 'o-a1b2c3d4e5'))).toBe('unknown');
  });
});
