/** Lake Formation settings: our administrators, the cross-account version and the defaults go in; all else survives. */

import type { Entry, EntryIdentity } from '#contracts/ledger.ts';
import type { Change, ChangeKind, Difference } from '#core/change.ts';
import { sortedSet } from '#core/collections.ts';
import type { SettingsFacts } from '#core/facts.ts';
import type { EntryRecord } from '#core/ownership.ts';

export interface MergeSettings extends Change {
  readonly kind: 'merge-settings';
  readonly addAdmins: readonly string[];
  readonly addReadOnlyAdmins: readonly string[];
  readonly raiseVersionTo: number | null;
  /** New databases and tables no longer open to IAM_ALLOWED_PRINCIPALS. */
  readonly closeDefaults: boolean;
  /** The document before they were closed (JSON): its part for IAM_ALLOWED_PRINCIPALS is put back. */
  readonly reopens?: string;
  /** Who loses what by it today, in words. */
  readonly loses?: string;
}

export function isMergeSettings(change: Change): change is MergeSettings {
  return change.kind === 'merge-settings';
}

type Place = Pick<EntryIdentity, 'account' | 'region'>;
type Parts = Pick<MergeSettings, 'addAdmins' | 'addReadOnlyAdmins' | 'raiseVersionTo' | 'closeDefaults' | 'reopens'>;

/** The entry about our administrators in one account and Region. */
export function adminsEntry({ account, region }: Place): EntryIdentity {
  return { kind: 'admins', account, region, target: `settings ${account}`, principal: null };
}

/** The entry about the defaults of new databases and tables of a whole catalog. */
export function catalogDefaultsEntry({ account, region }: Place): EntryIdentity {
  return { kind: 'table-defaults', account, region, target: `default permissions of ${account}`, principal: null };
}

export const settingsChange: ChangeKind<MergeSettings> = {
  kind: 'merge-settings',
  operation: 'change',
  subject: ({ account }) => `Lake Formation settings of ${account}`,
  text: (change) => `Lake Formation settings of ${change.account}: ${partsText(change)}${losing(change)}`,
  ends: ({ reopens }) => reopens !== undefined,
  join: joined,
  record: recordOf,
};

/** What it opens and takes, by the settings as they are. */
export function settingsDifference(change: Parts, facts: SettingsFacts): Difference {
  const { addAdmins, addReadOnlyAdmins, raiseVersionTo, closeDefaults, reopens } = change;
  const { admins, readOnlyAdmins, crossAccountVersion, openDatabases, openTables } = facts;
  const isRaised = raiseVersionTo !== null && raiseVersionTo > crossAccountVersion;
  return {
    opens: [
      ...addAdmins.filter((arn) => !admins.includes(arn)).map((arn) => `administrator ${arn}`),
      ...addReadOnlyAdmins.filter((arn) => !readOnlyAdmins.includes(arn)).map((arn) => `reader ${arn}`),
      ...(isRaised ? [`version ${raiseVersionTo}`] : []),
      ...(reopens === undefined ? [] : ['defaults']),
    ],
    takes: closeDefaults ? [...(openDatabases ? ['databases'] : []), ...(openTables ? ['tables'] : [])] : [],
  };
}

/** Administrators are added one after another, by whoever finds one missing. */
function joined(record: EntryRecord, standing: Entry): EntryRecord {
  if (record.kind !== 'admins' || standing.kind !== 'admins') return record;
  const both = (name: 'admins' | 'readOnlyAdmins') => sortedSet([...standing.sent[name], ...record.sent[name]]);
  const version = record.sent.version ?? standing.sent.version;
  return { ...record, sent: { admins: both('admins'), readOnlyAdmins: both('readOnlyAdmins'), version } };
}

function recordOf(change: MergeSettings): EntryRecord {
  const { addAdmins, addReadOnlyAdmins, raiseVersionTo, closeDefaults, reopens } = change;
  // Closing is an entry of its own: its inverse is the document of then, not the one we first wrote into.
  if (closeDefaults || reopens !== undefined) {
    const { target, principal } = catalogDefaultsEntry(change);
    const before = { defaults: 'theirs' as const };
    return { kind: 'table-defaults', target, principal, sent: null, before, inverse: null, shared: true };
  }
  const { target, principal } = adminsEntry(change);
  const before = Object.fromEntries([...addAdmins, ...addReadOnlyAdmins].map((arn) => [arn, 'absent' as const]));
  const sent = { admins: addAdmins, readOnlyAdmins: addReadOnlyAdmins, version: raiseVersionTo };
  return { kind: 'admins', target, principal, sent, before, inverse: null, shared: true };
}

function partsText({ addAdmins, addReadOnlyAdmins, raiseVersionTo, closeDefaults, reopens }: MergeSettings): string {
  return [
    ...addAdmins.map((arn) => `add administrator ${arn}`),
    ...addReadOnlyAdmins.map((arn) => `add read-only administrator ${arn}`),
    ...(raiseVersionTo === null ? [] : [`raise the cross-account version to ${raiseVersionTo}`]),
    ...(closeDefaults ? ['no longer open new databases and tables to IAM_ALLOWED_PRINCIPALS'] : []),
    ...(reopens === undefined
      ? []
      : ['open new databases and tables to IAM_ALLOWED_PRINCIPALS again, as before we closed them']),
  ].join(', ');
}

function losing({ loses }: MergeSettings): string {
  return loses === undefined ? '' : ` (${loses})`;
}
