import { describe, expect, test } from 'vitest';
import { isGrant } from '#changes/grant/change.ts';
import type { ListedGrant } from '#contracts/lake-formation.ts';
import type { CatalogFacts } from '#core/facts.ts';
import { known } from '#core/observed.ts';
import { assessShare } from '#hops/share/by-name.ts';
import { ANALYTICS, FINANCE } from '../../core/policy/documents.ts';
import { ALL, DATABASE, DENIED, expectUnreadable, productOf, row } from '../builders.ts';

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
    assessShare({
      products: [productOf(changes).product],
      blocked: new Set(more.blocked ?? []),
      held: [],
      catalog: known(catalog),
      listed: known({ grants }),
      associations: known([]),
      recent: [],
    });
  const right = [row(ANALYTICS, DATABASE, ['DESCRIBE']), row(ANALYTICS, ALL, ['DESCRIBE', 'SELECT'])];

  test('as wanted, in any order of permissions: nothing', () => {
    expect(share({}, right).changes).toEqual([]);
    expect(
      share({}, [row(ANALYTICS, DATABASE, ['DESCRIBE']), row(ANALYTICS, ALL, ['SELECT', 'DESCRIBE'])]).changes,
    ).toEqual([]);
    expect(share({}, [row(ANALYTICS, DATABASE, ['ALL']), row(ANALYTICS, ALL, ['ALL'])]).changes).toEqual([]);
  });

  test('absent: database and all tables, with grant option and DESCRIBE (G-L12, G-L13, G-L22)', () => {
    const { changes } = share(
      { consumers: { link: 'l', jobRoles: [{ match: 'role/x' }], permissions: ['SELECT'] } },
      [],
    );
    const both = ['DESCRIBE', 'SELECT'];
    expect(changes.map((a) => isGrant(a) && a.grant)).toEqual([
      { principal: ANALYTICS, resource: ALL, permissions: both, grantable: both },
      { principal: ANALYTICS, resource: DATABASE, permissions: ['DESCRIBE'], grantable: ['DESCRIBE'] },
    ]);
  });

  test('a part is theirs: all is granted, and what was there is on record (G-L5)', () => {
    const { changes } = share({}, [row(ANALYTICS, DATABASE, ['DESCRIBE']), row(ANALYTICS, ALL, ['SELECT'], [])]);
    expect(changes).toMatchObject([{ kind: 'grant', had: ['SELECT'], grant: { permissions: ['DESCRIBE', 'SELECT'] } }]);
  });

  test('without the grant option it is granted again (G-L13)', () => {
    expect(share({}, [row(ANALYTICS, DATABASE, ['DESCRIBE'], []), ...right.slice(1)]).changes).toHaveLength(1);
  });

  test('named tables: those that exist, in whatever spelling, never a link (G-L24); the missing one is told', () => {
    const { changes, findings } = share({ tables: ['LEGACY_*', 'with space', 'a_link', 'gone'] }, []);
    const on = changes.flatMap((a) =>
      isGrant(a) && a.grant.resource.type === 'table' ? [a.grant.resource.table] : [],
    );
    expect(on).toEqual(['legacy_all', 'with space']);
    expect(findings.filter(({ cause }) => cause === 'table-missing').map(({ resource }) => resource)).toEqual([
      `table ${FINANCE}/cur_org.gone`,
    ]);
  });

  test('a product whose earlier hops are broken is not attempted', () => {
    expect(share({}, [], { blocked: ['cur'] }).changes).toEqual([]);
  });

  test('an audience that is the producer itself needs no share (G-K10, G-R15)', () => {
    expect(share({ audience: { accounts: ['finance-lake'] } }, []).changes).toEqual([]);
  });

  test('unknown listing or catalog', () => {
    const question = {
      products: [productOf().product],
      blocked: new Set<string>(),
      held: [],
      recent: [],
      associations: known([]),
    };
    expectUnreadable(assessShare({ ...question, catalog: DENIED, listed: known({ grants: [] }) }));
    expectUnreadable(assessShare({ ...question, catalog: known(catalog), listed: DENIED }));
  });
});
