/** The producer half of the path: what is, hop by hop, and what deciding makes of it. */

import { readCatalog } from '#aws/catalog.ts';
import { readCatalogPolicy } from '#aws/catalog-policy.ts';
import { listGrants, listTagGrants } from '#aws/grants.ts';
import { readSettings } from '#aws/settings.ts';
import { readAssociations } from '#aws/shares.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Product } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { type Decision, merge, NOTHING, unjudged } from '#core/actions.ts';
import { grantsFrom, judgesCatalog, produces, restoresCatalog } from '#core/catalogs.ts';
import { isWithdrawal } from '#core/entries.ts';
import type { CatalogFacts } from '#core/facts.ts';
import { decideCatalogPolicy } from '#core/hops/catalog-policy.ts';
import { decideExposure } from '#core/hops/exposure.ts';
import { decideRestore, restoreDefaults, takenFrom, takenFromCatalog } from '#core/hops/restore.ts';
import { decideSettings, type SettingsQuestion } from '#core/hops/settings.ts';
import { decideShare, productResources, tablesOf, unwantedShares } from '#core/hops/share.ts';
import { decideStorage } from '#core/hops/storage.ts';
import {
  type Grant,
  IAM_ALLOWED_PRINCIPALS,
  type LakeResource,
  type ListedGrant,
  type Observed,
  resourceText,
} from '#core/lake.ts';
import { modeIn } from '#core/policy.ts';
import { consumersOf, productsOf, receivers, tagReceivers } from '#core/wanted.ts';
import { withoutTaking } from '#core/withdraw.ts';
import type { WalkContext } from './context.ts';
import { reader, roleArn } from './entrance.ts';
import { foundationFacts } from './foundation-facts.ts';
import { observed, observedAsAdmin, once, oncePer } from './observed.ts';
import { runFacts } from './runs.ts';
import { readStorage, storageText } from './stored.ts';
import { tagFacts } from './tag-facts.ts';

/** `recent`: confirmed entries believed before AWS shows them. `planning`: earlier hops' actions count as done. */
export interface Looking {
  readonly recent: readonly Entry[];
  readonly planning: boolean;
  /** The last look of a run: what it sees is recorded. */
  readonly verifying?: boolean;
}

/** Few resources are asked about one by one; many by listing the catalog's pages (law 7). */
const ASK_ONE_BY_ONE = 20;

export type PublishFacts = ReturnType<typeof publishFacts>;

export function publishFacts(ctx: WalkContext, scope: PublishScope) {
  const { account, region, database } = scope;
  const clients = reader(ctx, { account, region });
  const products = productsOf(ctx.policy, scope);
  const role = roleArn(ctx, account, 'Reader');
  const settings = once(() => observed(ctx, async () => (await readSettings(clients, account)).facts));
  const asAdmin = async <T>(read: () => Promise<T>) =>
    observedAsAdmin(ctx, { settings: await settings(), role, account }, read);
  const catalog = once(() => asAdmin(async () => (database === null ? NO_DATABASE : readDatabase(database))));
  const readDatabase = (name: string) => readCatalog(clients, { account, database: name, owner: true });
  const runs = runFacts(ctx, scope);
  const listed = once(() => asAdmin(async () => ({ grants: await listShares(ctx, scope, await catalog()) })));
  return {
    scope,
    products,
    catalog,
    listed,
    settings,
    catalogPolicy: once(() => observed(ctx, () => readCatalogPolicy(clients, account))),
    open: once(() => asAdmin(async () => ({ grants: await listOpen(ctx, scope) }))),
    associations: once(() =>
      observed(ctx, async () => {
        const facts = await listed();
        const arns = facts.known ? [...new Set(facts.value.grants.flatMap((row) => row.shareArns))].sort() : [];
        return arns.length === 0 ? [] : readAssociations(clients, arns);
      }),
    ),
    storage: oncePer((text) => observed(ctx, () => readStorage(ctx, text))),
    ...foundationFacts(ctx, scope, asAdmin),
    disproved: once(() => disprovedBy(ctx, products)),
    entries: once(() => ctx.ledger.entries(account, region)),
    asAdmin,
    tagGrants: once(() => asAdmin(async () => ({ grants: await listTagGrants(clients, account) }))),
    ...tagFacts(ctx, scope, { catalog, asAdmin, ...runs }),
    ...runs,
  };
}

/** The scope of what belongs to no database has none to look at. */
const NO_DATABASE: CatalogFacts = { database: null, tables: [] };

/** Asked by principal for the tables, and by resource for the database, whose own listing AWS is said to leave empty. */
async function listOpen(ctx: WalkContext, scope: PublishScope): Promise<readonly ListedGrant[]> {
  const { account, region, database } = scope;
  const clients = reader(ctx, { account, region });
  if (database === null) return [];
  const resource = { type: 'database' as const, catalog: account, database };
  const lists = await Promise.all([
    listGrants(clients, { account, owner: true, resource }),
    listGrants(clients, { account, principal: IAM_ALLOWED_PRINCIPALS, resourceType: 'TABLE' }),
  ]);
  return lists.flat();
}

async function listShares(
  ctx: WalkContext,
  scope: PublishScope,
  catalog: Observed<CatalogFacts>,
): Promise<readonly ListedGrant[]> {
  if (!catalog.known || catalog.value.database === null) return [];
  const facts = catalog.value;
  const products = productsOf(ctx.policy, scope).filter((product) => receivers(product).length > 0);
  const wanted = products.flatMap((p) => productResources(p, tablesOf(p, facts))).map(({ resource }) => resource);
  const { account, region } = scope;
  const ours = (await ctx.ledger.entries(account, region)).filter((entry) => entry.kind === 'grant');
  const granted = ours.map((entry) => (JSON.parse(entry.sent) as Grant).resource).filter((r) => isIn(r, scope, facts));
  const resources = new Map([...wanted, ...granted].map((resource) => [resourceText(resource), resource]));
  const clients = reader(ctx, { account, region });
  if (resources.size <= ASK_ONE_BY_ONE) {
    const lists = await Promise.all(
      [...resources.values()].map((resource) => listGrants(clients, { account, owner: true, resource })),
    );
    return lists.flat();
  }
  const [databases, tables] = await Promise.all([
    listGrants(clients, { account, resourceType: 'DATABASE' }),
    listGrants(clients, { account, resourceType: 'TABLE' }),
  ]);
  return [...databases, ...tables].filter((row) => resources.has(resourceText(row.resource)));
}

/** Of this database, and still there: asking about a dropped table is an error to AWS. */
function isIn(resource: LakeResource, scope: PublishScope, facts: CatalogFacts): boolean {
  if (!('database' in resource) || resource.catalog !== scope.account || resource.database !== scope.database)
    return false;
  return resource.type !== 'table' || facts.tables.some((table) => table.name === resource.table);
}

/** Roles the consumers' walks found disproved: their producers deny them by name. */
async function disprovedBy(ctx: WalkContext, products: readonly Product[]): Promise<readonly string[]> {
  const consumers = new Map(
    products.flatMap((p) => consumersOf(ctx.policy, p)).map((c) => [`${c.account}/${c.region}`, c]),
  );
  const walks = await Promise.all([...consumers.values()].map((c) => ctx.ledger.walked(c.account, c.region)));
  return [...new Set(walks.flatMap((w) => w?.disproved ?? []))].sort();
}

export async function settingsHop(ctx: WalkContext, facts: PublishFacts): Promise<Decision> {
  const { account, region } = facts.scope;
  const decision = decideSettings({
    policy: ctx.policy,
    account,
    region,
    operator: roleArn(ctx, account, 'Operator'),
    reader: roleArn(ctx, account, 'Reader'),
    products: facts.products.map((p) => p.name),
    grantor: grantsFrom(ctx.policy, facts.scope),
    facts: await facts.settings(),
    defaults: await defaultsJudged(ctx, facts),
  });
  return merge(decision, await defaultsRestored(ctx, facts));
}

/** Put back once the policy does not say `off`, or the catalog has nothing that others read. */
async function defaultsRestored({ policy }: WalkContext, facts: PublishFacts): Promise<Decision> {
  const isClosed = policy.settings.defaults === 'off' && produces(policy, facts.scope);
  if (isClosed || !restoresCatalog(policy, facts.scope)) return NOTHING;
  const { defaults } = takenFromCatalog(facts.scope, await facts.entries());
  return defaults.length === 0 ? NOTHING : restoreDefaults(defaults, await facts.settings());
}

/** Who would lose something is read only while there is something to lose. */
async function defaultsJudged(ctx: WalkContext, facts: PublishFacts): Promise<SettingsQuestion['defaults']> {
  if (ctx.policy.settings.defaults === undefined || !judgesCatalog(ctx.policy, facts.scope)) return undefined;
  const settings = await facts.settings();
  const open = settings.known && (settings.value.openDatabases || settings.value.openTables);
  return { identities: open ? await facts.identities() : null };
}

/** The scope of what belongs to no database shares by tag, which RAM and the settings know as the whole catalog. */
function sharesByTag(ctx: WalkContext, { scope }: PublishFacts): boolean {
  return scope.database === null && tagReceivers(ctx.policy, scope).length > 0;
}

export async function exposureHop(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Decision> {
  const shared = facts.products.filter((p) => receivers(p).length > 0);
  if (shared.length === 0) return restored(facts);
  const [catalog, open, listed] = await Promise.all([facts.catalog(), facts.open(), facts.listed()]);
  const operator = roleArn(ctx, facts.scope.account, 'Operator');
  const { recent } = looking;
  const decisions = shared.map((product) => decideExposure({ product, operator, catalog, open, listed, recent }));
  return merge(...decisions, await restored(facts));
}

async function restored(facts: PublishFacts): Promise<Decision> {
  const { account, region, database } = facts.scope;
  if (database === null) return NOTHING;
  const scope = { account, region, database };
  const entries = await facts.entries();
  if (takenFrom(scope, entries).length === 0) return NOTHING;
  const [catalog, open] = await Promise.all([facts.catalog(), facts.open()]);
  return decideRestore({ scope, products: facts.products, catalog, open, entries });
}

export async function catalogPolicyHop(ctx: WalkContext, facts: PublishFacts): Promise<Decision> {
  const { account, region } = facts.scope;
  const shared = facts.products.filter((p) => receivers(p).length > 0);
  if (shared.length === 0 && !sharesByTag(ctx, facts)) return NOTHING;
  return decideCatalogPolicy({
    policy: ctx.policy,
    account,
    region,
    products: shared.map((p) => p.name),
    facts: await facts.catalogPolicy(),
  });
}

/** What Lake Formation needs before it shares anything. */
export async function hopsBeforeShare(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Decision> {
  return merge(await exposureHop(ctx, facts, looking), await catalogPolicyHop(ctx, facts));
}

/** Products whose earlier hops don't hold. What is about to be done counts as done only when planning. */
export async function blockedProducts(
  ctx: WalkContext,
  facts: PublishFacts,
  looking: Looking,
): Promise<ReadonlySet<string>> {
  const before = await hopsBeforeShare(ctx, facts, looking);
  const found = before.findings.flatMap((f) => (f.product === null ? facts.products.map((p) => p.name) : [f.product]));
  const undone = looking.planning ? [] : before.actions.flatMap((action) => action.products);
  return new Set([...found, ...undone]);
}

export async function shareHop(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Decision> {
  const entries = await facts.entries();
  // A database that rules tag and no product names: nothing is shared by name, and nothing was.
  if (facts.products.length === 0 && entries.every(({ kind }) => kind !== 'grant')) return NOTHING;
  const blocked = await blockedProducts(ctx, facts, looking);
  const [catalog, listed, associations] = await Promise.all([facts.catalog(), facts.listed(), facts.associations()]);
  const byMode = Object.values(Object.groupBy(facts.products, (p) => modeIn(ctx.policy, p, p.account)));
  const seen = { blocked, catalog, listed };
  const decisions = byMode.map((products) => decideShare({ ...seen, products, associations, recent: looking.recent }));
  const unwanted = unwantedShares({ ...seen, scope: facts.scope, products: facts.products, entries });
  return merge(...decisions, unwanted, unjudged('share', [...blocked]));
}

/** A product that can't be shared gets no bytes either; what its statements say already is left as it is. */
export async function storageHop(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<Decision> {
  const [disproved, blocked, share] = await Promise.all([
    facts.disproved(),
    blockedProducts(ctx, facts, looking),
    shareHop(ctx, facts, looking),
  ]);
  // Bytes are opened last: a product whose grants AWS refused is not half readable.
  const ungranted = looking.planning ? [] : share.actions.filter((a) => a.kind === 'grant').flatMap((a) => a.products);
  // And closed last: while the brake holds a product's grants, its bytes are held too.
  const leaving = new Set(looking.planning ? [] : share.actions.filter(isWithdrawal).flatMap((a) => a.products));
  const open = facts.products.filter(({ name }) => !blocked.has(name) && !ungranted.includes(name));
  const groups = Object.values(Object.groupBy(open, (p) => storageKey(ctx, p)));
  const decisions = groups.map(async (products = []) => {
    const first = products[0];
    if (first === undefined) return NOTHING;
    const decision = decideStorage({
      policy: ctx.policy,
      products,
      disproved,
      facts: await facts.storage(storageText(first)),
    });
    return products.some(({ name }) => leaving.has(name))
      ? { ...decision, actions: withoutTaking(decision.actions) }
      : decision;
  });
  return merge(...(await Promise.all(decisions)), unjudged('storage', [...blocked, ...ungranted]));
}

function storageKey(ctx: WalkContext, product: Product): string {
  const { bucket, account, key, access, bucketPolicy } = product.storage;
  return JSON.stringify([bucket, account, key, access, bucketPolicy, modeIn(ctx.policy, product, account)]);
}
