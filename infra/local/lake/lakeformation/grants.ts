/** The grants of one catalog, found in constant time by principal and resource, paged in the order they were made. */

import type { Permission } from '@aws-sdk/client-lakeformation';
import type { Carrier } from '../ram/state.ts';
import { Sequence } from '../sequence.ts';
import { key, keyOf, placeOf, type Ref } from './resources.ts';

export interface Grant {
  /** Grows with every grant made: pages continue after it. */
  readonly seq: number;
  /** As granted: an ARN, an account, `IAM_ALLOWED_PRINCIPALS`. */
  readonly principal: string;
  readonly ref: Ref;
  readonly permissions: ReadonlySet<Permission>;
  readonly grantable: ReadonlySet<Permission>;
  /** What carries it to another account: its resource in RAM shares. */
  readonly shares: readonly Carrier[];
  readonly updated: number;
  readonly by: string;
  /** False while the write isn't visible yet. */
  readonly shows: () => boolean;
}

export class GrantTable {
  readonly #all = new Sequence<Grant>();
  readonly #byPlace = new Map<string, Sequence<Grant>>();
  readonly #byPrincipal = new Map<string, Sequence<Grant>>();
  readonly #byKey = new Map<string, Grant>();
  /** By principal and place, and by principal and the database that tables lie in. */
  readonly #held = new Map<string, Grant[]>();
  /** Tag policies by principal. */
  readonly #policies = new Map<string, Grant[]>();
  /** One set for all grants of the same permissions: there are few combinations and many grants. */
  readonly #sets = new Map<string, ReadonlySet<Permission>>();
  #seq = 0;

  get size(): number {
    return this.#byKey.size;
  }

  find(principal: string, ref: Ref): Grant | undefined {
    return this.#byKey.get(key(principal, keyOf(ref)));
  }

  /** Rows never change, so both tables may hold them. */
  copied(): GrantTable {
    const table = new GrantTable();
    for (const row of this.#all) table.#keep(row);
    table.#seq = this.#seq;
    return table;
  }

  add(grant: Omit<Grant, 'seq'>): Grant {
    this.#seq += 1;
    return this.#keep({ ...grant, seq: this.#seq });
  }

  #keep(grant: Grant): Grant {
    const row: Grant = {
      ...grant,
      permissions: this.#kept(grant.permissions),
      grantable: this.#kept(grant.grantable),
    };
    this.#all.add(row);
    list(this.#byPlace, placeOf(row.ref)).add(row);
    list(this.#byPrincipal, row.principal).add(row);
    this.#byKey.set(key(row.principal, keyOf(row.ref)), row);
    for (const near of nearOf(row)) put(this.#held, near, row);
    if (row.ref.kind === 'policy') put(this.#policies, row.principal, row);
    return row;
  }

  remove(row: Grant): void {
    this.#all.remove(row);
    drop(this.#byPlace, placeOf(row.ref), row);
    drop(this.#byPrincipal, row.principal, row);
    this.#byKey.delete(key(row.principal, keyOf(row.ref)));
    for (const near of nearOf(row)) take(this.#held, near, row);
    if (row.ref.kind === 'policy') take(this.#policies, row.principal, row);
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

  #kept(permissions: ReadonlySet<Permission>): ReadonlySet<Permission> {
    const name = [...permissions].sort().join();
    const known = this.#sets.get(name);
    if (known) return known;
    this.#sets.set(name, permissions);
    return permissions;
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

function put(map: Map<string, Grant[]>, at: string, row: Grant): void {
  const rows = map.get(at);
  if (rows) rows.push(row);
  else map.set(at, [row]);
}

function take(map: Map<string, Grant[]>, at: string, row: Grant): void {
  const rows = map.get(at);
  const index = rows?.indexOf(row) ?? -1;
  if (!rows || index < 0) return;
  rows.splice(index, 1);
  if (rows.length === 0) map.delete(at);
}
