/** What a walk knows of LF-Tags: the catalog's keys, and what a database's things carry. */

import type { PublishScope } from '#contracts/steps.ts';
import type { WalkContext } from './context.ts';

export function tagFacts(_ctx: WalkContext, _scope: PublishScope) {
  return {};
}
