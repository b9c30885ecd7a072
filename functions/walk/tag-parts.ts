/** What a publish tells consumers of grants by tag: of a catalog, which shares carry them; of a database, which reach it. */

import type { Snapshot } from '#contracts/snapshot.ts';
import { reachedBy, tagShares, withAssigned } from '#core/hops/tag-reach.ts';
import { tagReceivers } from '#core/wanted.ts';
import type { WalkContext } from './context.ts';
import type { Looking, PublishFacts } from './publish.ts';
import { tagsHop } from './tags.ts';

type TagParts = Pick<Snapshot, 'tagged' | 'reached'>;

const NOTHING: TagParts = { tagged: [], reached: [] };

/** Null when a fact it rests on is unknown. */
export async function tagParts(ctx: WalkContext, facts: PublishFacts, looking: Looking): Promise<TagParts | null> {
  const { scope } = facts;
  if (tagReceivers(ctx.policy, scope).length === 0) return NOTHING;
  if (scope.database === null) {
    const listed = await facts.tagGrants();
    if (!listed.known) return null;
    const { planning } = looking;
    return { tagged: tagShares(ctx.policy, scope, { rows: listed.value.grants, planning }), reached: [] };
  }
  const catalog = await facts.catalog();
  if (!catalog.known) return null;
  if (catalog.value.database === null || catalog.value.database.isLink) return NOTHING;
  const tagged = await facts.tagged();
  if (!tagged.known) return null;
  const planned = looking.planning ? (await tagsHop(ctx, facts, looking)).actions : [];
  const assigned = planned.filter((action) => action.kind === 'assign-tags');
  return { tagged: [], reached: reachedBy(ctx.policy, scope, withAssigned(tagged.value, assigned)) };
}
