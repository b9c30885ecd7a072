/** What the consumers' last runs say of job roles, as their producers' documents need it. Pure. */

import { arnParts } from '#contracts/arn.ts';
import type { ConsumerRecord } from '#contracts/ledger.ts';
import type { Product } from '#contracts/policy.ts';
import type { AdmittedSnapshot } from '#contracts/snapshot.ts';
import { readsByIam } from './bucket-policy.ts';
import { sortedSet, uniqueBy } from './collections.ts';
import { receivers } from './selectors.ts';
import type { NamedRole, Readers } from './storage-statements.ts';

/** Whether documents name the roles of an account that are admitted to a product by tag or list. */
export function namesRolesOf(product: Product, account: string): boolean {
  return readsByIam(product) && receivers(product).includes(account);
}

/** The readers of these products, by the records of all their consumers. */
export function readersOf(products: readonly Product[], records: readonly ConsumerRecord[]): Readers {
  const named = products.map((product) => [product.name, rolesOf(product, records)] as const);
  return {
    named: Object.fromEntries(named.filter(([, roles]) => roles.length > 0)),
    disproved: sortedSet(records.flatMap(({ disproved }) => disproved)),
  };
}

/** A role is its own account's to admit: what a record says of another's is not heard. */
function rolesOf(product: Product, records: readonly ConsumerRecord[]): readonly NamedRole[] {
  const roles = records.flatMap(({ account, admitted = [] }) =>
    namesRolesOf(product, account)
      ? admitted.filter(({ arn, products }) => arnParts(arn)?.account === account && products.includes(product.name))
      : [],
  );
  const named = uniqueBy(roles, ({ id }) => id).map(({ arn, id }) => ({ arn, id }));
  return named.sort((a, b) => (a.arn + a.id < b.arn + b.id ? -1 : 1));
}

/** As a snapshot tells it: what has been dealt with, for the consumers to compare. */
export function admittedOf({ named }: Readers, products: readonly Product[]): AdmittedSnapshot[] {
  return products.flatMap(({ name: product }) => (named[product] ?? []).map(({ arn, id }) => ({ product, arn, id })));
}
