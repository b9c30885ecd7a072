/** Assignments of LF-Tags that are left over, so told that one fault is one finding (law 5), however many tables it hit. */

import type { Entry } from '../contracts/ledger.ts';
import type { Action, AssignTags, Finding } from './actions.ts';
import { entryFor } from './entries.ts';
import { finding, listed } from './findings.ts';
import { attemptable, broughtBy, onlyTags } from './hops/ontology.ts';
import { Exceptions } from './tags/exceptions.ts';

/** More things than this with one fault are told together. */
const ONE_BY_ONE = 10;

/**
 * Without tags whose key could not be made, and those that wait for an exception: that is the key's own finding, or the
 * exception's.
 */
export function withoutOwing(actions: readonly Action[]): readonly Action[] {
  const lacking = broughtBy(actions);
  const exceptions = new Exceptions(actions.filter((action) => action.kind === 'assign-tags'));
  return actions.flatMap((action): readonly Action[] => {
    if (action.kind !== 'assign-tags') return [action];
    const made = attemptable(action, lacking);
    const left = made === null ? null : onlyTags(made, (key) => !exceptions.holdsBack(made, key));
    return left === null ? [] : [left];
  });
}

interface LeftTags {
  /** Few with one fault: each for itself. */
  readonly single: readonly AssignTags[];
  /** Many: one finding of all. */
  readonly findings: readonly Finding[];
}

/** By database and what AWS said. `remedy`: what to do about one of them. */
export function leftTags(
  actions: readonly AssignTags[],
  entries: readonly Entry[],
  remedy: (action: AssignTags, code: string | null) => string,
): LeftTags {
  const told = actions.map((action) => ({ action, error: entryFor(action, entries)?.error ?? null }));
  const groups = Map.groupBy(told, ({ action, error }) =>
    JSON.stringify([action.account, action.region, action.database, error?.code ?? null, error?.aws?.code ?? null]),
  );
  const faults = [...groups.values()];
  return {
    single: faults.filter((group) => group.length <= ONE_BY_ONE).flatMap((group) => group.map(({ action }) => action)),
    findings: faults.filter((group) => group.length > ONE_BY_ONE).flatMap((group) => together(group, remedy)),
  };
}

type Told = { readonly action: AssignTags; readonly error: Entry['error'] };

function together(group: readonly Told[], remedy: Parameters<typeof leftTags>[2]): readonly Finding[] {
  const [first] = group;
  if (first === undefined) return [];
  const { action, error } = first;
  const { account, region, database } = action;
  const names = group.map(({ action: { table, columns } }) => [table ?? 'the database', ...columns].join('.')).sort();
  const why = error === null ? 'it was not attempted' : error.message;
  return [
    finding({
      hop: 'tags',
      state: 'broken',
      cause: error === null ? 'assign-tags-missing' : 'assign-tags-failed',
      account,
      region,
      resource: `${group.length} tables and columns of ${account}/${database}`,
      identity: JSON.stringify([database, error?.code ?? null, error?.aws?.code ?? null]),
      message: `${group.length} things of ${database} could not be tagged: ${listed(names)}. The first: ${why}`,
      remedy: remedy(action, error?.code ?? null),
      aws: error?.aws ?? null,
    }),
  ];
}
