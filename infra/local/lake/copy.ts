/** Copies of the lake's state: plain data, collections, and classes that say how they are copied. */

/** The same value again, of which nothing that changes is shared with the original. */
export type Copy = <T>(value: T) => T;

/** A class that keeps things to itself. */
interface Copied {
  copied(copy: Copy): object;
}

/**
 * One copier for all that belongs together: what is in several places is one thing in the copy, too. Texts, times,
 * bytes and functions are shared, since nobody changes them.
 */
export function createCopy(): Copy {
  const copies = new Map<object, object>();
  const copy: Copy = (value) => (isFixed(value) ? value : (known(value as object) as typeof value));
  const known = (value: object): object => copies.get(value) ?? made(value);
  const keep = <T extends object>(value: object, into: T): T => {
    copies.set(value, into);
    return into;
  };
  const made = (value: object): object => {
    if (Array.isArray(value)) {
      const list = keep<unknown[]>(value, []);
      for (const item of value) list.push(copy(item));
      return list;
    }
    if (value instanceof Map) {
      const map = keep(value, new Map());
      for (const [key, item] of value) map.set(key, copy(item));
      return map;
    }
    if (value instanceof Set) {
      const set = keep(value, new Set());
      for (const item of value) set.add(copy(item));
      return set;
    }
    if (isCopied(value)) return keep(value, value.copied(copy));
    if (Object.getPrototypeOf(value) !== Object.prototype)
      throw new Error(`the lake can't copy ${value.constructor.name}`);
    const record = keep<Record<string, unknown>>(value, {});
    for (const [name, member] of Object.entries(value)) record[name] = copy(member);
    return record;
  };
  return copy;
}

function isCopied(value: object): value is Copied {
  return 'copied' in value && typeof value.copied === 'function';
}

function isFixed(value: unknown): boolean {
  return typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array;
}

/** Makes `target` what `source` is; both are records of collections and plain values. */
export function refill<T extends object>(target: T, source: T): void {
  for (const [name, now] of Object.entries(source)) {
    const before: unknown = target[name as keyof T];
    if (before instanceof Map) {
      before.clear();
      for (const [key, item] of now as ReadonlyMap<unknown, unknown>) before.set(key, item);
    } else if (before instanceof Set) {
      before.clear();
      for (const item of now as ReadonlySet<unknown>) before.add(item);
    } else Object.assign(target, { [name]: now });
  }
}
