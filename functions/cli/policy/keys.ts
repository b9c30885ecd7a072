/** The keys a person may write at a place of the file, out of the schema itself. */

import type { PolicyPath } from '#core/policy/issue.ts';
import { type JsonSchema, policyJsonSchema } from './json-schema.ts';

export function keysAt(path: PolicyPath): string[] {
  let places: readonly JsonSchema[] = options(policyJsonSchema());
  for (const part of path) places = places.flatMap((schema) => members(schema, part)).flatMap(options);
  return [...new Set(places.flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

function options(schema: JsonSchema): JsonSchema[] {
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(options);
}

function members(schema: JsonSchema, part: string | number): JsonSchema[] {
  if (typeof part === 'number') return schema.items === undefined ? [] : [schema.items];
  const named = schema.properties?.[part];
  if (named !== undefined) return [named];
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}
