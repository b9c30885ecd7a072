/** Grants by tag: what principals of the catalog's own account, and other accounts, hold on whatever carries a tag. */

import { type Decision, NOTHING } from '#core/actions.ts';
import type { WalkContext } from './context.ts';
import type { Looking, PublishFacts } from './publish.ts';

export async function tagSharesHop(_ctx: WalkContext, _facts: PublishFacts, _looking: Looking): Promise<Decision> {
  return NOTHING;
}
