import type { Product } from '#contracts/policy.ts';
import type { StorageFacts } from '#core/facts.ts';
import type { Observed } from '#core/observed.ts';
import type { LeftDocument } from './left.ts';

export interface StorageObservation {
  /** Roles the consumers' runs found disproved: ARNs, sorted. */
  readonly disproved: readonly string[];
  /** Products on one bucket with one key, and what is there. */
  readonly stores: readonly { readonly products: readonly Product[]; readonly facts: Observed<StorageFacts> }[];
  /** Documents that no product names any longer. */
  readonly left: readonly LeftDocument[];
}
