/**
 * `Scheduled Event` of EventBridge, by the hub's own rule: every account and Region that the policy is about is surveyed,
 * consumers too, and where something of ours stands that it is about no longer (law 13). What a lost event announced,
 * what somebody changed by hand, and a run that died are found here at the latest (G-E1, G-R16). Its detail is empty.
 */

import type { Wake } from '#contracts/steps.ts';
import { scopesOf } from '../scopes.ts';
import { type EventRoute, ignore, scopesOr } from './types.ts';

export const scheduled: EventRoute = (event, policy, standing) => {
  if (event.account !== policy.hub.account) {
    return ignore(`account ${event.account} is not the hub: only the hub's schedule counts`);
  }
  const scopes = [...scopesOf(policy), ...standing];
  const places = scopes.map(({ account, region }): Wake => ({ half: 'survey', account, region }));
  return scopesOr(places, 'the policy is about no database, no catalog and no consumer');
};
