import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fromJSONSchema } from 'zod';
import { DESCRIPTIONS } from '#cli/policy/descriptions.ts';
import { type JsonSchema, policyJsonSchema } from '#cli/policy/json-schema.ts';
import { keysAt } from '#cli/policy/keys.ts';
import { onramp } from './run.ts';

const FILE = 'docs/onramp.schema.json';
const POLICIES = 'test/fixtures/policies';

test('the schema in docs/ is what the command prints: npm run -s onramp -- schema > docs/onramp.schema.json', {
  timeout: 30_000,
}, async () => {
  const { code, stdout } = await onramp(['schema']);
  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync(FILE, 'utf8'));
});

describe('the schema', () => {
  // Read back from the file by zod's own reader of JSON Schema: what the file says, not what we meant.
  const checker = fromJSONSchema(JSON.parse(readFileSync(FILE, 'utf8')));

  test.each([
    ...readdirSync(POLICIES)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => join(POLICIES, name)),
    'docs/onramp.example.yaml',
  ])('accepts %s', (file) => {
    expect(checker.safeParse(parse(readFileSync(file, 'utf8'))).success).toBe(true);
  });

  test.each(['keys.yaml', 'types.yaml', 'empty.yaml'])('refuses broken/%s', (name) => {
    expect(checker.safeParse(parse(readFileSync(join(POLICIES, 'broken', name), 'utf8'))).success).toBe(false);
  });

  test('describes every key, and nothing that is not there', () => {
    expect(pathsOf(policyJsonSchema(), '').sort()).toEqual(
      Object.keys(DESCRIPTIONS)
        .filter((path) => path !== '')
        .sort(),
    );
  });

  test('knows the keys of every place', () => {
    expect(keysAt([])).toContain('products');
    expect(keysAt(['products', 'cur'])).toContain('audience');
    expect(keysAt(['accounts', 'analytics'])).toEqual(['id', 'regions', 'mode', 'external', 'catalogKey']);
    expect(keysAt(['products', 'cur', 'consumers', 'jobRoles', 0])).toEqual(['match', 'proof']);
    expect(keysAt(['tags', 'grants', 0, 'to'])).toContain('principal');
    expect(keysAt(['nothing', 'here'])).toEqual([]);
  });
});

function pathsOf(schema: JsonSchema, path: string): string[] {
  const below = (key: string) => (path === '' ? key : `${path}.${key}`);
  const members = [
    ...Object.entries(schema.properties ?? {}),
    ...(typeof schema.additionalProperties === 'object' ? [['*', schema.additionalProperties] as const] : []),
  ];
  const here = members.flatMap(([key, value]) => [below(key), ...pathsOf(value, below(key))]);
  const same = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])].flatMap((each) =>
    pathsOf(each, path),
  );
  return [...new Set([...here, ...same])];
}
