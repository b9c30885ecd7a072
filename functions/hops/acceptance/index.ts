/** Acceptance: the RAM share is visible here, accepted or automatic inside the organization. */

import { arnParts } from '#contracts/arn.ts';
import type { OnboardScope, PublishScope, Scope } from '#contracts/steps.ts';
import { type Assessment, merge } from '#core/assessment.ts';
import { uniqueBy } from '#core/collections.ts';
import { publishScope } from '#core/selectors.ts';
import { scopeText } from '#core/start.ts';
import type { OnboardHop, Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { observeArrivals, producersOf, scopesOfSource } from '../arrivals.ts';
import { judgeArrival } from './arrival.ts';
import { assessAcceptance } from './assess.ts';
import { type AcceptanceObservation, observeAcceptance } from './observe.ts';
import { PERMISSIONS } from './permissions.ts';

export const acceptance: OnboardHop<AcceptanceObservation> = {
  name: 'acceptance',
  half: 'onboard',
  stage: 'accept',
  scopes: ['account'],
  after: ['membership'],
  permissions: PERMISSIONS,
  observe: observeAcceptance,
  assess,
  // Somebody else's share leaves nothing undone here: it is its owner's to change.
  owner: ({ cause }) => (cause === 'invitation-left-alone' ? 'theirs' : 'ours'),
  producers: ({ arrivals }) => producersOf(arrivals),
  starts: producersToStart,
  awaits: { ahead: ['link', 'grants'], judge: judgeArrival },
};

function assess({ arriving }: AcceptanceObservation, question: Question<OnboardScope>): Assessment {
  const { account } = question.scope;
  const { planning } = question;
  const assessments = arriving.map(({ region, products, sources, seen: facts }) => {
    const tagged = sources.map(({ expected }) => expected);
    return assessAcceptance({ account, region, products, tagged, planning, facts });
  });
  return merge(...assessments);
}

/** Producers that have published nothing yet, and those that must learn whom this account's trust policies disprove. */
async function producersToStart(read: Reads, question: Question<OnboardScope>): Promise<readonly Scope[]> {
  const { account, region } = question.scope;
  const { products, sources, places } = await observeArrivals(read, question);
  const record = await read.consumer(account, region);
  const disproved = (record?.disproved ?? []).join();
  const byName = products.map(async ({ product }): Promise<readonly PublishScope[]> => {
    const scope = publishScope(product);
    const told = await read.snapshot(scope);
    const denied = told?.denied.filter((arn) => arnParts(arn)?.account === account) ?? [];
    return told === null || denied.join() !== disproved ? [scope] : [];
  });
  const all = [
    ...(await Promise.all(byName)).flat(),
    ...sources.filter(({ told }) => told === null).flatMap((source) => scopesOfSource(source).slice(0, 1)),
    ...places.filter(({ told }) => told === null).map(({ scope }) => scope),
  ];
  return uniqueBy(all, scopeText);
}
