/** Scopes found by index are those that asking every product for its consumers finds. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import { route } from '#core/events/route.ts';
import { scopesOf } from '#core/scopes.ts';
import { consumersOf } from '#core/selectors.ts';
import { scopeText } from '#core/start.ts';
import { sharingEvent } from './events/events.ts';
import { policyOf, productInput } from './policy/documents.ts';

const REGIONS = ['ap-northeast-1', 'eu-west-1', 'us-east-1'];
const NAMES = ['a', 'b', 'c', 'd'];
const idOf = (name: string) => `44444444444${NAMES.indexOf(name)}`;

const policies: fc.Arbitrary<Policy> = fc
  .record({
    regions: fc.array(fc.option(fc.subarray(REGIONS, { minLength: 1 })), { minLength: 4, maxLength: 4 }),
    products: fc.array(
      fc.record({ region: fc.constantFrom(...REGIONS), accounts: fc.subarray(NAMES, { minLength: 1 }) }),
      {
        maxLength: 6,
      },
    ),
  })
  .map(({ regions, products }) =>
    policyOf({
      accounts: {
        'finance-lake': '111111111111',
        ...Object.fromEntries(
          NAMES.map((name, i) => [name, { id: idOf(name), ...(regions[i] && { regions: regions[i] }) }]),
        ),
      },
      products: Object.fromEntries(
        products.map(({ region, accounts }, i) => [`p${i}`, productInput({ region, audience: { accounts } })]),
      ),
    }),
  );

const texts = (scopes: readonly Parameters<typeof scopeText>[0][]) => [...new Set(scopes.map(scopeText))].sort();

test('all scopes: each consumer of each product, once', () => {
  fc.assert(
    fc.property(policies, (policy) => {
      const scopes = scopesOf(policy).filter(({ half }) => half === 'onboard');
      const plain = policy.products.flatMap((product) => consumersOf(policy, product));
      expect(scopes.map(scopeText).sort()).toEqual(texts(plain));
    }),
  );
});

test('what a share in one Region concerns: the consumer, wherever it links what is shared there', () => {
  fc.assert(
    fc.property(policies, fc.constantFrom(...NAMES), fc.constantFrom(...REGIONS), (policy, name, region) => {
      const found = route(sharingEvent({ event: 'x', status: 'associated' }, { account: idOf(name), region }), policy);
      const plain = policy.products
        .filter((product) => product.region === region)
        .flatMap((product) => consumersOf(policy, product))
        .filter(({ account }) => account === idOf(name));
      expect(found.kind === 'scopes' ? texts(found.scopes) : []).toEqual(texts(plain));
    }),
  );
});
