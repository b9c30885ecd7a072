/** What the tests of the producer's hops have in common. */

import { expect } from 'vitest';
import type { LakeResource, ListedGrant } from '#contracts/lake-formation.ts';
import type { Assessment } from '#core/assessment.ts';
import { unknown } from '#core/observed.ts';
import { FINANCE, policyOf, productInput } from '../core/policy/documents.ts';

export const DENIED = unknown({
  code: 'AccessDenied',
  message: 'denied',
  aws: { code: 'AccessDeniedException', message: 'no' },
});
export const DATABASE: LakeResource = { type: 'database', catalog: FINANCE, database: 'cur_org' };
export const ALL: LakeResource = { type: 'all-tables', catalog: FINANCE, database: 'cur_org' };
export const table = (name: string): LakeResource => ({
  type: 'table',
  catalog: FINANCE,
  database: 'cur_org',
  table: name,
});

export function productOf(changes: Record<string, unknown> = {}, policy: Record<string, unknown> = {}) {
  const resolved = policyOf({ ...policy, products: { cur: productInput(changes) } });
  const [product] = resolved.products;
  if (product === undefined) throw new Error('no product');
  return { policy: resolved, product };
}

export function row(
  principal: string,
  resource: LakeResource,
  permissions: string[],
  grantable = permissions,
): ListedGrant {
  return { principal, resource, permissions, grantable, shareArns: [] };
}

/** Unknown facts: exactly one finding that says so with AWS's words, and nothing done (law 6). */
export function expectUnreadable({ changes, findings }: Assessment): void {
  expect(changes).toEqual([]);
  expect(findings).toMatchObject([{ state: 'unknown', cause: 'not-readable', aws: { code: 'AccessDeniedException' } }]);
}
