/** Membership: a consumer is in the organization, or the policy calls it external. Checked, never written. */

import type { ConsumerRecord } from '#contracts/ledger.ts';
import type { OnboardScope, PublishScope } from '#contracts/steps.ts';
import { assessed, NOTHING } from '#core/assessment.ts';
import type { OrganizationFacts } from '#core/facts.ts';
import type { Observed } from '#core/observed.ts';
import { isConsumer, isExternal } from '#core/selectors.ts';
import type { OnboardHop, Question, RecordPart } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { observeArrivals, producersOf } from '../arrivals.ts';
import { ORGANIZATION } from '../queries.ts';
import { isOutside, membershipFindings } from './assess.ts';
import { PERMISSIONS } from './permissions.ts';

type Asked = Question<OnboardScope>;

export const membership: OnboardHop<Observed<OrganizationFacts>> = {
  name: 'membership',
  half: 'onboard',
  stage: 'check',
  scopes: ['account'],
  after: [],
  permissions: PERMISSIONS,
  observe: (read, { scope: { account, region } }) => read.in(account, region).ask(ORGANIZATION, {}),
  assess: (organization, { policy, scope }) =>
    isConsumer(policy, scope) ? assessed({ findings: membershipFindings({ policy, scope, organization }) }) : NOTHING,
  bars: (organization, { policy, scope }) => isOutside({ policy, scope, organization }),
  record: recordPart,
  starts: producersToStart,
};

/** An account that was entered and may not tell is taken for what it was, or at first for a member. */
function recordPart(
  organization: Observed<OrganizationFacts>,
  { policy, scope }: Asked,
  last: ConsumerRecord | null,
): RecordPart | null {
  if (isExternal(policy, scope.account)) return { membership: 'external' };
  if (organization.known) return { membership: isOutside({ policy, scope, organization }) ? 'outside' : 'inside' };
  const wasEntered = organization.why.code !== 'AccountNotEntered' && organization.why.code !== 'Transient';
  return wasEntered && last?.membership === undefined ? { membership: 'untold' } : null;
}

/** Producers that held this account back, and need no longer. */
async function producersToStart(read: Reads, question: Asked): Promise<readonly PublishScope[]> {
  const { account, region } = question.scope;
  const record = await read.consumer(account, region);
  if (record?.membership === undefined || record.membership === 'outside') return [];
  const scopes = producersOf(await observeArrivals(read, question)).map(({ scope }) => scope);
  const told = await Promise.all(scopes.map((scope) => read.snapshot(scope)));
  return scopes.filter((_, i) => told[i]?.held?.includes(account));
}
