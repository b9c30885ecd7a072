/** Names and patterns prepared for being asked a hundred thousand times. */

import { fits, wildcards } from '../iam/pattern.ts';
import { isPattern } from '../policy/patterns.ts';
import { Words } from './words.ts';

export type NameTest = (name: string) => boolean;

const ANYTHING: NameTest = () => true;

/** `matches` of one pattern, prepared; null fits everything. Costs no more than the name's length times the pattern's. */
export function nameTest(pattern: string | null): NameTest {
  if (pattern === null || /^\*+$/.test(pattern)) return ANYTHING;
  if (!isPattern(pattern)) return (name) => name === pattern;
  if (!pattern.includes('?')) return piecesTest(pattern.split('*'));
  const tokens = wildcards(pattern);
  return (name) => fits(tokens, name);
}

/** With `*` alone: a beginning, an end, and what lies between each as early as it can be. */
function piecesTest(pieces: readonly string[]): NameTest {
  const [first = '', ...rest] = pieces;
  const last = rest.pop() ?? '';
  const inner = rest.filter((piece) => piece !== '');
  return (name) => {
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    let from = first.length;
    for (const piece of inner) {
      const at = name.indexOf(piece, from);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return from <= name.length - last.length;
  };
}

/** The longest run of characters that every name fitting the pattern has; empty when there is none. */
export function longestRun(pattern: string): string {
  return pattern.split(/[*?]/).reduce((best, run) => (run.length > best.length ? run : best), '');
}

/** Items by name or pattern: those that may fit a name are found without trying the others. */
export class NameIndex<T> {
  readonly #literals = new Map<string, T[]>();
  readonly #words: Words<T> | null;
  readonly #rest: T[] = [];
  readonly isEmpty: boolean;

  constructor(items: readonly { readonly pattern: string; readonly item: T }[]) {
    const words: [string, T][] = [];
    for (const { pattern, item } of items) {
      const run = longestRun(pattern);
      if (!isPattern(pattern)) push(this.#literals, pattern, item);
      else if (run === '') this.#rest.push(item);
      else words.push([run, item]);
    }
    this.#words = words.length === 0 ? null : new Words(words);
    this.isEmpty = items.length === 0;
  }

  /** Items that may fit; one may come more than once. */
  each(name: string, found: (item: T) => void): void {
    for (const item of this.#literals.get(name) ?? NONE) found(item as T);
    this.#words?.each(name, found);
    for (const item of this.#rest) found(item);
  }
}

const NONE: readonly never[] = [];

/** Adds to the list under a key, which is made when it is missing. */
export function push<K, T>(map: Map<K, T[]>, key: K, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
