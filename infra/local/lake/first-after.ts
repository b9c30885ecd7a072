/**
 * The place of the first of the items that comes after something, the items' number if none does. They stand in order:
 * behind one that comes after, all do.
 */
export function firstAfter<T>(items: readonly T[], isAfter: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter(items[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}
