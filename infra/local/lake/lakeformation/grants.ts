/** The grants of one catalog, found in constant time by principal and resource, paged in the order they were made. */

import type { Permission } from '@aws-sdk/client-lakeformation';
import { Sequence } from '../sequence.ts';
import { key, keyOf, placeOf, type Ref } from './resources.ts';

export interface Grant {
  /** Grows with every grant made: pages continue after it. */
  readonly seq: number;
  /** As granted: an ARN, an account, `IAM_ALLOWED_PRINCIPALS`. */
  readonly principal: string;
  ref: Ref;
  permissions: Set<Permission>;
  grantable: Set<Permission>;
  /** ARNs of the RAM shares that carry it to another account. */
  shares: readonly string[];
  updated: number;
  by: string;
  /** False while the write isn't visible yet. */
  shows: () => boolean;
}

export class GrantTable {
  readonly #all = new Sequence<Grant>();
  readonly #byPlace = new Map<string, Sequence<Grant>>();
  readonly #byPrincipal = new Map<string, Sequence<Grant>>();
  readonly #byKey = new Map<string, Grant>();
  /** By principal and place, and by principal and the database that tables lie in. */
  readonly #held = new Map<string, Set<Grant>>();
  /** Tag policies by principal. */
  readonly #policies = new Map<string, Set<Grant>>();
  #seq = 0;

  get size(): number {
    return this.#byKey.size;
  }

  find(principal: string, ref: Ref): Grant | undefined {
    return this.#byKey.get(key(principal, keyOf(ref)));
  }

  add(grant: Omit<Grant, 'seq'>): Grant {
    this.#seq += 1;
    const row: Grant = { ...grant, seq: this.#seq };
    this.#all.add(row);
    list(this.#byPlace, placeOf(row.ref)).add(row);
    list(this.#byPrincipal, row.principal).add(row);
    this.#byKey.set(key(row.principal, keyOf(row.ref)), row);
    for (const near of nearOf(row)) set(this.#held, near).add(row);
    if (row.ref.kind === 'policy') set(this.#policies, row.principal).add(row);
    return row;
  }

  remove(row: Grant): void {
    this.#all.remove(row);
    drop(this.#byPlace, placeOf(row.ref), row);
    drop(this.#byPrincipal, row.principal, row);
    this.#byKey.delete(key(row.principal, keyOf(row.ref)));
    for (const near of nearOf(row)) unset(this.#held, near, row);
    if (row.ref.kind === 'policy') unset(this.#policies, row.principal, row);
  }

  all(): Sequence<Grant> {
    return this.#all;
  }

  at(ref: Ref): Sequence<Grant> {
    return this.#byPlace.get(placeOf(ref)) ?? none;
  }

  of(principal: string): Sequence<Grant> {
    return this.#byPrincipal.get(principal) ?? none;
  }

  /** Grants of the principal on the resource itself, its columns included. */
  held(principal: string, ref: Ref): Iterable<Grant> {
    return this.#held.get(key(principal, placeOf(ref))) ?? [];
  }

  /** Grants of the principal on tables of the database, the wildcard included. */
  heldIn(principal: string, catalog: string, database: string): Iterable<Grant> {
    return this.#held.get(key(principal, 'in', catalog, database)) ?? [];
  }

  policiesOf(principal: string): Iterable<Grant> {
    return this.#policies.get(principal) ?? [];
  }
}

const none = new Sequence<Grant>();

function nearOf(row: Grant): string[] {
  const near = [key(row.principal, placeOf(row.ref))];
  const { ref } = row;
  if (ref.kind === 'table' || ref.kind === 'columns' || ref.kind === 'filter')
    near.push(key(row.principal, 'in', ref.catalog, ref.database));
  return near;
}

function list(map: Map<string, Sequence<Grant>>, at: string): Sequence<Grant> {
  const known = map.get(at);
  if (known) return known;
  const fresh = new Sequence<Grant>();
  map.set(at, fresh);
  return fresh;
}

function drop(map: Map<string, Sequence<Grant>>, at: string, row: Grant): void {
  const rows = map.get(at);
  rows?.remove(row);
  if (rows?.size === 0) map.delete(at);
}

function set(map: Map<string, Set<Grant>>, at: string): Set<Grant> {
  const known = map.get(at);
  if (known) return known;
  const fresh = new Set<Grant>();
  map.set(at, fresh);
  return fresh;
}

function unset(map: Map<string, Set<Grant>>, at: string, row: Grant): void {
  const rows = map.get(at);
  rows?.delete(row);
  if (rows?.size === 0) map.delete(at);
}
