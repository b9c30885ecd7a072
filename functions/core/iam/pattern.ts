/** Wildcards as IAM has them: `*` any run of characters, `?` exactly one, everything else itself. */

/**
 * Whether the whole value fits the pattern. Case-sensitive. Goes back to the last `*` only, never further, so a
 * hostile pattern costs pattern × value at worst, and one without `*` a single pass.
 */
export function matches(pattern: string, value: string): boolean {
  // By characters, not UTF-16 halves: names may be in any script.
  return fits([...pattern], [...value]);
}

function fits(pattern: readonly string[], value: readonly string[]): boolean {
  let p = 0;
  let v = 0;
  let star = -1;
  let resume = 0;
  while (v < value.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = v;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === value[v])) {
      p++;
      v++;
    } else if (star >= 0) {
      p = star + 1;
      v = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
