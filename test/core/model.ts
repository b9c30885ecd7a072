/** A producer and a consumer as pure data, and what deciding and doing make of them: AWS reduced to its memory. */

import { isMergeBucketPolicy } from '#changes/bucket-policy/change.ts';
import type { MergeCatalogPolicy } from '#changes/catalog-policy/change.ts';
import type { CreateDatabase } from '#changes/database/change.ts';
import { isGrant } from '#changes/grant/change.ts';
import { isCreateLink } from '#changes/link/change.ts';
import { isRevoke } from '#changes/revoke/change.ts';
import { isMergeSettings } from '#changes/settings/change.ts';
import type { Grant, ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import { admit } from '#core/admission.ts';
import { type Assessment, merge } from '#core/assessment.ts';
import { mergedBucketPolicy } from '#core/bucket-policy.ts';
import type { Change } from '#core/change.ts';
import type { CatalogFacts, LinkFacts, RoleFacts, SettingsFacts } from '#core/facts.ts';
import { mergeStatements } from '#core/iam/merge.ts';
import { known } from '#core/observed.ts';
import { ownParts } from '#core/ownership.ts';
import { resourceText } from '#core/permissions.ts';
import { tablesOf } from '#core/product-grants.ts';
import { ownsSid } from '#core/sids.ts';
import { NO_READERS } from '#core/storage-statements.ts';
import { entryFor } from '#engine/drift.ts';
import { assessCatalogPolicy } from '#hops/catalog-policy/assess.ts';
import { assessExposure } from '#hops/exposure/by-product.ts';
import { assessGrants } from '#hops/grants/by-name.ts';
import { assessLink } from '#hops/link/assess.ts';
import { assessSettings } from '#hops/settings/assess.ts';
import { assessShare, unwantedShares } from '#hops/share/by-name.ts';
import { assessStorage } from '#hops/storage/assess.ts';
import { confirmedFor, KINDS } from '../support/recorded.ts';
import { ANALYTICS, FINANCE, REGION } from './policy/documents.ts';

export interface World {
  readonly settings: Readonly<Record<string, SettingsFacts>>;
  readonly catalog: CatalogFacts;
  /** Of both accounts. */
  readonly grants: Readonly<Record<string, readonly ListedGrant[]>>;
  readonly links: Readonly<Record<string, LinkFacts['database']>>;
  readonly roles: readonly RoleFacts[];
  readonly bucketPolicy: string | null;
  readonly catalogPolicy: string | null;
  readonly ledger: readonly Entry[];
}

const operator = (account: string) => `arn:aws:iam::${account}:role/onramp/onramp-operator`;
const reader = (account: string) => `arn:aws:iam::${account}:role/onramp/onramp-reader`;

/** All that a publish and an onboard of these products would assess now. */
export function assess(policy: Policy, world: World): Assessment {
  return merge(assessProducer(policy, world), assessConsumer(policy, world));
}

function settings(policy: Policy, world: World, account: string): Assessment {
  return assessSettings({
    policy,
    account,
    region: REGION,
    operator: operator(account),
    reader: reader(account),
    products: policy.products.map(({ name }) => name),
    grantor: account === FINANCE,
    facts: known(world.settings[account] ?? NO_SETTINGS),
  });
}

export const NO_SETTINGS: SettingsFacts = {
  admins: [],
  readOnlyAdmins: [],
  crossAccountVersion: 4,
  openDatabases: false,
  openTables: false,
};

function assessProducer(policy: Policy, world: World): Assessment {
  const { products } = policy;
  const listed = known({ grants: world.grants[FINANCE] ?? [] });
  const catalog = known(world.catalog);
  const names = products.map(({ name }) => name);
  const exposure = merge(
    ...products.map((product) =>
      assessExposure({ product, catalog, open: listed, listed, recent: [], operator: operator(FINANCE) }),
    ),
  );
  const encryption = { mode: 'DISABLED', key: null };
  const catalogPolicy = assessCatalogPolicy({
    policy,
    account: FINANCE,
    region: REGION,
    products: names,
    facts: known({ text: world.catalogPolicy, hash: null, encryption }),
  });
  const before = merge(exposure, catalogPolicy);
  const blocked = new Set([
    ...before.changes.flatMap((a) => a.products),
    ...before.findings.flatMap((f) => f.product ?? names),
  ]);
  const share = assessShare({
    products,
    blocked,
    held: [],
    catalog,
    listed,
    associations: known([]),
    recent: [],
  });
  const scope = { half: 'publish' as const, account: FINANCE, region: REGION, database: products[0]?.database ?? '' };
  const unwanted = unwantedShares({
    scope,
    policy,
    products,
    blocked,
    catalog,
    listed,
    entries: world.ledger,
    execution: 'now',
  });
  const open = products.filter(({ name }) => !blocked.has(name));
  const facts = known({
    bucketPolicy: { text: world.bucketPolicy },
    keyPolicy: null,
    encryption: { algorithm: 'AES256', key: null },
  });
  const storage =
    open.length === 0
      ? []
      : [
          assessStorage({
            policy,
            products: open,
            readers: NO_READERS,
            facts,
            entries: world.ledger,
            execution: 'now',
          }),
        ];
  return merge(settings(policy, world, FINANCE), before, share, unwanted, ...storage);
}

function snapshot(product: Product, world: World): ProductSnapshot {
  const tables = tablesOf(product, world.catalog);
  const { name, account, region, database } = product;
  return {
    product: name,
    account,
    region,
    database,
    tables: tables === 'all' ? 'all' : [...tables],
    shared: true,
    shares: {},
  };
}

/** Of products whose database row has been granted to the consumer. */
function assessConsumer(policy: Policy, world: World): Assessment {
  const shared = (world.grants[FINANCE] ?? []).some(({ principal }) => principal === ANALYTICS);
  const products = shared ? policy.products : [];
  const grants = known({ grants: world.grants[ANALYTICS] ?? [] });
  const place = { account: ANALYTICS, region: REGION };
  const links = products.map((product) => {
    const facts = known({ database: world.links[product.link] ?? null });
    return assessLink({ ...place, product, facts, grants, entries: world.ledger });
  });
  const linked = products.filter((product) => world.links[product.link]?.target);
  const ready = linked.map((product) => ({
    product,
    snapshot: snapshot(product, world),
    roles: world.roles
      .filter((role) => admit(policy, product, role).kind === 'admitted')
      .map(({ arn }) => arn)
      .sort(),
  }));
  const hasDefault = known(world.links['default'] !== undefined);
  const granted = assessGrants({ ...place, ready, listed: new Map([[REGION, grants]]), hasDefault, recent: [] });
  return merge(settings(policy, world, ANALYTICS), ...links, granted);
}

/** The world after AWS has done it, and our ledger with it. */
export function apply(policy: Policy, world: World, change: Change): World {
  const run = { policy: policy.hash };
  const earlier = entryFor(KINDS, change, world.ledger);
  const entry = confirmedFor(change, run, earlier);
  const ledger = [...world.ledger.filter(({ id }) => id !== entry.id), entry];
  return { ...world, ...effect(policy, world, change), ledger };
}

function effect(policy: Policy, world: World, change: Change): Partial<World> {
  const { account } = change;
  const rows = world.grants[account] ?? [];
  if (isGrant(change)) return { grants: { ...world.grants, [account]: granted(rows, change.grant) } };
  if (isRevoke(change)) return { grants: { ...world.grants, [account]: revoked(rows, change.grant) } };
  if (isCreateLink(change)) {
    return { links: { ...world.links, [change.name]: { name: change.name, target: change.target } } };
  }
  switch (change.kind) {
    case 'create-database': {
      const { name } = change as CreateDatabase;
      return { links: { ...world.links, [name]: { name, target: null } } };
    }
    case 'close-table-defaults': {
      const { database } = world.catalog;
      return { catalog: { ...world.catalog, database: database && { ...database, openTables: false } } };
    }
    default:
      return documents(policy, world, change);
  }
}

function documents(policy: Policy, world: World, change: Change): Partial<World> {
  const { account } = change;
  if (isMergeSettings(change)) {
    const found = world.settings[account] ?? NO_SETTINGS;
    const admins = [...found.admins, ...change.addAdmins];
    const readOnlyAdmins = [...found.readOnlyAdmins, ...change.addReadOnlyAdmins];
    const crossAccountVersion = change.raiseVersionTo ?? found.crossAccountVersion;
    return { settings: { ...world.settings, [account]: { ...found, admins, readOnlyAdmins, crossAccountVersion } } };
  }
  if (isMergeBucketPolicy(change)) {
    const sids = ownParts(world.ledger.find((entry) => entry.target === `bucket ${change.bucket}`));
    return { bucketPolicy: mergedBucketPolicy(policy, change, world.bucketPolicy, sids).text };
  }
  if (change.kind !== 'merge-catalog-policy') throw new Error(`nothing of this world is changed by ${change.kind}`);
  const { statements } = change as MergeCatalogPolicy;
  const ours = (sid: string) => ownsSid(policy.namespace, sid);
  return { catalogPolicy: mergeStatements(world.catalogPolicy, statements, ours).text };
}

function same(row: Grant, grant: Grant): boolean {
  return row.principal === grant.principal && resourceText(row.resource) === resourceText(grant.resource);
}

function granted(rows: readonly ListedGrant[], grant: Grant): readonly ListedGrant[] {
  const before = rows.find((row) => same(row, grant));
  const union = (a: readonly string[] = [], b: readonly string[] = []) => [...new Set([...a, ...b])].sort();
  const permissions = union(before?.permissions, grant.permissions);
  const grantable = union(before?.grantable, grant.grantable);
  const row = { ...grant, permissions, grantable, shareArns: before?.shareArns ?? [] };
  return [...rows.filter((other) => !same(other, grant)), row];
}

function revoked(rows: readonly ListedGrant[], grant: Grant): readonly ListedGrant[] {
  return rows.flatMap((row) => {
    if (!same(row, grant)) return [row];
    const permissions = row.permissions.filter((p) => !grant.permissions.includes(p));
    return permissions.length === 0
      ? []
      : [{ ...row, permissions, grantable: row.grantable.filter((p) => permissions.includes(p)) }];
  });
}

/** As a run does it; decides again until there is nothing left. */
export function settle(policy: Policy, start: World): { readonly world: World; readonly rounds: number } {
  let world = start;
  for (let rounds = 0; rounds < 8; rounds++) {
    const { changes } = assess(policy, world);
    if (changes.length === 0) return { world, rounds };
    for (const change of changes) world = apply(policy, world, change);
  }
  throw new Error(`never done: ${JSON.stringify(assess(policy, world).changes)}`);
}
