/** What new databases and tables of a catalog start with, put back as it was once the policy no longer says `off` (law 3). */

import { catalogDefaultsEntry, type MergeSettings, settingsDifference } from '#changes/settings/change.ts';
import type { Entry, EntryOf } from '#contracts/ledger.ts';
import type { Catalog } from '#contracts/policy.ts';
import { type Assessment, assessed, NOTHING } from '#core/assessment.ts';
import type { SettingsFacts } from '#core/facts.ts';
import type { Observed } from '#core/observed.ts';
import { mayStand } from '#core/ownership.ts';

/** Nothing when somebody has opened some of it again. */
export function restoreDefaults(
  catalog: Catalog,
  entries: readonly Entry[],
  settings: Observed<SettingsFacts>,
): Assessment {
  if (!settings.known || settings.value.openDatabases || settings.value.openTables) return NOTHING;
  const { target } = catalogDefaultsEntry(catalog);
  const taken = entries.filter(
    (entry): entry is EntryOf<'table-defaults'> =>
      entry.kind === 'table-defaults' && entry.target === target && mayStand(entry),
  );
  const change = { addAdmins: [], addReadOnlyAdmins: [], raiseVersionTo: null, closeDefaults: false };
  const changes = taken.flatMap(({ account, region, products, inverse }): readonly MergeSettings[] => {
    if (inverse === null) return [];
    const base = { hop: 'settings', account, region, effect: 'widens' as const, products };
    const reopening = { ...change, reopens: inverse };
    const difference = settingsDifference(reopening, settings.value);
    return [{ kind: 'merge-settings', ...base, ...reopening, difference }];
  });
  return assessed({ changes });
}
