import { describe, expect, test } from 'vitest';
import { judgeTrust } from '#core/iam/trust.ts';
import { policy } from './builders.ts';

const glue = { Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' };
const judge = (...statements: readonly object[]) => judgeTrust(policy(...statements), { partition: 'aws' });
const letIn = (Principal: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Principal,
  Action: 'sts:AssumeRole',
  ...more,
});

describe('admitting Glue', () => {
  test('the trust of the walkthrough admits Glue and nobody else', () => {
    expect(judge(glue)).toEqual({
      admitsGlue: 'allowed',
      others: [],
      because: 'statement 1 of the trust policy allows it',
    });
  });

  test.each([
    ['a list of services', letIn({ Service: ['lambda.amazonaws.com', 'glue.amazonaws.com'] }), 'allowed'],
    ['no Glue', letIn({ Service: 'ec2.amazonaws.com' }), 'denied'],
    ['only tags', letIn({ Service: 'glue.amazonaws.com' }, { Action: 'sts:TagSession' }), 'denied'],
    ['every action of STS', letIn({ Service: 'glue.amazonaws.com' }, { Action: ['sts:*'] }), 'allowed'],
    // Whether Glue sends these is not documented.
    [
      'its own account only',
      letIn(
        { Service: 'glue.amazonaws.com' },
        { Condition: { StringEquals: { 'aws:SourceAccount': '222222222222' } } },
      ),
      'unknown',
    ],
  ])('%s', (_what, statement, verdict) => {
    expect(judge(statement).admitsGlue).toBe(verdict);
  });

  test('a deny wins', () => {
    expect(judge(glue, { ...glue, Effect: 'Deny', Sid: 'Frozen' })).toMatchObject({
      admitsGlue: 'denied',
      because: 'statement "Frozen" of the trust policy denies it',
    });
  });

  test('the service is called the same in GovCloud and in China (G-B19)', () => {
    for (const partition of ['aws-us-gov', 'aws-cn']) {
      expect(judgeTrust(policy(glue), { partition }).admitsGlue).toBe('allowed');
    }
  });

  test('a trust nobody can read is unknown and says why', () => {
    expect(judgeTrust('{', { partition: 'aws' })).toMatchObject({
      admitsGlue: 'unknown',
      because: expect.stringMatching(/^the trust policy can't be read: it is not JSON/),
    });
  });
});

describe('who else is let in', () => {
  test.each([
    ['everyone', '*', ['*']],
    ['everyone as AWS', { AWS: '*' }, ['*']],
    [
      'accounts and roles, but neither deleted roles nor deleted users (rep-15)',
      { AWS: ['arn:aws-us-gov:iam::1:root', '222222222222', 'AROAEXAMPLEEXAMPLE123', 'AIDAEXAMPLEEXAMPLE123'] },
      ['222222222222', 'arn:aws-us-gov:iam::1:root'],
    ],
    ['other services', { Service: ['lambda.amazonaws.com', 'glue.amazonaws.com'] }, ['lambda.amazonaws.com']],
    ['an AWS principal that calls itself Glue', { AWS: 'glue.amazonaws.com' }, ['glue.amazonaws.com']],
    ['what cannot be read', 7, ["a principal that can't be read"]],
  ])('%s', (_what, principal, others) => {
    expect(judge(glue, letIn(principal)).others).toEqual(others);
  });

  test.each(['aroaexample', 'AROA*', 'AROAEXAMPLE/x', 'arn:aws:iam::1:role/AROAEXAMPLE'])(
    'what only looks like the id of somebody gone: %s',
    (id) => {
      expect(judge(glue, letIn({ AWS: id })).others).toEqual([id]);
    },
  );

  test('an id where no AWS principal stands is no role that is gone', () => {
    expect(judge(glue, letIn({ Federated: 'AROAEXAMPLEEXAMPLE123' })).others).toEqual(['AROAEXAMPLEEXAMPLE123']);
  });

  test('federations by their own actions', () => {
    const federated = { Federated: 'arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com' };
    expect(judge(glue, letIn(federated, { Action: 'sts:AssumeRoleWithWebIdentity' })).others).toEqual([
      federated.Federated,
    ]);
  });

  test('whatever conditions are on them', () => {
    const guarded = letIn({ AWS: '444444444444' }, { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } });
    expect(judge(glue, guarded).others).toEqual(['444444444444']);
  });

  test('everyone but some is everyone but some', () => {
    const { Principal, ...rest } = glue;
    expect(Principal).toBeDefined();
    expect(judge(glue, { ...rest, NotPrincipal: { AWS: '1' } }).others).toEqual(['everyone except {"AWS":"1"}']);
  });

  test('not those who may only tag a session, and not those a statement denies', () => {
    expect(judge(glue, letIn({ AWS: '444444444444' }, { Action: 'sts:TagSession' })).others).toEqual([]);
    expect(judge(glue, { ...letIn({ AWS: '444444444444' }), Effect: 'Deny' }).others).toEqual([]);
  });
});
