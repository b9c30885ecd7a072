import { describe, expect, test } from 'vitest';
import { evaluateResource } from '#core/iam/evaluate.ts';
import { allow, asks, deny, jobRole, policy, ROLE, role } from './builders.ts';

const admits = (principal: unknown, request = asks()) =>
  evaluateResource(policy(allow({ Principal: principal })), request).verdict;

describe('principals in every form (G-B6)', () => {
  test.each([
    ['everyone as text', '*', 'allowed'],
    ['everyone as AWS', { AWS: '*' }, 'allowed'],
    ['the role', { AWS: ROLE }, 'allowed'],
    ['the role among others', { AWS: ['arn:aws:iam::444444444444:root', ROLE] }, 'allowed'],
    ['the role as bare text', ROLE, 'allowed'],
    ['the role beside a service', { Service: 'glue.amazonaws.com', AWS: [ROLE] }, 'allowed'],
    ['its account by number', { AWS: '222222222222' }, 'allowed'],
    ['its account by root', { AWS: ['arn:aws:iam::222222222222:root'] }, 'allowed'],
    ['the same account of another partition', { AWS: 'arn:aws-cn:iam::222222222222:root' }, 'denied'],
    ['another account', { AWS: '444444444444' }, 'denied'],
    ['the role without its path', { AWS: 'arn:aws:iam::222222222222:role/analytics-data-lake-job' }, 'denied'],
    ['a role that is gone', { AWS: 'AROAEXAMPLEEXAMPLE123' }, 'denied'],
    ['a service', { Service: ['glue.amazonaws.com'] }, 'denied'],
    ['a federation', { Federated: 'cognito-identity.amazonaws.com' }, 'denied'],
    [
      'one session',
      { AWS: 'arn:aws:sts::222222222222:assumed-role/analytics-data-lake-job/GlueJobRunnerSession' },
      'unknown',
    ],
    ['a session of another role', { AWS: 'arn:aws:sts::222222222222:assumed-role/other/x' }, 'denied'],
    ['a wildcard AWS would refuse', { AWS: 'arn:aws:iam::222222222222:role/*' }, 'unknown'],
    ['a canonical user', { CanonicalUser: '79a59d' }, 'unknown'],
    ['a kind nobody knows', { Robot: 'x' }, 'unknown'],
    ['nonsense', 7, 'unknown'],
    ['an empty object', {}, 'denied'],
  ])('%s', (_what, principal, verdict) => {
    expect(admits(principal)).toBe(verdict);
  });

  test('a unique id is the role it is the id of (G-B4)', () => {
    const request = asks({ principal: role({ uniqueId: 'AROAEXAMPLEEXAMPLE123' }) });
    expect(admits({ AWS: ['AROAEXAMPLEEXAMPLE123'] }, request)).toBe('allowed');
    expect(admits({ AWS: ['AROAANOTHERANOTHER123'] }, request)).toBe('denied');
  });

  test('GovCloud roles are matched by GovCloud ARNs (G-B19)', () => {
    const arn = 'arn:aws-us-gov:iam::222222222222:role/job';
    const request = asks({ principal: role({ arn }), resource: 'arn:aws-us-gov:s3:::cur-export/a' });
    const bucket = (partition: string) =>
      policy(
        allow({
          Principal: { AWS: `arn:${partition}:iam::222222222222:root` },
          Resource: `arn:${partition}:s3:::cur-export/*`,
        }),
      );
    expect(evaluateResource(bucket('aws-us-gov'), request).verdict).toBe('allowed');
    expect(evaluateResource(bucket('aws'), request).verdict).toBe('denied');
  });

  test('NotPrincipal means everybody else; whom it names in part is unknown', () => {
    const spares = (NotPrincipal: unknown) =>
      evaluateResource(policy(allow({ Principal: '*' }), deny({ NotPrincipal })), asks()).verdict;
    expect(spares({ AWS: '444444444444' })).toBe('denied');
    expect(spares({ AWS: ROLE })).toBe('unknown');
    expect(spares({ AWS: [ROLE, 'arn:aws:iam::222222222222:root'] })).toBe('unknown');
    expect(spares('*')).toBe('allowed');
    expect(spares(7)).toBe('unknown');
  });

  test('a statement of a bucket that names nobody, or names both ways, is unknown', () => {
    expect(evaluateResource(policy(allow()), asks()).verdict).toBe('unknown');
    expect(evaluateResource(policy(allow({ Principal: '*', NotPrincipal: '*' })), asks()).verdict).toBe('unknown');
  });
});

test('an account can be asked about: its root, not one of its roles', () => {
  const principal = { ...jobRole, type: 'account', arn: 'arn:aws:iam::222222222222:root' } as const;
  expect(admits({ AWS: '222222222222' }, asks({ principal }))).toBe('allowed');
  expect(admits({ AWS: ROLE }, asks({ principal }))).toBe('denied');
});
