/** Wildcards as IAM has them: `*` any run of characters, `?` exactly one, everything else itself. */

import { remembered } from '../remembered.ts';

export const ANY = Symbol('*');
const ONE = Symbol('?');
/** One character, or a wildcard. A `*` that came out of a variable is a character. */
export type Token = string | typeof ANY | typeof ONE;

/** Whether a whole value fits one pattern. */
export type Matcher = (value: string) => boolean;

/** Whether the whole value fits the pattern. Case-sensitive. */
export function matches(pattern: string, value: string): boolean {
  return matcherOf(pattern)(value);
}

/** The patterns of a policy and of a few hundred documents; one is a few hundred bytes. */
const PATTERNS = 5_000;

/** A pattern that is asked about many values, compiled once. */
export const matcherOf: (pattern: string) => Matcher = remembered(PATTERNS, compiled);

function compiled(pattern: string): Matcher {
  if (!/[*?]/.test(pattern)) return (value) => value === pattern;
  // Texts are compared by UTF-16 halves below: where the pattern has no half of its own, that is by characters.
  if (pattern.includes('?') || !pattern.isWellFormed()) {
    const tokens = wildcards(pattern);
    return (value) => fits(tokens, value);
  }
  return runs(pattern.split('*'));
}

/** Only `*`: the texts between must follow each other, each where it is found first. */
function runs(texts: readonly string[]): Matcher {
  const [first = '', ...rest] = texts;
  const last = rest.pop() ?? '';
  const between = rest.filter((text) => text !== '');
  const shortest = first.length + last.length;
  if (shortest === 0 && between.length === 0) return () => true;
  if (last === '' && between.length === 0) return (value) => value.startsWith(first);
  return (value) => {
    if (value.length < shortest || !value.startsWith(first) || !value.endsWith(last)) return false;
    const end = value.length - last.length;
    let at = first.length;
    for (const text of between) {
      const found = value.indexOf(text, at);
      if (found < 0 || found + text.length > end) return false;
      at = found + text.length;
    }
    return true;
  };
}

/** Whether whatever fits the pattern `all` fits this one, too. */
export function coversAll(pattern: string, all: string): boolean {
  // Letters that no name has fit nothing but wildcards: as many as each `*` of `all` may stand for.
  return ['', '\uE000', '\uE000\uE001'].every((many) =>
    matches(pattern, all.replaceAll('*', many).replaceAll('?', '\uE000')),
  );
}

/** The pattern's parts, `*` and `?` told from letters. */
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
