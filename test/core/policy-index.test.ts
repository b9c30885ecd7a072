/** What is found by index is what a search through the lists finds. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountWithId, accountWithName, productsOfConsumer } from '#core/policy-index.ts';
import { policyOf, productInput } from './policy/documents.ts';

const [sample] = policyOf().products;
if (sample === undefined) throw new Error('no product');
const IDS = ['111111111111', '222222222222', '333333333333', '444444444444'];

test('accounts by id and name, products by consumer', () => {
  const account = fc.record({
    id: fc.constantFrom(...IDS),
    name: fc.constantFrom('a', 'b', 'constructor', '__proto__'),
  });
  const audience = fc.array(fc.constantFrom(...IDS), { maxLength: 5 });
  fc.assert(
    fc.property(fc.array(account), fc.array(audience), (accounts, audiences) => {
      const products = audiences.map((ids, i) => ({ ...sample, name: `p${i}`, audience: ids }));
      for (const id of IDS) {
        expect(accountWithId({ accounts }, id)).toBe(accounts.find((one) => one.id === id));
        expect(productsOfConsumer({ products }, id)).toEqual(products.filter((one) => one.audience.includes(id)));
      }
      for (const name of ['a', 'constructor', 'toString']) {
        expect(accountWithName(accounts, name)).toBe(accounts.find((one) => one.name === name));
      }
    }),
  );
});

test('another policy has an index of its own', () => {
  const policy = policyOf({ products: { cur: productInput() } });
  const other = policyOf({ products: { hr: productInput() } });
  const names = [policy, other].map((one) => productsOfConsumer(one, '222222222222').map(({ name }) => name));
  expect(names).toEqual([['cur'], ['hr']]);
});
