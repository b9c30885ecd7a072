/** What is told of the organization: once for all audiences, whichever parts they are written with. Pure. */

import type { Finding } from '#contracts/findings.ts';
import type { Policy } from '#contracts/policy.ts';
import { BRAKE_PULLED } from '../brake.ts';
import { finding, listed } from '../findings.ts';
import type { Losses, PartsRead } from './parts.ts';

/** The scope under which the ledger keeps them. */
export const ORGANIZATION_SCOPE = 'organization';

type Where = Pick<Policy, 'namespace' | 'organization' | 'hub'>;

/** At most one: AWS's own words are those of the first part that is unknown. */
export function unknownParts(policy: Where, read: PartsRead, waits: boolean): readonly Finding[] {
  const troubles = Object.entries(read.parts).flatMap(([part, told]) => (told.known ? [] : [{ part, why: told.why }]));
  const [first] = troubles;
  if (first === undefined) return [];
  const { code, message, remedy, aws } = first.why;
  const names = listed(troubles.map(({ part }) => part));
  const meanwhile = waits
    ? 'the policy deployed last is not in force before that is known'
    : 'audiences stay as they were';
  return [
    finding({
      ...placeOf(policy),
      state: 'unknown',
      cause: code === 'AccountNotEntered' ? 'organization-not-entered' : 'audience-unknown',
      message: `which accounts ${names} has can't be told: ${message}; ${meanwhile}`,
      remedy:
        code === 'AccountNotEntered'
          ? `Deploy the stack ${policy.namespace}-organization into the management account ${policy.organization.managementAccount}: it makes the role with which the organization is read.`
          : (remedy ??
            'Look whether the unit is still there (aws organizations describe-organizational-unit). If it is gone, take it out of the policy. What passes by itself is asked again with the next schedule.'),
      aws: aws ?? null,
    }),
  ];
}

/** Departures that wait for a person. */
export function heldDepartures(policy: Where, { lost, held, hash }: Losses): Finding {
  const leaving = Object.entries(lost).map(([part, accounts]) => `${part}: ${listed(accounts)}`);
  return finding({
    ...placeOf(policy),
    state: 'broken',
    cause: BRAKE_PULLED,
    resource: `withdrawal ${hash}`,
    message: `${held}, and nothing is taken from them before somebody has said so (${leaving.join('; ')})`,
    remedy: `If they are meant to leave: onramp confirm-withdrawal ${hash} (it holds for a day, and once; the organization is asked again with the next schedule or policy). If not, move them back.`,
  });
}

function placeOf({ organization, hub }: Where) {
  const { managementAccount: account, id } = organization;
  return { hop: 'membership', account, region: hub.region, resource: `organization ${id}` };
}
