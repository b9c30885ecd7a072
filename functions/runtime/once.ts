/** Makes something at its first use and keeps it: at the first event of a warm function, not when a test imports it. */
export function once<T extends object>(make: () => T): () => T {
  let held: T | undefined;
  return () => {
    held ??= make();
    return held;
  };
}
