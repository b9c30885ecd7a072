/** The tags hop: the keys a catalog should have, and what a database's things should carry. */

import { type Decision, NOTHING } from '#core/actions.ts';
import type { WalkContext } from './context.ts';
import type { Looking, PublishFacts } from './publish.ts';

export async function tagsHop(_ctx: WalkContext, _facts: PublishFacts, _looking: Looking): Promise<Decision> {
  return NOTHING;
}
