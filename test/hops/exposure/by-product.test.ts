import { describe, expect, test } from 'vitest';
import { IAM_ALLOWED_PRINCIPALS, type LakeResource, type ListedGrant } from '#contracts/lake-formation.ts';
import { NOTHING } from '#core/assessment.ts';
import type { Change } from '#core/change.ts';
import type { CatalogFacts } from '#core/facts.ts';
import { known } from '#core/observed.ts';
import { assessExposure } from '#hops/exposure/by-product.ts';
import { ANALYTICS, FINANCE } from '../../core/policy/documents.ts';
import { DATABASE, DENIED, expectUnreadable, productOf, row, table } from '../builders.ts';

const kinds = (changes: readonly Change[]) => changes.map(({ kind }) => kind);

describe('exposure (G-L17)', () => {
  const operator = 'arn:aws:iam::111111111111:role/onramp/onramp-operator';
  const facts: CatalogFacts = { database: { name: 'cur_org', openTables: false, isLink: false }, tables: [] };
  const everybody = (resource: LakeResource) => row(IAM_ALLOWED_PRINCIPALS, resource, ['ALL'], []);
  const exposure = (changes: Record<string, unknown>, open: readonly ListedGrant[], catalog = facts) =>
    assessExposure({
      product: productOf(changes).product,
      operator,
      catalog: known(catalog),
      open: known({ grants: open }),
      listed: known({ grants: [] }),
      recent: [],
    });
  const openDefaults = { ...facts, database: { name: 'cur_org', openTables: true, isLink: false } };

  test('closed: nothing', () => {
    expect(exposure({}, [])).toEqual(NOTHING);
  });

  test("what is open elsewhere is not this product's", () => {
    const elsewhere = [
      everybody({ type: 'database', catalog: FINANCE, database: 'hr' }),
      everybody({ type: 'database', catalog: ANALYTICS, database: 'cur_org' }),
      everybody(table('salaries')),
    ];
    expect(exposure({ tables: ['Legacy_All', '日本 *'] }, elsewhere).findings).toEqual([]);
    expect(exposure({ tables: ['日本 *'] }, [everybody(table('日本 東京'))]).findings).toHaveLength(1);
  });

  test('report: one finding that names readers, things and remedy; left as it is', () => {
    const { changes, findings, foreign } = exposure({}, [everybody(DATABASE), everybody(table('a'))]);
    expect(changes).toEqual([]);
    expect(findings).toMatchObject([
      { cause: 'iam-allowed-principals', aws: null, principal: expect.stringContaining(ANALYTICS) },
    ]);
    expect(foreign).toHaveLength(2);
  });

  test('revoke: exactly these rows, narrowing; open defaults are closed last, with the right to (G-L25)', () => {
    const { changes } = exposure({ exposure: 'revoke' }, [everybody(DATABASE), everybody(table('a'))], openDefaults);
    expect(kinds(changes)).toEqual(['grant', 'revoke', 'revoke', 'close-table-defaults']);
    expect(changes[0]).toMatchObject({
      grant: { principal: operator, permissions: ['ALTER', 'DESCRIBE'], resource: DATABASE },
    });
    expect(changes.slice(1).every(({ effect }) => effect === 'narrows')).toBe(true);
  });

  test('defaults matter only where new tables are shared, too', () => {
    expect(exposure({ tables: ['a'] }, [], openDefaults).findings).toEqual([]);
    expect(exposure({ tables: 'all' }, [], openDefaults).findings).toHaveLength(1);
  });

  test("a database that is missing is the owner's word, unknown is not", () => {
    expect(exposure({}, [], { database: null, tables: [] }).findings).toMatchObject([
      { cause: 'database-missing', state: 'broken' },
    ]);
    const { product } = productOf({ exposure: 'revoke' });
    const right = { product, operator, recent: [], listed: known({ grants: [] }) };
    expectUnreadable(assessExposure({ ...right, catalog: DENIED, open: known({ grants: [] }) }));
    expectUnreadable(assessExposure({ ...right, catalog: known(facts), open: DENIED }));
  });
});
