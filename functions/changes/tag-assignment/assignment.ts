/** LF-Tags that are put on a database, a table, or columns of a table: the change as data. */

import type { Tags } from '#contracts/lake-formation.ts';
import type { Change } from '#core/change.ts';
import type { TaggedThing } from '#core/tags/things.ts';

export interface AssignTags extends Change, TaggedThing {
  readonly kind: 'assign-tags';
  readonly tags: Tags;
  /** Values these keys had on the thing itself before. */
  readonly had: Tags;
  /** Key → which rule gives its value, and over which others: what `plan` shows. */
  readonly why?: Readonly<Record<string, string>>;
}

export function isAssignTags(change: Change): change is AssignTags {
  return change.kind === 'assign-tags';
}

/** The assignment with some of its tags; null when none is left. */
export function onlyTags(change: AssignTags, wanted: (key: string) => boolean): AssignTags | null {
  const keys = Object.keys(change.tags).filter(wanted);
  if (keys.length === Object.keys(change.tags).length) return change;
  if (keys.length === 0) return null;
  const kept = (tags: Tags) => Object.fromEntries(Object.entries(tags).filter(([key]) => keys.includes(key)));
  return { ...change, tags: kept(change.tags), had: kept(change.had) };
}
