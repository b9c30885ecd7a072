/** `Onramp Policy Changed`: the hub stored another policy; every product is published anew. */

import { PolicyChangedDetailSchema, readDetail } from '#contracts/events.ts';
import { type EventRoute, ignore, publishScopes, scopesOr } from './types.ts';

export const policyChanged: EventRoute = (event, policy) => {
  readDetail(PolicyChangedDetailSchema, event);
  if (event.account !== policy.hub.account) {
    return ignore(`account ${event.account} is not the hub: only the hub says that the policy changed`);
  }
  const scopes = policy.products.flatMap(({ account, region, database }) =>
    publishScopes(policy, { account, region, database }),
  );
  return scopesOr(scopes, 'the policy has no products');
};
