/** Statement ids of ours: recognised by their beginning, so two hubs can share one document. */

import { shortHash } from '#contracts/hash.ts';

/** Sids may only hold letters and digits, namespaces also hyphens: the hash keeps `a-b` and `ab` apart. */
function prefixOf(namespace: string): string {
  return `${namespace.replaceAll('-', '')}${shortHash(namespace, 6)}`;
}

/** Id of a statement of ours: letters and digits only, the same for the same words. */
export function sidFor(namespace: string, what: string, about: string): string {
  return `${prefixOf(namespace)}${what}${shortHash(about, 12)}`;
}

/** Whether a statement of this id is ours to replace or take out. */
export function ownsSid(namespace: string, sid: string): boolean {
  return sid.startsWith(prefixOf(namespace));
}

/** Ours, and about one of these: runs of other products write beside us in the same document. */
export function ownsSidAbout(namespace: string, about: readonly string[], sid: string): boolean {
  return ownsSid(namespace, sid) && about.some((name) => sid.endsWith(shortHash(name, 12)));
}
