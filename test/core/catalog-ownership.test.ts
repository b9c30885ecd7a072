import { describe, expect, test } from 'vitest';
import { ownsCatalogChecks, sharesAnything } from '#core/catalog-ownership.ts';
import { ANALYTICS, FINANCE, policyOf, productInput, REGION } from './policy/documents.ts';

describe('which scope judges what is catalog-wide', () => {
  const scope = (database: string | null, account = FINANCE) => ({
    half: 'publish' as const,
    account,
    region: REGION,
    database,
  });
  const products = { cur: productInput(), other: productInput({ database: 'a_first' }) };

  test('that of the catalog where there is one, else one of its databases; never two', () => {
    const off = policyOf({ settings: { defaults: 'off' }, products });
    expect([null, 'a_first', 'cur_org'].map((name) => ownsCatalogChecks(off, scope(name)))).toEqual([
      true,
      false,
      false,
    ]);
    const report = policyOf({ settings: { defaults: 'report' }, products });
    expect(['a_first', 'cur_org'].map((name) => ownsCatalogChecks(report, scope(name)))).toEqual([true, false]);
  });

  test('a consumer produces nothing, nor does a product for its own account only', () => {
    expect(sharesAnything(policyOf(), { account: ANALYTICS, region: REGION })).toBe(false);
    expect(sharesAnything(policyOf(), { account: FINANCE, region: 'us-east-1' })).toBe(false);
    const own = { cur: productInput({ audience: { accounts: ['finance-lake'] } }) };
    expect(sharesAnything(policyOf({ products: own }), { account: FINANCE, region: REGION })).toBe(false);
  });
});
