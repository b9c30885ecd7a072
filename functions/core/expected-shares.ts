/** What other accounts are expected to share with a consumer, and what a share of theirs may bring (law 8). */

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
  };
}

/** Grants by tag share the catalog as a whole; of its databases only those are named that the tags reach. */
export function expectedByTag(
  catalog: Catalog,
  told: { readonly shared: boolean; readonly arns: readonly string[]; readonly databases: readonly string[] },
): Expected {
  const { account, region } = catalog;
  return {
    sender: account,
    product: null,
    text: `${account} by tag`,
    shared: told.shared,
    arns: told.arns,
    names: (arn) => {
      const [, , service, where, owner, ...rest] = arn.split(':');
      if (service !== 'glue' || where !== region || owner !== account) return false;
      const path = rest.join(':');
      const [kind, database] = path.split('/');
      if (path === 'catalog') return true;
      return (kind === 'database' || kind === 'table') && told.databases.includes(database ?? '');
    },
  };
}

/** Whether every share that carries something is active here. */
export function hasArrived(arns: readonly string[], shares: AcceptanceFacts['shares']): boolean {
  const active = new Set(shares.filter((s) => s.status === 'ACTIVE').map((s) => s.arn));
  return arns.length > 0 && arns.every((arn) => active.has(arn));
}

/** Whether a Glue ARN is this product's catalog, its database, or one of its tables; a pattern only where all are meant. */
export function belongs(arn: string, product: Product): boolean {
  const [, , service, region, account, ...rest] = arn.split(':');
  if (service !== 'glue' || region !== product.region || account !== product.account) return false;
  const path = rest.join(':');
  if (path === 'catalog' || path === `database/${product.database}`) return true;
  const prefix = `table/${product.database}/`;
  return path.startsWith(prefix) && wantsTable(product, path.slice(prefix.length), matches);
}
