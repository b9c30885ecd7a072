/** Events that our own writes make: told from everybody else's by who called, never by what was changed. */

import { describe, expect, test } from 'vitest';
import { route } from '#core/events/route.ts';
import { FINANCE, policyOf, productInput } from '../policy/documents.ts';
import { callEvent, publish } from './events.ts';

const policy = policyOf({ products: { cur: productInput() } });
const OPERATOR = `arn:aws:iam::${FINANCE}:role/onramp/onramp-operator`;

/** `UpdateDatabase` of the product's database, made by a session of `arn`. */
function updatedBy(arn: string, type = 'AssumedRole'): unknown {
  const sessionIssuer = { type: 'Role', principalId: 'AROAEXAMPLE', arn, accountId: FINANCE, userName: 'x' };
  return callEvent({ userIdentity: { type, accountId: FINANCE, sessionContext: { sessionIssuer, attributes: {} } } });
}

test('what our operator changed wakes nobody: the run that did looks at it itself', () => {
  expect(route(updatedBy(OPERATOR), policy)).toMatchObject({ kind: 'ignore', why: expect.stringContaining('our own') });
});

describe('the same change, made in the same minute by anybody else, is looked at', () => {
  test.each([
    ['a person’s role', updatedBy(`arn:aws:iam::${FINANCE}:role/lake-admin`)],
    ['a role that only ends like ours', updatedBy(`arn:aws:iam::${FINANCE}:role/not-onramp-operator`)],
    ['our operator of another account', updatedBy('arn:aws:iam::999999999999:role/onramp/onramp-operator')],
    ['our reader, which changes nothing', updatedBy(`arn:aws:iam::${FINANCE}:role/onramp/onramp-reader`)],
    ['the operator of another namespace', updatedBy(`arn:aws:iam::${FINANCE}:role/other/other-operator`)],
    ['a user whose name is our role’s', updatedBy(OPERATOR, 'IAMUser')],
    ['somebody of whom CloudTrail does not tell', callEvent({ userIdentity: { type: 'AssumedRole' } })],
    ['an AWS service', callEvent({ userIdentity: { type: 'AWSService', sessionContext: null } })],
    ['nobody named', callEvent()],
  ])('%s', (_, event) => {
    expect(route(event, policy)).toEqual({ kind: 'scopes', scopes: [publish('cur_org')] });
  });
});
