/** Law 10 for LF-Tags: a value that is replaced takes from whoever reads by the old one, as a withdrawal does. */

import { createHash } from 'node:crypto';
import type { Entry } from '../contracts/ledger.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Action, AssignTags, Finding } from './actions.ts';
import { taggedText } from './describe.ts';
import { mayStand } from './entries.ts';
import { finding, listed } from './findings.ts';

/** Things of one database on which one value of a key becomes another. */
export interface Retag extends Pick<AssignTags, 'account' | 'region' | 'database'> {
  /** Of the change and not of the things: what is left of it after an hour's work has the same. */
  readonly hash: string;
  readonly key: string;
  readonly text: string;
  readonly actions: readonly AssignTags[];
}

/** The changes among actions, one by one what a person confirms. A key that had no value of its own takes nothing. */
export function retags(actions: readonly Action[]): readonly Retag[] {
  const assigning = actions.filter((action): action is AssignTags => action.kind === 'assign-tags');
  const changes = Map.groupBy(
    assigning.flatMap((action) => replaced(action).map((key) => ({ key, action }))),
    ({ key, action }) => changeOf(action, key),
  );
  return [...changes.entries()].flatMap(([change, group]): readonly Retag[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { key, action } = first;
    const { account, region, database } = action;
    const hash = createHash('sha256').update(change).digest('hex').slice(0, 16);
    const text = `${key}=${action.had[key]} into ${key}=${action.tags[key]}`;
    return [{ hash, key, text, account, region, database, actions: group.map((one) => one.action) }];
  });
}

function replaced({ tags, had }: AssignTags): readonly string[] {
  return Object.keys(tags).filter((key) => had[key] !== undefined && had[key] !== tags[key]);
}

function changeOf({ account, region, database, tags, had }: AssignTags, key: string): string {
  return JSON.stringify(['retag', account, region, database, key, had[key], tags[key]]);
}

/**
 * Stops before the first value is replaced when there are more than the larger of a number and a share of what we
 * tagged. New tags go on. `confirmed`: hashes of the changes that a person lets pass.
 */
export function brakeRetags(
  policy: Policy,
  actions: readonly Action[],
  entries: readonly Entry[],
  confirmed: ReadonlySet<string>,
): { readonly actions: readonly Action[]; readonly findings: readonly Finding[] } {
  const open = retags(actions).filter(({ hash }) => !confirmed.has(hash));
  const standing = entries.filter((entry) => entry.kind === 'assignment' && mayStand(entry)).length;
  const { atMost, percent } = policy.limits.withdraw;
  const most = Math.max(atMost, Math.floor((standing * percent) / 100));
  const count = open.reduce((sum, { actions: ofChange }) => sum + thingsOf(ofChange), 0);
  if (count <= most) return { actions, findings: [] };
  const held = new Set(open.flatMap((change) => change.actions));
  const kept = actions.flatMap((action): readonly Action[] => {
    if (action.kind !== 'assign-tags' || !held.has(action)) return [action];
    const rest = without(action, confirmed);
    return rest === null ? [] : [rest];
  });
  return { actions: kept, findings: open.map(pulled) };
}

/** Columns count one by one. */
function thingsOf(actions: readonly AssignTags[]): number {
  return actions.reduce((sum, { columns }) => sum + Math.max(1, columns.length), 0);
}

/** What an assignment puts on beside what is held; null when that is nothing. */
function without(action: AssignTags, confirmed: ReadonlySet<string>): AssignTags | null {
  const held = retags([action]).flatMap(({ hash, key }) => (confirmed.has(hash) ? [] : [key]));
  const keep = <T>(of: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(of).filter(([key]) => !held.includes(key)));
  const tags = keep(action.tags);
  return Object.keys(tags).length === 0 ? null : { ...action, tags, had: keep(action.had) };
}

function pulled({ hash, text, account, region, database, actions }: Retag): Finding {
  return finding({
    hop: 'tags',
    state: 'broken',
    cause: 'brake-pulled',
    account,
    region,
    resource: `withdrawal ${hash}`,
    message: `this run would turn ${text} on ${thingsOf(actions)} thing(s) of ${database}, which takes them from whoever reads by the old value, and stopped before the first: ${listed(actions.map(taggedText), 3)}`,
    remedy: `Look at it with \`onramp plan\`. If it is meant: onramp confirm-withdrawal ${hash} (it holds for a day, for all that changes so in this database). If not, put back into the policy what was taken out.`,
  });
}
