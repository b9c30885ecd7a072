/** Exceptions come first: a thing says nothing that one below it would inherit and is to say otherwise. */

import type { AssignTags } from './assignment.ts';

/** Of one key on one thing: what things below it are to say and don't yet, each value with how many. */
type Waiting = Map<string, number>;

/**
 * Assignments assessed together, all of them open at first. One that AWS refused, that was not sent, or whose key could
 * not be made stays open, and holds its keys back on what it would inherit them from.
 */
export class Exceptions {
  readonly #waiting = new Map<string, Waiting>();

  /** Each thing once. */
  constructor(assignments: readonly AssignTags[]) {
    for (const change of assignments) this.#count(change, Object.keys(change.tags), 1);
  }

  /** AWS took these keys of an assignment. */
  stands(change: AssignTags, keys: readonly string[]): void {
    this.#count(change, keys, -1);
  }

  /** Whether something below the thing is still to say another value of the key. */
  holdsBack(change: AssignTags, key: string): boolean {
    const waiting = this.#waiting.get(placeOf(change, key));
    return waiting !== undefined && [...waiting].some(([value, left]) => left > 0 && value !== change.tags[key]);
  }

  #count(change: AssignTags, keys: readonly string[], by: number): void {
    for (const above of thingsAbove(change)) {
      for (const key of keys) {
        const place = placeOf(above, key);
        const waiting = this.#waiting.get(place) ?? new Map<string, number>();
        const value = change.tags[key] ?? '';
        this.#waiting.set(place, waiting.set(value, (waiting.get(value) ?? 0) + by));
      }
    }
  }
}

type Thing = Pick<AssignTags, 'account' | 'region' | 'database' | 'table' | 'columns'>;

/** What a thing inherits from. */
function thingsAbove({ account, region, database, table, columns }: Thing): readonly Thing[] {
  if (table === null) return [];
  const place = { account, region, database, columns: [] };
  return [{ ...place, table: null }, ...(columns.length > 0 ? [{ ...place, table }] : [])];
}

function placeOf({ account, region, database, table, columns }: Thing, key: string): string {
  return JSON.stringify([account, region, database, table, columns, key]);
}
