import type { Copy } from '../copy.ts';
import { firstAfter } from '../first-after.ts';

/** A map that can be walked in the order of its keys from any point: what paged listings need. */
export class Ordered<V> {
  readonly #values = new Map<string, V>();
  /** Sorted when first needed after a change: a listing of 10,000 names sorts once, not once a page. */
  #keys: string[] | undefined;

  copied(copy: Copy): Ordered<V> {
    const copies = new Ordered<V>();
    for (const [key, value] of this.#values) copies.set(key, copy(value));
    return copies;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#keys = undefined;
    this.#values.set(key, value);
  }

  delete(key: string): boolean {
    const known = this.#values.delete(key);
    if (known) this.#keys = undefined;
    return known;
  }

  /** Entries in the order of their keys, beginning after `key`, or with the first one. */
  *entries(after?: string): Generator<[string, V]> {
    const keys = this.#sorted();
    for (let i = after === undefined ? 0 : firstAfter(keys, (key) => key > after); i < keys.length; i++) {
      const key = keys[i] as string;
      const value = this.#values.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  /** Those of the keys that are there. */
  among(keys: Iterable<string>): Ordered<V> {
    const few = new Ordered<V>();
    for (const key of keys) {
      const value = this.#values.get(key);
      if (value !== undefined) few.set(key, value);
    }
    return few;
  }

  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  keys(): readonly string[] {
    return this.#sorted();
  }

  #sorted(): string[] {
    this.#keys ??= [...this.#values.keys()].sort();
    return this.#keys;
  }
}
