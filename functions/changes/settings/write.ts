import { type DataLakeSettings, mergeSettings, readSettings, writeSettings } from '#aws/settings.ts';
import type { ChangeWriter, SharedDocument, WriteTools } from '#engine/change-writer.ts';
import { type MergeSettings, settingsChange } from './change.ts';
import { WRITE_SETTINGS } from './permissions.ts';

export const settingsWriter: ChangeWriter<MergeSettings> = {
  kind: settingsChange,
  permissions: { role: 'Operator', rows: [WRITE_SETTINGS] },
  alters: () => ['settings', 'catalog'],
  session: () => ({ role: 'Operator', rows: [WRITE_SETTINGS] }),
  write: async (tools, changes) => {
    for (const change of changes) await tools.replaceDocument(change, documentOf(tools, change));
    return changes.map(() => null);
  },
};

function documentOf({ clients }: WriteTools, change: MergeSettings): SharedDocument<DataLakeSettings> {
  const { account, region } = change;
  return {
    name: `settings/${account}/${region}`,
    read: async () => (await readSettings(clients, account)).raw,
    merged: (found) => mergeSettings(found, change),
    write: (next) => writeSettings(clients, account, next),
    text: (found) => JSON.stringify(found),
  };
}
