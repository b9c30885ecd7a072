/** Law 10: what is withdrawn, and when a run stops before it. */

import { describe, expect, test } from 'vitest';
import { withdrawals } from '#changes/revoke/withdrawals.ts';
import type { Grant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import { resourceText } from '#core/permissions.ts';
import { brake, withdrawalHash } from '#engine/brake.ts';
import { PRODUCER, samplePolicy } from '../../support/policies.ts';
import { brakedBy, KINDS } from '../../support/recorded.ts';

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
    part: 'database',
    database: 'cur_org',
    target: resourceText(grant.resource),
    principal: grant.principal,
    sent: grant,
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

function withdrawn(options: { entries: readonly Entry[]; desired?: readonly Grant[]; listed: readonly Grant[] }) {
  const { entries, desired = [], listed } = options;
  return withdrawals({
    hop: 'share',
    account: PRODUCER,
    region: REGION,
    entries,
    desired: desired.map((grant) => ({ grant, products: ['cur'] })),
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

  test('is what can be withdrawn of it: neither our own right to alter nor a dropped table keeps the brake off', async () => {
    const entries = [entry(table('orders')), entry(table('dropped')), entry(operator)];
    const changes = withdrawn({ entries, listed: [table('orders'), operator] });
    expect(changes).toHaveLength(1);
    const braked = brake({ ...KINDS, policy, now: () => 0 }, changes, entries);
    expect(braked.changes).toEqual([]);
    expect(braked.finding?.message).toContain('all grants of cur');
    const confirmed = await brakedBy(policy, changes, entries, withdrawalHash(KINDS, changes));
    expect(confirmed).toMatchObject({ changes, findings: [] });
  });

  test('is not one table of two', () => {
    const entries = [entry(table('orders')), entry(table('lines'))];
    const changes = withdrawn({ entries, desired: [table('lines')], listed: [table('orders'), table('lines')] });
    expect(changes).toHaveLength(1);
    expect(brake({ ...KINDS, policy, now: () => 0 }, changes, entries)).toEqual({ changes, finding: null });
  });
});
