/** What other accounts are expected to share with a consumer, and what a share of theirs may bring (law 8). */

import { arnParts } from '#contracts/arn.ts';
import { partitionOf } from '#contracts/names.ts';
import type { Catalog, Product } from '#contracts/policy.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import type { AcceptanceFacts } from './facts.ts';
import { matches } from './iam/pattern.ts';
import { wantsTable } from './selectors.ts';

/** Something that another account shares with this one: a product, or (null) whatever carries a tag. */
export interface Expected {
  readonly sender: string;
  readonly product: string | null;
  /** What is shared, as findings call it. */
  readonly text: string;
  readonly shared: boolean;
  /** RAM shares that carry it, as far as its owner has told. */
  readonly arns: readonly string[];
  /** Whether a share may bring this resource. */
  readonly names: (arn: string) => boolean;
  /** Whether a share that brings this, and nothing foreign, is one of these: a bare catalog says nothing of a product. */
  readonly bears: (arn: string) => boolean;
}

/** What has to arrive for a product; not `shared` while its producer has not said that it is. */
export function expectedProduct(account: string, product: Product, snapshot: ProductSnapshot | null): Expected {
  return {
    sender: product.account,
    product: product.name,
    text: `${product.account}/${product.database}`,
    // Of an account that is given nothing the snapshot has no list of shares at all.
    shared: (snapshot?.shared ?? false) && (product.account === account || snapshot?.shares[account] !== undefined),
    arns: snapshot?.shares[account] ?? [],
    names: (arn) => belongs(arn, product),
    bears: (arn) => belongs(arn, product) && partOf(arn, product)?.kind !== 'catalog',
  };
}

/** Grants by tag share the catalog as a whole; of its databases only those are named that the tags reach. */
export function expectedByTag(
  catalog: Catalog,
  told: { readonly shared: boolean; readonly arns: readonly string[]; readonly databases: readonly string[] },
): Expected {
  const { account } = catalog;
  const names = (arn: string) => {
    const part = partOf(arn, catalog);
    return part !== null && (part.kind === 'catalog' || told.databases.includes(part.database));
  };
  return {
    sender: account,
    product: null,
    text: `${account} by tag`,
    shared: told.shared,
    arns: told.arns,
    names,
    // A grant by tag may bring the catalog and nothing else.
    bears: names,
  };
}

/** Whether every share that carries something is active here. */
export function hasArrived(arns: readonly string[], shares: AcceptanceFacts['shares']): boolean {
  const active = new Set(shares.filter((s) => s.status === 'ACTIVE').map((s) => s.arn));
  return arns.length > 0 && arns.every((arn) => active.has(arn));
}

/** Whether a Glue ARN is this product's catalog, its database, or one of its tables; a pattern only where all are meant. */
export function belongs(arn: string, product: Product): boolean {
  const part = partOf(arn, product);
  if (part === null) return false;
  if (part.kind === 'catalog') return true;
  if (part.database !== product.database) return false;
  if (part.kind === 'database') return true;
  if (part.table === ALL) return product.tables === 'all' || product.tables.includes(ALL);
  return wantsTable(product, part.table, matches);
}

const ALL = '*';

type CatalogPart =
  | { readonly kind: 'catalog' }
  | { readonly kind: 'database'; readonly database: string }
  | { readonly kind: 'table'; readonly database: string; readonly table: string };

/** What of this very catalog a Glue ARN names; null for anything else: another partition's, a name with more parts. */
function partOf(arn: string, { account, region }: Catalog): CatalogPart | null {
  const parts = arnParts(arn);
  if (parts === null || parts.service !== 'glue' || parts.partition !== partitionOf(region)) return null;
  if (parts.account !== account || parts.region !== region) return null;
  const [kind, database = '', table = '', ...more] = parts.resource.split('/');
  const names = [database, table].filter((name) => name !== '');
  if (more.length > 0 || parts.resource !== [kind, ...names].join('/')) return null;
  if (kind === 'catalog') return names.length === 0 ? { kind } : null;
  if (kind === 'database') return names.length === 1 && isName(database) ? { kind, database } : null;
  if (kind !== 'table' || names.length !== 2 || !isName(database)) return null;
  return table === ALL || isName(table) ? { kind, database, table } : null;
}

/** A name, and no pattern. */
function isName(text: string): boolean {
  return !/[*?]/.test(text);
}
