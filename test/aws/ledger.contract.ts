/** What every ledger must do. Run on the one in memory and, end to end, on the one in DynamoDB. */

import { expect, test } from 'vitest';
import type { Entry, FindingRecord, Ledger, Walked } from '#contracts/ledger.ts';

const HERE = ['111111111111', 'ap-northeast-1'] as const;

function entry(id: string, more: Partial<Entry> = {}): Entry {
  return {
    id,
    kind: 'grant',
    account: HERE[0],
    region: HERE[1],
    target: 'table 111111111111/cur_org.legacy_all',
    principal: 'arn:aws:iam::222222222222:role/data-jobs/売上',
    sent: '{}',
    before: { SELECT: 'absent', DESCRIBE: 'theirs' },
    inverse: null,
    products: ['cur'],
    state: 'intent',
    error: null,
    policy: 'abc',
    execution: 'arn:execution',
    at: 1_700_000_000_000,
    ...more,
  };
}

function record(key: string, more: Partial<FindingRecord> = {}): FindingRecord {
  return {
    key,
    scope: 'scope-a',
    state: 'open',
    finding: '{}',
    openedAt: 1,
    seenAt: 2,
    recoveredAt: null,
    reportedAt: null,
    recoveryReportedAt: null,
    execution: 'arn:execution',
    ...more,
  };
}

const ids = (entries: readonly Entry[]) => entries.map(({ id }) => id).sort();

/** `make` gives an empty ledger. */
export function ledgerContract(make: () => Promise<Ledger>): void {
  test('a finding is marked told as it is now; one that recovered meanwhile stays recovered', async () => {
    const ledger = await make();
    const [open, gone] = [record('a'), record('b')];
    await ledger.putFindings([
      { ...open, seenAt: 3 },
      { ...gone, state: 'recovered', recoveredAt: 4 },
    ]);
    for (const told of [open, gone, record('never there')]) await ledger.markTold(told, 5);
    const now = await ledger.findings('scope-a');
    expect(now).toHaveLength(2);
    expect(now).toContainEqual({ ...open, seenAt: 3, reportedAt: 5 });
    expect(now).toContainEqual({ ...gone, state: 'recovered', recoveredAt: 4, reportedAt: 5 });
    await ledger.markTold({ ...gone, state: 'recovered' }, 6);
    expect(await ledger.findings('scope-a')).toContainEqual({
      ...gone,
      state: 'recovered',
      recoveredAt: 4,
      reportedAt: 5,
      recoveryReportedAt: 6,
    });
  });

  test('an entry comes back as it was put', async () => {
    const ledger = await make();
    const failed = entry('a', {
      state: 'failed',
      error: { code: 'AccessDenied', message: 'm', aws: { code: 'X', message: '' } },
    });
    await ledger.put([failed]);
    expect(await ledger.entries(...HERE)).toEqual([failed]);
  });

  test('entries are of one account and Region, and withdrawn ones are not among them', async () => {
    const ledger = await make();
    await ledger.put([
      entry('mine'),
      entry('elsewhere', { region: 'us-east-1' }),
      entry('others', { account: '222222222222' }),
      entry('gone', { state: 'withdrawn' }),
    ]);
    expect(ids(await ledger.entries(...HERE))).toEqual(['mine']);
  });

  test('putting an id again replaces it; within one call the last wins', async () => {
    const ledger = await make();
    await ledger.put([entry('a'), entry('a', { state: 'confirmed' })]);
    expect((await ledger.entries(...HERE)).map(({ state }) => state)).toEqual(['confirmed']);
    await ledger.put([entry('a', { state: 'withdrawn' })]);
    expect(await ledger.entries(...HERE)).toEqual([]);
  });

  test('any number of entries, and none', async () => {
    const ledger = await make();
    await ledger.put([]);
    expect(await ledger.entries(...HERE)).toEqual([]);
    const many = Array.from({ length: 60 }, (_, n) => entry(`entry-${n}`));
    await ledger.put(many);
    expect(ids(await ledger.entries(...HERE))).toEqual(ids(many));
  });

  test('more entries than fit one answer of a megabyte are all read', async () => {
    const ledger = await make();
    const big = Array.from({ length: 30 }, (_, n) => entry(`big-${n}`, { sent: 'x'.repeat(100_000) }));
    await ledger.put(big);
    expect(await ledger.entries(...HERE)).toHaveLength(30);
  });

  test('what is stored is a copy', async () => {
    const ledger = await make();
    const products = ['cur'];
    await ledger.put([entry('a', { products })]);
    products.push('edited');
    const [read] = await ledger.entries(...HERE);
    read?.products.push('edited');
    expect((await ledger.entries(...HERE))[0]?.products).toEqual(['cur']);
  });

  test('findings are of one scope, upserted by key, keys of any length included', async () => {
    const ledger = await make();
    const long = `grants ${'x'.repeat(3000)}`;
    await ledger.putFindings([record('k'), record(long), record('k', { scope: 'scope-b' })]);
    await ledger.putFindings([record('k', { state: 'recovered', recoveredAt: 9 })]);
    const found = await ledger.findings('scope-a');
    expect(found.map(({ key, state }) => [key, state]).sort()).toEqual([
      [long, 'open'],
      ['k', 'recovered'],
    ]);
    expect(await ledger.findings('scope-c')).toEqual([]);
  });

  test('what a walk saw is kept per account and Region; before the first it is null', async () => {
    const ledger = await make();
    expect(await ledger.walked(...HERE)).toBeNull();
    const walked: Walked = { account: HERE[0], region: HERE[1], parts: { 'a/b': 'h' }, disproved: ['arn:x'], at: 1 };
    await ledger.putWalked(walked);
    await ledger.putWalked({ ...walked, at: 2 });
    expect(await ledger.walked(...HERE)).toEqual({ ...walked, at: 2 });
    expect(await ledger.walked(HERE[0], 'us-east-1')).toBeNull();
  });

  test('withdrawals are confirmed by their hash, and no other hash with them', async () => {
    const ledger = await make();
    expect(await ledger.confirmation('abc')).toBeNull();
    await ledger.confirm('abc', { by: 'arn:aws:iam::333333333333:user/person', at: 1 });
    await ledger.confirm('abc', { by: 'arn:aws:iam::333333333333:user/other', at: 2 });
    expect(await ledger.confirmation('abc')).toEqual({ by: 'arn:aws:iam::333333333333:user/other', at: 2 });
    expect(await ledger.confirmation('abcd')).toBeNull();
  });

  test('a lease is one holder’s until it runs out; the holder may renew it', async () => {
    const ledger = await make();
    expect(await ledger.take({ key: 'k', holder: 'a', until: 100 }, 0)).toBe(true);
    expect(await ledger.take({ key: 'k', holder: 'b', until: 200 }, 99)).toBe(false);
    expect(await ledger.take({ key: 'k', holder: 'a', until: 150 }, 99)).toBe(true);
    expect(await ledger.take({ key: 'k', holder: 'b', until: 200 }, 149)).toBe(false);
    expect(await ledger.take({ key: 'k', holder: 'b', until: 250 }, 150)).toBe(true);
    expect(await ledger.take({ key: 'other', holder: 'c', until: 250 }, 150)).toBe(true);
  });

  test('a lease is released by its holder only; releasing nothing is nothing', async () => {
    const ledger = await make();
    await ledger.release('k', 'a');
    await ledger.take({ key: 'k', holder: 'a', until: 100 }, 0);
    await ledger.release('k', 'b');
    expect(await ledger.take({ key: 'k', holder: 'b', until: 100 }, 1)).toBe(false);
    await ledger.release('k', 'a');
    expect(await ledger.take({ key: 'k', holder: 'b', until: 100 }, 1)).toBe(true);
  });

  test('of many who reach for a lease at once one gets it', async () => {
    const ledger = await make();
    const holders = Array.from({ length: 10 }, (_, n) => `h${n}`);
    const taken = await Promise.all(holders.map((holder) => ledger.take({ key: 'k', holder, until: 100 }, 0)));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });
}
