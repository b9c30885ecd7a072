/** What every ledger must do with entries: who reads which of them, and what becomes of those that have ended. */

import { describe, expect, test } from 'vitest';
import type { Entry, EntryQuery } from '#contracts/ledger.ts';
import {
  ANALYTICS,
  CUR_ORG,
  documentEntry,
  documentIdentity,
  entry,
  FINANCE,
  type KeptLedger,
  PAYLOADS,
  REGION,
} from './ledger-builders.ts';

const ids = (entries: readonly Entry[]) => entries.map(({ id }) => id).sort();

export function entriesContract(make: () => Promise<KeptLedger>): void {
  test('an entry comes back as it was put', async () => {
    const { ledger } = await make();
    const failed = entry('a', {
      state: 'failed',
      error: { code: 'AccessDenied', message: 'm', aws: { code: 'X', message: '' } },
    });
    await ledger.put([failed]);
    expect(await ledger.entries(CUR_ORG)).toEqual([failed]);
  });

  test('so does what every kind of entry sent, and what would put back what was there', async () => {
    const { ledger } = await make();
    const all = PAYLOADS.map((payload) => ({ ...entry(payload.kind), ...payload }));
    await ledger.put(all);
    const read = await ledger.entries(CUR_ORG);
    expect(read).toHaveLength(PAYLOADS.length);
    for (const one of all) expect(read).toContainEqual(one);
  });

  test('and a document of 64,000 bytes that is to be put back', async () => {
    const { ledger } = await make();
    const long = documentEntry('lake', { bytes: 64_000 });
    await ledger.put([long]);
    expect(await ledger.documents([documentIdentity('lake')])).toEqual([long]);
  });

  describeStanding(make);
  describeParts(make);
  describeDocuments(make);
  describeEnds(make);

  test('putting an id again replaces it; within one call the last wins', async () => {
    const { ledger } = await make();
    await ledger.put([entry('a'), entry('a', { state: 'confirmed' })]);
    expect((await ledger.entries(CUR_ORG)).map(({ state }) => state)).toEqual(['confirmed']);
    await ledger.put([entry('a', { state: 'withdrawn' })]);
    expect(await ledger.entries(CUR_ORG)).toEqual([]);
  });

  test('the entry of a document is replaced only while it is as it was read', async () => {
    const { ledger, ended } = await make();
    const [first, other] = [documentEntry('lake'), documentEntry('lake', { products: ['other'] })];
    const there = () => ledger.documents([documentIdentity('lake')]);
    expect(await ledger.replace(first, other)).toBe(false);
    expect(await there()).toEqual([]);
    expect(await ledger.replace(first, null)).toBe(true);
    expect(await ledger.replace(other, null)).toBe(false);
    expect(await there()).toEqual([first]);
    expect(await ledger.replace(other, first)).toBe(true);
    expect(await ledger.replace({ ...first, state: 'withdrawn' }, first)).toBe(false);
    expect([await there(), await ended()]).toEqual([[other], []]);
    const gone = { ...other, state: 'withdrawn' as const };
    expect(await ledger.replace(gone, other)).toBe(true);
    expect([await there(), await ended()]).toEqual([[], [gone]]);
    expect(await ledger.replace(first, null)).toBe(true);
    expect(await there()).toEqual([first]);
  });

  test('any number of entries, and none', async () => {
    const { ledger } = await make();
    await ledger.put([]);
    expect(await ledger.entries(CUR_ORG)).toEqual([]);
    const many = Array.from({ length: 60 }, (_, n) => entry(`entry-${n}`));
    await ledger.put(many);
    expect(ids(await ledger.entries(CUR_ORG))).toEqual(ids(many));
  });

  test('more entries than fit one answer of a megabyte are all read', async () => {
    const { ledger } = await make();
    const big = Array.from({ length: 30 }, (_, n) => ({
      ...documentEntry('lake', { bytes: 100_000 }),
      ...{ id: `big-${n}`, part: 'database' as const, database: 'cur_org' },
    }));
    await ledger.put(big);
    expect(await ledger.entries(CUR_ORG)).toHaveLength(30);
  });

  test('what is stored is a copy', async () => {
    const { ledger } = await make();
    const products = ['cur'];
    await ledger.put([entry('a', { products })]);
    products.push('edited');
    const [read] = await ledger.entries(CUR_ORG);
    (read?.products as string[] | undefined)?.push('edited');
    expect((await ledger.entries(CUR_ORG))[0]?.products).toEqual(['cur']);
  });
}

function describeParts(make: () => Promise<KeptLedger>): void {
  describe('of all there is, a run reads its own part', () => {
    const all = [
      entry('mine'),
      entry('other database', { database: 'cur_org2' }),
      entry('other case', { database: 'CUR_org' }),
      entry('other Region', { region: 'us-east-1' }),
      entry('other account', { account: ANALYTICS }),
      entry('ended', { state: 'withdrawn' }),
      entry('catalog', { part: 'catalog', database: null }),
      entry('catalog elsewhere', { part: 'catalog', database: null, region: 'us-east-1' }),
      entry('consumer', { part: 'account', database: null }),
      entry('consumer elsewhere', { part: 'account', database: null, region: 'us-east-1' }),
      documentEntry('lake'),
    ];
    const document = documentEntry('lake').id;

    test.for<[string, EntryQuery, readonly string[]]>([
      ['a database', CUR_ORG, ['mine']],
      ['a catalog', { part: 'catalog', account: FINANCE, region: REGION }, ['catalog']],
      [
        'a consumer account, in all its Regions',
        { part: 'account', account: FINANCE },
        ['consumer', 'consumer elsewhere'],
      ],
    ])('%s', async ([, query, expected]) => {
      const { ledger } = await make();
      await ledger.put(all);
      expect(ids(await ledger.entries(query))).toEqual(expected);
    });

    test('people see all of an account, but for what has ended', async () => {
      const { ledger } = await make();
      await ledger.put(all);
      const expected = ids(all).filter((id) => id !== 'ended' && id !== 'other account');
      expect(ids(await ledger.allEntries(FINANCE))).toEqual(expected);
      expect(expected).toContain(document);
      expect(ids(await ledger.allEntries(ANALYTICS))).toEqual(['other account']);
    });

    test('databases of any name, one the beginning of another', async () => {
      const { ledger } = await make();
      const names = ['a', 'ab', 'a#b', '売上 2026', 'x'.repeat(255)];
      await ledger.put(names.map((database, n) => entry(`in-${n}`, { database })));
      for (const [n, database] of names.entries())
        expect(ids(await ledger.entries({ ...CUR_ORG, database }))).toEqual([`in-${n}`]);
      expect(await ledger.entries({ ...CUR_ORG, database: 'b' })).toEqual([]);
    });
  });
}

function describeDocuments(make: () => Promise<KeptLedger>): void {
  describe('documents and switches that several scopes write', () => {
    test('are found by what they are about; those that are not there are left out', async () => {
      const { ledger } = await make();
      await ledger.put([documentEntry('lake'), documentEntry('lake', { region: 'us-east-1' }), documentEntry('cur')]);
      const read = await ledger.documents([documentIdentity('lake'), documentIdentity('gone')]);
      expect(read).toEqual([documentEntry('lake')]);
      expect(await ledger.documents([])).toEqual([]);
    });

    test('are of several accounts at once, and more than one answer holds', async () => {
      const { ledger } = await make();
      const many = Array.from({ length: 130 }, (_, n) =>
        documentEntry(`bucket-${n}`, { account: n % 2 === 0 ? FINANCE : ANALYTICS }),
      );
      await ledger.put(many);
      expect(ids(await ledger.documents(many))).toEqual(ids(many));
    });

    test('are no longer found when they have ended, and are never a scope’s own entry of the same words', async () => {
      const { ledger } = await make();
      const own = { ...documentEntry('cur'), part: 'catalog' as const };
      await ledger.put([documentEntry('lake', { state: 'withdrawn' }), own]);
      expect(await ledger.documents([documentIdentity('lake'), documentIdentity('cur')])).toEqual([]);
    });
  });
}

function describeEnds(make: () => Promise<KeptLedger>): void {
  test('what has ended is kept for good, and what has not is not among it', async () => {
    const { ledger, ended } = await make();
    await ledger.put([entry('a'), entry('b', { state: 'confirmed' })]);
    expect(await ended()).toEqual([]);
    const withdrawn = [entry('a', { state: 'withdrawn' }), entry('c', { account: ANALYTICS, state: 'withdrawn' })];
    await ledger.put([...withdrawn, entry('d')]);
    const kept = await ended();
    expect(kept).toHaveLength(2);
    for (const one of withdrawn) expect(kept).toContainEqual(one);
  });

  test('an entry that has ended and is written anew stands again, its end kept', async () => {
    const { ledger, ended } = await make();
    await ledger.put([entry('a', { state: 'withdrawn' })]);
    await ledger.put([entry('a', { state: 'confirmed' })]);
    expect(ids(await ledger.entries(CUR_ORG))).toEqual(['a']);
    expect(await ended()).toEqual([entry('a', { state: 'withdrawn' })]);
  });
}

function describeStanding(make: () => Promise<KeptLedger>): void {
  describe('where something of ours stands (law 13)', () => {
    const place = { part: 'database', account: FINANCE, region: REGION, database: 'cur_org', document: null } as const;
    const ended = { state: 'withdrawn' } as const;

    test('each place once, with the first intent, until its entries have ended and a run has seen that', async () => {
      const { ledger } = await make();
      expect(await ledger.standing()).toEqual([]);
      await ledger.put([entry('a'), entry('b')]);
      await ledger.put([entry('a', { state: 'confirmed' })]);
      expect(await ledger.standing()).toEqual([place]);
      await ledger.put([entry('a', ended)]);
      await ledger.forgetStanding(place);
      expect(await ledger.standing()).toEqual([place]);
      await ledger.put([entry('b', ended)]);
      await ledger.forgetStanding(place);
      expect(await ledger.standing()).toEqual([]);
      await ledger.forgetStanding(place);
    });

    test('what AWS refused never stood, and keeps no place in sight', async () => {
      const { ledger } = await make();
      const error = { code: 'AccessDenied', message: 'm', aws: null };
      await ledger.put([entry('a', { state: 'failed', error })]);
      await ledger.forgetStanding(place);
      expect(await ledger.standing()).toEqual([]);
    });

    test('a document is a place of its own, and leaves with its entry', async () => {
      const { ledger } = await make();
      await ledger.put([documentEntry('lake'), documentEntry('key')]);
      const documents = async () => (await ledger.standing()).map(({ document }) => document).sort();
      expect(await documents()).toEqual(['bucket key', 'bucket lake']);
      await ledger.put([documentEntry('lake', ended)]);
      expect(await documents()).toEqual(['bucket key']);
    });
  });
}
