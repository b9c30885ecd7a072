/** Crawlers and workflows: what they fill, and how their runs ended. */

import type { PublishScope } from '#contracts/steps.ts';
import { type Decision, NOTHING } from '#core/actions.ts';
import type { WalkContext } from './context.ts';
import type { Looking, PublishFacts } from './publish.ts';

export function runFacts(_ctx: WalkContext, _scope: PublishScope) {
  return {};
}

/** Runs of workflows that tag rules name: one that ended with failed actions is a finding. */
export async function runsHop(_ctx: WalkContext, _facts: PublishFacts, _looking: Looking): Promise<Decision> {
  return NOTHING;
}
