import { describe, expect, test } from 'vitest';
import type { Caller } from '../../../../infra/local/lake/caller.ts';
import { buildContext } from '../../../../infra/local/lake/iam/context.ts';
import { parsePolicy } from '../../../../infra/local/lake/iam/document.ts';
import { evaluate } from '../../../../infra/local/lake/iam/evaluate.ts';
import { arnLike, glob } from '../../../../infra/local/lake/iam/match.ts';
import { allow, CONSUMER, PRODUCER, policy } from './clients.ts';

const role: Caller = {
  kind: 'role',
  account: CONSUMER,
  arn: `arn:aws:iam::${CONSUMER}:role/data-jobs/job`,
  sessionArn: `arn:aws:sts::${CONSUMER}:assumed-role/job/run`,
};

interface Ask {
  readonly identity?: readonly string[];
  readonly resourcePolicy?: string;
  readonly boundary?: string;
  readonly session?: readonly string[];
  readonly context?: Record<string, string | string[]>;
  readonly sameAccount?: boolean;
  readonly resourceMustAllow?: boolean;
  readonly caller?: Caller;
  readonly resource?: string;
}

function ask(question: Ask): string {
  const { effect, by } = evaluate({
    caller: question.caller ?? role,
    action: 'glue:GetTable',
    resource: question.resource ?? 'arn:aws:glue:r:1:table/db/t',
    context: new Map(Object.entries(question.context ?? {}).map(([key, value]) => [key.toLowerCase(), value])),
    sameAccount: question.sameAccount ?? true,
    identity: question.identity ?? [],
    boundary: question.boundary,
    session: question.session,
    resourcePolicy: question.resourcePolicy,
    resourceMustAllow: question.resourceMustAllow ?? false,
  });
  return effect === 'allowed' ? effect : `${effect} ${by}`;
}

const may = policy(allow('glue:Get*'));
const inPolicy = (principal: unknown, more: object = {}) =>
  policy(allow('glue:*', '*', { Principal: principal, ...more }));

describe('who wins (F-30)', () => {
  test.each<[string, Ask, string]>([
    ['nothing allows', {}, 'implicitDeny identity'],
    ['the identity allows', { identity: [may] }, 'allowed'],
    [
      'a deny beside an allow',
      { identity: [may, policy({ Effect: 'Deny', Action: '*', Resource: '*' })] },
      'explicitDeny identity',
    ],
    ['in one account the resource alone', { resourcePolicy: inPolicy({ AWS: role.arn }) }, 'allowed'],
    [
      'a resource that names the account leaves it to IAM',
      { resourcePolicy: inPolicy({ AWS: CONSUMER }) },
      'implicitDeny identity',
    ],
    ['across accounts the identity alone', { identity: [may], sameAccount: false }, 'implicitDeny resource'],
    [
      'across accounts the resource alone',
      { resourcePolicy: inPolicy('*'), sameAccount: false },
      'implicitDeny identity',
    ],
    [
      'across accounts both',
      { identity: [may], resourcePolicy: inPolicy({ AWS: CONSUMER }), sameAccount: false },
      'allowed',
    ],
    [
      'another account is named',
      { identity: [may], resourcePolicy: inPolicy({ AWS: PRODUCER }), sameAccount: false },
      'implicitDeny resource',
    ],
    ['a boundary that is silent', { identity: [may], boundary: policy(allow('s3:*')) }, 'implicitDeny boundary'],
    ['a session policy that is silent', { identity: [may], session: [policy(allow('s3:*'))] }, 'implicitDeny session'],
    [
      'a boundary limits what names the role',
      { resourcePolicy: inPolicy({ AWS: role.arn }), boundary: policy(allow('s3:*')) },
      'implicitDeny boundary',
    ],
    [
      'a boundary does not limit what names the session',
      { resourcePolicy: inPolicy({ AWS: role.sessionArn }), boundary: policy(allow('s3:*')) },
      'allowed',
    ],
    ['a trust or key policy that is silent', { identity: [may], resourceMustAllow: true }, 'implicitDeny resource'],
    [
      'a key policy that hands over to IAM',
      { identity: [may], resourceMustAllow: true, resourcePolicy: inPolicy({ AWS: `arn:aws:iam::${CONSUMER}:root` }) },
      'allowed',
    ],
    [
      'everybody but',
      {
        identity: [may],
        resourcePolicy: policy({ Effect: 'Deny', NotPrincipal: { AWS: role.arn }, Action: '*', Resource: '*' }),
      },
      'allowed',
    ],
    [
      'everybody but somebody else',
      {
        identity: [may],
        resourcePolicy: policy({ Effect: 'Deny', NotPrincipal: { AWS: PRODUCER }, Action: '*', Resource: '*' }),
      },
      'explicitDeny resource',
    ],
    [
      'a service is named',
      {
        caller: { kind: 'service', account: '', arn: 'glue.amazonaws.com' },
        resourcePolicy: inPolicy({ Service: 'glue.amazonaws.com' }),
      },
      'allowed',
    ],
    [
      'another service is named',
      {
        caller: { kind: 'service', account: '', arn: 'ram.amazonaws.com' },
        resourcePolicy: inPolicy({ Service: 'glue.amazonaws.com' }),
      },
      'implicitDeny resource',
    ],
  ])('%s', (_name, question, expected) => {
    expect(ask(question)).toBe(expected);
  });
});

describe('statements (F-31)', () => {
  test('NotAction and NotResource are everything else', () => {
    expect(ask({ identity: [policy({ Effect: 'Allow', NotAction: 's3:*', Resource: '*' })] })).toBe('allowed');
    expect(ask({ identity: [policy({ Effect: 'Allow', NotAction: 'GLUE:GET*', Resource: '*' })] })).toBe(
      'implicitDeny identity',
    );
    expect(ask({ identity: [policy({ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:glue:*' })] })).toBe(
      'implicitDeny identity',
    );
  });

  test('a policy variable is the value as it is, never a pattern', () => {
    const own = policy(allow('glue:*', 'arn:aws:glue:r:1:table/${aws:PrincipalTag/db}/t'));
    expect(ask({ identity: [own], context: { 'aws:PrincipalTag/db': 'db' } })).toBe('allowed');
    expect(ask({ identity: [own], context: { 'aws:PrincipalTag/db': '*' } })).toBe('implicitDeny identity');
    expect(ask({ identity: [own] })).toBe('implicitDeny identity');
    const fallback = policy(allow('glue:*', "arn:aws:glue:r:1:table/${aws:PrincipalTag/db, 'db'}/t"));
    expect(ask({ identity: [fallback] })).toBe('allowed');
  });

  test('what IAM would refuse is no policy', () => {
    for (const text of [
      '',
      '{}',
      '{"Statement":[{"Effect":"Maybe","Action":"*"}]}',
      '{"Statement":[{"Effect":"Allow"}]}',
      '{"Version":"2020","Statement":[]}',
      '{"Statement":[{"Effect":"Allow","Action":"*","Ressource":"*"}]}',
    ])
      expect(() => parsePolicy(text), text).toThrow();
  });
});

describe('conditions (F-32)', () => {
  const when = (Condition: object) => [policy(allow('*', '*', { Condition }))];
  test.each<[object, Ask['context'], boolean]>([
    [{ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }, { 'aws:PrincipalOrgID': 'o-1' }, true],
    [{ StringEquals: { 'aws:PrincipalOrgID': ['o-1', 'o-2'] } }, { 'aws:PrincipalOrgID': 'o-2' }, true],
    [{ StringEquals: { 'AWS:principalorgid': 'o-1' } }, { 'aws:PrincipalOrgID': 'o-1' }, true],
    [{ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }, {}, false],
    [{ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }, {}, true],
    [{ StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } }, {}, true],
    [{ StringEqualsIgnoreCase: { k: 'ABC' } }, { k: 'abc' }, true],
    [{ StringLike: { k: 'a*c?' } }, { k: 'abbcd' }, true],
    [{ StringNotLike: { k: 'a*' } }, { k: 'abc' }, false],
    [
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/onramp-*' } },
      { 'aws:PrincipalArn': 'arn:aws:iam::1:role/onramp-walk' },
      true,
    ],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*' } }, { 'aws:PrincipalArn': 'arn:aws:iam::1:role/x' }, false],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, { 'aws:SecureTransport': 'true' }, false],
    [{ Null: { 'aws:PrincipalTag/product': 'false' } }, { 'aws:PrincipalTag/product': 'cur' }, true],
    [{ Null: { 'aws:PrincipalTag/product': 'true' } }, { 'aws:PrincipalTag/product': 'cur' }, false],
    [{ NumericLessThanEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': '10' }, true],
    [
      { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { 'aws:CurrentTime': '2026-06-01T00:00:00Z' },
      true,
    ],
    [{ IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, { 'aws:SourceIp': '127.0.0.1' }, true],
    [{ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, { 'aws:SourceIp': '127.0.0.1' }, true],
    [
      { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-1/r-1/ou-1/*' } },
      { 'aws:PrincipalOrgPaths': ['o-1/r-1/ou-1/ou-2/'] },
      true,
    ],
    [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } }, {}, false],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } }, { 'aws:TagKeys': ['a', 'c'] }, false],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } }, {}, true],
    [{ StringEquals: { a: '1' }, StringLike: { b: '2*' } }, { a: '1', b: '3' }, false],
  ])('%j with %j', (condition, context, holds) => {
    expect(ask({ identity: when(condition), ...(context === undefined ? {} : { context }) }) === 'allowed').toBe(holds);
  });

  test('an operator the lake does not know is told, never guessed', () => {
    expect(() => ask({ identity: when({ StringAlmost: { a: 'b' } }), context: { a: 'b' } })).toThrow('StringAlmost');
  });
});

describe('wildcards (F-33)', () => {
  test('a star crosses everything in a resource, but no colon in an ARN operator', () => {
    expect(glob('arn:aws:s3:::b/*', 'arn:aws:s3:::b/x/y')).toBe(true);
    expect(glob('a.c', 'abc')).toBe(false);
    expect(arnLike('arn:aws:iam::*:role/*', 'arn:aws:iam::1:role/a/b:c')).toBe(true);
    expect(arnLike('arn:aws:*:role/x', 'arn:aws:iam::1:role/x')).toBe(false);
  });
});

test('a resource’s owner and its organization are among the keys of a request (F-34)', () => {
  const organization = { id: 'o-a1b2c3d4e5', path: 'o-a1b2c3d4e5/r-ab12/' };
  const of = (owner: string, ownerOrganization?: typeof organization) =>
    buildContext(
      { caller: role, action: 'glue:GetTable', resource: '*' },
      { identity: undefined, organization: undefined, owner, ownerOrganization },
      0,
    );
  expect(of(PRODUCER, organization).get('aws:resourceaccount')).toBe(PRODUCER);
  expect(of(PRODUCER, organization).get('aws:resourceorgid')).toBe('o-a1b2c3d4e5');
  expect(of(PRODUCER, organization).get('aws:resourceorgpaths')).toEqual(['o-a1b2c3d4e5/r-ab12/']);
  expect(of(PRODUCER).has('aws:resourceorgid')).toBe(false);
  expect(of('').has('aws:resourceaccount')).toBe(false);
});

test('a document of 2008 knows no variables (F-31)', () => {
  const Statement = [allow('glue:*', '*', { Condition: { StringEquals: { who: `\${aws:PrincipalAccount}` } } })];
  const says = (Version: string, who: string) =>
    ask({ identity: [JSON.stringify({ Version, Statement })], context: { who, 'aws:PrincipalAccount': CONSUMER } });
  expect(says('2012-10-17', CONSUMER)).toBe('allowed');
  expect(says('2008-10-17', CONSUMER)).toBe('implicitDeny identity');
  expect(says('2008-10-17', `\${aws:PrincipalAccount}`)).toBe('allowed');
});
