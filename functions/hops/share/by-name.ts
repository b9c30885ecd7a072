/** By name: granted to each consumer account with grant option, exactly as wanted; Lake Formation makes the RAM share of it. */

import { missingGrants } from '#changes/grant/missing.ts';
import { withdrawals } from '#changes/revoke/withdrawals.ts';
import { isAccountId, isOrganizationPart } from '#contracts/arn.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Grant, ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { type Assessment, assessed, found, NOTHING } from '#core/assessment.ts';
import { sortedSet } from '#core/collections.ts';
import type { AssociationFacts, CatalogFacts, GrantFacts } from '#core/facts.ts';
import { finding, listed, unreadable, type Where } from '#core/findings.ts';
import { matches } from '#core/iam/pattern.ts';
import type { Observed, Trouble } from '#core/observed.ts';
import type { DesiredGrant } from '#core/permissions.ts';
import { grantText } from '#core/permissions.ts';
import { productResources, tablesOf } from '#core/product-grants.ts';
import { wantsTable } from '#core/selectors.ts';
import { granteesOf } from '#core/wholes.ts';
import { movesOf } from './moves.ts';

export interface ShareQuestion {
  readonly products: readonly Product[];
  /** Products whose earlier producer hops do not hold: their grants would be refused, so none is attempted. */
  readonly blocked: ReadonlySet<string>;
  /** Accounts that are given nothing new; what they have is left to whoever takes them out of the audience. */
  readonly held: readonly string[];
  readonly catalog: Observed<CatalogFacts>;
  readonly listed: Observed<GrantFacts>;
  readonly associations: Observed<readonly AssociationFacts[]>;
  readonly recent: readonly Entry[];
}

export interface UnwantedQuestion extends Pick<ShareQuestion, 'blocked' | 'catalog' | 'listed'> {
  readonly scope: PublishScope;
  /** The parts that were told, and how many accounts may lose something unasked. */
  readonly policy: Pick<Policy, 'wholes' | 'limits'>;
  /** All products of the database, blocked or not: what one of them wants is kept, whoever it was granted for. */
  readonly products: readonly Product[];
  /** Ours in this account and Region. */
  readonly entries: readonly Entry[];
  /** ARN of the execution that asks. */
  readonly execution: string;
}

/** To accounts the grant option must go along: without it the consumer's admin can't pass it on (G-L13). */
export function desiredShares(product: Product, catalog: CatalogFacts): readonly DesiredGrant[] {
  return productResources(product, tablesOf(product, catalog)).flatMap(({ resource, permissions }) =>
    granteesOf(product).map((principal) => ({
      grant: { principal, resource, permissions, grantable: permissions },
      products: [product.name],
    })),
  );
}

/** Shares of ours that no product wants any longer, also of products that the policy no longer names. */
export function unwantedShares({
  scope,
  policy,
  products,
  blocked,
  catalog,
  listed,
  entries,
  execution,
}: UnwantedQuestion): Assessment {
  const { account, region, database } = scope;
  const where = { hop: 'share' as const, account, region, resource: `database ${account}/${database}` };
  // Of products that the policy names, their own assessment says so.
  const unknown = (why: Trouble) => (products.length > 0 ? NOTHING : found(unreadable(where, why)));
  if (!catalog.known) return unknown(catalog.why);
  if (!listed.known) return unknown(listed.why);
  const facts = catalog.value;
  const inScope = ({ principal, resource }: Grant) =>
    (isAccountId(principal) || isOrganizationPart(principal)) &&
    'database' in resource &&
    resource.catalog === account &&
    resource.database === database;
  const desired = products.flatMap((product) => desiredShares(product, facts));
  const at = { hop: 'share' as const, account, region };
  const moves = movesOf({ policy, products, entries, desired, listed: listed.value.grants, execution });
  const all = [...desired, ...moves.waiting];
  const changes = withdrawals({
    ...at,
    entries,
    desired: all,
    undecided: blocked,
    inScope,
    listed: listed.value.grants,
  });
  return assessed({ changes: changes.map(moves.told) });
}

export function assessShare(question: ShareQuestion): Assessment {
  const first = question.products[0];
  if (first === undefined) return NOTHING;
  const { account, region, database } = first;
  const where = { hop: 'share' as const, account, region, resource: `database ${account}/${database}` };
  const { catalog, listed: listing } = question;
  if (!catalog.known) return assessed({ findings: [unreadable(where, catalog.why)] });
  if (!listing.known) return assessed({ findings: [unreadable(where, listing.why)] });
  const facts = catalog.value;
  const open = question.products.filter((p) => !question.blocked.has(p.name));
  const all = facts.database === null ? [] : open.flatMap((product) => desiredShares(product, facts));
  const desired = all.filter(({ grant }) => !question.held.includes(grant.principal));
  const granted = listing.value.grants;
  return assessed({
    changes: missingGrants({ hop: 'share', account, region, desired, listed: granted, recent: question.recent }),
    findings: [
      ...tablesMissing(open, facts),
      ...tablesOutside(open, facts),
      ...brokenAssociations(where, question, granted),
    ],
    foreign: others(all, granted),
  });
}

function tablesMissing(products: readonly Product[], facts: CatalogFacts): readonly Finding[] {
  if (facts.database === null) return [];
  return products.flatMap((product) => {
    if (product.tables === 'all') return [];
    const gone = product.tables.filter((pattern) => !facts.tables.some((t) => matches(pattern.toLowerCase(), t.name)));
    return gone.map((table) =>
      finding({
        hop: 'share',
        state: 'broken',
        cause: 'table-missing',
        account: product.account,
        region: product.region,
        product: product.name,
        resource: `table ${product.account}/${product.database}.${table}`,
        message: `no table of ${product.database} is called ${table}`,
        remedy: `Nothing is lost: it is shared when it appears. If it was renamed or dropped for good, correct products.${product.name}.tables.`,
      }),
    );
  });
}

/** Tables whose bytes lie elsewhere than the product's location: shared, and unreadable all the same. */
function tablesOutside(products: readonly Product[], facts: CatalogFacts): readonly Finding[] {
  return products.flatMap((product) => {
    const { bucket, prefix } = product.storage;
    const inside = (location: string) =>
      `${location.replace(/^s3a?:/, 's3:').replace(/\/*$/, '')}/`.startsWith(`s3://${bucket}/${prefix}`);
    const meant = facts.tables.filter((t) => !t.isLink && wantsTable(product, t.name, matches));
    const outside = meant
      .filter((t) => t.location !== null && !inside(t.location))
      .map((t) => t.name)
      .sort();
    if (outside.length === 0) return [];
    return [
      finding({
        hop: 'share',
        state: 'broken',
        cause: 'table-outside-location',
        account: product.account,
        region: product.region,
        product: product.name,
        resource: listed(outside),
        identity: 'tables outside the location',
        message: `tables of ${product.database} lie outside s3://${bucket}/${prefix}: ${listed(outside)}`,
        remedy: `They are shared, but no bucket statement of ours covers their bytes. Widen products.${product.name}.storage.location, or name tables that lie inside.`,
      }),
    ];
  });
}

/** A share that RAM could not associate: the grant stands, and nobody sees it (G-R13). */
export function brokenAssociations(
  where: Where,
  question: Pick<ShareQuestion, 'associations' | 'products'>,
  grants: readonly ListedGrant[],
): readonly Finding[] {
  const { associations } = question;
  if (!associations.known) return [unreadable(where, associations.why)];
  const ours = new Set(grants.flatMap((row) => row.shareArns));
  return associations.value
    .filter((a) => a.status === 'FAILED' && ours.has(a.shareArn))
    .map((a) =>
      finding({
        ...where,
        state: 'broken',
        cause: 'share-association-failed',
        product: question.products.length === 1 ? (question.products[0]?.name ?? null) : null,
        principal: a.entity,
        resource: a.shareArn,
        message: `RAM could not associate ${a.entity} with the share: ${a.message ?? 'no reason given'}`,
        remedy:
          'Let the grantor call glue:PutResourcePolicy and RAM use glue:ShareResource, then revoke and grant again: RAM does not retry by itself.',
      }),
    );
}

/** Cross-account grants on these resources that the policy does not name. */
function others(desired: readonly DesiredGrant[], grants: readonly ListedGrant[]): readonly string[] {
  const ours = new Set(desired.map(({ grant }) => grantText(grant)));
  const foreign = grants.filter((row) => row.shareArns.length > 0 && !ours.has(grantText(row)));
  return foreign.length === 0 ? [] : [`grants to ${listed(sortedSet(foreign.map((row) => row.principal)))}`];
}
