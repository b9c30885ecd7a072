/** Which of many words occur in a text, in one pass over it however many words there are (Aho and Corasick, 1975). */

interface Node<T> {
  readonly next: Map<number, Node<T>>;
  readonly ends: T[];
  /** Where to go on when no next character fits: the longest word's beginning that the text so far ends with. */
  fallback: Node<T> | null;
  /** The nearest node on the way of fallbacks at which a word ends. */
  shorter: Node<T> | null;
}

export class Words<T> {
  readonly #root: Node<T> = node();

  /** Items by their word; no word may be empty. */
  constructor(words: readonly (readonly [string, T])[]) {
    for (const [word, item] of words) {
      let at = this.#root;
      for (let i = 0; i < word.length; i++) at = below(at, word.charCodeAt(i));
      at.ends.push(item);
    }
    this.#link();
  }

  /** Calls `found` with the item of each word in the text, once for each place where it occurs. */
  each(text: string, found: (item: T) => void): void {
    let at = this.#root;
    for (let i = 0; i < text.length; i++) {
      at = this.#step(at, text.charCodeAt(i));
      for (let end: Node<T> | null = at; end !== null; end = end.shorter) {
        for (const item of end.ends) found(item);
      }
    }
  }

  #step(from: Node<T>, char: number): Node<T> {
    for (let at: Node<T> | null = from; at !== null; at = at.fallback) {
      const next = at.next.get(char);
      if (next !== undefined) return next;
    }
    return this.#root;
  }

  /** By length, so that the fallbacks of a node are linked before its own. */
  #link(): void {
    const pending = [this.#root];
    for (const at of pending) {
      for (const [char, next] of at.next) {
        const fallback = at.fallback === null ? this.#root : this.#step(at.fallback, char);
        next.fallback = fallback;
        next.shorter = fallback.ends.length > 0 ? fallback : fallback.shorter;
        pending.push(next);
      }
    }
  }
}

function node<T>(): Node<T> {
  return { next: new Map(), ends: [], fallback: null, shorter: null };
}

function below<T>(at: Node<T>, char: number): Node<T> {
  const found = at.next.get(char) ?? node<T>();
  at.next.set(char, found);
  return found;
}
