import { describe, expect, test } from 'vitest';
import { checkPolicy } from '#core/policy/check.ts';
import { documentOf, productInput } from './documents.ts';

const MANY = Array.from({ length: 60 }, (_, i) => `consumer-${i}`);
const CONSUMERS = MANY.slice(0, 30);
const ACCOUNTS = {
  'finance-lake': '111111111111',
  ...Object.fromEntries(MANY.map((name, i) => [name, String(200_000_000_000 + i)])),
};

/** Thirty databases in one bucket; `audience` of each. */
function thirty(audience: (i: number) => readonly string[], storage: Record<string, unknown> = {}) {
  const products = Array.from({ length: 30 }, (_, i) => [
    `p${i}`,
    productInput({
      database: `database_${i}`,
      storage: { location: `s3://lake/database_${i}/`, ...storage },
      audience: { accounts: audience(i) },
      consumers: { jobRoles: [{ match: 'role/data-jobs/*data-lake-*' }] },
    }),
  ]);
  return checkPolicy(documentOf({ accounts: ACCOUNTS, products: Object.fromEntries(products) }));
}

describe('thirty databases in one bucket', () => {
  test('fit its policy if they are for the same thirty accounts', () => {
    expect(thirty(() => CONSUMERS)).toEqual([]);
  });

  test('do not if each is for others: the first that has no room is told, with the count', () => {
    const [issue, ...others] = thirty((i) => CONSUMERS.filter((_, j) => i !== j));
    expect(others).toEqual([]);
    expect(issue).toMatchObject({
      path: ['products', expect.stringMatching(/^p\d+$/), 'storage', 'location'],
      code: 'invalid',
    });
    expect(issue?.message).toMatch(
      /^the bucket's policy would be \d+ bytes, for 30 different audiences with their job roles, and AWS takes 20480: \d+ of 30 products fit$/,
    );
    const name = issue?.path[1];
    expect(issue?.message).toContain(`: ${String(name).slice(1)} of 30 products fit`);
    expect(issue?.instead).toContain('same audience');
  });

  test('whatever their audiences, need none where Lake Formation vends, and little where the organization is let in', () => {
    const others = (i: number) => CONSUMERS.filter((_, j) => i !== j);
    expect(thirty(others, { access: 'lake-formation' })).toEqual([]);
    expect(thirty(others, { widen: 'organization' })).toEqual([]);
  });

  test('with one key do not fit its policy: statements for a key are each of one product', () => {
    const key = 'arn:aws:kms:ap-northeast-1:111111111111:key/11111111-2222-3333-4444-555555555555';
    expect(thirty(() => MANY, { key })).toMatchObject([
      { path: ['products', expect.any(String), 'storage', 'key'], message: expect.stringContaining('for 30 products') },
    ]);
  });
});
