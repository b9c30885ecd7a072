import { describe, expect, test } from 'vitest';
import type { CatalogFacts } from '#core/facts.ts';
import { decideShare } from '#core/hops/share.ts';
import { known, type ListedGrant } from '#core/lake.ts';
import { ANALYTICS, FINANCE } from '../policy/documents.ts';
import { ALL, DATABASE, DENIED, expectUnreadable, productOf, row } from './builders.ts';

describe('share', () => {
  const catalog: CatalogFacts = {
    database: { name: 'cur_org', openTables: false, isLink: false },
    tables: ['legacy_all', 'with space', 'a_link'].map((name) => ({
      name,
      location: null,
      isLink: name === 'a_link',
      columns: [],
      parameters: {},
    })),
  };
  const share = (changes: Record<string, unknown>, grants: readonly ListedGrant[], more: { blocked?: string[] } = {}) =>
    decideShare({
      products: [productOf(changes).product],
      blocked: new Set(more.blocked ?? []),
      catalog: known(catalog),
      listed: known({ grants }),
      associations: known([]),
      recent: [],
    });
  const right = [row(ANALYTICS, DATABASE, ['DESCRIBE']), row(ANALYTICS, ALL, ['DESCRIBE', 'SELECT'])];

  test('as wanted, in any order of permissions: nothing', () => {
    expect(share({}, right).actions).toEqual([]);
    expect(
      share({}, [row(ANALYTICS, DATABASE, ['DESCRIBE']), row(ANALYTICS, ALL, ['SELECT', 'DESCRIBE'])]).actions,
    ).toEqual([]);
    expect(share({}, [row(ANALYTICS, DATABASE, ['ALL']), row(ANALYTICS, ALL, ['ALL'])]).actions).toEqual([]);
  });

  test('absent: database and all tables, with grant option and DESCRIBE (G-L12, G-L13, G-L22)', () => {
    const { actions } = share(
      { consumers: { link: 'l', jobRoles: [{ match: 'role/x' }], permissions: ['SELECT'] } },
      [],
    );
    const both = ['DESCRIBE', 'SELECT'];
    expect(actions.map((a) => a.kind === 'grant' && a.grant)).toEqual([
      { principal: ANALYTICS, resource: ALL, permissions: both, grantable: both },
      { principal: ANALYTICS, resource: DATABASE, permissions: ['DESCRIBE'], grantable: ['DESCRIBE'] },
    ]);
  });

  test('a part is theirs: all is granted, and what was there is on record (G-L5)', () => {
    const { actions } = share({}, [row(ANALYTICS, DATABASE, ['DESCRIBE']), row(ANALYTICS, ALL, ['SELECT'], [])]);
    expect(actions).toMatchObject([{ kind: 'grant', had: ['SELECT'], grant: { permissions: ['DESCRIBE', 'SELECT'] } }]);
  });

  test('without the grant option it is granted again (G-L13)', () => {
    expect(share({}, [row(ANALYTICS, DATABASE, ['DESCRIBE'], []), ...right.slice(1)]).actions).toHaveLength(1);
  });

  test('named tables: those that exist, in whatever spelling, never a link (G-L24); the missing one is told', () => {
    const { actions, findings } = share({ tables: ['LEGACY_*', 'with space', 'a_link', 'gone'] }, []);
    const on = actions.flatMap((a) =>
      a.kind === 'grant' && a.grant.resource.type === 'table' ? [a.grant.resource.table] : [],
    );
    expect(on).toEqual(['legacy_all', 'with space']);
    expect(findings.filter(({ cause }) => cause === 'table-missing').map(({ resource }) => resource)).toEqual([
      `table ${FINANCE}/cur_org.gone`,
    ]);
  });

  test('a product whose earlier hops are broken is not attempted', () => {
    expect(share({}, [], { blocked: ['cur'] }).actions).toEqual([]);
  });

  test('an audience that is the producer itself needs no share (G-K10, G-R15)', () => {
    expect(share({ audience: { accounts: ['finance-lake'] } }, []).actions).toEqual([]);
  });

  test('unknown listing or catalog', () => {
    const question = {
      products: [productOf().product],
      blocked: new Set<string>(),
      recent: [],
      associations: known([]),
    };
    expectUnreadable(decideShare({ ...question, catalog: DENIED, listed: known({ grants: [] }) }));
    expectUnreadable(decideShare({ ...question, catalog: known(catalog), listed: DENIED }));
  });
});
