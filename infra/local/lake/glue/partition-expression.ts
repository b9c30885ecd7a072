/** The filter of GetPartitions: a small SQL over partition keys, read by recursive descent. */

import type { Column } from '@aws-sdk/client-glue';
import { invalidInput } from './errors.ts';

/** Answers whether a partition with these values is wanted. */
export type PartitionFilter = (values: readonly string[]) => boolean;

type Token = { readonly kind: 'word' | 'text' | 'number' | 'sign'; readonly text: string };

/** AWS allows an expression of up to 2,048 characters: this deep nesting is nobody's query. */
const deepest = 100;

/** Reads the expression once; the filter is then run for each partition. */
export function partitionFilter(expression: string | undefined, keys: readonly Column[]): PartitionFilter {
  if (expression === undefined || expression.trim() === '') return () => true;
  const reader = new Reader(tokens(expression), keys);
  return reader.whole();
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #keys: readonly Column[];
  #at = 0;
  #depth = 0;

  constructor(read: readonly Token[], keys: readonly Column[]) {
    this.#tokens = read;
    this.#keys = keys;
  }

  whole(): PartitionFilter {
    const filter = this.#either();
    if (this.#at < this.#tokens.length) throw unreadable(`unexpected ${this.#peek()}`);
    return filter;
  }

  #either(): PartitionFilter {
    let left = this.#both();
    while (this.#take('or')) {
      const [one, other] = [left, this.#both()];
      left = (values) => one(values) || other(values);
    }
    return left;
  }

  #both(): PartitionFilter {
    let left = this.#single();
    while (this.#take('and')) {
      const [one, other] = [left, this.#single()];
      left = (values) => one(values) && other(values);
    }
    return left;
  }

  #single(): PartitionFilter {
    if (++this.#depth > deepest) throw unreadable('it is nested too deeply');
    const filter = this.#unguarded();
    this.#depth -= 1;
    return filter;
  }

  #unguarded(): PartitionFilter {
    if (this.#take('not')) {
      const inner = this.#single();
      return (values) => !inner(values);
    }
    if (!this.#take('(')) return this.#comparison();
    const inner = this.#either();
    this.#expect(')');
    return inner;
  }

  #comparison(): PartitionFilter {
    const index = this.#key();
    const type = (this.#keys[index]?.Type ?? 'string').toLowerCase();
    const value = (values: readonly string[]) => values[index] ?? '';
    if (this.#take('is')) return this.#nullness(value);
    const negated = this.#take('not');
    const test = this.#test(type);
    return negated ? (values) => !test(value(values)) : (values) => test(value(values));
  }

  #nullness(value: (values: readonly string[]) => string): PartitionFilter {
    const negated = this.#take('not');
    this.#expect('null');
    // Hive's name for the partition of rows that have no value.
    return (values) => (value(values) === '__HIVE_DEFAULT_PARTITION__') !== negated;
  }

  #test(type: string): (value: string) => boolean {
    if (this.#take('in')) return this.#oneOf(type);
    if (this.#take('between')) {
      const low = this.#literal();
      this.#expect('and');
      const high = this.#literal();
      return (value) => order(type, value, low) >= 0 && order(type, value, high) <= 0;
    }
    if (this.#take('like')) return likeness(this.#literal());
    const sign = this.#next();
    const decide = signs.get(sign);
    if (!decide) throw unreadable(`unexpected ${sign}`);
    const wanted = this.#literal();
    return (value) => decide(order(type, value, wanted));
  }

  #oneOf(type: string): (value: string) => boolean {
    this.#expect('(');
    const wanted = [this.#literal()];
    while (this.#take(',')) wanted.push(this.#literal());
    this.#expect(')');
    return (value) => wanted.some((each) => order(type, value, each) === 0);
  }

  #key(): number {
    const name = this.#next();
    const index = this.#keys.findIndex((key) => (key.Name ?? '').toLowerCase() === name.toLowerCase());
    if (index < 0) throw unreadable(`${name} is not a partition key`);
    return index;
  }

  #literal(): string {
    const token = this.#tokens[this.#at++];
    if (token?.kind === 'text' || token?.kind === 'number') return token.text;
    throw unreadable(`a value was expected, found ${token?.text ?? 'the end'}`);
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (!token || token.kind === 'text' || token.text.toLowerCase() !== text) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw unreadable(`${text} was expected, found ${this.#peek()}`);
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (!token || token.kind === 'text') throw unreadable(`unexpected ${token?.text ?? 'end'}`);
    return token.text;
  }

  #peek(): string {
    return this.#tokens[this.#at]?.text ?? 'the end';
  }
}

const signs: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ['=', (order: number) => order === 0],
  ['==', (order: number) => order === 0],
  ['<>', (order: number) => order !== 0],
  ['!=', (order: number) => order !== 0],
  ['<', (order: number) => order < 0],
  ['<=', (order: number) => order <= 0],
  ['>', (order: number) => order > 0],
  ['>=', (order: number) => order >= 0],
]);

const numeric = /^(tinyint|smallint|int|integer|bigint|long|decimal.*|double|float)$/;

/** Values are compared by the key's type. A value that is no number sorts as text, as it would in a string key. */
function order(type: string, value: string, wanted: string): number {
  if (numeric.test(type)) {
    const difference = Number(value) - Number(wanted);
    if (!Number.isNaN(difference)) return difference;
  }
  return value < wanted ? -1 : value > wanted ? 1 : 0;
}

function likeness(pattern: string): (value: string) => boolean {
  const wildcards = new Map([
    ['%', '.*'],
    ['_', '.'],
  ]);
  const source = [...pattern].map((char) => wildcards.get(char) ?? RegExp.escape(char)).join('');
  const whole = new RegExp(`^${source}$`, 's');
  return (value) => whole.test(value);
}

const lexemes =
  /\s+|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|(-?\d+(?:\.\d+)?(?![\w]))|`([^`]+)`|([\p{L}_][\p{L}\p{N}_]*)|(<>|!=|<=|>=|==|[=<>(),])/uy;

function tokens(expression: string): Token[] {
  const found: Token[] = [];
  lexemes.lastIndex = 0;
  while (lexemes.lastIndex < expression.length) {
    const at = lexemes.lastIndex;
    const match = lexemes.exec(expression);
    if (!match) throw unreadable(`unexpected ${expression.slice(at, at + 10)}`);
    const token = tokenOf(match);
    if (token) found.push(token);
  }
  return found;
}

function tokenOf(match: RegExpExecArray): Token | undefined {
  const [, single, double, number, quoted, word, sign] = match;
  if (single !== undefined) return { kind: 'text', text: single.replaceAll("''", "'") };
  if (double !== undefined) return { kind: 'text', text: double.replaceAll('""', '"') };
  if (number !== undefined) return { kind: 'number', text: number };
  if (quoted !== undefined) return { kind: 'word', text: quoted };
  if (word !== undefined) return { kind: 'word', text: word };
  return sign === undefined ? undefined : { kind: 'sign', text: sign };
}

function unreadable(why: string) {
  return invalidInput(`Unsupported expression: ${why}.`);
}
