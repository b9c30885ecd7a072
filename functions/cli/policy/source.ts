/** The text of a policy file, YAML or JSON (which is YAML too), with the place of everything in it. */

import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type { PolicyPath } from '#core/policy/issue.ts';

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
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const troubles = [...document.errors, ...document.warnings];
  const mistakes = troubles.map((error) => syntaxMistake(error, at(error.pos[0]), text));
  const root = document.contents;
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

function syntaxMistake(error: YAMLError, place: Place, text: string): SyntaxMistake {
  const line = text.split(/\r?\n/)[place.line - 1]?.trim() ?? '';
  return {
    ...place,
    found: oneLine(line),
    message: `not YAML: ${error.message.split('\n')[0]}`,
    instead: INSTEAD[error.code] ?? 'mend it here or just before',
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
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
    return pair === undefined ? null : { key: nodeOrNull(pair.key), value: nodeOrNull(pair.value) };
  }
  const item = node.items[Number(part)];
  return item === undefined || isPair(item) ? null : { key: null, value: nodeOrNull(item) };
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
