/** Lake Formation permissions as data: what a resource is called, who holds what, what is wanted of whom. */

import type { Grant, LakeResource, ListedGrant, TagValues } from '#contracts/lake-formation.ts';
import { sortedSet } from './collections.ts';

/** Stable text for one resource: the identity of grants in the ledger and in findings. */
export function resourceText(resource: LakeResource): string {
  switch (resource.type) {
    case 'catalog':
      return `catalog ${resource.catalog}`;
    case 'database':
      return `database ${resource.catalog}/${resource.database}`;
    case 'table':
      return `table ${resource.catalog}/${resource.database}.${resource.table}`;
    case 'all-tables':
      return `all tables of ${resource.catalog}/${resource.database}`;
    case 'columns':
      return `columns ${resource.excluded ? 'except ' : ''}${resource.columns.join(',')} of ${resource.catalog}/${resource.database}.${resource.table}`;
    case 'tag':
      return `tag ${resource.key}=${resource.values.join('|')} of ${resource.catalog}`;
    case 'tag-policy':
      return `${resource.on}s tagged ${expressionText(resource.expression)} of ${resource.catalog}`;
    case 'data-location':
      return `location ${resource.arn}`;
    case 'other':
      return `${resource.text} of ${resource.catalog}`;
  }
}

/** `pii=true and source=none|product` */
export function expressionText(expression: readonly TagValues[]): string {
  return expression.map(({ key, values }) => `${key}=${values.join('|')}`).join(' and ');
}

/** Principal and resource as one word: the identity of a grant within one account and Region. */
export function grantText({ principal, resource }: Pick<Grant, 'principal' | 'resource'>): string {
  return `${principal}|${resourceText(resource)}`;
}

/** The same permissions, whatever their order. */
export function sameGrant(a: Grant, b: Grant): boolean {
  const list = (of: readonly string[]) => [...of].sort().join();
  return (
    grantText(a) === grantText(b) &&
    list(a.permissions) === list(b.permissions) &&
    list(a.grantable) === list(b.grantable)
  );
}

/** A grant that should stand, and the products that want it. */
export interface DesiredGrant {
  readonly grant: Grant;
  readonly products: readonly string[];
}

/** Whether what is held is at least what is wanted. */
export function covers(held: readonly string[], wanted: readonly string[]): boolean {
  return held.includes('ALL') || wanted.every((permission) => held.includes(permission));
}

export interface Held {
  readonly permissions: readonly string[];
  readonly grantable: readonly string[];
  readonly shareArns: readonly string[];
}

const indices = new WeakMap<readonly ListedGrant[], ReadonlyMap<string, readonly ListedGrant[]>>();

/** Rows by principal and resource: a listing of thousands is asked about thousands of grants. */
function indexOf(listing: readonly ListedGrant[]): ReadonlyMap<string, readonly ListedGrant[]> {
  const index = indices.get(listing) ?? Map.groupBy(listing, grantText);
  indices.set(listing, index);
  return index;
}

const NOTHING_HELD: Held = { permissions: [], grantable: [], shareArns: [] };

/** What a principal explicitly holds on a resource, by a listing. */
export function heldBy(listing: readonly ListedGrant[], principal: string, resource: LakeResource): Held {
  return heldAs(listing, grantText({ principal, resource }));
}

/** The same of a grant whose text is known. */
export function heldAs(listing: readonly ListedGrant[], text: string): Held {
  const rows = indexOf(listing).get(text);
  if (rows === undefined) return NOTHING_HELD;
  const [first, second] = rows;
  if (first !== undefined && second === undefined) return heldByRow(first);
  return {
    permissions: rows.flatMap((row) => row.permissions),
    grantable: rows.flatMap((row) => row.grantable),
    shareArns: sortedSet(rows.flatMap((row) => row.shareArns)),
  };
}

function heldByRow({ permissions, grantable, shareArns }: ListedGrant): Held {
  return { permissions, grantable, shareArns: shareArns.length < 2 ? shareArns : sortedSet(shareArns) };
}

/** One desired grant per principal and resource, whichever products want it; sorted. */
export function mergeDesired(desired: readonly DesiredGrant[]): readonly DesiredGrant[] {
  return byText(mergedByText(desired)).map(([, one]) => one);
}

/** The same in no order, each with the text of its grant. */
export function mergedByText(desired: readonly DesiredGrant[]): readonly (readonly [string, DesiredGrant])[] {
  const groups = Map.groupBy(desired, ({ grant }) => grantText(grant));
  return [...groups].map(([text, group]) => [text, together(group)] as const);
}

/** In the order in which grants are made and told. */
export function byText<T>(texts: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return texts.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Of all at once, not two by two: every product of a consumer wants its database `default`. */
function together(group: readonly DesiredGrant[]): DesiredGrant {
  const [first] = group;
  if (first === undefined) throw new Error('nothing to put together');
  if (group.length === 1) return first;
  return {
    grant: {
      ...first.grant,
      permissions: union(group.map(({ grant }) => grant.permissions)),
      grantable: union(group.map(({ grant }) => grant.grantable)),
    },
    products: union(group.map(({ products }) => products)),
  };
}

function union(lists: readonly (readonly string[])[]): readonly string[] {
  return sortedSet(lists.flat());
}
