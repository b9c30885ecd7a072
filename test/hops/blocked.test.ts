import { describe, expect, test } from 'vitest';
import { assessed, NOTHING } from '#core/assessment.ts';
import { finding } from '#core/findings.ts';
import type { Question } from '#engine/hop.ts';
import { blockedProducts, inTheWay } from '#hops/blocked.ts';
import { FINANCE } from '../core/policy/documents.ts';
import { productOf } from './builders.ts';

const HOPS = ['catalog-policy', 'exposure'];

/** One finding of an earlier hop; the others found nothing. */
function about({ policy, product }: ReturnType<typeof productOf>, hop: string, ofProduct: boolean) {
  const found = finding({
    ...{ hop, account: FINANCE, region: product.region, resource: 'it', cause: 'not-readable' },
    ...{ product: ofProduct ? product.name : null, state: 'unknown', message: 'unknown', remedy: 'wait' },
  });
  const before = new Map(HOPS.map((name) => [name, name === hop ? assessed({ findings: [found] }) : NOTHING]));
  const scope = { half: 'publish' as const, account: FINANCE, region: product.region, database: product.database };
  const common = { rolePath: '/onramp/', execution: 'this', now: 0, entries: [], recent: [] };
  const question: Question = { ...common, policy, scope, before, planning: false, verifying: false, patient: false };
  return { blocked: [...blockedProducts(question, [product], HOPS)], told: inTheWay(question, HOPS).length };
}

describe('a product is kept from being shared', () => {
  const its = productOf();
  const blocked = { blocked: [its.product.name], told: 1 };

  test.each(HOPS)('by what %s finds of it', (hop) => {
    expect(about(its, hop, true)).toEqual(blocked);
  });

  test('by what is found of the catalog policy, which is of no product', () => {
    expect(about(its, 'catalog-policy', false)).toEqual(blocked);
  });

  test('not by who may make databases in its catalog, or what tags would open: that is of no product either', () => {
    expect(about(its, 'exposure', false)).toEqual({ blocked: [], told: 0 });
  });
});
