/** Hop 5, first half: LF-Tag keys exist with their values. Keys and values are added, never taken out. */

import type { Entry } from '../../contracts/ledger.ts';
import type { TagValues } from '../../contracts/policy.ts';
import type { Action, AssignTags } from '../actions.ts';
import type { Tags } from '../facts.ts';

export interface OntologyQuestion {
  readonly account: string;
  readonly region: string;
  /** What must be there, in lower case: the whole policy's, or what one database's assignments need. */
  readonly needed: readonly TagValues[];
  /** What the catalog has, in lower case. */
  readonly there: readonly TagValues[];
  readonly recent: readonly Entry[];
}

/** What is missing of keys and values; others' keys and values stay as they are. */
export function decideOntology(question: OntologyQuestion): readonly Action[] {
  const { account, region } = question;
  const there = withRecent(question);
  const base = { hop: 'tags' as const, account, region, effect: 'neutral' as const, products: [] };
  return byKey(question.needed).flatMap(({ key, values }): readonly Action[] => {
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
function withRecent({ account, region, there, recent }: OntologyQuestion): ReadonlyMap<string, ReadonlySet<string>> {
  const written = recent
    .filter((entry) => entry.kind === 'tag' && entry.account === account && entry.region === region)
    .map((entry) => JSON.parse(entry.sent) as TagValues);
  return new Map(byKey([...there, ...written]).map(({ key, values }) => [key, new Set(values)]));
}

/** Key and value of one LF-Tag as one word, for sets. */
function tagText(key: string, value: string): string {
  return JSON.stringify([key, value]);
}

/** Keys and values that writes of the ontology among these would bring, by the catalog they are for. */
export function broughtBy(actions: readonly Action[]): ReadonlySet<string> {
  const writes = actions.filter((action) => action.kind === 'create-tag' || action.kind === 'extend-tag');
  return new Set(
    writes.flatMap(({ account, region, tag }) => tag.values.map((value) => inCatalog(account, region, tag.key, value))),
  );
}

function inCatalog(account: string, region: string, key: string, value: string): string {
  return `${account}/${region}/${tagText(key, value)}`;
}

/**
 * The assignment without tags whose key or value is `lacking`; null when nothing is left of it. One key that can't be
 * made is one fault, however many tables should carry it.
 */
export function attemptable(action: AssignTags, lacking: ReadonlySet<string>): AssignTags | null {
  if (lacking.size === 0) return action;
  const { account, region, tags } = action;
  return onlyTags(action, (key) => !lacking.has(inCatalog(account, region, key, tags[key] ?? '')));
}

/** The assignment with some of its tags; null when none is left. */
export function onlyTags(action: AssignTags, wanted: (key: string) => boolean): AssignTags | null {
  const keys = Object.keys(action.tags).filter(wanted);
  if (keys.length === Object.keys(action.tags).length) return action;
  if (keys.length === 0) return null;
  const kept = (tags: Tags) => Object.fromEntries(Object.entries(tags).filter(([key]) => keys.includes(key)));
  return { ...action, tags: kept(action.tags), had: kept(action.had) };
}
