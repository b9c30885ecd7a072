/** A producer and a consumer as pure data, and what deciding and doing make of them: AWS reduced to its memory. */

import type { Entry } from '#contracts/ledger.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import { type Action, type Decision, merge } from '#core/actions.ts';
import { entryFor, intentOf, settled } from '#core/entries.ts';
import type { CatalogFacts, LinkFacts, RoleFacts, SettingsFacts } from '#core/facts.ts';
import { decideCatalogPolicy } from '#core/hops/catalog-policy.ts';
import { decideExposure } from '#core/hops/exposure.ts';
import { decideGrants } from '#core/hops/grants.ts';
import { decideLink } from '#core/hops/link.ts';
import { admit } from '#core/hops/role.ts';
import { decideSettings } from '#core/hops/settings.ts';
import { decideShare, tablesOf, unwantedShares } from '#core/hops/share.ts';
import { decideStorage } from '#core/hops/storage.ts';
import { mergeStatements } from '#core/iam/merge.ts';
import { type Grant, known, type ListedGrant, resourceText } from '#core/lake.ts';
import { ownsSid, ownsSidAbout } from '#core/sids.ts';
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

/** All that a publish and an onboard of these products would decide now. */
export function decide(policy: Policy, world: World): Decision {
  return merge(decideProducer(policy, world), decideConsumer(policy, world));
}

function settings(policy: Policy, world: World, account: string): Decision {
  return decideSettings({
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

function decideProducer(policy: Policy, world: World): Decision {
  const { products } = policy;
  const listed = known({ grants: world.grants[FINANCE] ?? [] });
  const catalog = known(world.catalog);
  const names = products.map(({ name }) => name);
  const exposure = merge(
    ...products.map((product) =>
      decideExposure({ product, catalog, open: listed, listed, recent: [], operator: operator(FINANCE) }),
    ),
  );
  const encryption = { mode: 'DISABLED', key: null };
  const catalogPolicy = decideCatalogPolicy({
    policy,
    account: FINANCE,
    region: REGION,
    products: names,
    facts: known({ text: world.catalogPolicy, hash: null, encryption }),
  });
  const before = merge(exposure, catalogPolicy);
  const blocked = new Set([
    ...before.actions.flatMap((a) => a.products),
    ...before.findings.flatMap((f) => f.product ?? names),
  ]);
  const share = decideShare({
    products,
    blocked,
    catalog,
    listed,
    associations: known([]),
    recent: [],
  });
  const scope = { half: 'publish' as const, account: FINANCE, region: REGION, database: products[0]?.database ?? '' };
  const unwanted = unwantedShares({ scope, products, blocked, catalog, listed, entries: world.ledger });
  const open = products.filter(({ name }) => !blocked.has(name));
  const facts = known({
    bucketPolicy: { text: world.bucketPolicy },
    keyPolicy: null,
    encryption: { algorithm: 'AES256', key: null },
  });
  const storage = open.length === 0 ? [] : [decideStorage({ policy, products: open, disproved: [], facts })];
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
function decideConsumer(policy: Policy, world: World): Decision {
  const shared = (world.grants[FINANCE] ?? []).some(({ principal }) => principal === ANALYTICS);
  const products = shared ? policy.products : [];
  const grants = known({ grants: world.grants[ANALYTICS] ?? [] });
  const place = { account: ANALYTICS, region: REGION };
  const links = products.map((product) => {
    const facts = known({ database: world.links[product.link] ?? null });
    return decideLink({ ...place, product, facts, grants, entries: world.ledger });
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
  const granted = decideGrants({ ...place, ready, listed: new Map([[REGION, grants]]), hasDefault, recent: [] });
  return merge(settings(policy, world, ANALYTICS), ...links, granted);
}

/** The world after AWS has done it, and our ledger with it. */
export function apply(policy: Policy, world: World, action: Action): World {
  const intent = intentOf(action, { policy: policy.hash, execution: 'e', at: 1 }, entryFor(action, world.ledger));
  const entry = settled(action, intent, { at: 1, trouble: null }, undefined);
  const ledger = [...world.ledger.filter(({ id }) => id !== entry.id), entry];
  return { ...world, ...effect(policy, world, action), ledger };
}

function effect(policy: Policy, world: World, action: Action): Partial<World> {
  const { account } = action;
  const rows = world.grants[account] ?? [];
  switch (action.kind) {
    case 'grant':
      return { grants: { ...world.grants, [account]: granted(rows, action.grant) } };
    case 'revoke':
      return { grants: { ...world.grants, [account]: revoked(rows, action.grant) } };
    case 'create-link':
      return { links: { ...world.links, [action.name]: { name: action.name, target: action.target } } };
    case 'create-database':
      return { links: { ...world.links, [action.name]: { name: action.name, target: null } } };
    case 'close-table-defaults': {
      const { database } = world.catalog;
      return { catalog: { ...world.catalog, database: database && { ...database, openTables: false } } };
    }
    case 'accept-invitation':
    case 'create-tag':
    case 'extend-tag':
    case 'assign-tags':
    case 'register-location':
    case 'reopen-table-defaults':
      return {};
    default:
      return documents(policy, world, action);
  }
}

function documents(policy: Policy, world: World, action: Extract<Action, { kind: `merge-${string}` }>): Partial<World> {
  const { account } = action;
  switch (action.kind) {
    case 'merge-settings': {
      const found = world.settings[account] ?? NO_SETTINGS;
      const admins = [...found.admins, ...action.addAdmins];
      const readOnlyAdmins = [...found.readOnlyAdmins, ...action.addReadOnlyAdmins];
      const crossAccountVersion = action.raiseVersionTo ?? found.crossAccountVersion;
      return { settings: { ...world.settings, [account]: { ...found, admins, readOnlyAdmins, crossAccountVersion } } };
    }
    case 'merge-catalog-policy':
      return {
        catalogPolicy: mergeStatements(world.catalogPolicy, action.statements, (sid) => ownsSid(policy.namespace, sid))
          .text,
      };
    default: {
      const ours = (sid: string) => ownsSidAbout(policy.namespace, action.products, sid);
      return { bucketPolicy: mergeStatements(world.bucketPolicy, action.statements, ours).text };
    }
  }
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
    const { actions } = decide(policy, world);
    if (actions.length === 0) return { world, rounds };
    for (const action of actions) world = apply(policy, world, action);
  }
  throw new Error(`never done: ${JSON.stringify(decide(policy, world).actions)}`);
}
