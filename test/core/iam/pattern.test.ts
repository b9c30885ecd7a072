import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches } from '#core/iam/pattern.ts';

describe('matches', () => {
  test.each([
    ['*', '', true],
    ['*', 'anything', true],
    ['', '', true],
    ['', 'a', false],
    ['role/*data-lake-*', 'role/data-jobs/analytics-data-lake-job', true],
    ['role/*data-lake-*', 'role/data-lake', false],
    ['workflow_?_*', 'workflow_1_orders', true],
    ['workflow_?_*', 'workflow_12_orders', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['Orders', 'orders', false],
    ['a.c', 'abc', false],
    ['売上_??_*', '売上_東京_2026', true],
    ['?', '𠮷', true],
    ['a?', 'a', false],
    ['a**', 'a', true],
  ])('%s on %s: %s', (pattern, value, fits) => {
    expect(matches(pattern, value)).toBe(fits);
  });

  test('agrees with a regular expression made of it', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '語'), maxLength: 12 });
    const value = fc.string({ unit: fc.constantFrom('a', 'b', '語'), maxLength: 12 });
    fc.assert(
      fc.property(text, value, (pattern, candidate) => {
        const oracle = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
        expect(matches(pattern, candidate)).toBe(oracle.test(candidate));
      }),
      { numRuns: 2000 },
    );
  });

  test('a hostile pattern costs no more than its length times the value', () => {
    // 200 stars on 20,000 characters: a backtracking matcher would not return.
    const started = performance.now();
    expect(matches(`${'*a'.repeat(200)}b`, 'a'.repeat(20_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
