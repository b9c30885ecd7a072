/**
 * When a database is shared no longer: what we took from IAM_ALLOWED_PRINCIPALS for the sake of sharing is put back (law
 * 3), so that withdrawing a product leaves its owner's people as they were.
 */

import type { GrantChange } from '#changes/grant/change.ts';
import { type ReopenTableDefaults, tableDefaultsTarget } from '#changes/table-defaults/change.ts';
import { isAccountId, isOrganizationPart } from '#contracts/arn.ts';
import { IAM_ALLOWED_PRINCIPALS, type LakeResource } from '#contracts/lake-formation.ts';
import type { Entry, EntryOf } from '#contracts/ledger.ts';
import type { Product } from '#contracts/policy.ts';
import type { DatabaseScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { type Assessment, assessed, NOTHING } from '#core/assessment.ts';
import type { CatalogFacts, GrantFacts } from '#core/facts.ts';
import type { Observed } from '#core/observed.ts';
import { mayStand } from '#core/ownership.ts';
import { heldBy } from '#core/permissions.ts';

type Database = Pick<DatabaseScope, 'account' | 'region' | 'database'>;

export interface RestoreQuestion {
  readonly scope: Database;
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
export function assessRestore({ scope, products, catalog, open, entries }: RestoreQuestion): Assessment {
  if (!catalog.known || !open.known || catalog.value.database === null) return NOTHING;
  if (products.some((product) => product.exposure === 'revoke')) return NOTHING;
  if (entries.some((entry) => isStandingShare(entry, scope))) return NOTHING;
  const { tables, database } = catalog.value;
  const there = (resource: LakeResource) =>
    isHere(resource, scope) && (resource.type !== 'table' || tables.some((table) => table.name === resource.table));
  const taken = takenFrom(scope, entries);
  const grants = taken.revoked.filter(({ sent }) => there(sent.resource)).flatMap(granted(open.value));
  const defaults = database.openTables ? [] : taken.defaults.flatMap((entry) => reopened(scope, entry));
  return assessed({ changes: [...grants, ...defaults] });
}

interface Taken {
  readonly revoked: readonly EntryOf<'revoke'>[];
  readonly defaults: readonly EntryOf<'table-defaults'>[];
}

/** What was taken from IAM_ALLOWED_PRINCIPALS in a database, by the ledger. */
export function takenFrom(scope: Database, entries: readonly Entry[]): Taken {
  const here = entries.filter(sameAccountRegion(scope)).filter(mayStand);
  const target = tableDefaultsTarget(scope.account, scope.database);
  return {
    revoked: here.filter(
      (entry): entry is EntryOf<'revoke'> => isEverybodys(entry) && isHere(entry.sent.resource, scope),
    ),
    defaults: here.filter(
      (entry): entry is EntryOf<'table-defaults'> => entry.kind === 'table-defaults' && entry.target === target,
    ),
  };
}

export function isEverybodys(entry: Entry): entry is EntryOf<'revoke'> {
  return entry.kind === 'revoke' && entry.principal === IAM_ALLOWED_PRINCIPALS;
}

function isHere(resource: LakeResource, { account, database }: Database): boolean {
  return 'database' in resource && resource.catalog === account && resource.database === database;
}

/** A grant to our own operator, so that it may alter the database, is no share. */
function isStandingShare(entry: Entry, scope: Database): boolean {
  if (entry.kind !== 'grant' || !mayStand(entry)) return false;
  const { principal, resource } = entry.sent;
  return (isAccountId(principal) || isOrganizationPart(principal)) && isHere(resource, scope);
}

/** Grants of what was revoked, where nothing is held now. */
export function granted({ grants }: GrantFacts): (entry: EntryOf<'revoke'>) => readonly GrantChange[] {
  return ({ account, region, products, sent: grant }) => {
    if (heldBy(grants, grant.principal, grant.resource).permissions.length > 0) return [];
    const base = { hop: 'exposure', account, region, effect: 'widens' as const, products };
    return [{ kind: 'grant', ...base, grant, had: [], restores: true }];
  };
}

function reopened(
  { account, region, database }: Database,
  { inverse, products }: EntryOf<'table-defaults'>,
): readonly ReopenTableDefaults[] {
  if (inverse === null) return [];
  const base = { hop: 'exposure', account, region, effect: 'widens' as const, products };
  return [{ kind: 'reopen-table-defaults', ...base, database, defaults: inverse }];
}
