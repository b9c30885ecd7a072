/** Acceptance: the RAM share is visible here, accepted or automatic inside the organization. */

import { arnParts } from '#contracts/arn.ts';
import type { AdmittedSnapshot, Snapshot } from '#contracts/snapshot.ts';
import type { OnboardScope, PublishScope, Scope } from '#contracts/steps.ts';
import { type Assessment, merge } from '#core/assessment.ts';
import { uniqueBy } from '#core/collections.ts';
import { admittedOf } from '#core/named-readers.ts';
import { productsOf, publishScope } from '#core/selectors.ts';
import { scopeText } from '#core/start.ts';
import type { OnboardHop, Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { observeArrivals, producersOf, scopesOfSource } from '../arrivals.ts';
import { observeReaders } from '../readers.ts';
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
  owner: ({ cause }) => (['invitation-left-alone', 'invitation-too-wide'].includes(cause) ? 'theirs' : 'ours'),
  producers: ({ arrivals }) => producersOf(arrivals),
  starts: producersToStart,
  awaits: { ahead: ['link', 'grants'], judge: judgeArrival },
};

type Asked = Question<OnboardScope>;

function assess({ arriving }: AcceptanceObservation, question: Asked): Assessment {
  const { account } = question.scope;
  const { planning } = question;
  const assessments = arriving.map(({ region, products, sources, seen: facts }) => {
    const tagged = sources.map(({ expected }) => expected);
    return assessAcceptance({ account, region, products, tagged, planning, facts });
  });
  return merge(...assessments);
}

interface OwnReaders {
  readonly disproved: readonly string[];
  readonly admitted: readonly AdmittedSnapshot[];
}

/** What this account's runs, in all its Regions, say of the roles that read a producer scope. */
async function ownReaders(read: Reads, { policy, scope }: Asked, producer: PublishScope): Promise<OwnReaders> {
  const products = productsOf(policy, producer);
  const readers = await observeReaders(read, { policy, products, accounts: [scope.account] });
  return { disproved: readers.disproved, admitted: admittedOf(readers, products) };
}

/** Whether the producer's documents say of this account's roles what its runs say. */
function isDealtWith({ denied, admitted = [] }: Snapshot, own: OwnReaders, account: string): boolean {
  const isOwn = (arn: string) => arnParts(arn)?.account === account;
  const text = (parts: OwnReaders) => JSON.stringify([parts.disproved, parts.admitted]);
  const dealt = { disproved: denied.filter(isOwn), admitted: admitted.filter(({ arn }) => isOwn(arn)) };
  return text(dealt) === text(own);
}

/** Producers that have published nothing yet, and those that must learn whom this account admits or disproves. */
async function producersToStart(read: Reads, question: Asked): Promise<readonly Scope[]> {
  const { account } = question.scope;
  const { products, sources, places } = await observeArrivals(read, question);
  const byName = products.map(async ({ product }): Promise<readonly PublishScope[]> => {
    const scope = publishScope(product);
    const [told, own] = await Promise.all([read.snapshot(scope), ownReaders(read, question, scope)]);
    return told === null || !isDealtWith(told, own, account) ? [scope] : [];
  });
  const all = [
    ...(await Promise.all(byName)).flat(),
    ...sources.filter(({ told }) => told === null).flatMap((source) => scopesOfSource(source).slice(0, 1)),
    ...places.filter(({ told }) => told === null).map(({ scope }) => scope),
  ];
  return uniqueBy(all, scopeText);
}
