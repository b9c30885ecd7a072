/** A policy's accounts and products by what they are asked for: made with the first question, kept as long as the lists. */

import type { Policy, PolicyAccount, Product } from '#contracts/policy.ts';

interface Accounts {
  readonly byId: ReadonlyMap<string, PolicyAccount>;
  readonly byName: ReadonlyMap<string, PolicyAccount>;
}

const accounts = new WeakMap<readonly PolicyAccount[], Accounts>();

function indexOf(list: readonly PolicyAccount[]): Accounts {
  const index = accounts.get(list) ?? {
    byId: firstBy(list, ({ id }) => id),
    byName: firstBy(list, ({ name }) => name),
  };
  accounts.set(list, index);
  return index;
}

/** Of several with one key the first counts, as in a search from the beginning. */
function firstBy<T>(list: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const item of list) if (!map.has(keyOf(item))) map.set(keyOf(item), item);
  return map;
}

/** @returns the account of this id; undefined: the policy names none. */
export function accountWithId({ accounts: list }: Pick<Policy, 'accounts'>, id: string): PolicyAccount | undefined {
  return indexOf(list).byId.get(id);
}

/** @returns the account of this name; undefined: the policy names none. */
export function accountWithName(list: readonly PolicyAccount[], name: string): PolicyAccount | undefined {
  return indexOf(list).byName.get(name);
}

const consumers = new WeakMap<readonly Product[], ReadonlyMap<string, readonly Product[]>>();

/** The products of every consumer, in the policy's order, by account. */
export function productsByConsumer({ products }: Pick<Policy, 'products'>): ReadonlyMap<string, readonly Product[]> {
  const index = consumers.get(products) ?? byConsumer(products);
  consumers.set(products, index);
  return index;
}

/** The products an account is in the audience of, in the policy's order. */
export function productsOfConsumer(policy: Pick<Policy, 'products'>, account: string): readonly Product[] {
  return productsByConsumer(policy).get(account) ?? [];
}

function byConsumer(products: readonly Product[]): ReadonlyMap<string, readonly Product[]> {
  const map = new Map<string, Product[]>();
  for (const product of products) {
    for (const account of new Set(product.audience)) {
      const list = map.get(account);
      if (list === undefined) map.set(account, [product]);
      else list.push(product);
    }
  }
  return map;
}
