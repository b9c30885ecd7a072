import type { Catalog, Policy } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { ownsCatalogChecks } from '#core/catalog-ownership.ts';
import type { IdentitiesFacts, SettingsFacts } from '#core/facts.ts';
import type { Observed } from '#core/observed.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { IDENTITIES, SETTINGS } from '../queries.ts';

export interface SettingsObservation {
  readonly settings: Observed<SettingsFacts>;
  /** Who could make databases and tables; null: nobody is about to lose anything. */
  readonly identities: Observed<IdentitiesFacts> | null;
}

export async function observeSettings(read: Reads, { account, region }: Catalog): Promise<SettingsObservation> {
  return { settings: await read.in(account, region).ask(SETTINGS, {}), identities: null };
}

/** Who would lose something is read only while there is something to lose. */
export async function observeProducerSettings(
  read: Reads,
  { scope, policy }: Pick<Question<PublishScope>, 'scope' | 'policy'>,
): Promise<SettingsObservation> {
  const seen = await observeSettings(read, scope);
  const { settings } = seen;
  const open = settings.known && (settings.value.openDatabases || settings.value.openTables);
  if (!open || !judgesDefaults(policy, scope)) return seen;
  return { settings, identities: await read.in(scope.account, scope.region).ask(IDENTITIES, {}) };
}

/** Whether this scope is the one that judges what new databases and tables of the catalog start with. */
export function judgesDefaults(policy: Policy, scope: PublishScope): boolean {
  return policy.settings.defaults !== undefined && ownsCatalogChecks(policy, scope);
}
