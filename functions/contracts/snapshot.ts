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

/** What one expression gives other accounts; `where` is the expression as text. */
export const TagShareSnapshotSchema = z.object({
  where: z.string(),
  on: z.enum(['database', 'table']),
  /** Accounts that were granted, with grant option, all that the policy wants for them; the others wait. */
  shared: z.array(z.string()),
  /** RAM shares that carry it, per account. */
  shares: z.record(z.string(), z.array(z.string())),
});
export type TagShareSnapshot = z.infer<typeof TagShareSnapshotSchema>;

/** An expression that matches the database, or something in it, and the accounts that were granted by it. */
export const ReachedSchema = z.object({
  where: z.string(),
  on: z.enum(['database', 'table']),
  accounts: z.array(z.string()),
});
export type Reached = z.infer<typeof ReachedSchema>;

/** A role that is admitted to a product by tag or list, as the storage hop has dealt with it. */
export const AdmittedSnapshotSchema = z.object({ product: z.string(), arn: z.string(), id: z.string() });
export type AdmittedSnapshot = z.infer<typeof AdmittedSnapshotSchema>;

/** What a bucket's or key's policy denies: the document without what it allows, each statement in its place. */
export const StoreDenialsSchema = z.object({
  kind: z.enum(['bucket', 'key']),
  /** The bucket's name, or the key's ARN. */
  of: z.string(),
  /** Whose it is. */
  account: z.string(),
  text: z.string(),
});
export type StoreDenials = z.infer<typeof StoreDenialsSchema>;

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
  /** Roles that documents name, as far as the storage hop has dealt with them. Absent: none. */
  admitted: z.optional(z.array(AdmittedSnapshotSchema)),
  /** Consumers that are given nothing: outside the organization, or not entered yet. Sorted. */
  held: z.optional(z.array(z.string())),
  /** The key with which the catalog is encrypted, where readers need it, and the consumers its policy refuses. */
  catalogKey: z.optional(z.object({ arn: z.string(), closedTo: z.array(z.string()) })),
  /** Documents of the products' stores that deny anything. */
  storeDenials: z.optional(z.array(StoreDenialsSchema)),
  /** What the catalog's own policy denies; absent: nothing. */
  catalogDenials: z.optional(z.string()),
  /** The catalog's grants by tag to other accounts; of a database's snapshot, none. */
  tagged: z._default(z.array(TagShareSnapshotSchema), []),
  /** Which of these reach something in this database: its consumers link it. */
  reached: z._default(z.array(ReachedSchema), []),
  /** Registered places that other accounts were granted, to pass on: ARN → accounts. Of a catalog only. */
  places: z.optional(z.record(z.string(), z.array(z.string()))),
});
export type Snapshot = z.infer<typeof SnapshotSchema>;
