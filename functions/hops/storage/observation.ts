import type { Product } from '#contracts/policy.ts';
import type { StorageFacts } from '#core/facts.ts';
import type { Observed } from '#core/observed.ts';
import type { Readers } from '#core/storage-statements.ts';
import type { LeftDocument } from './left.ts';

export interface Store {
  readonly products: readonly Product[];
  readonly facts: Observed<StorageFacts>;
  /** Of these products, and of others over the very same bytes. */
  readonly readers: Readers;
}

export interface StorageObservation {
  /** Of all products of the scope. */
  readonly readers: Readers;
  /** Products on one bucket with one key, what is there, and whom it is to name. */
  readonly stores: readonly Store[];
  /** Documents that no product names any longer. */
  readonly left: readonly LeftDocument[];
}
