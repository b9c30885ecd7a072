/** Tags: catalogs, keys that exist with their values, rules and grants that can be acted on. */

import { partitionOf } from '#contracts/names.ts';
import type { PolicyDocument } from '#contracts/policy.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';
import { nearest } from './nearest.ts';
import { isPattern } from './patterns.ts';
import { checkAmbiguity } from './tag-ambiguity.ts';
import { checkTagCascade } from './tag-cascade.ts';
import { checkTagGrants } from './tag-grants.ts';
import { checkTagKeys } from './tag-keys.ts';
import { checkTagRules } from './tag-rules.ts';

type Keys = Readonly<Record<string, readonly string[]>>;

export function checkTags(document: PolicyDocument): PolicyIssue[] {
  if (document.tags === undefined) return [];
  return [
    ...checkCatalogs(document),
    ...checkTagKeys(document),
    ...checkNamed(document.tags),
    ...checkTagRules(document),
    ...checkAmbiguity(document),
    ...checkTagGrants(document),
    ...checkTagCascade(document),
  ];
}

function checkCatalogs({ tags, hub }: PolicyDocument): PolicyIssue[] {
  const catalogs = tags?.in ?? [];
  if (catalogs.length === 0) {
    return [invalid(['tags', 'in'], catalogs, 'no catalog has these tags', 'write [{ account: NAME }]')];
  }
  return catalogs.flatMap(({ region = hub.region }, i) => {
    if (partitionOf(region) === partitionOf(hub.region)) return [];
    const message = `another AWS partition than the hub's Region ${hub.region}`;
    return [invalid(['tags', 'in', i, 'region'], region, message, 'write a Region of the same partition')];
  });
}

/** Every key named is one of `tags.keys`, and every value one of that key's. */
function checkNamed(tags: NonNullable<PolicyDocument['tags']>): PolicyIssue[] {
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
    .map((value) =>
      isPattern(value)
        ? invalid(
            path,
            value,
            'a value is written out, there are no patterns of it',
            `write some of ${options.join(', ')}`,
          )
        : invalid(path, value, `the tag key ${known} has no such value`, oneOf(value, options, 'add it')),
    );
}

function oneOf(word: string, options: readonly string[], otherwise: string): string {
  if (options.length === 0) return otherwise;
  const near = nearest(word, options);
  return near === null ? `write one of ${options.join(', ')}` : `did you mean ${near}? (one of ${options.join(', ')})`;
}
