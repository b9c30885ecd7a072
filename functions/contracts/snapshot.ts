/** What a publish leaves in S3 for consumers: they read this, never the producer's catalog. */

import * as z from 'zod/mini';

export const ProductSnapshotSchema = z.object({
  product: z.string(),
  account: z.string(),
  region: z.string(),
  database: z.string(),
  /** `all`: one wildcard grant; else the tables that exist and match, sorted. */
  tables: z.union([z.literal('all'), z.array(z.string())]),
  /** False while a producer hop is broken: consumers wait. */
  shared: z.boolean(),
  /** RAM shares that carry it, per consumer account. */
  shares: z.record(z.string(), z.array(z.string())),
});
export type ProductSnapshot = z.infer<typeof ProductSnapshotSchema>;

export const SnapshotSchema = z.object({
  account: z.string(),
  region: z.string(),
  /** Null: what belongs to the catalog and to no database. */
  database: z.nullable(z.string()),
  policy: z.string(),
  at: z.string(),
  products: z.array(ProductSnapshotSchema),
  /** Role ARNs whose trust disproves them, as far as the storage hop has dealt with them. */
  denied: z.array(z.string()),
});
export type Snapshot = z.infer<typeof SnapshotSchema>;
