/** Tag values exist: every key named is one of `tags.keys`, and every value one of that key's. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';
import { nearest } from './nearest.ts';

type Keys = Readonly<Record<string, readonly string[]>>;

export function checkTags(document: PolicyDocument): PolicyIssue[] {
  const { tags } = document;
  if (tags === undefined) return [];
  const rules = tags.rules.flatMap(({ assign }, i) =>
    Object.entries(assign).flatMap(([key, value]) =>
      checkTag(tags.keys, ['tags', 'rules', i, 'assign', key], key, [value]),
    ),
  );
  const grants = tags.grants.flatMap(({ where, associate }, i) => [
    ...Object.entries(where).flatMap(([key, values]) =>
      checkTag(tags.keys, ['tags', 'grants', i, 'where', key], key, values),
    ),
    ...(associate ?? []).flatMap((key, j) => checkTag(tags.keys, ['tags', 'grants', i, 'associate', j], key, [])),
  ]);
  return [...rules, ...grants];
}

/** Lake Formation stores keys and values in lower case, so case is no difference. */
function checkTag(keys: Keys, path: PolicyPath, key: string, values: readonly string[]): PolicyIssue[] {
  const names = Object.keys(keys);
  const known = names.find((name) => name.toLowerCase() === key.toLowerCase());
  if (known === undefined) {
    return [invalid(path, key, 'no such tag key', oneOf(key, names, 'name one under tags.keys first'))];
  }
  const options = keys[known] ?? [];
  return values
    .filter((value) => !options.some((option) => option.toLowerCase() === value.toLowerCase()))
    .map((value) => invalid(path, value, `the tag key ${known} has no such value`, oneOf(value, options, 'add it')));
}

function oneOf(word: string, options: readonly string[], otherwise: string): string {
  if (options.length === 0) return otherwise;
  const near = nearest(word, options);
  return near === null ? `write one of ${options.join(', ')}` : `did you mean ${near}? (one of ${options.join(', ')})`;
}
