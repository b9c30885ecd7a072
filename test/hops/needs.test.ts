/** Roles are judged together only where nothing tells them apart. */

import { expect, test } from 'vitest';
import type { RoleFacts } from '#core/facts.ts';
import { roleJudge } from '#hops/needs.ts';
import { ANALYTICS, policyOf } from '../core/policy/documents.ts';

const policy = policyOf();
/** What listing asks, beneath a prefix. */
const listing = (prefix = '') => ({
  action: 's3:ListBucket',
  resource: 'arn:aws:s3:::lake',
  context: { 's3:prefix': prefix },
});

/** As an owner may have written it: the escape means a C. */
const escaped = (text: string) => text.replace('"Condition"', '"\\u0043ondition"');
const statement = (more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::lake*', ...more }],
  });

function role(name: string, document: string, tags: Record<string, string> = {}): RoleFacts {
  const arn = `arn:aws:iam::${ANALYTICS}:role/data-jobs/${name}`;
  return { arn, id: `AROA${name}`, name, path: '/data-jobs/', trust: '{}', tags, policies: [document], boundary: null };
}

test('roles with the same policies share their verdicts', () => {
  const judge = roleJudge(policy, ANALYTICS);
  expect(judge(role('a', statement()), 'x')).toBe(judge(role('b', statement()), 'x'));
  expect(judge(role('c', statement({ Action: 's3:Get*' })), 'x')).not.toBe(judge(role('a', statement()), 'x'));
});

test.each([
  ['its ARN', { Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*/a' } } }],
  ['its tags', { Resource: `arn:aws:s3:::\${aws:PrincipalTag/bucket}` }],
])('a policy that asks for %s is judged for each role', (_what, more) => {
  const judge = roleJudge(policy, ANALYTICS);
  const ask = (name: string, tags: Record<string, string>) =>
    judge(role(name, escaped(statement(more)), tags), 'x')(listing());
  expect(ask('a', { bucket: 'lake' })).toBe('allowed');
  expect(ask('b', { bucket: 'other' })).toBe('denied');
});

test('a condition on the prefix is judged for each prefix', () => {
  const judge = roleJudge(policy, ANALYTICS);
  const one = role('a', statement({ Condition: { StringLike: { 's3:prefix': 'cur/*' } } }));
  const verdict = (prefix: string) => judge(one, prefix)(listing(prefix));
  expect([verdict('cur/any'), verdict('hr/any'), verdict('cur/any')]).toEqual(['allowed', 'denied', 'allowed']);
});
