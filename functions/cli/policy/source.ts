/** The text of a policy file, YAML or JSON (which is YAML too), with the place of everything in it. */

import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { PolicyPath } from '#core/policy/issue.ts';
import { duplicateKeys } from './duplicate-keys.ts';

interface Place {
  readonly line: number;
  readonly column: number;
}

interface SyntaxMistake extends Place {
  readonly message: string;
  readonly instead: string;
  /** The line it is on. */
  readonly found: string;
}

export interface Source {
  readonly value: unknown;
  readonly mistakes: readonly SyntaxMistake[];
  /** Where a path is: a plain value itself, else its key; what is missing is missing from what is nearest above. */
  place(path: PolicyPath, target?: 'value' | 'key'): Place;
  /** A plain value as it is written, quotes and all; null for the rest. */
  written(path: PolicyPath): string | null;
}

/** An alias may stand for at most this many nodes: a file that means billions of nodes is an attack, not a policy. */
const MOST_ALIASES = 100;

export function readSource(text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const root = document.contents;
  const troubles = troublesOf(document);
  const rows = troubles.length === 0 ? [] : text.split(/\r?\n/);
  const mistakes = troubles.map((trouble) => syntaxMistake(trouble, at(trouble.offset), rows));
  const { value, tooMany } =
    mistakes.length > 0
      ? { value: undefined, tooMany: null }
      : readValue(() => document.toJS({ maxAliasCount: MOST_ALIASES }));
  return {
    value,
    mistakes:
      tooMany === null ? mistakes : [{ ...at(0), found: 'an alias', message: tooMany, instead: 'write it out' }],
    place: (path, target = 'value') => at(offsetOf(root, path, target)),
    written: (path) => writtenAt(root, path, text),
  };
}

function readValue(read: () => unknown): { value: unknown; tooMany: string | null } {
  try {
    return { value: read(), tooMany: null };
  } catch (error) {
    return { value: undefined, tooMany: error instanceof Error ? error.message : String(error) };
  }
}

/** What to do about the mistakes of YAML that people make. */
const INSTEAD: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'align it with its neighbours',
  DUPLICATE_KEY: 'keep one of them',
  MISSING_CHAR: 'close or complete it',
  MULTIPLE_DOCS: 'keep one document',
  BAD_ALIAS: 'write it out',
  TAG_RESOLVE_FAILED: 'leave the tag out',
};

interface Trouble {
  readonly code: YAMLError['code'];
  readonly message: string;
  readonly offset: number;
}

function troublesOf({ contents, errors, warnings }: Document.Parsed): readonly Trouble[] {
  const told = [...errors, ...warnings].map(({ code, message, pos }) => ({ code, message, offset: pos[0] }));
  const twice = duplicateKeys(contents).map(
    ({ range }): Trouble => ({ code: 'DUPLICATE_KEY', message: 'Map keys must be unique', offset: range?.[0] ?? 0 }),
  );
  return [...told, ...twice];
}

/** `rows`: the lines of the file. */
function syntaxMistake({ code, message }: Trouble, place: Place, rows: readonly string[]): SyntaxMistake {
  return {
    ...place,
    found: oneLine(rows[place.line - 1]?.trim() ?? ''),
    message: `not YAML: ${message.split('\n')[0]}`,
    instead: INSTEAD[code] ?? 'mend it here or just before',
  };
}

interface Step {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** The nodes along a path, as far as it goes. */
function stepsOf(root: Node | null, path: PolicyPath): Step[] {
  const steps: Step[] = [{ key: null, value: root }];
  let current: Node | null = root;
  for (const part of path) {
    const step = memberOf(current, part);
    if (step === null) break;
    steps.push(step);
    current = step.value;
  }
  return steps;
}

function memberOf(node: Node | null, part: string | number): Step | null {
  if (!isCollection(node) || isAlias(node)) return null;
  if (isMap(node)) {
    const pair = pairsOf(node).get(String(part));
    return pair === undefined ? null : { key: nodeOrNull(pair.key), value: nodeOrNull(pair.value) };
  }
  const item = node.items[Number(part)];
  return item === undefined || isPair(item) ? null : { key: null, value: nodeOrNull(item) };
}

const pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** By their keys: of thousands of mistakes each asks where it is. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known =
    pairs.get(map) ??
    new Map(map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])));
  pairs.set(map, known);
  return known;
}

function nodeOrNull(value: unknown): Node | null {
  return isNode(value) ? value : null;
}

function offsetOf(root: Node | null, path: PolicyPath, target: 'value' | 'key'): number {
  const steps = stepsOf(root, path);
  const last = steps.at(-1);
  const complete = steps.length === path.length + 1;
  const pointsAtValue =
    complete && target === 'value' && isScalar(last?.value) && last.value.range?.[0] !== last.value.range?.[1];
  const node = pointsAtValue ? last?.value : (last?.key ?? last?.value);
  return node?.range?.[0] ?? 0;
}

function writtenAt(root: Node | null, path: PolicyPath, text: string): string | null {
  const steps = stepsOf(root, path);
  const node = steps.at(-1)?.value;
  if (steps.length !== path.length + 1 || !isScalar(node) || !node.range) return null;
  return oneLine(text.slice(node.range[0], node.range[1]));
}

function oneLine(text: string): string {
  const [first = '', ...rest] = text.split(/\r?\n/);
  return rest.length > 0 || first.length > 60 ? `${first.slice(0, 57)}...` : first;
}
