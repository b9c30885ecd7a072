/** Law 10 for LF-Tags: a value that is replaced takes from whoever reads by the old one, as a withdrawal does. */

import type { Finding } from '#contracts/findings.ts';
import { shortHash } from '#contracts/hash.ts';
import { brakePulled, mostAtOnce } from '#core/brake.ts';
import type { BrakeQuestion, KindBrake } from '#core/change.ts';
import { listed } from '#core/findings.ts';
import { mayStand } from '#core/ownership.ts';
import { taggedText } from '#core/tags/things.ts';
import type { AssignTags } from './assignment.ts';

/** Things of one database on which one value of a key becomes another. */
export interface Retag extends Pick<AssignTags, 'hop' | 'account' | 'region' | 'database'> {
  /** Of the change and not of the things: what is left of it after an hour's work has the same. */
  readonly hash: string;
  readonly key: string;
  readonly text: string;
  readonly changes: readonly AssignTags[];
}

/**
 * Stops before the first value is replaced when there are more than the larger of a number and a share of what we
 * tagged. New tags go on.
 */
export const retagBrake: KindBrake<AssignTags> = {
  hashes: (changes) => retags(changes).map(({ hash }) => hash),
  hold,
};

/** The changes among assignments, one by one what a person confirms. A key that had no value of its own takes nothing. */
export function retags(assignments: readonly AssignTags[]): readonly Retag[] {
  const changes = Map.groupBy(
    assignments.flatMap((change) => replaced(change).map((key) => ({ key, change }))),
    ({ key, change }) => retagText(change, key),
  );
  return [...changes.entries()].flatMap(([text, group]): readonly Retag[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { key, change } = first;
    const { hop, account, region, database } = change;
    const hash = shortHash(text, 16);
    const words = `${key}=${change.had[key]} into ${key}=${change.tags[key]}`;
    return [{ hash, key, text: words, hop, account, region, database, changes: group.map((one) => one.change) }];
  });
}

function replaced({ tags, had }: AssignTags): readonly string[] {
  return Object.keys(tags).filter((key) => had[key] !== undefined && had[key] !== tags[key]);
}

function retagText({ account, region, database, tags, had }: AssignTags, key: string): string {
  return JSON.stringify(['retag', account, region, database, key, had[key], tags[key]]);
}

function hold({
  policy,
  changes,
  entries,
  confirmed,
}: BrakeQuestion<AssignTags>): ReturnType<KindBrake<AssignTags>['hold']> {
  const open = retags(changes).filter(({ hash }) => !confirmed.has(hash));
  const standing = entries.filter((entry) => entry.kind === 'assignment' && mayStand(entry)).length;
  const count = open.reduce((sum, retag) => sum + thingsOf(retag.changes), 0);
  if (count <= mostAtOnce(policy, standing)) return { changes, findings: [] };
  const held = new Set(open.flatMap((retag) => retag.changes));
  const kept = changes.flatMap((change) => (held.has(change) ? (without(change, confirmed) ?? []) : [change]));
  return { changes: kept, findings: open.map(pulled) };
}

/** Columns count one by one. */
function thingsOf(changes: readonly AssignTags[]): number {
  return changes.reduce((sum, { columns }) => sum + Math.max(1, columns.length), 0);
}

/** What an assignment puts on beside what is held; null when that is nothing. */
function without(change: AssignTags, confirmed: ReadonlySet<string>): AssignTags | null {
  const held = retags([change]).flatMap(({ hash, key }) => (confirmed.has(hash) ? [] : [key]));
  const keep = <T>(of: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(of).filter(([key]) => !held.includes(key)));
  const tags = keep(change.tags);
  return Object.keys(tags).length === 0 ? null : { ...change, tags, had: keep(change.had) };
}

function pulled({ hash, text, database, changes, ...where }: Retag): Finding {
  const message = `this run would turn ${text} on ${thingsOf(changes)} thing(s) of ${database}, which takes them from whoever reads by the old value, and stopped before the first: ${listed(changes.map(taggedText), 3)}`;
  return brakePulled(where, { hash, message, holds: 'for a day, for all that changes so in this database' });
}
