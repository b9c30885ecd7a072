/** Law 10: what is withdrawn, and when a run stops before it. */

import { describe, expect, test } from 'vitest';
import type { Entry } from '#contracts/ledger.ts';
import { sentText } from '#core/grants.ts';
import { type Grant, resourceText } from '#core/lake.ts';
import { brake, withdrawals } from '#core/withdraw.ts';
import { PRODUCER, samplePolicy } from '../support/policies.ts';

const { policy } = samplePolicy();
const REGION = 'ap-northeast-1';
const table = (name: string): Grant => ({
  principal: '222222222222',
  resource: { type: 'table', catalog: PRODUCER, database: 'cur_org', table: name },
  permissions: ['DESCRIBE', 'SELECT'],
  grantable: [],
});

function entry(grant: Grant, products: readonly string[] = ['cur']): Entry {
  return {
    id: `${grant.principal} ${resourceText(grant.resource)}`,
    kind: 'grant',
    account: PRODUCER,
    region: REGION,
    target: resourceText(grant.resource),
    principal: grant.principal,
    sent: sentText(grant),
    before: Object.fromEntries(grant.permissions.map((p) => [p, 'absent' as const])),
    inverse: null,
    products: [...products],
    state: 'confirmed',
    error: null,
    policy: 'p',
    execution: 'e',
    at: 0,
  };
}

function withdrawn(options: { entries: readonly Entry[]; wanted?: readonly Grant[]; listed: readonly Grant[] }) {
  const { entries, wanted = [], listed } = options;
  return withdrawals({
    hop: 'share',
    account: PRODUCER,
    region: REGION,
    entries,
    wanted: wanted.map((grant) => ({ grant, products: ['cur'] })),
    undecided: new Set(),
    inScope: ({ principal }) => /^\d{12}$/.test(principal),
    listed: listed.map((grant) => ({ ...grant, shareArns: [] })),
  });
}

describe('all of a product', () => {
  const operator: Grant = {
    ...table('orders'),
    principal: `arn:aws:iam::${PRODUCER}:role/onramp/onramp-operator`,
    resource: { type: 'database', catalog: PRODUCER, database: 'cur_org' },
  };

  test('is what can be withdrawn of it: neither our own right to alter nor a dropped table keeps the brake off', () => {
    const entries = [entry(table('orders')), entry(table('dropped')), entry(operator)];
    const actions = withdrawn({ entries, listed: [table('orders'), operator] });
    expect(actions).toHaveLength(1);
    const braked = brake(policy, actions, entries, false);
    expect(braked.actions).toEqual([]);
    expect(braked.finding?.message).toContain('all grants of cur');
    expect(brake(policy, actions, entries, true)).toEqual({ actions, finding: null });
  });

  test('is not one table of two', () => {
    const entries = [entry(table('orders')), entry(table('lines'))];
    const actions = withdrawn({ entries, wanted: [table('lines')], listed: [table('orders'), table('lines')] });
    expect(actions).toHaveLength(1);
    expect(brake(policy, actions, entries, false)).toEqual({ actions, finding: null });
  });
});
