/** Data lake settings: answered, and replaced as a whole. */

import type {
  DataLakePrincipal,
  DataLakeSettings,
  GetDataLakeSettingsRequest,
  PrincipalPermissions,
  PutDataLakeSettingsRequest,
} from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import type { Call } from '../service.ts';
import { iamAllowedPrincipals, parsePrincipal } from './principals.ts';
import { invalidInput } from './resources.ts';
import { crossAccountVersion, defaultSettings, lakeCatalogOf, settingsOf } from './state.ts';

const mostAdmins = 30;

/** The settings as they show now: of the caller's own catalog only. */
export function getDataLakeSettings(call: Call, input: GetDataLakeSettingsRequest): object {
  ownCatalog(call, input.CatalogId);
  const settings = structuredClone(settingsOf(call.world, call.account, call.region));
  if (call.world.switch('lf-default-version-listed') === 'absent') {
    const { CROSS_ACCOUNT_VERSION: version, ...rest } = settings.Parameters ?? {};
    if (version === '1') settings.Parameters = rest;
  }
  return { DataLakeSettings: settings };
}

/** What isn't sent is gone: AWS keeps nothing of the settings before, but for the version it never lowers from 5. */
export async function putDataLakeSettings(call: Call, input: PutDataLakeSettingsRequest): Promise<object> {
  ownCatalog(call, input.CatalogId);
  const wanted = input.DataLakeSettings ?? {};
  checkDefaults('Database', wanted.CreateDatabaseDefaultPermissions);
  checkDefaults('Table', wanted.CreateTableDefaultPermissions);
  checkParameters(call, wanted.Parameters ?? {});
  await checkPrincipals(call, wanted);
  const { settings } = lakeCatalogOf(call.world.lakeFormation, call.account, call.region);
  settings.previous = settingsOf(call.world, call.account, call.region);
  settings.current = replaced(wanted);
  settings.shows = call.world.visibility.wrote('lakeformation', 'settings');
  return {};
}

function replaced(wanted: DataLakeSettings): DataLakeSettings {
  const empty = defaultSettings();
  return structuredClone({
    ...empty,
    CreateDatabaseDefaultPermissions: [],
    CreateTableDefaultPermissions: [],
    ...wanted,
    Parameters: { ...empty.Parameters, ...wanted.Parameters },
  });
}

function checkParameters(call: Call, parameters: Record<string, string>): void {
  const version = parameters['CROSS_ACCOUNT_VERSION'] ?? '1';
  if (!/^[1-5]$/.test(version)) throw invalidInput(`Invalid value for CROSS_ACCOUNT_VERSION: ${version}`);
  const current = crossAccountVersion(call.world, call.account, call.region);
  if (current === 5 && Number(version) < 5)
    throw invalidInput('Downgrading the cross account version from 5 is not supported.');
  const known = ['CROSS_ACCOUNT_VERSION', 'SET_CONTEXT', 'SET_SOURCE_IDENTITY'];
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalidInput(`Invalid parameter: ${unknown}`);
}

/** Only nothing at all, or everything to everyone. */
function checkDefaults(kind: string, defaults: readonly PrincipalPermissions[] | undefined): void {
  for (const { Principal, Permissions } of defaults ?? []) {
    const principal = parsePrincipal(Principal?.DataLakePrincipalIdentifier ?? '');
    if (principal?.id !== iamAllowedPrincipals)
      throw invalidInput(`Create ${kind} Default not supported for principal`);
    if (Permissions?.length !== 1 || Permissions[0] !== 'ALL')
      throw invalidInput(`Create ${kind} Default permissions must be ALL`);
  }
  if ((defaults?.length ?? 0) > 1) throw invalidInput(`Create ${kind} Default not supported for principal`);
}

async function checkPrincipals(call: Call, settings: DataLakeSettings): Promise<void> {
  const lists = [settings.DataLakeAdmins, settings.ReadOnlyAdmins, settings.ExternalDataFilteringAllowList];
  for (const list of lists)
    if ((list?.length ?? 0) > mostAdmins) throw invalidInput(`At most ${mostAdmins} principals are allowed.`);
  for (const principal of [...(settings.DataLakeAdmins ?? []), ...(settings.ReadOnlyAdmins ?? [])])
    await checkAdmin(call, principal);
}

async function checkAdmin(call: Call, { DataLakePrincipalIdentifier: id = '' }: DataLakePrincipal): Promise<void> {
  const principal = parsePrincipal(id);
  const known =
    principal?.kind === 'federated' ||
    (principal?.kind === 'iam' &&
      (principal.root || (await call.world.backend.identity(principal.id)) !== undefined) &&
      principal.account === call.account);
  if (!known) throw invalidInput(`Invalid principal, ${id}`);
}

/** Settings are the caller's own: AWS shows nobody another account's. */
function ownCatalog(call: Call, catalogId: string | undefined): void {
  if (catalogId !== undefined && catalogId !== call.account)
    throw new AwsError('AccessDeniedException', 'Cross account settings access is not allowed.');
}
