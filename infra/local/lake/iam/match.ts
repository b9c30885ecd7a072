/** Wildcards and policy variables. */

import type { ContextValue } from './decide.ts';

/** Condition keys of one request, by lower-cased name. */
export type RequestContext = ReadonlyMap<string, ContextValue>;

const globs = new Map<string, RegExp>();

/** `*` any run of characters, `?` one: over the whole text. */
export function glob(pattern: string, text: string, ignoreCase = false): boolean {
  const key = `${ignoreCase ? 'i' : 'c'}${pattern}`;
  let regex = globs.get(key);
  if (regex === undefined) {
    const source = RegExp.escape(pattern)
      .replace(/\\\*/g, '.*')
      .replace(/\\\?/g, '.')
      .replaceAll('\uE000', '\\*')
      .replaceAll('\uE001', '\\?');
    regex = new RegExp(`^${source}$`, ignoreCase ? 'is' : 's');
    if (globs.size > 20_000) globs.clear();
    globs.set(key, regex);
  }
  return regex.test(text);
}

/** ARN operators match each of the six parts for itself: a `*` never swallows a colon of the first five. */
export function arnLike(pattern: string, arn: string): boolean {
  const split = (text: string): string[] => {
    const parts = text.split(':');
    return [...parts.slice(0, 5), parts.slice(5).join(':')];
  };
  const [wanted, actual] = [split(pattern), split(arn)];
  if (pattern === '*') return true;
  return pattern.split(':').length >= 6 && wanted.every((part, i) => glob(part, actual[i] ?? ''));
}

/** Characters that stand for a literal `*` and `?` until `glob` has made its expression. */
const literal = (text: string): string => text.replaceAll('*', '\uE000').replaceAll('?', '\uE001');

const SPECIAL: Readonly<Record<string, string>> = { '*': '\uE000', '?': '\uE001', $: '$' };

/** `${aws:PrincipalTag/team, 'none'}` and its kind. Undefined when a variable has no value: the element matches nothing. */
export function substitute(pattern: string, context: RequestContext): string | undefined {
  if (!pattern.includes('${')) return pattern;
  let missing = false;
  const out = pattern.replace(/\$\{([^}]+)\}/g, (_whole, inner: string) => {
    if (SPECIAL[inner] !== undefined) return SPECIAL[inner];
    const [, name = '', fallback] = /^\s*([^,]+?)\s*(?:,\s*'([^']*)')?\s*$/.exec(inner) ?? [];
    const value = context.get(name.toLowerCase()) ?? fallback;
    if (typeof value === 'string') return literal(value);
    missing = true;
    return '';
  });
  return missing ? undefined : out;
}

/** Back to what a comparison without wildcards needs. */
export const plain = (text: string): string => text.replaceAll('\uE000', '*').replaceAll('\uE001', '?');
