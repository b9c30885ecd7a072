/** Lake Formation's settings of an account: one document, replaced whole by every write (G-S1). */

import {
  type DataLakePrincipal,
  type DataLakeSettings,
  GetDataLakeSettingsCommand,
  type PrincipalPermissions,
  PutDataLakeSettingsCommand,
} from '@aws-sdk/client-lakeformation';
import { LakeError } from '#contracts/errors.ts';
import { unique } from '#core/collections.ts';
import type { SettingsFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';
import { required } from './paging.ts';
import { isEverybody, principalOf } from './principals.ts';

export type { DataLakeSettings };

type LakeFormation = Pick<Clients, 'lakeFormation'>;

/** AWS's limit for each list of administrators. */
const MOST_ADMINS = 30;
/** AWS knows it by exactly this name, and leaves it out while it is 1 (G-S4). */
const VERSION = 'CROSS_ACCOUNT_VERSION';

/** Lake Formation's settings as facts, and raw as they are to be written back. @throws LakeError. */
export async function readSettings(
  clients: LakeFormation,
  account: string,
): Promise<{ facts: SettingsFacts; raw: DataLakeSettings }> {
  const view = { account, owner: true, doing: 'read the Lake Formation settings' };
  const answer = await asked(view, () =>
    clients.lakeFormation.send(new GetDataLakeSettingsCommand({ CatalogId: account })),
  );
  const raw = required(answer.DataLakeSettings, 'DataLakeSettings');
  return { facts: settingsFacts(raw, account), raw };
}

/**
 * To anybody but an administrator, Lake Formation lists only what he may see himself, and says so nowhere: a short
 * list that looks complete. What such a role reads of grants and of the catalog is unknown, never missing (law 6).
 */
export function requireAdministrator(facts: SettingsFacts, role: string, account: string): void {
  if (facts.admins.includes(role) || facts.readOnlyAdmins.includes(role)) return;
  throw new LakeError('AccessDenied', {
    message: `${role} is no Lake Formation administrator of account ${account}, so what it is shown may not be all there is`,
    remedy: `run "onramp enroll ${account}" as a Lake Formation administrator of that account`,
  });
}

export interface SettingsChange {
  readonly addAdmins: readonly string[];
  readonly addReadOnlyAdmins: readonly string[];
  readonly raiseVersionTo: number | null;
  /** Take IAM_ALLOWED_PRINCIPALS off what new databases and tables are opened to. */
  readonly closeDefaults?: boolean;
  /** The document before that (JSON): what IAM_ALLOWED_PRINCIPALS had of them is put back. */
  readonly reopens?: string;
}

/**
 * The document with our part in it; null when it is in there already. What we don't own stays as it was read,
 * administrators of deleted roles included: whether they are dead is not ours to judge (G-S2).
 */
export function mergeSettings(raw: DataLakeSettings, change: SettingsChange): DataLakeSettings | null {
  const admins = withAdded(raw.DataLakeAdmins, change.addAdmins, 'administrators');
  const readers = withAdded(raw.ReadOnlyAdmins, change.addReadOnlyAdmins, 'read-only administrators');
  const raise = change.raiseVersionTo !== null && change.raiseVersionTo > versionOf(raw);
  const closed = change.closeDefaults ? withoutEverybody(raw) : null;
  const opened = change.reopens === undefined ? null : withEverybody(raw, change.reopens);
  if (!admins && !readers && !raise && !closed && !opened) return null;
  return {
    ...raw,
    ...(admins ? { DataLakeAdmins: admins } : {}),
    ...(readers ? { ReadOnlyAdmins: readers } : {}),
    ...(raise ? { Parameters: { ...raw.Parameters, [VERSION]: String(change.raiseVersionTo) } } : {}),
    ...closed,
    ...opened,
  };
}

/** Replaces all settings: `raw` holds others' parts too. @throws LakeError. */
export async function writeSettings(clients: LakeFormation, account: string, raw: DataLakeSettings): Promise<void> {
  const view = { account, owner: true, doing: 'write the Lake Formation settings' };
  await asked(view, () =>
    clients.lakeFormation.send(new PutDataLakeSettingsCommand({ CatalogId: account, DataLakeSettings: raw })),
  );
}

/** Settings as they were read, as facts. */
export function settingsFacts(raw: DataLakeSettings, account: string): SettingsFacts {
  return {
    admins: namesOf(raw.DataLakeAdmins),
    readOnlyAdmins: namesOf(raw.ReadOnlyAdmins),
    crossAccountVersion: versionOf(raw, account),
    openDatabases: (raw.CreateDatabaseDefaultPermissions ?? []).some(isEverybodys),
    openTables: (raw.CreateTableDefaultPermissions ?? []).some(isEverybodys),
  };
}

type Defaults = Pick<DataLakeSettings, 'CreateDatabaseDefaultPermissions' | 'CreateTableDefaultPermissions'>;

/** Null when nothing is opened to everybody. AWS takes an empty list for "Lake Formation decides", an absent one for none said. */
function withoutEverybody(raw: DataLakeSettings): Defaults | null {
  const { CreateDatabaseDefaultPermissions: databases = [], CreateTableDefaultPermissions: tables = [] } = raw;
  if (![...databases, ...tables].some(isEverybodys)) return null;
  const rest = (defaults: readonly PrincipalPermissions[]) => defaults.filter((one) => !isEverybodys(one));
  return { CreateDatabaseDefaultPermissions: rest(databases), CreateTableDefaultPermissions: rest(tables) };
}

/** Null when somebody opened one of them meanwhile: then that is how he wants them. Others' defaults stay. */
function withEverybody(raw: DataLakeSettings, text: string): Defaults | null {
  const { CreateDatabaseDefaultPermissions: databases = [], CreateTableDefaultPermissions: tables = [] } = raw;
  if ([...databases, ...tables].some(isEverybodys)) return null;
  const before = JSON.parse(text) as Defaults;
  const taken = (defaults: readonly PrincipalPermissions[] = []) => defaults.filter(isEverybodys);
  const back = {
    CreateDatabaseDefaultPermissions: [...databases, ...taken(before.CreateDatabaseDefaultPermissions)],
    CreateTableDefaultPermissions: [...tables, ...taken(before.CreateTableDefaultPermissions)],
  };
  const length = back.CreateDatabaseDefaultPermissions.length + back.CreateTableDefaultPermissions.length;
  return length === databases.length + tables.length ? null : back;
}

function isEverybodys({ Principal }: PrincipalPermissions): boolean {
  return isEverybody(Principal?.DataLakePrincipalIdentifier ?? '');
}

function namesOf(principals: readonly DataLakePrincipal[] | undefined): readonly string[] {
  return (principals ?? []).map((principal) => principalOf(principal)).sort();
}

function versionOf(raw: DataLakeSettings, account = 'this account'): number {
  const text = raw.Parameters?.[VERSION] ?? '1';
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new LakeError('Unexpected', {
    message: `Lake Formation settings of ${account} have ${VERSION} "${text}", which is no version`,
  });
}

/** Null when all are there. */
function withAdded(
  present: readonly DataLakePrincipal[] | undefined,
  wanted: readonly string[],
  what: string,
): DataLakePrincipal[] | null {
  const there = new Set(namesOf(present));
  const missing = unique(wanted).filter((arn) => !there.has(arn));
  if (missing.length === 0) return null;
  const all = [...(present ?? []), ...missing.map((arn) => ({ DataLakePrincipalIdentifier: arn }))];
  if (all.length > MOST_ADMINS) {
    throw new LakeError('LimitExceeded', {
      message: `${all.length} ${what} wanted, Lake Formation allows ${MOST_ADMINS}: no room for ${missing.join(', ')}`,
      remedy: `remove ${what} that are no longer used`,
    });
  }
  return all;
}
