/** One text for one meaning: members by name, lists as sets, a list of one as its only item. */

import { createHash } from 'node:crypto';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The value with its members in order and its lists sorted: equal texts mean the same to AWS. */
export function canonical(value: unknown): Json {
  if (Array.isArray(value)) return value.map(canonical).sort(byText);
  if (typeof value !== 'object' || value === null) return value as Json;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, canonical(member)]),
  );
}

function byText(a: Json, b: Json): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** What IAM reads the same: `"Action": ["s3:GetObject"]` is `"Action": "s3:GetObject"`. */
export function canonicalStatement(statement: unknown): Json {
  return single(canonical(statement));
}

function single(value: Json): Json {
  if (Array.isArray(value)) return value.length === 1 ? single(value[0] as Json) : value.map(single);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, single(member)]));
}

/** Eight hexadecimal digits that stand for a value: the same for the same meaning. */
export function shortHash(value: Json): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
}
