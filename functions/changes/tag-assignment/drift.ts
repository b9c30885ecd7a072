/** Assignments of LF-Tags that are still due, so told that one fault is one finding (law 5), however many tables it hit. */

import type { Finding } from '#contracts/findings.ts';
import type { Collapsed, RemedyOf, Undone } from '#core/change.ts';
import { DENIED } from '#core/denials.ts';
import { finding, listed } from '#core/findings.ts';
import type { AssignTags } from './assignment.ts';

/** More things than this with one fault are told together. */
const ONE_BY_ONE = 10;

/** By database and what AWS said: few with one fault each for itself, many as one finding with the remedy for the first. */
export function collapseUndone(undone: readonly Undone<AssignTags>[], remedy: RemedyOf): Collapsed<AssignTags> {
  const groups = Map.groupBy(undone, ({ change, error }) =>
    JSON.stringify([change.account, change.region, change.database, error?.code ?? null, error?.aws?.code ?? null]),
  );
  const faults = [...groups.values()];
  return {
    single: faults.filter((group) => group.length <= ONE_BY_ONE).flatMap((group) => group.map(({ change }) => change)),
    findings: faults.filter((group) => group.length > ONE_BY_ONE).flatMap((group) => together(group, remedy)),
  };
}

function together(group: readonly Undone<AssignTags>[], remedy: RemedyOf): readonly Finding[] {
  const [first] = group;
  if (first === undefined) return [];
  const { change, error } = first;
  const { hop, account, region, database } = change;
  const names = group.map(({ change: { table, columns } }) => [table ?? 'the database', ...columns].join('.')).sort();
  const why = error === null ? 'it was not attempted' : error.message;
  return [
    finding({
      hop,
      state: 'broken',
      cause: error === null ? 'assign-tags-missing' : (DENIED[error.code] ?? 'assign-tags-failed'),
      account,
      region,
      resource: `${group.length} tables and columns of ${account}/${database}`,
      identity: JSON.stringify([database, error?.code ?? null, error?.aws?.code ?? null]),
      message: `${group.length} things of ${database} could not be tagged: ${listed(names)}. The first: ${why}`,
      remedy: remedy(change, error?.code ?? null),
      aws: error?.aws ?? null,
    }),
  ];
}
