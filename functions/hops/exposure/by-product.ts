/** IAM_ALLOWED_PRINCIPALS must not stand in the way: AWS refuses to share what it still opens to everybody. */

import type { GrantChange } from '#changes/grant/change.ts';
import { missingGrants } from '#changes/grant/missing.ts';
import type { RevokeChange } from '#changes/revoke/change.ts';
import type { CloseTableDefaults } from '#changes/table-defaults/change.ts';
import type { Finding } from '#contracts/findings.ts';
import { IAM_ALLOWED_PRINCIPALS, type ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Product } from '#contracts/policy.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import type { Assessment } from '#core/assessment.ts';
import { assessed, NOTHING } from '#core/assessment.ts';
import type { CatalogFacts, GrantFacts } from '#core/facts.ts';
import { finding, listed, unreadable, type Where } from '#core/findings.ts';
import { matches } from '#core/iam/pattern.ts';
import type { Observed } from '#core/observed.ts';
import { resourceText } from '#core/permissions.ts';
import { wantsTable } from '#core/selectors.ts';

export interface ExposureQuestion {
  readonly product: Product;
  readonly catalog: Observed<CatalogFacts>;
  /** What IAM_ALLOWED_PRINCIPALS holds in this catalog. */
  readonly open: Observed<GrantFacts>;
  readonly recent: readonly Entry[];
  /** Our operator, and what is granted on the database: an administrator may alter only what it was granted (G-L25). */
  readonly operator: string;
  readonly listed: Observed<GrantFacts>;
}

/** The rows of IAM_ALLOWED_PRINCIPALS that cover this product's database and tables. */
export function openRows(
  product: Product,
  grants: readonly ListedGrant[],
  recent: readonly Entry[],
): readonly ListedGrant[] {
  const here = recent.filter(sameAccountRegion(product));
  const gone = new Set(here.filter((e) => e.kind === 'revoke' && e.state === 'confirmed').map((e) => e.target));
  return grants.filter((row) => {
    const { resource } = row;
    if (row.principal !== IAM_ALLOWED_PRINCIPALS || resource.catalog !== product.account) return false;
    if (gone.has(resourceText(resource))) return false;
    if (resource.type === 'database' || resource.type === 'all-tables') return resource.database === product.database;
    return (
      resource.type === 'table' &&
      resource.database === product.database &&
      wantsTable(product, resource.table, matches)
    );
  });
}

export function assessExposure(question: ExposureQuestion): Assessment {
  const { product, catalog, open, recent } = question;
  const { account, region, database } = product;
  const where = {
    hop: 'exposure' as const,
    account,
    region,
    product: product.name,
    resource: `database ${account}/${database}`,
  };
  if (!catalog.known) return assessed({ findings: [unreadable(where, catalog.why)] });
  if (catalog.value.database === null) return assessed({ findings: [databaseMissing(where, product)] });
  if (!open.known) return assessed({ findings: [unreadable(where, open.why)] });
  const rows = openRows(product, open.value.grants, recent);
  const defaultsOpen = catalog.value.database.openTables && product.tables === 'all';
  if (rows.length === 0 && !defaultsOpen) return NOTHING;
  if (product.exposure === 'revoke') return assessed({ changes: closing(question, rows, defaultsOpen) });
  return assessed({
    findings: [stillOpen(where, product, rows, defaultsOpen)],
    foreign: rows.map((row) => `${IAM_ALLOWED_PRINCIPALS} on ${resourceText(row.resource)}`),
  });
}

type ExposureChange = GrantChange | RevokeChange | CloseTableDefaults;

function closing(
  question: ExposureQuestion,
  rows: readonly ListedGrant[],
  defaultsOpen: boolean,
): readonly ExposureChange[] {
  const { product } = question;
  const { name, account, region } = product;
  const base = { hop: 'exposure' as const, account, region, effect: 'narrows' as const, products: [name] };
  const revokes = rows.map((grant) => ({ ...base, kind: 'revoke' as const, grant, reason: 'exposure' as const }));
  if (!defaultsOpen) return revokes;
  return [...mayAlter(question), ...revokes, { ...base, kind: 'close-table-defaults', database: product.database }];
}

function mayAlter({ product, operator, listed: listing, recent }: ExposureQuestion): readonly GrantChange[] {
  const { account, region, database, name } = product;
  const resource = { type: 'database' as const, catalog: account, database };
  const grant = { principal: operator, resource, permissions: ['ALTER', 'DESCRIBE'], grantable: [] };
  const held = listing.known ? listing.value.grants : [];
  return missingGrants({
    hop: 'exposure',
    account,
    region,
    desired: [{ grant, products: [name] }],
    listed: held,
    recent,
  });
}

type WhereOfProduct = Where & { product: string };

function databaseMissing(where: WhereOfProduct, product: Product): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'database-missing',
    message: `there is no database ${product.database} in ${product.account}, ${product.region}`,
    remedy: `Create it (or let its crawler run), or correct products.${product.name}.database in the policy.`,
  });
}

/** Who would read: what a person at 2 a.m. looks for first. */
export function readersText(product: Product): string {
  return product.jobRoles.flatMap((role) => product.audience.map((account) => `${account}:${role.match}`)).join(', ');
}

function stillOpen(
  where: WhereOfProduct,
  product: Product,
  rows: readonly ListedGrant[],
  defaultsOpen: boolean,
): Finding {
  const what = [
    ...rows.map((row) => resourceText(row.resource)),
    ...(defaultsOpen ? ['the default permissions of new tables'] : []),
  ];
  return finding({
    ...where,
    state: 'broken',
    cause: 'iam-allowed-principals',
    principal: readersText(product),
    identity: where.resource,
    resource: listed(what),
    message: `IAM_ALLOWED_PRINCIPALS still opens ${listed(what)}, so Lake Formation will not share it`,
    remedy: `Revoke it in account ${product.account} (aws lakeformation revoke-permissions --principal DataLakePrincipalIdentifier=IAM_ALLOWED_PRINCIPALS --permissions ALL --resource …), or write products.${product.name}.exposure: revoke. Whoever reads it by IAM policy alone then needs a Lake Formation grant.`,
  });
}
