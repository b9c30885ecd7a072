/** Settings: our operator is a data lake administrator, our reader a read-only one, cross-account version high enough. */

import { adminsEntry, catalogDefaultsEntry, isMergeSettings } from '#changes/settings/change.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { type Assessment, merge, NOTHING } from '#core/assessment.ts';
import { reportsForCatalog, requiresSharingVersion, restoresCatalog, sharesAnything } from '#core/catalog-ownership.ts';
import type { SettingsFacts } from '#core/facts.ts';
import { roleArn } from '#core/member-roles.ts';
import { isConsumer, productsFor, productsOf } from '#core/selectors.ts';
import type { OnboardHop, PublishHop, Question, SeenDocuments } from '#engine/hop.ts';
import { assessSettings, lacking } from './assess.ts';
import { judgesDefaults, observeProducerSettings, observeSettings, type SettingsObservation } from './observe.ts';
import { PERMISSIONS } from './permissions.ts';
import { restoreDefaults } from './restore.ts';

const common = { name: 'settings', stage: 'settings', permissions: PERMISSIONS } as const;

export const producerSettings: PublishHop<SettingsObservation> = {
  ...common,
  half: 'publish',
  after: [],
  scopes: ['database', 'catalog'],
  documents: ({ scope }) => [adminsEntry(scope), catalogDefaultsEntry(scope)],
  observe: observeProducerSettings,
  assess: (observed, question) =>
    merge(
      assessSettings({
        ...asked(question),
        products: productsOf(question.policy, question.scope).map(({ name }) => name),
        grantor: requiresSharingVersion(question.policy, question.scope),
        facts: observed.settings,
        defaults: judgesDefaults(question.policy, question.scope) ? { identities: observed.identities } : undefined,
      }),
      restored(observed, question),
    ),
  bars: isBarred,
  elsewhere: isToldElsewhere,
  seen: seenSettings,
};

export const consumerSettings: OnboardHop<SettingsObservation> = {
  ...common,
  half: 'onboard',
  after: ['membership'],
  scopes: ['account'],
  documents: ({ scope }) => [adminsEntry(scope)],
  observe: (read, { scope }) => observeSettings(read, scope),
  assess: (observed, question) => {
    const { policy, scope } = question;
    if (!isConsumer(policy, scope)) return NOTHING;
    const names = productsFor(policy, scope).map(({ name }) => name);
    return assessSettings({ ...asked(question), products: names, grantor: false, facts: observed.settings });
  },
  bars: isBarred,
  seen: seenSettings,
};

/** Entries whose part the settings show. */
function seenSettings({ settings }: SettingsObservation, { entries, scope }: Question): SeenDocuments {
  if (!settings.known) return { confirmed: [], told: [] };
  const { account, region } = scope;
  const here = entries.filter((entry) => entry.part === 'document' && sameAccountRegion({ account, region })(entry));
  return { confirmed: here.filter((entry) => isShown(entry, settings.value)).map(({ id }) => id), told: [] };
}

function isShown(entry: Entry, { admins, readOnlyAdmins, openDatabases, openTables }: SettingsFacts): boolean {
  if (entry.kind === 'table-defaults') return !openDatabases && !openTables;
  if (entry.kind !== 'admins') return false;
  const isThere = (arn: string) => admins.includes(arn) || readOnlyAdmins.includes(arn);
  return entry.sent.admins.every((arn) => admins.includes(arn)) && entry.sent.readOnlyAdmins.every(isThere);
}

function asked(question: Question) {
  const { policy, scope } = question;
  const { account, region } = scope;
  const role = (name: 'Operator' | 'Reader') => roleArn(question, account, name);
  return { policy, account, region, operator: role('Operator'), reader: role('Reader') };
}

/** What we would write in Lake Formation would be refused, and what we would read not be all there is, one by one. */
function isBarred({ settings }: SettingsObservation, question: Question): boolean {
  const { policy, ...roles } = asked(question);
  if (policy.settings.administrator !== 'byHand' || !settings.known) return false;
  const { addAdmins, addReadOnlyAdmins } = lacking(roles, settings.value);
  return addAdmins.length + addReadOnlyAdmins.length > 0;
}

/** Put back once the policy does not say `off`, or the catalog has nothing that others read. */
function restored({ settings }: SettingsObservation, { policy, scope, entries }: Question<PublishScope>): Assessment {
  const isClosed = policy.settings.defaults === 'off' && sharesAnything(policy, scope);
  if (isClosed || !restoresCatalog(policy, scope)) return NOTHING;
  return restoreDefaults(scope, entries, settings);
}

/**
 * Every scope of a catalog meets its settings, and one tells of them. While our reader is no administrator, what can't
 * be read is the fault of the settings.
 */
function isToldElsewhere(found: Finding, all: Assessment, { policy, scope }: Question<PublishScope>): boolean {
  if (reportsForCatalog(policy, scope)) return false;
  if (found.account !== scope.account || found.region !== scope.region) return false;
  const lacksReader = all.changes.some((change) => isMergeSettings(change) && change.addReadOnlyAdmins.length > 0);
  const isReaders = lacksReader && found.cause === 'not-readable' && found.aws === null;
  return isReaders || found.hop === 'settings';
}
