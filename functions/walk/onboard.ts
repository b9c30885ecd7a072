/** The consumer half of the path: what is, hop by hop, and what deciding makes of it. */

import { readLink } from '#aws/catalog.ts';
import { listGrants } from '#aws/grants.ts';
import { listRoles, readRole } from '#aws/roles.ts';
import { readSettings } from '#aws/settings.ts';
import { readAcceptance, readShares } from '#aws/shares.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Product } from '#contracts/policy.ts';
import type { ProductSnapshot } from '#contracts/snapshot.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { type Decision, merge, NOTHING, unjudged } from '#core/actions.ts';
import type { GrantFacts, RoleFacts } from '#core/facts.ts';
import { unreadable } from '#core/findings.ts';
import { decideAcceptance, hasArrived } from '#core/hops/acceptance.ts';
import {
  DEFAULT_DATABASE,
  decideGrants,
  grantResources,
  nobodyAdmitted,
  type ReadyProduct,
} from '#core/hops/grants.ts';
import { decideLink, linkResource } from '#core/hops/link.ts';
import { admissionFinding, admit, isCandidate, roleFindings } from '#core/hops/role.ts';
import { decideSettings } from '#core/hops/settings.ts';
import type { LakeResource, Observed, Trouble } from '#core/lake.ts';
import { modeIn } from '#core/policy.ts';
import { productsFor, publishScope, tagCatalogsFor } from '#core/wanted.ts';
import type { WalkContext } from './context.ts';
import { reader, roleArn } from './entrance.ts';
import { observed, observedAsAdmin, once, oncePer } from './observed.ts';
import { placeFacts } from './places.ts';
import { inPool } from './pool.ts';
import type { Looking } from './publish.ts';
import { arriving, namesBut, readyProducts, unreadableShares } from './ready.ts';
import { type SnapshotSource, storedSnapshots, tagSourceFacts } from './tag-sources.ts';

export type OnboardFacts = ReturnType<typeof onboardFacts>;

export function onboardFacts(ctx: WalkContext, scope: OnboardScope, snapshots: SnapshotSource = storedSnapshots(ctx)) {
  const { account, region } = scope;
  const clients = reader(ctx, scope);
  const products = productsFor(ctx.policy, scope);
  const role = roleArn(ctx, account, 'Reader');
  const settings = oncePer((where) =>
    observed(ctx, async () => (await readSettings(reader(ctx, { account, region: where }), account)).facts),
  );
  const senders = [...new Set([...products, ...tagCatalogsFor(ctx.policy, scope)].map((source) => source.account))];
  const asAdmin = async <T>(where: string, read: () => Promise<T>) =>
    observedAsAdmin(ctx, { settings: await settings(where), role, account }, read);
  return {
    scope,
    products,
    snapshotOf: async (product: Product): Promise<ProductSnapshot | null> =>
      (await snapshots(publishScope(product)))?.products.find((p) => p.product === product.name) ?? null,
    settings: () => settings(region),
    /** RAM is regional: shares are accepted in the Region of the target. */
    acceptance: oncePer((where) =>
      observed(ctx, () =>
        readAcceptance(reader(ctx, { account, region: where }), account, {
          senders: senders.filter((sender) => sender !== account).sort(),
        }),
      ),
    ),
    shares: oncePer((where) => observed(ctx, () => readShares(reader(ctx, { account, region: where }), account))),
    link: oncePer((name) => asAdmin(region, () => readLink(clients, account, name))),
    grantsOn: oncePer((text) => {
      const { where, resources } = JSON.parse(text) as { where: string; resources: readonly LakeResource[] };
      return asAdmin(where, () => readGrants(ctx, account, where, resources));
    }),
    roles: once(() => observed(ctx, () => readRoles(ctx, scope, products))),
    entries: once(() => ctx.ledger.entries(account, region)),
    ...tagSourceFacts(ctx, scope, { products, snapshots, asAdmin }),
    ...placeFacts(ctx, scope, { snapshots, asAdmin }),
  };
}

async function readGrants(
  ctx: WalkContext,
  account: string,
  where: string,
  resources: readonly LakeResource[],
): Promise<GrantFacts> {
  const clients = reader(ctx, { account, region: where });
  const lists = await inPool(resources, (resource) =>
    listGrants(clients, { account, owner: resource.catalog === account, resource }),
  );
  return { grants: lists.flat() };
}

async function readRoles(
  ctx: WalkContext,
  scope: OnboardScope,
  products: readonly Product[],
): Promise<readonly RoleFacts[]> {
  const clients = reader(ctx, scope);
  const candidates = (await listRoles(clients, {})).filter((role) => isCandidate(products, role));
  const roles = await inPool(candidates, (role) => readRole(clients, role.name));
  return roles.filter((role) => role !== null);
}

export async function settingsHop(ctx: WalkContext, facts: OnboardFacts): Promise<Decision> {
  const { account, region } = facts.scope;
  if (facts.products.length + facts.catalogs.length + facts.places.length === 0) return NOTHING;
  return decideSettings({
    policy: ctx.policy,
    account,
    region,
    operator: roleArn(ctx, account, 'Operator'),
    reader: roleArn(ctx, account, 'Reader'),
    products: facts.products.map((p) => p.name),
    grantor: false,
    facts: await facts.settings(),
  });
}

export async function acceptanceHop(_ctx: WalkContext, facts: OnboardFacts, looking: Looking): Promise<Decision> {
  const { account } = facts.scope;
  const { planning } = looking;
  const decisions = [...(await arriving(facts))].map(async ([region, { products, tagged }]) =>
    decideAcceptance({ account, region, products, tagged, planning, facts: await facts.acceptance(region) }),
  );
  return merge(...(await Promise.all(decisions)));
}

export async function linkHop(_ctx: WalkContext, facts: OnboardFacts, looking: Looking): Promise<Decision> {
  const { account, region } = facts.scope;
  const entries: readonly Entry[] = await facts.entries();
  const ready = await readyProducts(facts, looking);
  const decisions = ready.map(async ({ product }) => {
    if (product.account === account) return NOTHING;
    const link = await facts.link(product.link);
    const there = link.known && link.value.database !== null;
    const grants = there
      ? await facts.grantsOn(grantsQuestion(region, [linkResource(account, product)]))
      : { known: true as const, value: { grants: [] } };
    return decideLink({ account, region, product, facts: link, grants, entries });
  });
  const shares = await unreadableShares(facts, looking);
  return merge(...(await Promise.all(decisions)), shares, unjudged('link', namesBut(facts, ready)));
}

export function grantsQuestion(where: string, resources: readonly LakeResource[]): string {
  return JSON.stringify({ where, resources });
}

/** Who is admitted to what. */
export function admitted(
  ctx: WalkContext,
  ready: readonly { product: Product; snapshot: ProductSnapshot }[],
  roles: readonly RoleFacts[],
): readonly ReadyProduct[] {
  return ready.map(({ product, snapshot }) => ({
    product,
    snapshot,
    roles: roles
      .filter((role) => admit(ctx.policy, product, role).kind === 'admitted')
      .map((role) => role.arn)
      .sort(),
  }));
}

/** Links that exist and are right: DESCRIBE on a link that isn't there would be refused. */
async function linked(
  ctx: WalkContext,
  facts: OnboardFacts,
  looking: Looking,
): Promise<readonly { product: Product; snapshot: ProductSnapshot }[]> {
  const ready = await readyProducts(facts, looking);
  if (looking.planning) return ready;
  const undone = await linkHop(ctx, facts, looking);
  const blocked = new Set([
    ...undone.actions.filter((a) => a.kind === 'create-link').flatMap((a) => a.products),
    ...undone.findings.filter((f) => f.cause !== 'link-open').map((f) => f.product),
  ]);
  return ready.filter(({ product }) => !blocked.has(product.name));
}

export async function grantsHop(ctx: WalkContext, facts: OnboardFacts, looking: Looking): Promise<Decision> {
  const { account, region } = facts.scope;
  const ready = await linked(ctx, facts, looking);
  const skipped = unjudged('grants', namesBut(facts, ready));
  if (ready.length === 0) return skipped;
  const roles = await facts.roles();
  if (!roles.known) return merge(unreadableRoles(account, region, roles.why), unjudged('grants', [null]));
  const byMode = Object.values(
    Object.groupBy(admitted(ctx, ready, roles.value), ({ product }) => modeIn(ctx.policy, product, account)),
  );
  return merge(...(await Promise.all(byMode.map((group) => grantsOf(facts, group, looking)))), skipped);
}

function unreadableRoles(account: string, region: string, why: Trouble): Decision {
  return { ...NOTHING, findings: [unreadable({ hop: 'role', account, region, resource: `roles of ${account}` }, why)] };
}

async function grantsOf(facts: OnboardFacts, ready: readonly ReadyProduct[], looking: Looking): Promise<Decision> {
  const { account, region } = facts.scope;
  const defaults = await facts.link(DEFAULT_DATABASE);
  const hasDefault: Observed<boolean> = defaults.known
    ? { known: true, value: defaults.value.database !== null }
    : defaults;
  const existing = await Promise.all(
    [...grantResources(account, region, ready)].map(
      async ([where, resources]) => [where, await listed(facts, where, resources, { hasDefault, looking })] as const,
    ),
  );
  return decideGrants({ account, region, ready, listed: new Map(existing), hasDefault, recent: looking.recent });
}

/** Asking about grants on what isn't there yet is an error to AWS, and the answer is known: none. */
export async function listed(
  facts: OnboardFacts,
  where: string,
  resources: readonly LakeResource[],
  options: { hasDefault: Observed<boolean>; looking: Looking },
): Promise<Observed<GrantFacts>> {
  const { account } = facts.scope;
  const { hasDefault, looking } = options;
  const there = await Promise.all(
    resources.map(async (resource) => {
      if (resource.type !== 'database' || resource.catalog !== account)
        return !looking.planning || (await isVisible(facts, resource));
      if (resource.database === DEFAULT_DATABASE) return !hasDefault.known || hasDefault.value;
      const link = await facts.link(resource.database);
      return !link.known || link.value.database !== null;
    }),
  );
  return facts.grantsOn(
    grantsQuestion(
      where,
      resources.filter((_, i) => there[i]),
    ),
  );
}

/** When planning, a share may not be accepted yet: the consumer can't be asked about the producer's resources. */
async function isVisible(facts: OnboardFacts, resource: LakeResource): Promise<boolean> {
  const product = facts.products.find((p) => p.account === resource.catalog);
  if (product === undefined || product.account === facts.scope.account) return true;
  const [snapshot, shares] = await Promise.all([facts.snapshotOf(product), facts.shares(product.region)]);
  return snapshot !== null && shares.known && hasArrived(snapshot.shares[facts.scope.account] ?? [], shares.value);
}

export async function roleHop(ctx: WalkContext, facts: OnboardFacts): Promise<Decision> {
  const { account, region } = facts.scope;
  if (facts.products.length === 0) return NOTHING;
  const roles = await facts.roles();
  if (!roles.known) return unreadableRoles(account, region, roles.why);
  const where = { account, region };
  const refused = roles.value.flatMap((role) => {
    const judged = facts.products.map((product) => ({ product, admission: admit(ctx.policy, product, role) }));
    return admissionFinding(where, role, judged) ?? [];
  });
  const lacking = facts.products.flatMap((product) => {
    const inside = roles.value.filter((role) => admit(ctx.policy, product, role).kind === 'admitted');
    if (inside.length === 0) return [nobodyAdmitted(account, region, product)];
    return inside.flatMap((role) => roleFindings(ctx.policy, where, product, role));
  });
  return { actions: [], findings: [...refused, ...lacking], left: [] };
}

/** ARNs that match a product's pattern and proof, and whose trust nevertheless disproves them. */
export function disprovedRoles(ctx: WalkContext, facts: OnboardFacts, roles: readonly RoleFacts[]): readonly string[] {
  return roles
    .filter((role) => facts.products.some((product) => admit(ctx.policy, product, role).kind === 'disproved'))
    .map((role) => role.arn)
    .sort();
}
