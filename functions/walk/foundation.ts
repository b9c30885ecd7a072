/** What a lake rests on and no product names: registered locations, data location permissions, who may create databases. */

import { type Decision, NOTHING } from '#core/actions.ts';
import type { WalkContext } from './context.ts';
import type { Looking, PublishFacts } from './publish.ts';

/** Locations registered with Lake Formation, and who may make catalog objects that point there. */
export async function registrationsHop(_ctx: WalkContext, _facts: PublishFacts, _looking: Looking): Promise<Decision> {
  return NOTHING;
}

/** CREATE_DATABASE of IAM_ALLOWED_PRINCIPALS, which lets anybody with IAM rights make databases of their own. */
export async function createDatabaseHop(_ctx: WalkContext, _facts: PublishFacts, _looking: Looking): Promise<Decision> {
  return NOTHING;
}
