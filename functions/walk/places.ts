/** Registered places across accounts: their owner grants the account, which grants its own principals. */

import { listGrants } from '#aws/grants.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { OnboardScope, PublishScope } from '#contracts/steps.ts';
import { type Decision, merge, NO_PRODUCT, NOTHING, unjudged } from '#core/actions.ts';
import type { GrantFacts } from '#core/facts.ts';
import { heldBy } from '#core/grants.ts';
import { dataLocationsOf, decidePassingOn, isOfOthers, locationResource } from '#core/hops/data-locations.ts';
import type { Grant, Observed } from '#core/lake.ts';
import { accountOf, placeReceivers, placesFor } from '#core/wanted.ts';
import type { WalkContext } from './context.ts';
import { reader } from './entrance.ts';
import { once } from './observed.ts';
import type { OnboardFacts } from './onboard.ts';
import type { Looking, PublishFacts } from './publish.ts';
import type { SnapshotSource } from './tag-sources.ts';

/** What consumers are told: which of them hold which place, as AWS lists it. Null when that is unknown. */
export async function toldPlaces(
  ctx: WalkContext,
  facts: PublishFacts,
  looking: Looking,
): Promise<Pick<Snapshot, 'places'> | null> {
  const { policy } = ctx;
  const { scope } = facts;
  if (scope.database !== null || placeReceivers(policy, scope).length === 0) return {};
  const listed = await facts.locationGrants();
  if (!listed.known) return null;
  const places = dataLocationsOf(policy, scope).flatMap((entry) => {
    const resource = locationResource(policy, entry);
    const others = new Set(entry.to.map((to) => accountOf(to, entry)).filter((id) => id !== entry.account));
    const holds = (id: string) => looking.planning || heldBy(listed.value.grants, id, resource).grantable.length > 0;
    return 'arn' in resource ? [[resource.arn, [...others].filter(holds).sort()] as const] : [];
  });
  return { places: Object.fromEntries(places) };
}

interface Looked {
  readonly snapshots: SnapshotSource;
  readonly asAdmin: <T>(where: string, read: () => Promise<T>) => Promise<Observed<T>>;
}

export function placeFacts(ctx: WalkContext, scope: OnboardScope, { snapshots, asAdmin }: Looked) {
  const { account, region } = scope;
  const places = placesFor(ctx.policy, scope).map((entry) => ({ entry, scope: catalogOf(entry) }));
  return {
    places,
    placesTold: once(() =>
      Promise.all(places.map(async (place) => ({ ...place, told: await snapshots(place.scope) }))),
    ),
    placeGrants: once(() =>
      asAdmin(region, async (): Promise<GrantFacts> => {
        const clients = reader(ctx, { account, region });
        return { grants: await listGrants(clients, { account, resourceType: 'DATA_LOCATION' }) };
      }),
    ),
  };
}

function catalogOf({ account, region }: { account: string; region: string }): PublishScope {
  return { half: 'publish', account, region, database: null };
}

/** Principals of this account on places of others; those its account was not granted yet wait for their owner. */
export async function placesHop(ctx: WalkContext, facts: OnboardFacts, looking: Looking): Promise<Decision> {
  const { account, region } = facts.scope;
  const entries = await facts.entries();
  const ours = entries.some(({ kind, sent }) => kind === 'grant' && isOfOthers(account)(JSON.parse(sent) as Grant));
  if (facts.places.length === 0 && !ours) return NOTHING;
  const told = await facts.placesTold();
  const received = told.filter(({ entry, told: snapshot }) => {
    const resource = locationResource(ctx.policy, entry);
    return 'arn' in resource && snapshot?.places?.[resource.arn]?.includes(account);
  });
  const decided = decidePassingOn({
    policy: ctx.policy,
    account,
    region,
    received: received.map(({ entry }) => entry),
    listed: await facts.placeGrants(),
    entries,
    recent: looking.recent,
  });
  return received.length < told.length ? merge(decided, unjudged('grants', [NO_PRODUCT])) : decided;
}
