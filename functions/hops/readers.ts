/** What the last runs of consumers say of the roles that read products: whom documents name, and whom they deny. */

import type { Policy, Product } from '#contracts/policy.ts';
import { uniqueBy } from '#core/collections.ts';
import { readersOf } from '#core/named-readers.ts';
import { consumersOf } from '#core/selectors.ts';
import type { Readers } from '#core/storage-statements.ts';
import type { Reads } from '#engine/query.ts';

interface Asked {
  readonly policy: Policy;
  readonly products: readonly Product[];
  /** Whose records count; where absent, those of all accounts that the products are for. */
  readonly accounts?: readonly string[];
  /** Products in whose Regions these accounts are looked for; the same ones where absent. */
  readonly about?: readonly Product[];
}

/** Readers of these products, as far as their consumers' runs have told. */
export async function observeReaders(
  read: Pick<Reads, 'consumer'>,
  { policy, products, accounts = products.flatMap(({ audience }) => audience), about = products }: Asked,
): Promise<Readers> {
  const counted = new Set(accounts);
  const scopes = uniqueBy(
    about.flatMap((product) => consumersOf(policy, product)).filter(({ account }) => counted.has(account)),
    ({ account, region }) => `${account}/${region}`,
  );
  const records = await Promise.all(scopes.map(({ account, region }) => read.consumer(account, region)));
  return readersOf(
    products,
    records.filter((record) => record !== null),
  );
}
