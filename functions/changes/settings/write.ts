import { type DataLakeSettings, mergeSettings, readSettings, settingsFacts, writeSettings } from '#aws/settings.ts';
import { LakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import { ownParts } from '#core/ownership.ts';
import type { ChangeWriter, SharedDocument, WriteTools } from '#engine/change-writer.ts';
import { documentWriting } from '../document-writing.ts';
import { type MergeSettings, settingsChange, settingsDifference } from './change.ts';
import { WRITE_SETTINGS } from './permissions.ts';

export const settingsWriter: ChangeWriter<MergeSettings> = {
  kind: settingsChange,
  ...documentWriting(documentOf),
  permissions: { role: 'Operator', rows: [WRITE_SETTINGS] },
  alters: () => ['settings', 'catalog'],
  session: () => ({ role: 'Operator', rows: [WRITE_SETTINGS] }),
};

function documentOf({ clients }: WriteTools, change: MergeSettings): SharedDocument<DataLakeSettings> {
  const { account, region } = change;
  return {
    name: `settings/${account}/${region}`,
    read: async () => (await readSettings(clients, account)).raw,
    due: (found, entry) => {
      requireSame(change, entry);
      const next = mergeSettings(found, change);
      return next === null ? null : { next, difference: settingsDifference(change, settingsFacts(found, account)) };
    },
    write: (next) => writeSettings(clients, account, next),
    text: (found) => JSON.stringify(found),
    theirs: (found, entry) => JSON.stringify(withoutOurs(found, ownParts(entry))),
  };
}

/** What is put back is what the ledger has by now. */
function requireSame({ reopens, account }: MergeSettings, entry: Entry | undefined): void {
  if (reopens === undefined || entry === undefined || entry.inverse === reopens) return;
  throw new LakeError('Outdated', { message: `what is to be put back into the settings of ${account} has changed` });
}

function withoutOurs(raw: DataLakeSettings, ours: ReadonlySet<string>): DataLakeSettings {
  const { DataLakeAdmins: admins, ReadOnlyAdmins: readers } = raw;
  const isTheirs = ({ DataLakePrincipalIdentifier: arn = '' }) => !ours.has(arn);
  return {
    ...raw,
    ...(admins === undefined ? {} : { DataLakeAdmins: admins.filter(isTheirs) }),
    ...(readers === undefined ? {} : { ReadOnlyAdmins: readers.filter(isTheirs) }),
  };
}
