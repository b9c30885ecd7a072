/** EventBridge's matching, as far as our rules use it: exact values in lists, nested. Throws at any operator. */

export type Pattern = { readonly [key: string]: readonly unknown[] | Pattern };

export function matchesPattern(pattern: Pattern, event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false;
  return Object.entries(pattern).every(([key, wanted]) => {
    const found: unknown = Reflect.get(event, key);
    if (!isList(wanted)) return matchesPattern(wanted, found);
    if (wanted.some((value) => typeof value === 'object')) throw new Error(`operator in pattern at ${key}`);
    return (Array.isArray(found) ? found : [found]).some((value) => wanted.includes(value));
  });
}

function isList(value: readonly unknown[] | Pattern): value is readonly unknown[] {
  return Array.isArray(value);
}
