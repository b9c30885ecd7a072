/** Which rights the policy asks for in an account, and only there. */

import { expect, test } from 'vitest';
import type { Policy, Product } from '#contracts/policy.ts';
import { foundationOf } from '../../infra/accounts.ts';
import { CONSUMER, PRODUCER, samplePolicy } from '../support/policies.ts';

const keysOf = (account: string) => `arn:{partition}:kms:*:${account}:key/*`;
const NOTHING = { tags: false, registrationRoles: [], serviceLinked: false, identities: false };
/** Keys of the own catalog, and of those that are read. */
const PRODUCES = { ...NOTHING, catalogKeys: [keysOf(PRODUCER)] };
const CONSUMES = { ...NOTHING, catalogKeys: [PRODUCER, CONSUMER].sort().map(keysOf) };
const REGION = 'ap-northeast-1';
const { policy } = samplePolicy();

function asking(change: Partial<Policy>): { readonly producer: object; readonly consumer: object } {
  const changed = { ...policy, settings: { crossAccountVersion: policy.settings.crossAccountVersion }, ...change };
  return { producer: foundationOf(changed, PRODUCER), consumer: foundationOf(changed, CONSUMER) };
}

function registered(...registrations: readonly (string | undefined)[]): readonly Product[] {
  return policy.products.flatMap((product) =>
    registrations.map((registration) => ({
      ...product,
      storage: { ...product.storage, access: 'hybrid' as const, ...(registration ? { registration } : {}) },
    })),
  );
}

test('a policy that only shares asks for nothing more', () => {
  expect(asking({})).toEqual({ producer: PRODUCES, consumer: CONSUMES });
});

test('tags ask in the account whose catalog has them', () => {
  const tags = { catalogs: [{ account: CONSUMER, region: REGION }], keys: [], rules: [], grants: [] };
  expect(asking({ tags })).toEqual({ producer: PRODUCES, consumer: { ...CONSUMES, tags: true } });
});

test('locations ask for the roles they are registered with, each once, or for the service-linked one', () => {
  const [b, a] = ['b', 'a'].map((name) => `arn:aws:iam::${PRODUCER}:role/lake/${name}`);
  expect(asking({ products: registered(b, a, b) })).toEqual({
    producer: { ...PRODUCES, registrationRoles: [a, b] },
    consumer: CONSUMES,
  });
  expect(asking({ products: registered(undefined) })).toEqual({
    producer: { ...PRODUCES, serviceLinked: true },
    consumer: CONSUMES,
  });
});

test('who would lose what is asked where something is shared or tagged, and not in accounts that only read', () => {
  const settings = { ...policy.settings, createDatabase: 'report' as const };
  expect(asking({ settings })).toEqual({ producer: { ...PRODUCES, identities: true }, consumer: CONSUMES });
});

test('a catalog key that the policy names is the only one, for the account and for those that read from it', () => {
  const key = `arn:aws:kms:ap-northeast-1:${PRODUCER}:key/0`;
  const accounts = policy.accounts.map((account) =>
    account.id === PRODUCER ? { ...account, catalogKey: key } : account,
  );
  expect(asking({ accounts })).toEqual({
    producer: { ...NOTHING, catalogKeys: [key] },
    consumer: { ...NOTHING, catalogKeys: [key, keysOf(CONSUMER)] },
  });
});
