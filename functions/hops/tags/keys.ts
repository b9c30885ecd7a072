/** LF-Tag keys exist with their values. Keys and values are added, never taken out. */

import type { AssignTags } from '#changes/tag-assignment/assignment.ts';
import type { TagKeyChange } from '#changes/tag-key/change.ts';
import type { TagValues } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import { sameAccountRegion } from '#core/account-region.ts';

export interface KeysQuestion {
  readonly account: string;
  readonly region: string;
  /** What must be there, in lower case: the whole policy's, or what one database's assignments need. */
  readonly needed: readonly TagValues[];
  /** What the catalog has, in lower case. */
  readonly there: readonly TagValues[];
  readonly recent: readonly Entry[];
}

/** What is missing of keys and values; others' keys and values stay as they are. */
export function missingKeys(question: KeysQuestion): readonly TagKeyChange[] {
  const { account, region } = question;
  const there = withRecent(question);
  const base = { hop: 'tags' as const, account, region, effect: 'neutral' as const, products: [] };
  return byKey(question.needed).flatMap(({ key, values }): readonly TagKeyChange[] => {
    const found = there.get(key);
    if (found === undefined) return [{ ...base, kind: 'create-tag', tag: { key, values } }];
    const missing = values.filter((value) => !found.has(value));
    return missing.length === 0 ? [] : [{ ...base, kind: 'extend-tag', tag: { key, values: missing } }];
  });
}

/** Keys and values that assignments name. */
export function neededBy(assignments: readonly Pick<AssignTags, 'tags'>[]): readonly TagValues[] {
  const pairs = assignments.flatMap(({ tags }) => Object.entries(tags));
  return byKey(pairs.map(([key, value]) => ({ key, values: [value] })));
}

/** Each key once, with all its values; sorted. */
function byKey(tags: readonly TagValues[]): readonly TagValues[] {
  const keys = new Map<string, Set<string>>();
  for (const { key, values } of tags) {
    const all = keys.get(key) ?? new Set();
    for (const value of values) all.add(value);
    keys.set(key, all);
  }
  return [...keys.entries()]
    .map(([key, values]) => ({ key, values: [...values].sort() }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What the catalog shows, and what was written moments ago and it may not show yet. */
function withRecent(question: KeysQuestion): ReadonlyMap<string, ReadonlySet<string>> {
  const { there, recent } = question;
  const here = recent.filter(sameAccountRegion(question));
  const written = here.flatMap((entry) => (entry.kind === 'tag' ? [entry.sent] : []));
  return new Map(byKey([...there, ...written]).map(({ key, values }) => [key, new Set(values)]));
}
