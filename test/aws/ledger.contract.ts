/** What every ledger must do. Run on the one in memory and, end to end, on the one in DynamoDB. */

import { describe, expect, test } from 'vitest';
import { ANALYTICS, consumerRecord, type KeptLedger, REGION, record } from './ledger-builders.ts';
import { entriesContract } from './ledger-entries.contract.ts';

/** `make` gives an empty ledger. */
export function ledgerContract(make: () => Promise<KeptLedger>): void {
  entriesContract(make);

  test('a finding is marked as reported as it is now; one that recovered meanwhile stays recovered', async () => {
    const { ledger } = await make();
    const [open, gone] = [record('a'), record('b')];
    await ledger.putFindings([
      { ...open, seenAt: 3 },
      { ...gone, state: 'recovered', recoveredAt: 4 },
    ]);
    for (const told of [open, gone, record('never there')]) await ledger.markReported(told, 5);
    const now = await ledger.findings('scope-a');
    expect(now).toHaveLength(2);
    expect(now).toContainEqual({ ...open, seenAt: 3, reportedAt: 5 });
    expect(now).toContainEqual({ ...gone, state: 'recovered', recoveredAt: 4, reportedAt: 5 });
    await ledger.markReported({ ...gone, state: 'recovered' }, 6);
    expect(await ledger.findings('scope-a')).toEqual([{ ...open, seenAt: 3, reportedAt: 5 }]);
  });

  test('a finding that was told to have recovered is read by no run any more, and may open anew', async () => {
    const { ledger } = await make();
    const told = record('a', { state: 'recovered', recoveredAt: 4, reportedAt: 2 });
    await ledger.putFindings([told]);
    expect(await ledger.findings('scope-a')).toEqual([told]);
    await ledger.markReported(told, 5);
    expect(await ledger.findings('scope-a')).toEqual([]);
    await ledger.putFindings([record('a', { openedAt: 9 })]);
    expect(await ledger.findings('scope-a')).toEqual([record('a', { openedAt: 9 })]);
    await ledger.markReported(told, 10);
    expect(await ledger.findings('scope-a')).toEqual([record('a', { openedAt: 9 })]);
  });

  test('findings are of one scope, upserted by key, keys of any length included', async () => {
    const { ledger } = await make();
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

  test('what a consumer’s last run saw is kept per account and Region; before the first it is null', async () => {
    const { ledger } = await make();
    expect(await ledger.consumer(ANALYTICS, REGION)).toBeNull();
    const seen = consumerRecord(2, 1);
    await ledger.putConsumer(seen);
    await ledger.putConsumer({ ...seen, at: 2 });
    expect(await ledger.consumer(ANALYTICS, REGION)).toEqual({ ...seen, at: 2 });
    expect(await ledger.consumer(ANALYTICS, 'us-east-1')).toBeNull();
  });

  test('a consumer that reads 3,000 databases and has 5,000 disproved roles is one record', async () => {
    const { ledger } = await make();
    const seen = consumerRecord(3000, 5000);
    await ledger.putConsumer(seen);
    expect(await ledger.consumer(ANALYTICS, REGION)).toEqual(seen);
  });

  test('withdrawals are confirmed by their hash, and no other hash with them', async () => {
    const { ledger } = await make();
    expect(await ledger.confirmation('abc')).toBeNull();
    await ledger.confirm('abc', { by: 'arn:aws:iam::333333333333:user/person', at: 1 });
    await ledger.confirm('abc', { by: 'arn:aws:iam::333333333333:user/other', at: 2 });
    expect(await ledger.confirmation('abc')).toEqual({ by: 'arn:aws:iam::333333333333:user/other', at: 2 });
    expect(await ledger.confirmation('abcd')).toBeNull();
  });

  test('a lease is one holder’s until it runs out; the holder may renew it', async () => {
    const { ledger } = await make();
    expect(await ledger.take({ key: 'k', holder: 'a', until: 100 }, 0)).toBe(true);
    expect(await ledger.take({ key: 'k', holder: 'b', until: 200 }, 99)).toBe(false);
    expect(await ledger.take({ key: 'k', holder: 'a', until: 150 }, 99)).toBe(true);
    expect(await ledger.take({ key: 'k', holder: 'b', until: 200 }, 149)).toBe(false);
    expect(await ledger.take({ key: 'k', holder: 'b', until: 250 }, 150)).toBe(true);
    expect(await ledger.take({ key: 'other', holder: 'c', until: 250 }, 150)).toBe(true);
  });

  test('a lease is released by its holder only; releasing nothing is nothing', async () => {
    const { ledger } = await make();
    await ledger.release('k', 'a');
    await ledger.take({ key: 'k', holder: 'a', until: 100 }, 0);
    await ledger.release('k', 'b');
    expect(await ledger.take({ key: 'k', holder: 'b', until: 100 }, 1)).toBe(false);
    await ledger.release('k', 'a');
    expect(await ledger.take({ key: 'k', holder: 'b', until: 100 }, 1)).toBe(true);
  });

  test('of many who reach for a lease at once one gets it', async () => {
    const { ledger } = await make();
    const holders = Array.from({ length: 10 }, (_, n) => `h${n}`);
    const taken = await Promise.all(holders.map((holder) => ledger.take({ key: 'k', holder, until: 100 }, 0)));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  describe('turns', () => {
    const place = { account: ANALYTICS, region: REGION };
    const at = (now: number) => ({ now, most: 2 });

    test('as many runs as may are at work in an account and Region, and others wait', async () => {
      const { ledger } = await make();
      expect(await ledger.takeTurn(place, { holder: 'a', until: 100 }, at(0))).toBe(1);
      expect(await ledger.takeTurn(place, { holder: 'b', until: 100 }, at(0))).toBe(2);
      expect(await ledger.takeTurn(place, { holder: 'c', until: 100 }, at(0))).toBe(0);
      expect(await ledger.takeTurn({ ...place, region: 'us-east-1' }, { holder: 'c', until: 100 }, at(0))).toBe(1);
    });

    test('are renewed by their holder, end by themselves, and are given up by their holder only', async () => {
      const { ledger } = await make();
      await ledger.takeTurn(place, { holder: 'a', until: 100 }, at(0));
      await ledger.takeTurn(place, { holder: 'b', until: 100 }, at(0));
      expect(await ledger.takeTurn(place, { holder: 'a', until: 200 }, at(99))).toBe(2);
      expect(await ledger.takeTurn(place, { holder: 'c', until: 200 }, at(99))).toBe(0);
      expect(await ledger.takeTurn(place, { holder: 'c', until: 200 }, at(100))).toBe(2);
      await ledger.releaseTurn(place, 'nobody');
      expect(await ledger.takeTurn(place, { holder: 'd', until: 200 }, at(101))).toBe(0);
      await ledger.releaseTurn(place, 'a');
      expect(await ledger.takeTurn(place, { holder: 'd', until: 200 }, at(102))).toBe(2);
    });

    test('of many who reach for one at once no more get it than may', async () => {
      const { ledger } = await make();
      const holders = Array.from({ length: 8 }, (_, n) => `h${n}`);
      const taken = await Promise.all(holders.map((holder) => ledger.takeTurn(place, { holder, until: 9 }, at(0))));
      expect(taken.filter((atWork) => atWork > 0).length).toBeLessThanOrEqual(2);
      expect(taken.some((atWork) => atWork > 0)).toBe(true);
    });
  });

  test('a confirmation is kept until it is used up, and what it lets pass until that is done', async () => {
    const { ledger } = await make();
    await ledger.confirm('h', { by: 'x', at: 1 });
    expect(await ledger.confirmation('h')).toEqual({ by: 'x', at: 1 });
    expect(await Promise.all([ledger.unconfirm('h'), ledger.unconfirm('h')])).toEqual(
      expect.arrayContaining([true, false]),
    );
    expect(await ledger.confirmation('h')).toBeNull();
    expect(await ledger.passing('scope-a')).toBeNull();
    const passing = { by: 'x', at: 1, tickets: ['t'] };
    await ledger.putPassing('scope-a', passing);
    expect(await ledger.passing('scope-a')).toEqual(passing);
    expect(await ledger.passing('scope-b')).toBeNull();
    await ledger.putPassing('scope-a', null);
    expect(await ledger.passing('scope-a')).toBeNull();
  });
}
