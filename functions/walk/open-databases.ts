/** Databases that a tag rule reaches without naming them: only an administrator's list tells which there are. */

import { listOwnDatabases } from '#aws/runs.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { type Decision, NOTHING } from '#core/actions.ts';
import { unreadable } from '#core/findings.ts';
import { known, type Observed } from '#core/lake.ts';
import { mayConcern, openCatalogs } from '#core/tags/scopes.ts';
import type { WalkContext } from './context.ts';
import { reader } from './entrance.ts';
import { type Looking, type PublishFacts, publishFacts } from './publish.ts';

/** Snapshots asked for at once. */
const AT_ONCE = 20;

/**
 * Those that no run has finished with yet. When a catalog is looked at for the first time its reader is no
 * administrator, and the list that an event's lookup got was short: a catalog's own run makes up for that.
 */
export async function databasesToStart(ctx: WalkContext, scope: PublishScope): Promise<readonly PublishScope[]> {
  const reached = await databasesReached(ctx, scope);
  // The tags hop has told.
  if (!reached.known) return [];
  const scopes = reached.value;
  const unseen: PublishScope[] = [];
  for (let i = 0; i < scopes.length; i += AT_ONCE) {
    const some = scopes.slice(i, i + AT_ONCE);
    const snapshots = await Promise.all(some.map((place) => ctx.snapshots.read(place)));
    unseen.push(...some.filter((_, nth) => snapshots[nth] === null));
  }
  return unseen;
}

/** All that rules of a catalog reach, asked for in the scope of what belongs to no database; none where no rule is open. */
export async function databasesReached(
  ctx: WalkContext,
  scope: PublishScope,
): Promise<Observed<readonly (PublishScope & { readonly database: string })[]>> {
  const { account, region, database } = scope;
  const isOpen = openCatalogs(ctx.policy).some((catalog) => catalog.account === account && catalog.region === region);
  if (database !== null || !isOpen) return known([]);
  const listed = await publishFacts(ctx, scope).asAdmin(() => listOwnDatabases(reader(ctx, { account, region })));
  if (!listed.known) return listed;
  const names = [...new Set(listed.value.map((name) => name.toLowerCase()))].sort();
  return known(names.map((name) => ({ ...scope, database: name })).filter((place) => mayConcern(ctx.policy, place)));
}

/** A list that can't be had is the catalog's own trouble: databases that only it names are not tagged (law 6). */
export async function openDatabasesHop(ctx: WalkContext, { scope }: PublishFacts, looking: Looking): Promise<Decision> {
  // Nothing is decided by it; what it says is recorded when verifying.
  if (!looking.verifying) return NOTHING;
  const reached = await databasesReached(ctx, scope);
  if (reached.known) return NOTHING;
  const { account, region } = scope;
  const where = { hop: 'tags' as const, account, region, resource: `databases of ${account} in ${region}` };
  return { ...NOTHING, findings: [unreadable(where, reached.why)] };
}
