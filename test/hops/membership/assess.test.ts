import { expect, test } from 'vitest';
import type { OrganizationFacts } from '#core/facts.ts';
import { known, type Observed, unknown } from '#core/observed.ts';
import { isOutside, membershipFindings } from '#hops/membership/assess.ts';
import { ANALYTICS, ORGANIZATION, REGION } from '../../../infra/local/scenes/places.ts';
import { demoPolicy } from '../../support/demo-policy.ts';

const scope = { half: 'onboard' as const, account: ANALYTICS, region: REGION };
const external = demoPolicy('demo-share', (document) => {
  document.accounts['analytics'] = { id: ANALYTICS, external: true };
});
const judged = (organization: Observed<OrganizationFacts>, policy = demoPolicy('demo-share')) => {
  const question = { policy, scope, organization };
  return { outside: isOutside(question), findings: membershipFindings(question) };
};

test('a member is nothing to tell of', () => {
  expect(judged(known({ id: ORGANIZATION }))).toEqual({ outside: false, findings: [] });
});

test.each([
  ['o-somebody1else', 'organization o-somebody1else'],
  [null, 'no organization'],
])('an account in %s is outside, and told with the ways in', (id, words) => {
  const { outside, findings } = judged(known({ id }));
  expect(outside).toBe(true);
  expect(findings).toMatchObject([
    { hop: 'membership', state: 'broken', cause: 'account-outside-organization', product: null, account: ANALYTICS },
  ]);
  expect(findings[0]?.message).toContain(words);
  expect(findings[0]?.remedy).toContain(`accounts.analytics: { id: "${ANALYTICS}", external: true }`);
});

test('who would not tell is unknown, never outside (law 6)', () => {
  const { outside, findings } = judged(unknown({ code: 'AccessDenied', message: 'refused' }));
  expect(outside).toBe(false);
  expect(findings).toMatchObject([{ hop: 'membership', state: 'unknown', cause: 'not-readable' }]);
});

test.each([
  ['a member', known({ id: ORGANIZATION })],
  ['outside', known({ id: null })],
  ['unknown', unknown({ code: 'AccessDenied', message: 'refused' })],
])('an account that the policy calls external may be anywhere: %s', (_, organization) => {
  expect(judged(organization, external)).toEqual({ outside: false, findings: [] });
});
