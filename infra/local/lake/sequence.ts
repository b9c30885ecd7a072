/** Things in the order of their numbers, walked from any number on: pages that survive changes between them. */

export class Sequence<T extends { readonly seq: number }> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** Numbers only grow, so the end is where a new one belongs. */
  add(item: T): void {
    this.#items.push(item);
  }

  remove(item: T): void {
    const at = this.#firstAfter(item.seq - 1);
    if (this.#items[at]?.seq === item.seq) this.#items.splice(at, 1);
  }

  *after(seq: number): Generator<T> {
    for (let i = this.#firstAfter(seq); i < this.#items.length; i++) yield this.#items[i] as T;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }

  #firstAfter(seq: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle] as T).seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
