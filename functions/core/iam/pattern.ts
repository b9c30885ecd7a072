/** Wildcards as IAM has them: `*` any run of characters, `?` exactly one, everything else itself. */

export const ANY = Symbol('*');
const ONE = Symbol('?');
/** One character, or a wildcard. A `*` that came out of a variable is a character. */
export type Token = string | typeof ANY | typeof ONE;

/** Whether the whole value fits the pattern. Case-sensitive. */
export function matches(pattern: string, value: string): boolean {
  return fits(wildcards(pattern), value);
}

export function wildcards(pattern: string): readonly Token[] {
  return Array.from(pattern, (char) => (char === '*' ? ANY : char === '?' ? ONE : char));
}

/**
 * Goes back to the last `*` only, never further: no pattern, however hostile, costs more than its length times the
 * value's, and one without `*` costs a single pass.
 */
export function fits(pattern: readonly Token[], value: string): boolean {
  // By characters, not UTF-16 halves: names may be in any script.
  const chars = [...value];
  let p = 0;
  let v = 0;
  let star = -1;
  let resume = 0;
  while (v < chars.length) {
    if (pattern[p] === ANY) {
      star = p++;
      resume = v;
    } else if (p < pattern.length && (pattern[p] === ONE || pattern[p] === chars[v])) {
      p++;
      v++;
    } else if (star >= 0) {
      p = star + 1;
      v = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === ANY) p++;
  return p === pattern.length;
}
