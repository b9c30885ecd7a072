/** Law 12: admission and statements mean the same roles, whatever names and paths others choose. The lake is asked. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isProtected, means, pathPatterns } from '#core/role-patterns.ts';
import { conditionsHold } from '../../infra/local/lake/iam/conditions.ts';

const policy = { partition: 'aws', protectedPaths: ['/data-jobs/', '/a/b/'] };

/** What IAM takes in a path, and what is close to the policy's words. */
const segment = fc.oneof(
  fc.constantFrom('data-jobs', 'a', 'b', 'a*', '*', '?', '$', '$\u007b*}', 'x:role', 'role', 'DATA-JOBS', 'data?jobs'),
  fc.string({ unit: fc.constantFrom(...'ab*?$:{}+=,.@-_'), minLength: 1, maxLength: 6 }),
);
const path = fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.map((part) => `${part}/`).join('')}`);
const name = fc.oneof(
  fc.constantFrom('data-lake-x', 'my-data-lake-job', 'data-lake', 'DATA-LAKE-x', 'b'),
  fc.string({ unit: fc.constantFrom(...'ab+=,.@-_'), minLength: 1, maxLength: 6 }),
);
const match = fc.oneof(
  fc.constantFrom(
    'role/*data-lake-*',
    'role/data-jobs/*',
    'role/*',
    'role/?/b/*',
    'role/data-jobs/$\u007baws:username}',
  ),
  fc.string({ unit: fc.constantFrom(...'ab/*?:$'), minLength: 1, maxLength: 8 }).map((text) => `role/${text}`),
);

test('a role fits the patterns of a product exactly when its name matches and its path is protected (sec-2)', () => {
  fc.assert(
    fc.property(path, name, fc.array(match, { minLength: 1, maxLength: 3 }), (rolePath, roleName, patterns) => {
      const arn = `arn:aws:iam::222222222222:role${rolePath}${roleName}`;
      const role = { arn, path: rolePath, name: roleName };
      const jobRoles = patterns.map((pattern) => ({ match: pattern, proof: 'path' as const }));
      const meant = isProtected(policy, role) && jobRoles.some((wanted) => means(wanted, role));
      const said = pathPatterns(policy, { jobRoles });
      const conditions =
        said === null
          ? []
          : [
              { operator: 'ArnLike', key: 'aws:PrincipalArn', values: said.match },
              { operator: 'ArnEquals', key: 'aws:PrincipalArn', values: said.under },
            ];
      const letIn =
        said !== null && conditionsHold({ conditions, variables: true }, new Map([['aws:principalarn', arn]]));
      expect(letIn).toBe(meant);
    }),
    { numRuns: 2000 },
  );
});

test('a path that is not literal protects nothing, on neither side: such a policy may have been stored before', () => {
  const wild = { partition: 'aws', protectedPaths: ['/team-*/', '/', '/$x/'] };
  expect(isProtected(wild, { path: '/team-mallory/' })).toBe(false);
  expect(isProtected(wild, { path: '/team-*/' })).toBe(false);
  expect(pathPatterns(wild, { jobRoles: [{ match: 'role/*', proof: 'path' }] })).toBeNull();
});
