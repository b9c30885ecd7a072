/** The keys and values of tags as Lake Formation takes them. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';

/**
 * The API's own limit. Of values it takes 256 characters, and the policy's language 255. Lake Formation's guide says 50
 * for both; whether that is enforced only an account can tell.
 */
const LONGEST_KEY = 128;
const MOST_VALUES = 1000;
/** As the API's model has it, of keys and values alike. */
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@%]+$/u;

export function checkTagKeys({ tags }: PolicyDocument): PolicyIssue[] {
  if (tags === undefined) return [];
  const keys = Object.keys(tags.keys);
  return [
    ...twins(keys).map(({ twin, first }) => twinIssue(['tags', 'keys', twin], twin, first)),
    ...Object.entries(tags.keys).flatMap(([key, values]) => checkKey(['tags', 'keys', key], key, values)),
  ];
}

function checkKey(path: PolicyPath, key: string, values: readonly string[]): PolicyIssue[] {
  const issues = checkWord(path, key);
  const { length } = [...key];
  if (length > LONGEST_KEY) issues.push(invalid(path, key, `${length} characters`, `write ${LONGEST_KEY} at most`));
  const same = new Map(twins(values).map(({ at, first }) => [at, first]));
  values.forEach((value, i) => {
    issues.push(...checkWord([...path, i], value));
    const first = same.get(i);
    if (first !== undefined) issues.push(twinIssue([...path, i], value, first));
  });
  if (values.length > MOST_VALUES) {
    const message = `${values.length} values, and a key has ${MOST_VALUES} at most`;
    issues.push(invalid(path, key, message, 'make it two keys'));
  }
  return issues;
}

function checkWord(path: PolicyPath, word: string): PolicyIssue[] {
  if (word === '*') {
    return [invalid(path, word, '* is no value of its own, it stands for all in grants', 'write a word')];
  }
  if (CHARACTERS.test(word)) return [];
  return [invalid(path, word, 'not a word of tags', 'use letters and digits of any script, spaces and _.:/=+-@%')];
}

interface Twin {
  readonly twin: string;
  readonly at: number;
  readonly first: string;
}

/** Words that Lake Formation would store as one. */
export function twins(words: readonly string[]): Twin[] {
  const seen = new Map<string, string>();
  return words.flatMap((twin, at) => {
    const first = seen.get(twin.toLowerCase());
    if (first !== undefined) return [{ twin, at, first }];
    seen.set(twin.toLowerCase(), twin);
    return [];
  });
}

/** A word that Lake Formation, which keeps tags in lower case, takes for another one of the policy. */
export function twinIssue(path: PolicyPath, word: string, first: string): PolicyIssue {
  return invalid(path, word, `the same as ${first}: tags are stored in lower case`, 'keep one of them');
}
