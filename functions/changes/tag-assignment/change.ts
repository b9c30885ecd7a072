/** LF-Tags that are put on a database, a table, or columns of a table. */

import type { Tags } from '#contracts/lake-formation.ts';
import type { ChangeKind } from '#core/change.ts';
import type { EntryRecord } from '#core/ownership.ts';
import { taggedText } from '#core/tags/things.ts';
import { tagRemedies } from '../tag-key/change.ts';
import { type AssignTags, onlyTags } from './assignment.ts';
import { retagBrake } from './brake.ts';
import { collapseUndone } from './drift.ts';
import { createTagGate } from './gate.ts';

/**
 * After the keys, columns come first, then tables, then databases: what is to be an exception is one before its parent
 * says anything.
 */
const PHASES = { columns: 1, table: 2, database: 3 };

export const assignTagsChange: ChangeKind<AssignTags> = {
  kind: 'assign-tags',
  subject: taggedText,
  text: (change) => `tag ${taggedText(change)} ${tagsText(change)}`,
  reasons: ({ why = {}, tags }) => Object.entries(why).map(([key, rule]) => `${key}=${tags[key] ?? ''} by ${rule}`),
  remedies: ({ account }) => tagRemedies(account),
  phase: ({ table, columns }) => {
    if (table === null) return PHASES.database;
    return columns.length === 0 ? PHASES.table : PHASES.columns;
  },
  record: recordOf,
  join: (record, { kind, sent }) =>
    record.kind === 'assignment' && kind === 'assignment'
      ? { ...record, sent: sorted({ ...sent, ...record.sent }) }
      : record,
  parts: {
    names: ({ tags }) => Object.keys(tags),
    only: onlyTags,
    taken: (entry, refused) =>
      entry.kind === 'assignment'
        ? { ...entry, sent: Object.fromEntries(Object.entries(entry.sent).filter(([key]) => !refused.has(key))) }
        : entry,
  },
  gate: createTagGate,
  brake: retagBrake,
  collapse: collapseUndone,
};

function sorted(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Putting back the values that were there undoes it; a key that had none is taken off. */
function recordOf(change: AssignTags): EntryRecord {
  const { tags, had } = change;
  const before = Object.keys(tags).map((key) => [key, had[key] === undefined ? 'absent' : 'theirs'] as const);
  return {
    kind: 'assignment',
    target: taggedText(change),
    principal: null,
    sent: sorted(tags),
    before: Object.fromEntries(before),
    inverse: Object.keys(had).length === 0 ? null : had,
  };
}

/** `source=product (was none)`; a database's says what follows from it (law 9). */
function tagsText({ tags, had, table }: AssignTags): string {
  const pairs = Object.entries(tags).map(([key, value]) =>
    had[key] === undefined ? `${key}=${value}` : `${key}=${value} (was ${had[key]})`,
  );
  const replaces = Object.entries(tags).some(([key, value]) => had[key] !== undefined && had[key] !== value);
  const loss = replaces ? ', which narrows as well: who reads by the old value loses it' : '';
  return `${pairs.join(', ')}${table === null ? ', which every table made there from now on inherits' : ''}${loss}`;
}
