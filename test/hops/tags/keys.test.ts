import { describe, expect, test } from 'vitest';
import type { Tags } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import { missingKeys, neededBy } from '#hops/tags/keys.ts';
import { confirmedFor, intentFor } from '../../support/recorded.ts';

const PLACE = { account: '444444444444', region: 'ap-northeast-1' };

describe('keys and values', () => {
  const there = [{ key: 'source', values: ['none'] }];
  const assess = (tags: Tags[], recent: Entry[] = []) =>
    missingKeys({ ...PLACE, needed: neededBy(tags.map((one) => ({ tags: one }))), there, recent });

  test('a key is made with all values that are needed, another gains what it lacks, none is taken out (G-L34)', () => {
    expect(assess([{ pii: 'true', source: 'product' }, { pii: 'false' }, { source: 'none' }])).toMatchObject([
      { kind: 'create-tag', tag: { key: 'pii', values: ['false', 'true'] } },
      { kind: 'extend-tag', tag: { key: 'source', values: ['product'] } },
    ]);
    expect(assess([{ source: 'none' }])).toEqual([]);
  });

  test('what was made moments ago is not made again, and the ledger knows all of it', () => {
    const [create] = assess([{ pii: 'true' }]);
    if (create === undefined) throw new Error('nothing decided');
    const made = confirmedFor(create);
    expect(assess([{ pii: 'true' }], [made])).toEqual([]);
    const [extend] = assess([{ pii: 'false' }], [made]);
    expect(extend).toMatchObject({ kind: 'extend-tag', tag: { values: ['false'] } });
    if (extend === undefined) return;
    const entry = intentFor(extend, {}, made);
    expect(entry.id).toBe(made.id);
    expect(entry.sent).toEqual({ key: 'pii', values: ['false', 'true'] });
    expect(entry.before).toEqual({ key: 'absent', true: 'absent', false: 'absent' });
  });
});
