/** Policy variables: `${aws:PrincipalTag/team}`, `${aws:PrincipalTag/team, 'nobody'}`, and the escapes `${*}` `${?}` `${$}`. */

import { arnPatternOf } from './arn-pattern.ts';
import type { Claim } from './claim.ts';
import { NO, untold, YES } from './claim.ts';
import { valuesOf } from './keys.ts';
import type { Token } from './pattern.ts';
import { ANY, fits, wildcards } from './pattern.ts';
import type { AccessRequest } from './request.ts';

/** What text in a document is read against. */
export interface Reading {
  readonly request: AccessRequest;
  /** Version 2008-10-17 takes `${…}` literally. */
  readonly variables: boolean;
}

export interface Pattern {
  readonly tokens: readonly Token[];
  /** A variable without a value; its place is held by "anything". */
  readonly missing: string | null;
}

/** The first variable in these texts that has no value in the request, or none that is known; null: there is none. */
export function missingVariable(texts: readonly string[], reading: Reading): string | null {
  for (const text of texts) {
    if (isConstant(text, reading)) continue;
    const { missing } = compile(text, reading, () => []);
    if (missing !== null) return missing;
  }
  return null;
}

/** Whether a text means the same to every request. */
export function isConstant(text: string, { variables }: Pick<Reading, 'variables'>): boolean {
  return !variables || !text.includes('${');
}

/** @returns the pattern with its variables found, to be filled for each request. */
export function compile(
  text: string,
  { request, variables }: Reading,
  plain: (text: string) => readonly Token[],
): Pattern {
  if (!variables) return { tokens: plain(text), missing: null };
  let missing: string | null = null;
  const tokens = text.split(/(\$\{[^}]*\})/).flatMap((part): readonly Token[] => {
    const inner = /^\$\{([^}]*)\}$/.exec(part)?.[1];
    if (inner === undefined) return plain(part);
    const value = resolve(inner, request);
    if (value !== null) return [...value];
    missing = inner;
    return [ANY];
  });
  return { tokens, missing };
}

/** The text as a pattern in which each variable has its value, or stands for anything. */
export function withValues(text: string, reading: Reading): string {
  const { tokens } = compile(text, reading, wildcards);
  // A wildcard out of a variable is a letter: no pattern can say that, and `?` is the nearest to it.
  return tokens
    .map((token) => (token === ANY ? '*' : token === '*' || typeof token !== 'string' ? '?' : token))
    .join('');
}

/**
 * A variable nobody can fill in may stand for anything: if the rest doesn't fit the value even so, it surely doesn't;
 * otherwise it can't be told.
 */
export function fitsPattern({ tokens, missing }: Pattern, value: string): Claim {
  if (!fits(tokens, value)) return NO;
  return missing === null ? YES : untold(`\${${missing}} has no known value`);
}

/**
 * ARNs are compared part by part: a `*` before the fifth colon stays in its part. A pattern that fits only across
 * parts is one AWS isn't plain about: untold.
 */
export function fitsArn(text: string, value: string, reading: Reading): Claim {
  if (isConstant(text, reading)) return arnPatternOf(text).fits(value);
  const pattern = compile(text, reading, wildcards);
  const loose = fitsPattern(pattern, value);
  if (loose.holds !== true) return loose;
  const parts = arnParts(pattern.tokens, ':');
  const values = arnParts([...value], ':').map((chars) => chars.join(''));
  const strict = parts.length === 6 && values.length === 6 && parts.every((part, i) => fits(part, values[i] ?? ''));
  return strict ? loose : untold(`${text} fits only if its wildcards reach across parts of the ARN`);
}

/** In a Resource, AWS says, a `*` that ends its part may reach across the parts that follow. */
export function fitsResource(text: string, value: string, reading: Reading): Claim {
  if (isConstant(text, reading)) return arnPatternOf(text).fitsResource(value);
  const claim = fitsArn(text, value, reading);
  if (claim.holds !== null || /\*[^*:]/.test(text)) return claim;
  return fitsPattern(compile(text, reading, wildcards), value);
}

function arnParts<T>(tokens: readonly T[], colon: T): T[][] {
  const parts: T[][] = [[]];
  for (const token of tokens) {
    if (token === colon && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function resolve(inner: string, request: AccessRequest): string | null {
  if (inner === '*' || inner === '?' || inner === '$') return inner;
  const [, key = inner, fallback] = /^([^,]*?)\s*(?:,\s*'(.*)')?$/s.exec(inner) ?? [];
  const values = valuesOf(request, key.trim());
  if (values === null || values.length > 1) return null;
  return values[0] ?? fallback ?? null;
}
