/** Issues of the schema in a person's words: what is there, what is wrong with it, what to write. */

import * as z from 'zod/mini';
import { PolicySchema } from '#contracts/policy.ts';
import { invalid, type PolicyIssue, type PolicyPath } from '#core/policy/issue.ts';
import { nearest } from '#core/policy/nearest.ts';
import { keysAt } from './keys.ts';

type Issue = z.core.$ZodIssue;

/** What a person may copy where something is missing or of the wrong kind, by key. */
const EXAMPLES: Readonly<Record<string, string>> = {
  version: 'version: 1',
  organization: 'organization: { id: o-a1b2c3d4e5, managementAccount: "999999999999" }',
  managementAccount: 'managementAccount: "999999999999"',
  hub: 'hub: { account: "333333333333", region: ap-northeast-1 }',
  region: 'region: ap-northeast-1',
  accounts: 'accounts: { finance-lake: "111111111111" }',
  'audience.accounts': 'accounts: [NAME]',
  account: 'account: NAME, one of accounts',
  id: 'id: "111111111111"',
  database: 'database: cur_org',
  tables: 'tables: all, or a list of names',
  storage: 'storage: { location: s3://bucket/prefix/ }',
  location: 'location: s3://bucket/prefix/',
  audience: 'audience: { accounts: [NAME] }, { organizationalUnits: [ou-…] }, or organization',
  consumers: 'consumers: { jobRoles: [{ match: "role/data-jobs/*", proof: path }] }',
  jobRoles: 'jobRoles: [{ match: "role/data-jobs/*", proof: path }]',
  match: 'match: "role/data-jobs/*"',
};

const FORMATS: Readonly<Record<string, string>> = {
  email: 'write an address such as data-platform@example.com',
};

const MISSING = 'it is missing';
const UNKNOWN_KEY = 'unknown key';
const DID_YOU_MEAN = /^did you mean (.*)\?$/;

/** The document, or everything that keeps it from being one. */
export function checkShape(value: unknown): { document: z.infer<typeof PolicySchema> | null; issues: PolicyIssue[] } {
  const parsed = z.safeParse(PolicySchema, value, { error: z.locales.en().localeError });
  if (parsed.success) return { document: parsed.data, issues: [] };
  if (value === null || value === undefined) {
    return {
      document: null,
      issues: [invalid([], undefined, 'the file is empty', 'start from docs/onramp.example.yaml')],
    };
  }
  const issues = parsed.error.issues.flatMap((issue) => told(issue, pathOf(issue.path), value));
  return { document: null, issues: withoutEchoes(issues) };
}

/** A misspelt key is unknown, and the key that was meant is missing: one mistake, told once. */
function withoutEchoes(issues: readonly PolicyIssue[]): PolicyIssue[] {
  const meant = new Set(
    issues
      .filter(({ message }) => message === UNKNOWN_KEY)
      .map(({ path, instead }) => [...path.slice(0, -1), DID_YOU_MEAN.exec(instead)?.[1]].join('\n')),
  );
  return issues.filter((issue) => issue.message !== MISSING || !meant.has(issue.path.join('\n')));
}

function pathOf(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((part) => (typeof part === 'symbol' ? String(part) : part));
}

function told(issue: Issue, path: PolicyPath, root: unknown): PolicyIssue[] {
  const found = valueAt(root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], key, keysAt(path)));
    case 'invalid_type':
      return [found === undefined ? missing(path) : wrongKind(path, found, issue.expected)];
    case 'invalid_value':
      return [found === undefined ? missing(path) : notOneOf(path, found, issue.values.map(String))];
    case 'invalid_union':
      return union(issue.errors, path, root);
    case 'invalid_key':
      return [invalid(path, path.at(-1), 'not a name we can use', issue.issues[0]?.message ?? 'write another')];
    case 'invalid_format':
      return [invalid(path, found, 'not of the form wanted', formInstead(issue))];
    case 'too_small':
      return [
        invalid(path, found, issue.origin === 'number' ? 'too small' : 'too few or too short', atLeast(issue, path)),
      ];
    case 'too_big':
      return [
        invalid(
          path,
          found,
          issue.origin === 'number' ? 'too big' : 'too many or too long',
          `write at most ${issue.maximum}`,
        ),
      ];
    default:
      return [invalid(path, found, issue.message, example(path) ?? 'see docs/onramp.example.yaml')];
  }
}

function unknownKey(path: PolicyPath, key: string, known: readonly string[]): PolicyIssue {
  const near = nearest(key, known);
  return invalid(path, key, UNKNOWN_KEY, near === null ? `write one of ${known.join(', ')}` : `did you mean ${near}?`);
}

function missing(path: PolicyPath): PolicyIssue {
  return invalid(path, undefined, MISSING, example(path) ?? `write ${path.at(-1) ?? 'it'}: …`);
}

function wrongKind(path: PolicyPath, found: unknown, expected: string): PolicyIssue {
  const plain = typeof found === 'number' || typeof found === 'boolean';
  if (expected === 'string' && plain) return invalid(path, found, 'not a text', `put it in quotes: "${found}"`);
  const kind = KINDS[expected] ?? expected;
  return invalid(path, found, `not ${kind}`, example(path) ?? `write ${kind}`);
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list: [a, b]',
  object: 'a group of keys: { key: value }',
  record: 'a group of names: { name: value }',
};

function notOneOf(path: PolicyPath, found: unknown, values: readonly string[]): PolicyIssue {
  const only = values.length === 1 ? `write ${values[0]}` : `write one of ${values.join(', ')}`;
  const near = typeof found === 'string' ? nearest(found, values) : null;
  const instead = near === null || values.length === 1 ? only : `did you mean ${near}? (one of ${values.join(', ')})`;
  return invalid(path, found, 'not a value known here', instead);
}

/** Of the ways to write something, the one that was tried says most; when none was, all are named. */
function union(branches: readonly (readonly Issue[])[], path: PolicyPath, root: unknown): PolicyIssue[] {
  const tried = branches.find((issues) => !issues.some((issue) => issue.path.length === 0 && isOtherKind(issue)));
  if (tried !== undefined) return tried.flatMap((issue) => told(issue, [...path, ...pathOf(issue.path)], root));
  const found = valueAt(root, path);
  if (found === undefined) return [missing(path)];
  if (typeof found === 'number' && path[0] === 'accounts') {
    return [invalid(path, found, 'not an account id', 'write the 12 digits in quotes: "111111111111"')];
  }
  const ways = branches.flatMap((issues) => issues.slice(0, 1)).map(way);
  return [invalid(path, found, 'not of a kind known here', example(path) ?? `write ${ways.join(', or ')}`)];
}

function isOtherKind(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function way(issue: Issue): string {
  if (issue.code === 'invalid_type') return KINDS[issue.expected] ?? issue.expected;
  return issue.code === 'invalid_value' ? issue.values.map(String).join(', ') : issue.message;
}

/** Schemas say themselves what to write where a form is wanted; formats of zod's own don't. */
function formInstead(issue: Issue & { code: 'invalid_format' }): string {
  if (issue.format !== 'regex') return FORMATS[issue.format] ?? issue.message;
  return issue.message.startsWith('Invalid')
    ? `write something that matches ${issue.pattern ?? 'its form'}`
    : issue.message;
}

function atLeast(issue: Issue & { code: 'too_small' }, path: PolicyPath): string {
  const bound = issue.inclusive === false ? `more than ${issue.minimum}` : `at least ${issue.minimum}`;
  return (issue.origin === 'array' ? example(path) : null) ?? `write ${bound}`;
}

function example(path: PolicyPath): string | null {
  const key = [path.slice(-2).join('.'), String(path.at(-1))].find((candidate) => Object.hasOwn(EXAMPLES, candidate));
  const text = key === undefined ? undefined : EXAMPLES[key];
  return text === undefined ? null : `write ${text}`;
}

function valueAt(root: unknown, path: PolicyPath): unknown {
  let current = root;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = (current as Readonly<Record<string | number, unknown>>)[part];
  }
  return current;
}
