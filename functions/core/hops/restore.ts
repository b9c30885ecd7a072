/**
 * Hop 4, when a database is shared no longer: what we took from IAM_ALLOWED_PRINCIPALS for the sake of sharing is put
 * back (law 3), so that withdrawing a product leaves its owner's people as they were. The same for a whole catalog's
 * switches, once the policy no longer throws them.
 */

import type { Entry } from '../../contracts/ledger.ts';
import type { Catalog, Product } from '../../contracts/policy.ts';
import type { DatabaseScope } from '../../contracts/steps.ts';
import { type Action, type Decision, NOTHING } from '../actions.ts';
import { defaultsTarget, mayStand } from '../entries.ts';
import type { CatalogFacts, GrantFacts, SettingsFacts } from '../facts.ts';
import { heldBy } from '../grants.ts';
import { type Grant, IAM_ALLOWED_PRINCIPALS, type LakeResource, type Observed, resourceText } from '../lake.ts';

export interface RestoreQuestion {
  readonly scope: Pick<DatabaseScope, 'account' | 'region' | 'database'>;
  /** Products of this database. */
  readonly products: readonly Product[];
  readonly catalog: Observed<CatalogFacts>;
  /** What IAM_ALLOWED_PRINCIPALS holds now. */
  readonly open: Observed<GrantFacts>;
  readonly entries: readonly Entry[];
}

/**
 * Nothing while a product of the database wants it closed, and nothing while a grant of ours to another account stands
 * there: AWS takes no sharing beside IAM_ALLOWED_PRINCIPALS, and the brake may still hold the withdrawal.
 */
export function decideRestore({ scope, products, catalog, open, entries }: RestoreQuestion): Decision {
  if (!catalog.known || !open.known || catalog.value.database === null) return NOTHING;
  if (products.some((product) => product.exposure === 'revoke')) return NOTHING;
  if (entries.some((entry) => entry.kind === 'grant' && mayStand(entry) && isShare(entry, scope))) return NOTHING;
  const { tables, database } = catalog.value;
  const there = (resource: LakeResource) =>
    isHere(resource, scope) && (resource.type !== 'table' || tables.some((t) => t.name === resource.table));
  const rows = open.value.grants;
  const actions = takenFrom(scope, entries).flatMap((entry): readonly Action[] => {
    const base = { hop: 'exposure' as const, ...placeOf(scope), effect: 'widens' as const, products: entry.products };
    if (entry.kind === 'table-defaults') {
      if (database.openTables || entry.inverse === null) return [];
      return [{ ...base, kind: 'reopen-table-defaults', database: scope.database, defaults: entry.inverse }];
    }
    const grant = JSON.parse(entry.sent) as Grant;
    if (!there(grant.resource)) return [];
    const held = heldBy(rows, grant.principal, grant.resource).permissions;
    return held.length > 0 ? [] : [{ ...base, kind: 'grant', grant, had: [], restores: true }];
  });
  return { actions, findings: [], left: [] };
}

/** What was taken from IAM_ALLOWED_PRINCIPALS in a database, by the ledger. */
export function takenFrom(scope: RestoreQuestion['scope'], entries: readonly Entry[]): readonly Entry[] {
  return entries.filter((entry) => {
    if (entry.account !== scope.account || entry.region !== scope.region || !mayStand(entry)) return false;
    if (entry.kind === 'table-defaults') return entry.target === `database ${scope.account}/${scope.database}`;
    if (entry.kind !== 'revoke' || entry.principal !== IAM_ALLOWED_PRINCIPALS) return false;
    return isHere((JSON.parse(entry.sent) as Grant).resource, scope);
  });
}

function placeOf({ account, region }: RestoreQuestion['scope']) {
  return { account, region };
}

function isHere(resource: LakeResource, { account, database }: RestoreQuestion['scope']): boolean {
  return 'database' in resource && resource.catalog === account && resource.database === database;
}

/** To our own operator, so that it may alter the database, is no share. */
function isShare(entry: Entry, scope: RestoreQuestion['scope']): boolean {
  return /^\d{12}$/.test(entry.principal ?? '') && isHere((JSON.parse(entry.sent) as Grant).resource, scope);
}

/** CREATE_DATABASE as we took it from IAM_ALLOWED_PRINCIPALS; nothing when somebody has granted it again. */
export function restoreCreateDatabase(taken: readonly Entry[], grants: Observed<GrantFacts>): Decision {
  if (!grants.known) return NOTHING;
  const actions = taken.flatMap((entry): readonly Action[] => {
    const grant = JSON.parse(entry.sent) as Grant;
    if (heldBy(grants.value.grants, grant.principal, grant.resource).permissions.length > 0) return [];
    return [{ kind: 'grant', hop: 'exposure', ...opening(entry), grant, had: [], restores: true }];
  });
  return { actions, findings: [], left: [] };
}

/** What new databases and tables start with, as it was; nothing when somebody has opened some of it again. */
export function restoreDefaults(taken: readonly Entry[], settings: Observed<SettingsFacts>): Decision {
  if (!settings.known || settings.value.openDatabases || settings.value.openTables) return NOTHING;
  const change = { addAdmins: [], addReadOnlyAdmins: [], raiseVersionTo: null, closeDefaults: false };
  const actions = taken.flatMap((entry): readonly Action[] => {
    if (entry.inverse === null) return [];
    return [{ kind: 'merge-settings', hop: 'settings', ...opening(entry), ...change, reopens: entry.inverse }];
  });
  return { actions, findings: [], left: [] };
}

function opening({ account, region, products }: Entry) {
  return { account, region, effect: 'widens' as const, products };
}

/** Of a whole catalog, by the ledger. */
export function takenFromCatalog(
  { account, region }: Catalog,
  entries: readonly Entry[],
): { readonly createDatabase: readonly Entry[]; readonly defaults: readonly Entry[] } {
  const ours = entries.filter((one) => one.account === account && one.region === region && mayStand(one));
  const target = resourceText({ type: 'catalog', catalog: account });
  return {
    createDatabase: ours.filter(
      (one) => one.kind === 'revoke' && one.principal === IAM_ALLOWED_PRINCIPALS && one.target === target,
    ),
    defaults: ours.filter((one) => one.kind === 'table-defaults' && one.target === defaultsTarget(account)),
  };
}
