import { describe, expect, test } from 'vitest';
import type { AssignTags } from '#changes/tag-assignment/assignment.ts';
import type { Tags } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Change } from '#core/change.ts';
import { driftFindings } from '#engine/drift.ts';
import { intentFor, KINDS, settledFor } from '../../support/recorded.ts';

const PLACE = { account: '444444444444', region: 'ap-northeast-1' };

const drift = (changes: readonly Change[], entries: readonly Entry[]) => driftFindings(KINDS, changes, entries);

describe('what is still due', () => {
  const assign = (table: string, tags: Tags): AssignTags => ({
    ...PLACE,
    kind: 'assign-tags',
    hop: 'tags',
    effect: 'widens',
    products: [],
    database: 'kthr01',
    table,
    columns: [],
    tags,
    had: {},
  });
  const tables = Array.from({ length: 1000 }, (_, i) => `t${i}`);
  const refusal = {
    code: 'AccessDenied',
    message: 'no ASSOCIATE',
    aws: { code: 'AccessDeniedException', message: '' },
  };
  const refused = (change: AssignTags) => settledFor(change, intentFor(change), { trouble: refusal });

  test('a key that could not be made is one finding, however many tables should carry it (law 5)', () => {
    const create = {
      ...PLACE,
      kind: 'create-tag' as const,
      hop: 'tags' as const,
      effect: 'neutral' as const,
      products: [],
      tag: { key: 'source', values: ['product'] },
    };
    const changes = [create, ...tables.map((table) => assign(table, { source: 'product' }))];
    expect(drift(changes, []).map(({ cause }) => cause)).toEqual(['create-tag-missing']);
  });

  test('few tables are told one by one, many with one fault together', () => {
    const few = tables.slice(0, 3).map((table) => assign(table, { source: 'product' }));
    expect(drift(few, few.map(refused)).map(({ cause }) => cause)).toEqual(Array(3).fill('assign-tags-failed'));
    const many = tables.map((table) => assign(table, { source: 'product' }));
    const [one, ...more] = drift(many, many.map(refused));
    expect(more).toEqual([]);
    expect(one).toMatchObject({ cause: 'assign-tags-failed', aws: { code: 'AccessDeniedException' } });
    expect(one?.message).toContain('1000 things of kthr01 could not be tagged: t0, t1, t10, t100, t101 and 995 more');
    expect(one?.remedy).toContain('ASSOCIATE');
  });

  test('of tags refused in part the ledger keeps what AWS took, and what it said', () => {
    const change = assign('orders', { pii: 'true', source: 'product' });
    const entry = settledFor(change, intentFor(change), { trouble: refusal, refused: ['source'] });
    expect(entry).toMatchObject({ state: 'confirmed', error: { code: 'AccessDenied' } });
    expect(entry.sent).toEqual({ pii: 'true' });
    const rest = assign('orders', { source: 'product' });
    expect(drift([rest], [entry])).toMatchObject([{ cause: 'assign-tags-failed' }]);
    expect(intentFor(rest, {}, entry).sent).toEqual({ pii: 'true', source: 'product' });
  });
});
