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

function withdrawn(options: {
  entries: readonly Entry[];
  desired?: readonly Grant[];
  listed: readonly Grant[];
  undecided?: readonly string[];
}) {
  const { entries, desired = [], listed, undecided = [] } = options;
  return withdrawals({
    hop: 'share',
    account: PRODUCER,
    region: REGION,
    entries,
    desired: desired.map((grant) => ({ grant, products: ['cur'] })),
    undecided: new Set(undecided),
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

describe('a run that was cut after AWS had revoked', () => {
  const orders = table('orders');
  const select: Grant = { ...orders, permissions: ['SELECT'] };
  const describing: Grant = { ...orders, permissions: ['DESCRIBE'] };
  const cut = (more: Partial<Entry> = {}): Entry => ({ ...entry(orders), state: 'withdrawing', ...more }) as Entry;

  test('the entry ends; no brake is asked again, since it was before', () => {
    const changes = withdrawn({ entries: [cut()], listed: [] });
    expect(changes).toMatchObject([{ gone: true, effect: 'neutral', grant: orders }]);
    expect(brake({ ...KINDS, policy, now: () => 0 }, changes, [cut()])).toEqual({ changes, finding: null });
  });

  test('only what was absent before us goes: a late listing may hide what is the owner’s (law 3)', () => {
    const entries = [cut({ before: { DESCRIBE: 'theirs', SELECT: 'absent' } })];
    expect(withdrawn({ entries, listed: [] })).toMatchObject([{ gone: true, grant: select }]);
  });

  test('nothing goes while what its product wants is not known (law 6)', () => {
    expect(withdrawn({ entries: [cut()], listed: [], undecided: ['cur'] })).toEqual([]);
  });

  test('of one that is still wanted with fewer permissions these end, so that nobody’s later grant is taken for ours', () => {
    const [change, ...more] = withdrawn({ entries: [cut()], desired: [describing], listed: [describing] });
    expect(more).toEqual([]);
    expect(change).toMatchObject({ gone: true, grant: select, keeps: describing });
  });

  test('what still stands is withdrawn like those that no run was cut at', () => {
    const [change] = withdrawn({ entries: [cut()], listed: [orders] });
    expect(change).toMatchObject({ effect: 'narrows', grant: orders });
    expect(change).not.toHaveProperty('gone');
  });
});
