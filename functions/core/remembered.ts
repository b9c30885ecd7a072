/** Memory of a pure function of a text, of bounded size. */

interface Answer<T> {
  readonly value: T;
}

/**
 * The same function, which answers again what it was asked before. It keeps `most` answers, of which those that were
 * asked for lately stay longest: a process that lives for days must not keep every text it ever saw.
 */
export function remembered<T>(most: number, answer: (text: string) => T): (text: string) => T {
  let young = new Map<string, Answer<T>>();
  let old: ReadonlyMap<string, Answer<T>> = young;
  return (text) => {
    const held = young.get(text);
    if (held !== undefined) return held.value;
    const found = old.get(text) ?? { value: answer(text) };
    // All of the old at once: taking the first out of a large map, again and again, walks over all that was taken before.
    if (young.size >= most / 2) {
      old = young;
      young = new Map();
    }
    young.set(text, found);
    return found.value;
  };
}
