/** Assignments wait for their keys, and for exceptions below them: one key that can't be made is one fault, not a thousand. */

import type { Change, Gate } from '#core/change.ts';
import { isTagKey } from '../tag-key/change.ts';
import { type AssignTags, isAssignTags, onlyTags } from './assignment.ts';
import { Exceptions } from './exceptions.ts';

/** All keys and values that changes of this run would bring are lacking until AWS took them. */
export function createTagGate(all: readonly Change[]): Gate<AssignTags> {
  const lacking = new Set(all.flatMap(broughtBy));
  const exceptions = new Exceptions(all.filter(isAssignTags));
  return {
    ready: (change) => {
      const { account, region, tags } = change;
      const made = onlyTags(change, (key) => !lacking.has(inCatalog(account, region, key, tags[key] ?? '')));
      return made === null ? null : onlyTags(made, (key) => !exceptions.holdsBack(made, key));
    },
    made: (change, parts) => {
      if (isAssignTags(change)) exceptions.stands(change, parts);
      for (const tag of broughtBy(change)) lacking.delete(tag);
    },
  };
}

/** Keys and values that making or extending a key brings, by the catalog they are for. */
function broughtBy(change: Change): readonly string[] {
  if (!isTagKey(change)) return [];
  const { account, region, tag } = change;
  return tag.values.map((value) => inCatalog(account, region, tag.key, value));
}

function inCatalog(account: string, region: string, key: string, value: string): string {
  return `${account}/${region}/${JSON.stringify([key, value])}`;
}
