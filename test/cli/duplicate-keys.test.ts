import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { duplicateKeys } from '#cli/policy/duplicate-keys.ts';

const key = fc.constantFrom('a', 'b', '1', '"1"', 'true');
const { value } = fc.letrec<{ value: string; map: string; list: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.constantFrom('x', '1', '*n'), tie('map'), tie('list')),
  map: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 4 })
    .map((pairs) => `{ ${pairs.map(([k, v]) => `${k}: ${v}`).join(', ')} }`),
  list: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[ ${items.join(', ')} ]`),
}));

test('finds the keys that the YAML library, comparing every two, finds', () => {
  fc.assert(
    fc.property(value, (text) => {
      const plain = parseDocument(`z: &n 1\ny: ${text}\n`, { prettyErrors: false, uniqueKeys: true });
      const twice = plain.errors.filter(({ code }) => code === 'DUPLICATE_KEY').map(({ pos }) => pos[0]);
      const { contents } = parseDocument(`z: &n 1\ny: ${text}\n`, { prettyErrors: false, uniqueKeys: false });
      const found = duplicateKeys(contents).map(({ range }) => range?.[0] ?? -1);
      expect(found.sort((a, b) => a - b)).toEqual(twice.sort((a, b) => a - b));
    }),
    { numRuns: 500 },
  );
});
