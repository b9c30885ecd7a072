/** What is compiled once must say what the plain, slow way says: law by law, over many texts. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccessRequest } from '#core/iam/evaluate.ts';
import { evaluateIdentity } from '#core/iam/evaluate.ts';
import { identityVerdicts } from '#core/iam/identity-verdicts.ts';
import { fits, matches, wildcards } from '#core/iam/pattern.ts';
import { fitsArn, fitsResource } from '#core/iam/variables.ts';
import { asks, ROLE, role } from './builders.ts';

const RUNS = { numRuns: 1000 };

test('a compiled pattern fits what its tokens fit, in any script and with halves of characters', () => {
  const unit = fc.constantFrom('a', 'b', '*', '*', '?', '語', '𠮷', '\ud842', '\udfb7');
  const value = fc.string({ unit: fc.constantFrom('a', 'b', '語', '𠮷', '\ud842', '\udfb7'), maxLength: 12 });
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 10 }), value, (pattern, candidate) => {
      expect(matches(pattern, candidate)).toBe(fits(wildcards(pattern), candidate));
    }),
    { numRuns: 5000 },
  );
});

test('a compiled ARN pattern says what one with a variable says, which is read anew for every request', () => {
  const part = fc.constantFrom('', 'a', '*', 'a*', '*a', '?', 'a*b');
  const pattern = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(':'));
  const arn = fc
    .array(fc.constantFrom('', 'a', 'b', 'ab', 'aab'), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join(':'));
  const reading = { request: asks(), variables: true };
  // A role has no user name, so that the fallback stands: nothing.
  const nothing = `\${aws:username, ''}`;
  fc.assert(
    fc.property(pattern, arn, (text, value) => {
      fc.pre(text !== '*');
      for (const compare of [fitsArn, fitsResource]) {
        expect(compare(text, value, reading).holds).toBe(compare(`${nothing}${text}`, value, reading).holds);
      }
    }),
    { numRuns: 3000 },
  );
});

const oneOrMany = (...values: readonly string[]) =>
  fc.oneof(fc.constantFrom(...values), fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }));
const ARNS = ['*', 'arn:aws:s3:::home/*', 'arn:aws:s3*', 'arn:aws:*x', `arn:aws:s3:::home/\${aws:PrincipalTag/team}`];
const statement = fc.record(
  {
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny', 'Perhaps'),
    Action: oneOrMany('s3:*', 's3:GetObject', 's3:Get*', 'S3:LISTBUCKET'),
    NotAction: oneOrMany('s3:PutObject'),
    Resource: oneOrMany(...ARNS),
    NotResource: oneOrMany(...ARNS),
    Condition: fc.constantFrom(
      { StringLike: { 's3:prefix': 'a*' } },
      { ArnLike: { 'aws:PrincipalArn': ROLE } },
      { StringEquals: { 'aws:SourceVpce': 'x' } },
      { Unheard: { a: 'b' } },
    ),
  },
  { requiredKeys: ['Effect'] },
);
const document = fc.oneof(
  { weight: 9, arbitrary: fc.array(statement, { maxLength: 3 }).map(textOf) },
  { weight: 1, arbitrary: fc.constant('{') },
);

function textOf(Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

describe('verdicts of an identity', { timeout: 60_000 }, () => {
  const identity = fc.record({
    policies: fc.option(fc.array(document, { maxLength: 3 })),
    boundary: fc.oneof(fc.constant(null), fc.constant(undefined), document),
    principal: fc.constantFrom(role({}), role({ tags: null }), role({ tags: { team: 'x' } })),
    context: fc.constantFrom<AccessRequest['context']>({}, { 's3:prefix': 'abc' }, { 's3:prefix': null }),
  });

  test('are those of the evaluator, in whatever order they are asked for', () => {
    const asked = fc.array(
      fc.tuple(
        fc.constantFrom('s3:GetObject', 's3:ListBucket', 's3:PutObject', 'kms:Decrypt'),
        fc.constantFrom('*', 'arn:aws:s3:::home/x', 'arn:aws:s3:::other'),
      ),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(identity, asked, ({ policies, boundary, principal, context }, all) => {
        const verdicts = identityVerdicts({ policies, boundary, principal });
        for (const [action, resource] of all) {
          const request = { principal, action, resource, context };
          expect(verdicts({ action, resource, context })).toBe(
            evaluateIdentity({ policies, boundary, request }).verdict,
          );
        }
      }),
      RUNS,
    );
  });
});
