/** What other accounts share with a consumer by tag: which catalogs, which of their databases, and whether it has arrived. */

import { listForeign } from '#aws/catalog.ts';
import { listTagGrants } from '#aws/grants.ts';
import { readRole } from '#aws/roles.ts';
import type { Catalog, Product } from '#contracts/policy.ts';
import type { Reached, Snapshot } from '#contracts/snapshot.ts';
import type { OnboardScope, PublishScope } from '#contracts/steps.ts';
import type { RoleFacts } from '#core/facts.ts';
import { type Expected, expectedByTag } from '#core/hops/acceptance.ts';
import type { Observed, Trouble } from '#core/lake.ts';
import { scopeText } from '#core/start.ts';
import { namedScopes, openCatalogs } from '#core/tags/scopes.ts';
import { tagCatalogsFor } from '#core/wanted.ts';
import type { WalkContext } from './context.ts';
import { reader } from './entrance.ts';
import { observed, once, oncePer } from './observed.ts';

/** Where snapshots come from: the hub's bucket, or a plan of the producer half. */
export type SnapshotSource = (scope: PublishScope) => Promise<Snapshot | null>;

export function storedSnapshots(ctx: WalkContext): SnapshotSource {
  const read = oncePer((text) => ctx.snapshots.read(JSON.parse(text) as PublishScope));
  return ({ half, account, region, database }) => read(JSON.stringify({ half, account, region, database }));
}

/** A catalog of another account whose grants by tag are for this one. */
export interface TagSource {
  readonly catalog: Catalog;
  /** Null before its first publish. */
  readonly told: Snapshot | null;
  /** Databases that may be reached. */
  readonly looked: readonly string[];
  /** Why the databases this account is shown could not be listed, where that had to be asked. */
  readonly unlisted: Trouble | null;
  /** Those that are, with the grants by tag that reach them; sorted. */
  readonly databases: readonly { readonly name: string; readonly by: readonly Reached[] }[];
  readonly expected: Expected;
}

/** The producer scopes whose snapshots say what a source shares. */
export function scopesOf({ catalog, looked }: TagSource): readonly PublishScope[] {
  return [null, ...looked].map((database) => ({ half: 'publish' as const, ...place(catalog), database }));
}

interface Looked {
  readonly products: readonly Product[];
  readonly snapshots: SnapshotSource;
  readonly asAdmin: <T>(where: string, read: () => Promise<T>) => Promise<Observed<T>>;
}

export function tagSourceFacts(ctx: WalkContext, scope: OnboardScope, looked: Looked) {
  const { account } = scope;
  const at = (region: string) => reader(ctx, { account, region });
  const catalogs = tagCatalogsFor(ctx.policy, scope);
  const foreign = oncePer((region) => looked.asAdmin(region, () => listForeign(at(region), account)));
  return {
    catalogs,
    foreign,
    sources: once(() =>
      Promise.all(catalogs.map((catalog) => readSource(ctx, scope, { ...looked, catalog, foreign }))),
    ),
    tagGrants: oncePer((region) =>
      looked.asAdmin(region, async () => ({ grants: await listTagGrants(at(region), account) })),
    ),
    tagRole: oncePer(
      (arn): Promise<Observed<RoleFacts | null>> =>
        observed(ctx, () => readRole(at(scope.region), arn.slice(arn.lastIndexOf('/') + 1))),
    ),
  };
}

type Reading = Looked & { readonly catalog: Catalog; readonly foreign: (region: string) => Promise<Foreign> };
type Foreign = Observed<Awaited<ReturnType<typeof listForeign>>>;

async function readSource(ctx: WalkContext, scope: OnboardScope, reading: Reading): Promise<TagSource> {
  const { catalog, snapshots } = reading;
  const scopeOf = (database: string | null) => ({ half: 'publish' as const, ...place(catalog), database });
  const [told, { looked, unlisted }] = await Promise.all([snapshots(scopeOf(null)), candidates(ctx, scope, reading)]);
  const read = looked.map(async (name) => {
    const snapshot = await snapshots(scopeOf(name));
    const by = snapshot?.reached.filter(({ accounts }) => accounts.includes(scope.account)) ?? [];
    return by.length === 0 ? [] : [{ name, by }];
  });
  const databases = (await Promise.all(read)).flat();
  const shares = told?.tagged.filter(({ shared }) => shared.includes(scope.account)) ?? [];
  const arns = [...new Set(shares.flatMap((share) => share.shares[scope.account] ?? []))].sort();
  const expected = expectedByTag(catalog, {
    shared: shares.length > 0,
    arns,
    databases: databases.map(({ name }) => name),
  });
  return { catalog, told, looked, unlisted, databases, expected };
}

function place({ account, region }: Catalog): Catalog {
  return { account, region };
}

/**
 * Databases of a catalog that may be reached: those that rules, products and the last walk name, and where rules leave
 * it open, those this account is shown. A producer's own catalog is never listed from here.
 */
async function candidates(
  ctx: WalkContext,
  scope: OnboardScope,
  reading: Reading,
): Promise<Pick<TagSource, 'looked' | 'unlisted'>> {
  const { catalog, foreign } = reading;
  const isHere = (one: Catalog) => one.account === catalog.account && one.region === catalog.region;
  const named = [...namedScopes(ctx.policy), ...ctx.policy.products].filter(isHere).flatMap((s) => s.database ?? []);
  const walked = await ctx.ledger.walked(scope.account, scope.region);
  const prefix = `${scopeText({ half: 'publish', ...place(catalog), database: null })} `;
  const before = Object.keys(walked?.parts ?? {}).flatMap((text) =>
    text.startsWith(prefix) ? [text.slice(prefix.length)] : [],
  );
  const shown = openCatalogs(ctx.policy).some(isHere) ? await foreign(catalog.region) : null;
  const open = shown?.known ? shown.value.filter((one) => one.catalog === catalog.account) : [];
  const looked = [...new Set([...named, ...before, ...open.map(({ database }) => database)])].sort();
  return { looked, unlisted: shown === null || shown.known ? null : shown.why };
}
