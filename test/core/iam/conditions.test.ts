import { describe, expect, test } from 'vitest';
import { evaluateIdentity } from '#core/iam/evaluate.ts';
import { allow, asks, policy, ROLE, role } from './builders.ts';

type Context = Record<string, string | readonly string[] | null>;

/** Whether a condition holds (allowed), doesn't (denied), or can't be told. */
function holds(Condition: unknown, context: Context = {}, principal = role({})) {
  const policies = [policy(allow({ Condition }))];
  return evaluateIdentity({ policies, boundary: null, request: asks({ context, principal }) }).verdict;
}

const [YES, NO, OPEN] = ['allowed', 'denied', 'unknown'] as const;

describe('operators on one value', () => {
  test.each([
    ['StringEquals', 'a', 'a', YES],
    ['StringEquals', ['b', 'a'], 'a', YES],
    ['StringEquals', 'A', 'a', NO],
    ['StringEquals', 'a*', 'ab', NO],
    ['StringNotEquals', ['a', 'b'], 'a', NO],
    ['StringNotEquals', ['b', 'c'], 'a', YES],
    ['StringEqualsIgnoreCase', 'Ä*', 'ä*', YES],
    ['StringNotEqualsIgnoreCase', 'A', 'a', NO],
    ['StringLike', 'o-*', 'o-a1', YES],
    ['StringLike', 'o-?', 'o-a1', NO],
    ['StringNotLike', 'o-*', 'o-a1', NO],
    ['ArnLike', 'arn:*:iam::222222222222:role/data-*', 'arn:aws:iam::222222222222:role/data-jobs/x', YES],
    ['ArnEquals', 'arn:aws:iam::*:role/data-*', 'arn:aws:iam::222222222222:role/data-jobs/x', YES],
    ['ArnNotLike', 'arn:aws:iam::333333333333:*', 'arn:aws:iam::222222222222:role/x', YES],
    ['ArnNotEquals', 'arn:aws:iam::222222222222:role/x', 'arn:aws:iam::222222222222:role/x', NO],
    ['ArnLike', 'arn:aws*role/x', 'arn:aws:iam::222222222222:role/x', OPEN],
    ['Bool', 'true', 'True', YES],
    ['Bool', false, 'true', NO],
    ['Bool', 'yes', 'yes', OPEN],
    ['NumericEquals', '1.0', '1', YES],
    ['NumericNotEquals', 1, '1', NO],
    ['NumericLessThan', '10', '9', YES],
    ['NumericLessThanEquals', '9', '9', YES],
    ['NumericGreaterThan', '9', '9', NO],
    ['NumericGreaterThanEquals', '10', '9', NO],
    ['NumericEquals', 'nine', '9', OPEN],
    ['DateGreaterThan', '2026-01-01T00:00:00Z', '2026-01-01T09:00:00+09:00', NO],
    ['DateEquals', '2026-01-01T00:00:00Z', '2026-01-01T09:00:00+09:00', YES],
    ['DateNotEquals', '2026-01-01', '2026-01-02', YES],
    ['DateLessThan', '2026-01-02', '1767225600', YES],
    ['DateLessThanEquals', '2026-01-01', '1767225600', YES],
    ['DateGreaterThanEquals', '2026-01-02', '1767225600', NO],
    ['DateLessThan', '2026-01-02T00:00:00', '1767225600', OPEN],
    ['IpAddress', '10.0.0.0/8', '10.1.2.3', OPEN],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', OPEN],
    ['StringSounds', 'a', 'a', OPEN],
    ['constructor', 'a', 'a', OPEN],
    ['StringEquals', [], 'a', OPEN],
    ['StringEquals', { a: 1 }, 'a', OPEN],
  ])('%s %j on %s: %s', (operator, wanted, actual, verdict) => {
    expect(holds({ [operator]: { 'aws:Key': wanted } }, { 'AWS:key': actual })).toBe(verdict);
  });
});

describe('keys that are absent or not known', () => {
  test.each([
    ['StringEquals', NO],
    ['StringNotEquals', YES],
    ['StringEqualsIfExists', YES],
    ['StringNotLikeIfExists', YES],
    ['ArnLikeIfExists', YES],
    ['Bool', NO],
    ['ForAnyValue:StringEquals', NO],
    ['ForAnyValue:StringNotEquals', NO],
    ['ForAnyValue:StringLikeIfExists', OPEN],
    ['ForAllValues:StringEquals', YES],
    ['ForAllValues:StringNotEquals', YES],
    ['IpAddressIfExists', OPEN],
  ])('%s of an absent key: %s', (operator, verdict) => {
    expect(holds({ [operator]: { key: 'x' } }, { key: [] })).toBe(verdict);
  });

  test.each(['StringEquals', 'StringNotEqualsIfExists', 'ForAllValues:StringLike', 'Null'])(
    '%s of a key nobody can tell is unknown',
    (operator) => {
      expect(holds({ [operator]: { key: 'true' } }, { key: null })).toBe(OPEN);
      expect(holds({ [operator]: { key: 'true' } }, {})).toBe(OPEN);
    },
  );

  test('Null asks whether a key is absent', () => {
    expect(holds({ Null: { key: 'true' } }, { key: [] })).toBe(YES);
    expect(holds({ Null: { key: false } }, { key: 'x' })).toBe(YES);
    expect(holds({ Null: { key: 'true' } }, { key: 'x' })).toBe(NO);
    expect(holds({ Null: { key: 'maybe' } }, { key: 'x' })).toBe(OPEN);
  });

  test('every key must hold: a broken one settles it whatever else is unknown', () => {
    expect(holds({ StringEquals: { a: '1', b: '2' } }, { a: '1', b: '2' })).toBe(YES);
    expect(holds({ StringEquals: { a: '1', b: '2' } }, { a: '1', b: '3' })).toBe(NO);
    expect(holds({ StringEquals: { a: '1' }, IpAddress: { b: '2' } }, { a: '3' })).toBe(NO);
    expect(holds({ StringEquals: { a: '1' }, IpAddress: { b: '2' } }, { a: '1' })).toBe(OPEN);
  });

  test('a Condition of no shape is unknown, an empty one no condition', () => {
    expect(holds('x')).toBe(OPEN);
    expect(holds({ StringEquals: 'x' })).toBe(OPEN);
    expect(holds({})).toBe(YES);
  });
});

describe('keys of several values', () => {
  test.each([
    ['ForAnyValue:StringEquals', ['a', 'b'], YES],
    ['ForAnyValue:StringEquals', ['b', 'c'], NO],
    ['ForAllValues:StringEquals', ['a'], YES],
    ['ForAllValues:StringEquals', ['a', 'b'], NO],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], YES],
    ['ForAnyValue:StringNotEquals', ['a'], NO],
    ['ForAllValues:StringNotEquals', ['b', 'c'], YES],
    ['ForAllValues:StringNotEquals', ['a', 'b'], NO],
    ['StringEquals', ['a', 'b'], OPEN],
    ['StringEquals', ['a'], YES],
  ])('%s "a" on %j: %s', (operator, values, verdict) => {
    expect(holds({ [operator]: { key: 'a' } }, { key: values })).toBe(verdict);
  });

  test.each([
    ['StringLike', 'aws:PrincipalOrgPaths'],
    ['StringNotLike', 'AWS:PrincipalOrgPaths'],
    ['StringLikeIfExists', 'aws:CalledVia'],
    ['StringEquals', 'kms:EncryptionContextKeys'],
  ])('%s of %s, which takes several, is unknown whatever they are (sec-15)', (operator, key) => {
    for (const values of [[], ['a'], ['b']])
      expect(holds({ [operator]: { [key]: 'a' } }, { [key]: values })).toBe(OPEN);
    expect(holds({ Null: { [key]: 'false' } }, { [key]: ['a'] })).toBe(YES);
  });

  test('organization paths admit an organizational unit with its children', () => {
    const within = (path: string) => holds({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': path } });
    expect(within('o-a1b2c3d4e5/*/ou-ab12-11111111/*')).toBe(YES);
    expect(within('o-a1b2c3d4e5/r-ab12/ou-ab12-99999999/*')).toBe(NO);
    const nowhere = role({ organizationPaths: null });
    expect(holds({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': '*' } }, {}, nowhere)).toBe(OPEN);
  });
});

describe('what follows from who asks', () => {
  test.each([
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/data-jobs/*', YES],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/other/*', NO],
    ['StringEquals', 'aws:PrincipalAccount', '222222222222', YES],
    ['StringEquals', 'AWS:principalorgid', 'o-a1b2c3d4e5', YES],
    ['StringEquals', 'aws:PrincipalTag/onramp:product', 'cur', YES],
    ['StringEquals', 'aws:PrincipalTag/ONRAMP:Product', 'cur', YES],
    ['Null', 'aws:PrincipalTag/other', 'true', YES],
    ['Bool', 'aws:PrincipalIsAWSService', 'false', YES],
    ['Null', 'aws:PrincipalServiceName', 'true', YES],
    ['StringEquals', 'aws:PrincipalType', 'AssumedRole', YES],
    ['Null', 'aws:username', 'true', YES],
    ['StringLike', 'aws:userid', '*:session', OPEN],
    ['StringEquals', 'aws:SourceVpce', 'vpce-1', OPEN],
  ])('%s %s %s: %s', (operator, key, wanted, verdict) => {
    expect(holds({ [operator]: { [key]: wanted } })).toBe(verdict);
  });

  test('tags that could not be read are unknown, not missing', () => {
    const unread = role({ tags: null });
    expect(holds({ StringEquals: { 'aws:PrincipalTag/onramp:product': 'cur' } }, {}, unread)).toBe(OPEN);
    expect(holds({ Null: { 'aws:PrincipalTag/onramp:product': 'true' } }, {}, unread)).toBe(OPEN);
  });

  test('what the caller says of the request goes first', () => {
    expect(holds({ StringEquals: { 'aws:PrincipalOrgID': 'o-x' } }, { 'AWS:PrincipalOrgId': 'o-x' })).toBe(YES);
    expect(holds({ Null: { 'aws:PrincipalOrgID': 'true' } }, { 'aws:PrincipalOrgID': [] })).toBe(YES);
  });
});

describe('policy variables', () => {
  const team = (tags: Record<string, string> | null) => role({ tags });
  const home = (Resource: string, principal: ReturnType<typeof role>, Version = '2012-10-17') =>
    evaluateIdentity({
      policies: [JSON.stringify({ Version, Statement: allow({ Resource }) })],
      boundary: null,
      request: asks({ principal, resource: 'arn:aws:s3:::home/経理/a*b' }),
    }).verdict;

  test('stand for tags, in resources and in conditions', () => {
    expect(home(`arn:aws:s3:::home/\${aws:PrincipalTag/Team}/*`, team({ team: '経理' }))).toBe(YES);
    expect(home(`arn:aws:s3:::home/\${aws:PrincipalTag/Team}/*`, team({ team: '営業' }))).toBe(NO);
    const same = { StringEquals: { 'aws:ResourceTag/team': `\${aws:PrincipalTag/team}` } };
    expect(holds(same, { 'aws:ResourceTag/team': 'a' }, team({ team: 'a' }))).toBe(YES);
    expect(holds(same, { 'aws:ResourceTag/team': 'a' }, team({ team: 'A' }))).toBe(NO);
  });

  test('wildcards in a tag are plain characters', () => {
    expect(home(`arn:aws:s3:::home/\${aws:PrincipalTag/team}/*`, team({ team: '*' }))).toBe(NO);
  });

  test('without a value: unknown where it could fit, denied where it could not, the default where there is one', () => {
    for (const tags of [null, {}]) {
      expect(home(`arn:aws:s3:::home/\${aws:PrincipalTag/team}/*`, team(tags))).toBe(OPEN);
      expect(home(`arn:aws:s3:::other/\${aws:PrincipalTag/team}/*`, team(tags))).toBe(NO);
    }
    expect(home(`arn:aws:s3:::home/\${aws:PrincipalTag/team, '経理'}/*`, team({}))).toBe(YES);
    expect(home(`arn:aws:s3:::home/\${aws:PrincipalTag/team, '経理'}/*`, team(null))).toBe(OPEN);
    expect(home(`arn:aws:s3:::home/\${aws:username}/*`, team({}))).toBe(OPEN);
  });

  test('without a value in what is left out, or not to be equal: unknown, wherever the rest would fit (sec-15)', () => {
    const allBut = (NotResource: readonly string[], tags: Record<string, string>) =>
      evaluateIdentity({
        policies: [policy({ Effect: 'Allow', Action: '*', NotResource })],
        boundary: null,
        request: asks({ principal: team(tags), resource: 'arn:aws:s3:::home/a' }),
      }).verdict;
    const another = `arn:aws:s3:::other/\${aws:PrincipalTag/team}`;
    expect(allBut([another], {})).toBe(OPEN);
    expect(allBut([another], { team: 'a' })).toBe(YES);
    expect(allBut([another, 'arn:aws:s3:::home/*'], {})).toBe(NO);
    const notOther = { StringNotEquals: { path: `other/\${aws:PrincipalTag/team}` } };
    expect(holds(notOther, { path: 'home/a' }, team({}))).toBe(OPEN);
    expect(holds(notOther, { path: 'home/a' }, team({ team: 'a' }))).toBe(YES);
  });

  test('escapes are characters, and the old version knows no variables', () => {
    expect(home(`arn:aws:s3:::home/*/a\${*}b`, team({}))).toBe(YES);
    expect(home(`arn:aws:s3:::home/*/a\${?}b`, team({}))).toBe(NO);
    expect(home(`arn:aws:s3:::home/\${aws:PrincipalTag/team}/*`, team({ team: '経理' }), '2008-10-17')).toBe(NO);
  });

  test('are read in every string operator and left alone in the rest of the text', () => {
    const mine = { StringLike: { path: `home/\${aws:PrincipalAccount}/*` } };
    expect(holds(mine, { path: 'home/222222222222/x' })).toBe(YES);
    expect(
      holds({ StringEqualsIgnoreCase: { path: `\${aws:PrincipalTag/t}` } }, { path: 'aB' }, team({ t: 'Ab' })),
    ).toBe(YES);
    expect(holds({ ArnEquals: { 'aws:SourceArn': `\${aws:PrincipalArn}` } }, { 'aws:SourceArn': ROLE })).toBe(YES);
  });
});
