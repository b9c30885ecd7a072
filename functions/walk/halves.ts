/** Both halves of the path as the stages see them: which hops a stage walks, and how each is decided. */

import type { Scope } from '#contracts/steps.ts';
import { type Decision, type HopName, merge, NOTHING } from '#core/actions.ts';
import type { WalkContext } from './context.ts';
import { createDatabaseHop, locationHop, registrationsHop } from './foundation.ts';
import * as onboard from './onboard.ts';
import { tagGrantsHop, tagLinkHop, tagRoleHop } from './onboard-tags.ts';
import { withdrawHop } from './onboard-withdraw.ts';
import { placesHop } from './places.ts';
import type { Looking } from './publish.ts';
import * as publish from './publish.ts';
import { runsHop } from './runs.ts';
import { tagSharesHop } from './tag-shares.ts';
import type { SnapshotSource } from './tag-sources.ts';
import { tagsHop } from './tags.ts';

type Hop<F> = (ctx: WalkContext, facts: F, looking: Looking) => Promise<Decision>;
type PublishHop = Hop<publish.PublishFacts>;
type OnboardHop = Hop<onboard.OnboardFacts>;

/** One hop of the path, of products and of what belongs to none. */
function both<F>(first: Hop<F>, second: Hop<F>): Hop<F> {
  return async (ctx, facts, looking) => merge(await first(ctx, facts, looking), await second(ctx, facts, looking));
}

const PUBLISH: Partial<Record<HopName, PublishHop>> = {
  settings: publish.settingsHop,
  location: both(locationHop, registrationsHop),
  tags: both(tagsHop, runsHop),
  exposure: both(publish.exposureHop, createDatabaseHop),
  'catalog-policy': publish.catalogPolicyHop,
  share: both(publish.shareHop, tagSharesHop),
  storage: publish.storageHop,
};

const ONBOARD: Partial<Record<HopName, OnboardHop>> = {
  settings: onboard.settingsHop,
  acceptance: onboard.acceptanceHop,
  link: both(tagLinkHop, onboard.linkHop),
  // Grants by tag before those by name (G-L20); of one and the same for both, the product's counts.
  grants: both(both(placesHop, both(tagGrantsHop, onboard.grantsHop)), withdrawHop),
  role: both(onboard.roleHop, tagRoleHop),
};

/** The hops of a half, in the order of the path. */
export function hopsOf(half: Scope['half']): readonly HopName[] {
  return Object.keys(half === 'publish' ? PUBLISH : ONBOARD) as HopName[];
}

/** The acting stages; a stage walks its hops one after the other, each on fresh facts. */
export const STAGE_HOPS: Readonly<Record<Scope['half'], Readonly<Record<string, readonly HopName[]>>>> = {
  publish: {
    settings: ['settings'],
    location: ['location'],
    tags: ['tags'],
    exposure: ['exposure'],
    share: ['catalog-policy', 'share'],
    storage: ['storage'],
  },
  onboard: {
    settings: ['settings'],
    accept: ['acceptance'],
    link: ['link'],
    grant: ['grants'],
    check: ['role'],
  },
};

export interface HalfFacts {
  decide(hop: HopName, looking: Looking): Promise<Decision>;
}

/** Facts read once, for as long as the returned object is used. */
export function look(ctx: WalkContext, scope: Scope, snapshots?: SnapshotSource): HalfFacts {
  if (scope.half === 'publish') {
    const facts = publish.publishFacts(ctx, scope);
    return { decide: async (hop, looking) => (await PUBLISH[hop]?.(ctx, facts, looking)) ?? NOTHING };
  }
  const facts = onboard.onboardFacts(ctx, scope, snapshots);
  return { decide: async (hop, looking) => (await ONBOARD[hop]?.(ctx, facts, looking)) ?? NOTHING };
}
