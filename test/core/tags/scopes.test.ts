import { describe, expect, test } from 'vitest';
import { catalogScopes, mayConcern, namedScopes, openCatalogs } from '#core/tags/scopes.ts';
import { ANALYTICS, FINANCE, policyOf, productInput, REGION } from '../policy/documents.ts';

const rule = (match: object) => ({
  match: { account: 'finance-lake', ...match },
  on: 'tables',
  assign: { source: 'product' },
});
const tagged = (...rules: object[]) => ({
  tags: { in: [{ account: 'finance-lake' }], keys: { source: ['product'] }, rules },
});
const catalog = (account: string, region = REGION) => ({ half: 'publish', account, region, database: null });

describe('scopes of a catalog', () => {
  test('none where nothing is tagged, located or switched', () => {
    expect(catalogScopes(policyOf())).toEqual([]);
    expect(catalogScopes(policyOf({ settings: { defaults: 'report', createDatabase: 'report' } }))).toEqual([]);
  });

  test('each catalog of tags and of data locations once, in order', () => {
    const policy = policyOf({
      tags: {
        in: [
          { account: 'finance-lake', region: 'us-east-1' },
          { account: 'finance-lake' },
          { account: 'finance-lake', region: REGION },
        ],
        keys: { source: ['product'] },
      },
      dataLocations: [
        { account: 'finance-lake', location: 's3://lake/', to: ['role/x'] },
        { account: 'analytics', location: 's3://lake/', to: ['role/x'] },
      ],
    });
    expect(catalogScopes(policy)).toEqual([catalog(FINANCE), catalog(FINANCE, 'us-east-1'), catalog(ANALYTICS)]);
  });

  test.each([{ defaults: 'off' }, { createDatabase: 'revoke' }])('of every producer for %j', (settings) => {
    const policy = policyOf({
      settings,
      products: { cur: productInput(), more: productInput({ database: 'other', region: 'us-east-1' }) },
    });
    expect(catalogScopes(policy)).toEqual([catalog(FINANCE), catalog(FINANCE, 'us-east-1')]);
  });
});

describe('databases', () => {
  const policy = policyOf(
    tagged(
      rule({ database: 'KTHR01' }),
      rule({ database: 'kthr01', table: 'x*' }),
      rule({ database: 'raw_?' }),
      rule({ database: 'a+b(c' }),
      rule({ database: '日本', region: 'us-east-1' }),
    ),
  );
  const at = (database: string, region = REGION, account = FINANCE) =>
    mayConcern(policy, { account, region, database });

  test('a rule concerns what its name or pattern fits, in its catalog only', () => {
    expect([at('kthr01'), at('Kthr01'), at('raw_1'), at('a+b(c'), at('日本', 'us-east-1')]).not.toContain(false);
    expect([at('kthr010'), at('raw_10'), at('aab(c'), at('日本'), at('kthr01', REGION, ANALYTICS)]).not.toContain(true);
  });

  test('a rule that leaves the database open concerns all', () => {
    const open = policyOf(tagged(rule({ table: 'x' })));
    expect(mayConcern(open, { account: FINANCE, region: REGION, database: 'anything' })).toBe(true);
    expect(mayConcern(policyOf(), { account: FINANCE, region: REGION, database: 'anything' })).toBe(false);
  });

  test('those named without a wildcard, each once', () => {
    expect(namedScopes(policy).map(({ region, database }) => `${region} ${database}`)).toEqual([
      `${REGION} a+b(c`,
      `${REGION} kthr01`,
      'us-east-1 日本',
    ]);
  });

  test('catalogs to list: where a rule has a pattern or no database', () => {
    expect(openCatalogs(policy)).toEqual([{ account: FINANCE, region: REGION }]);
    expect(openCatalogs(policyOf(tagged(rule({ database: 'x' }))))).toEqual([]);
    expect(
      openCatalogs(policyOf(tagged(rule({ region: 'us-east-1' }), rule({ region: 'us-east-1', table: 'x' })))),
    ).toEqual([{ account: FINANCE, region: 'us-east-1' }]);
  });
});
