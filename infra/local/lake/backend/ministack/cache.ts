/** Answers remembered for a moment: one request asks the same role's policies several times. */

export interface Cache<T> {
  get(key: string, load: () => Promise<T>): Promise<T>;
  clear(): void;
}

/** CloudFormation writes inside MiniStack, unseen by us; AWS's own IAM takes longer than this to be consistent. */
const KEPT_MS = 500;

/** An empty cache. What failed to load is not kept. */
export function createCache<T>(): Cache<T> {
  const entries = new Map<string, { readonly until: number; readonly value: Promise<T> }>();
  return {
    get(key, load) {
      const known = entries.get(key);
      if (known !== undefined && known.until > Date.now()) return known.value;
      const value = load();
      // A failure is not remembered.
      value.catch(() => entries.delete(key));
      if (entries.size > 10_000) entries.clear();
      entries.set(key, { until: Date.now() + KEPT_MS, value });
      return value;
    },
    clear: () => entries.clear(),
  };
}
