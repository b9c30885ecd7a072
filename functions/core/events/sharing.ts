/** `Resource Sharing State Change`: RAM tells the consumer that something was shared, and the owner how that went. */

import { readDetail, SharingDetailSchema } from '#contracts/events.ts';
import type { Policy } from '#contracts/policy.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { type EventRoute, publishScopes, scopesOr } from './types.ts';

/**
 * A consumer looks whatever the event says: only `event` and `status` are documented, and looking is cheap. An owner
 * looks only when sharing failed; all else there is the echo of our own grants.
 */
export const sharingStateChange: EventRoute = (event, policy) => {
  const detail = readDetail(SharingDetailSchema, event);
  const place = { account: event.account, region: event.region };
  const failed = detail.status?.toLowerCase() === 'failed';
  return scopesOr(
    [...onboardScopes(policy, place), ...(failed ? publishScopes(policy, place) : [])],
    `account ${place.account} is no consumer of a product in ${place.region}, and no sharing of its own failed`,
  );
};

function onboardScopes(policy: Policy, place: { account: string; region: string }): OnboardScope[] {
  const consumes = policy.products.some(
    (product) => product.region === place.region && product.audience.includes(place.account),
  );
  return consumes ? [{ half: 'onboard', ...place }] : [];
}
