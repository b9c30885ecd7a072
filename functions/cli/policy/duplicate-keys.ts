/** Keys that stand twice in one map. The YAML library compares every key with all before it: 5,000 products, 12 million pairs. */

import { isCollection, isMap, isNode, isPair, isScalar, type Node } from 'yaml';

/** The second key of each pair of equals, in the order of the file. */
export function duplicateKeys(root: Node | null): readonly Node[] {
  if (!isCollection(root)) return [];
  const seen = new Set<unknown>();
  return root.items.flatMap((item): readonly Node[] => {
    if (!isPair(item)) return isNode(item) ? duplicateKeys(item) : [];
    const { key, value } = item;
    const again = isMap(root) && isScalar(key) && seen.has(key.value);
    if (isScalar(key)) seen.add(key.value);
    const below = isNode(value) ? duplicateKeys(value) : [];
    return again ? [key, ...below] : below;
  });
}
