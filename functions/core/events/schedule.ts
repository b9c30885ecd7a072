/**
 * `Scheduled Event` of EventBridge, by the hub's own rule: everything the policy is about is looked at, consumers too.
 * What a lost event announced, what somebody changed by hand, and a run that died are found here at the latest (G-E1,
 * G-R16). Its detail is empty.
 */

import { scopesOf } from '../scopes.ts';
import { openCatalogs } from '../tags/scopes.ts';
import { type EventRoute, ignore, lookFor, mergeRoutes, scopesOr } from './types.ts';

export const scheduled: EventRoute = (event, policy) => {
  if (event.account !== policy.hub.account) {
    return ignore(`account ${event.account} is not the hub: only the hub's schedule counts`);
  }
  const open = openCatalogs(policy).map(({ account, region }) =>
    lookFor({ kind: 'databases', account, region, workflows: null }),
  );
  return mergeRoutes(
    scopesOr(scopesOf(policy), 'the policy is about no database, no catalog and no consumer'),
    ...open,
  );
};
