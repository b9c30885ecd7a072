/** `Onramp Policy Changed`: the hub stored another policy; all that it is about is looked at anew. */

import { PolicyChangedDetailSchema, readDetail } from '#contracts/events.ts';
import type { Scope } from '#contracts/steps.ts';
import { publishScope } from '../selectors.ts';
import { catalogScopes, namedScopes, openCatalogs } from '../tags/scopes.ts';
import { type EventRoute, ignore, lookFor, mergeRoutes, scopesOr } from './types.ts';

export const policyChanged: EventRoute = (event, policy, standing) => {
  const { gone = [], left = [], only } = readDetail(PolicyChangedDetailSchema, event);
  if (event.account !== policy.hub.account) {
    return ignore(`account ${event.account} is not the hub: only the hub says that the policy changed`);
  }
  const due = only?.map((place) => ({ half: 'publish' as const, ...place }));
  const scopes = due ?? [...catalogScopes(policy), ...policy.products.map(publishScope), ...namedScopes(policy)];
  const open = (due === undefined ? openCatalogs(policy) : []).map(({ account, region }) =>
    lookFor({ kind: 'databases', account, region, workflows: null }),
  );
  // What was granted there is withdrawn by a run that wants nothing.
  const ended: readonly Scope[] = [
    ...gone.map((place) => ({ half: 'publish' as const, ...place })),
    ...left.map((place) => ({ half: 'onboard' as const, ...place })),
    ...standing,
  ];
  return mergeRoutes(scopesOr([...scopes, ...ended], 'the policy is about no database and no catalog'), ...open);
};
