/** Law 10: what a part of the organization loses is judged by its accounts, and not as one grant. */

import { expect, test } from 'vitest';
import type { RevokeChange } from '#changes/revoke/change.ts';
import type { Grant } from '#contracts/lake-formation.ts';
import { movesOf } from '../../../functions/hops/share/moves.ts';
import { PRODUCER, samplePolicy } from '../../support/policies.ts';

const PART = 'arn:aws:organizations::999999999999:organization/o-a1b2c3d4e5';
const ACCOUNTS = Array.from({ length: 10 }, (_, i) => String(200_000_000_000 + i));
const to = (principal: string): Grant => ({
  principal,
  resource: { type: 'table', catalog: PRODUCER, database: 'cur_org', table: 'orders' },
  permissions: ['DESCRIBE', 'SELECT'],
  grantable: ['DESCRIBE', 'SELECT'],
});
const revoke: RevokeChange = {
  hop: 'share',
  account: PRODUCER,
  region: 'ap-northeast-1',
  kind: 'revoke',
  effect: 'narrows',
  products: ['cur'],
  grant: to(PART),
  reason: 'withdrawal',
};

/** Why a person is asked before the part's grant goes and these keep what they are granted; undefined: nobody is. */
function asks({
  keep,
  there = keep,
  isKnown = true,
}: {
  keep: readonly string[];
  there?: typeof keep;
  isKnown?: boolean;
}) {
  const { policy } = samplePolicy();
  const wholes = isKnown ? [{ principal: PART, path: null, accounts: [PRODUCER, ...ACCOUNTS] }] : [];
  const { told } = movesOf({
    policy: { wholes, limits: { ...policy.limits, withdraw: { atMost: 20, percent: 5, accounts: 3 } } },
    products: [],
    entries: [],
    desired: keep.map((account) => ({ grant: to(account), products: ['cur'] })),
    listed: there.map((account) => ({ ...to(account), shareArns: [] })),
    execution: 'now',
  });
  return told(revoke).asks;
}

test('where each of its accounts keeps the same by a grant of its own, nobody is asked', () => {
  expect(asks({ keep: ACCOUNTS })).toBeUndefined();
});

test('as few as may go at once go unasked, and one more does not', () => {
  expect(asks({ keep: ACCOUNTS.slice(3) })).toBeUndefined();
  expect(asks({ keep: ACCOUNTS.slice(4) })).toContain('4 of its 10 accounts');
});

test('a grant that is wanted and not there covers nobody', () => {
  expect(asks({ keep: ACCOUNTS, there: ACCOUNTS.slice(4) })).toContain('4 of its 10 accounts');
});

test('of a part that nobody has told of, it is asked', () => {
  expect(asks({ keep: ACCOUNTS, isKnown: false })).toContain('not known');
});
