/** Things in the order of their numbers, walked from any number on: pages that survive changes between them. */

import type { Copy } from './copy.ts';
import { firstAfter } from './first-after.ts';

export class Sequence<T extends { readonly seq: number }> {
  readonly #items: T[] = [];

  copied(copy: Copy): Sequence<T> {
    const copies = new Sequence<T>();
    for (const item of this.#items) copies.add(copy(item));
    return copies;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Numbers only grow, so the end is where a new one belongs. */
  add(item: T): void {
    this.#items.push(item);
  }

  remove(item: T): void {
    const at = firstAfter(this.#items, ({ seq }) => seq >= item.seq);
    if (this.#items[at]?.seq === item.seq) this.#items.splice(at, 1);
  }

  *after(seq: number): Generator<T> {
    for (let i = firstAfter(this.#items, (item) => item.seq > seq); i < this.#items.length; i++)
      yield this.#items[i] as T;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
