/** Lists in which nothing stands twice, and lists in parts. */

/** Each value once, where it first stood. */
export function unique<T>(values: Iterable<T>): T[] {
  return [...new Set(values)];
}

/** Each text once, sorted. */
export function sortedSet<T extends string>(texts: Iterable<T>): T[] {
  return unique(texts).sort();
}

/** One item per key, where the key first stood. Of several with one key the last is taken. */
export function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

/** The same, in the order of the keys. */
export function sortedSetBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const byKey = new Map(items.map((item) => [keyOf(item), item]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** The items in their order, in lists of `size`, the last one perhaps shorter. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let start = 0; start < items.length; start += size) out.push(items.slice(start, start + size));
  return out;
}
