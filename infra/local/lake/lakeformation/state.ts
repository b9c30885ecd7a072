/** Lake Formation per catalog (account and Region): settings, grants, locations, LF-Tags, opt-ins. */

import type {
  DataCellsFilter,
  DataLakeSettings,
  LakeFormationOptInsInfo,
  ResourceInfo,
} from '@aws-sdk/client-lakeformation';
import { Ordered } from '../glue/ordered.ts';
import { GrantTable } from './grants.ts';
import { type Expression, key } from './resources.ts';

export interface Tag {
  readonly key: string;
  values: string[];
}

export interface SavedExpression {
  readonly name: string;
  description: string | undefined;
  expression: Expression;
}

interface Settings {
  current: DataLakeSettings;
  /** What reads answer until the last put shows. */
  previous: DataLakeSettings;
  shows: () => boolean;
}

export interface LakeFormationCatalog {
  readonly account: string;
  readonly region: string;
  readonly settings: Settings;
  readonly grants: GrantTable;
  /** By ARN. */
  readonly locations: Ordered<ResourceInfo & { ResourceArn: string }>;
  /** LF-Tags by key. */
  readonly tags: Ordered<Tag>;
  /** LF-Tags on resources of this catalog: by `key('d', database)`, `key('t', database, table)`, `key('k', database, table, column)`. */
  readonly assigned: Map<string, Map<string, string>>;
  readonly expressions: Ordered<SavedExpression>;
  /** By principal and resource key. */
  readonly optIns: Ordered<LakeFormationOptInsInfo>;
  /** Data cells filters by `key(database, table, name)`. */
  readonly filters: Ordered<DataCellsFilter>;
}

/** What of the world these questions are about. */
interface Holder {
  readonly lakeFormation: LakeFormationState;
}

export interface LakeFormationState {
  /** By account and Region. */
  readonly catalogs: Map<string, LakeFormationCatalog>;
}

/** A state without any catalog. */
export function createLakeFormationState(): LakeFormationState {
  return { catalogs: new Map() };
}

/** The catalog, with AWS's defaults until somebody puts settings. */
export function lakeCatalogOf(state: LakeFormationState, account: string, region: string): LakeFormationCatalog {
  const at = `${account}/${region}`;
  const known = state.catalogs.get(at);
  if (known) return known;
  const fresh = emptyCatalog(account, region);
  state.catalogs.set(at, fresh);
  return fresh;
}

export interface FilterOn {
  /** Its key in `filters`. */
  readonly at: string;
  readonly name: string;
  readonly filter: DataCellsFilter;
}

/** The data cells filters of one table. */
export function* filtersOn(
  { filters }: LakeFormationCatalog,
  { database, table }: { database: string; table: string },
): Generator<FilterOn> {
  if (filters.size === 0) return;
  const before = key(database, table, '');
  for (const [at, filter] of filters.entries(before)) {
    if (!at.startsWith(before)) return;
    yield { at, name: filter.Name ?? '', filter };
  }
}

/** The settings as they show now. */
export function settingsOf({ lakeFormation }: Holder, account: string, region: string): DataLakeSettings {
  const { settings } = lakeCatalogOf(lakeFormation, account, region);
  return settings.shows() ? settings.current : settings.previous;
}

/** The catalog's cross-account version: 1 to 5. */
export function crossAccountVersion(world: Holder, account: string, region: string): number {
  return Number(settingsOf(world, account, region).Parameters?.['CROSS_ACCOUNT_VERSION'] ?? '1');
}

function emptyCatalog(account: string, region: string): LakeFormationCatalog {
  const settings = defaultSettings();
  const grants = new GrantTable();
  // Until somebody takes it away, whoever IAM lets may create databases.
  grants.add({
    principal: 'IAM_ALLOWED_PRINCIPALS',
    ref: { kind: 'catalog', catalog: account },
    permissions: new Set(['CREATE_DATABASE']),
    grantable: new Set(),
    shares: [],
    updated: 0,
    by: '',
    shows: () => true,
  });
  return {
    account,
    region,
    settings: { current: settings, previous: settings, shows: () => true },
    grants,
    locations: new Ordered(),
    tags: new Ordered(),
    assigned: new Map(),
    expressions: new Ordered(),
    optIns: new Ordered(),
    filters: new Ordered(),
  };
}

/** A fresh account leaves everything to IAM: whatever is created is open to its IAM principals. */
export function defaultSettings(): DataLakeSettings {
  const everyone = () => [
    { Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' }, Permissions: ['ALL' as const] },
  ];
  return {
    DataLakeAdmins: [],
    ReadOnlyAdmins: [],
    CreateDatabaseDefaultPermissions: everyone(),
    CreateTableDefaultPermissions: everyone(),
    Parameters: { CROSS_ACCOUNT_VERSION: '1', SET_CONTEXT: 'TRUE' },
    TrustedResourceOwners: [],
    AllowExternalDataFiltering: false,
    AllowFullTableExternalDataAccess: false,
    ExternalDataFilteringAllowList: [],
    AuthorizedSessionTagValueList: [],
  };
}
