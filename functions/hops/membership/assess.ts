/** Whether a consumer is where the policy takes it to be: in its organization, or called `external`. */

import type { Finding } from '#contracts/findings.ts';
import type { Policy } from '#contracts/policy.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import type { OrganizationFacts } from '#core/facts.ts';
import { finding, unreadable, type Where } from '#core/findings.ts';
import type { Observed } from '#core/observed.ts';
import { isExternal, nameOfAccount } from '#core/selectors.ts';

export interface MembershipQuestion {
  readonly policy: Policy;
  readonly scope: OnboardScope;
  readonly organization: Observed<OrganizationFacts>;
}

/** Known to be in another organization or in none, and not called `external`. Unknown is never outside (law 6). */
export function isOutside({ policy, scope, organization }: MembershipQuestion): boolean {
  if (isExternal(policy, scope.account) || !organization.known) return false;
  return organization.value.id !== policy.organization.id;
}

/** At most one; none while the policy calls the account external. */
export function membershipFindings(question: MembershipQuestion): readonly Finding[] {
  const { policy, scope, organization } = question;
  const { account, region } = scope;
  if (isExternal(policy, account)) return [];
  const where = { hop: 'membership', account, region, resource: `organization of ${account}` };
  if (!organization.known) return [unreadable(where, organization.why)];
  return isOutside(question) ? [outside(where, question)] : [];
}

function outside(where: Where, { policy, organization }: MembershipQuestion): Finding {
  const { account } = where;
  const id = organization.known ? organization.value.id : null;
  const name = nameOfAccount(policy, account);
  return finding({
    ...where,
    state: 'broken',
    cause: 'account-outside-organization',
    message: `account ${account} is in ${id === null ? 'no organization' : `organization ${id}`}, not in ${policy.organization.id}: nothing is granted in it, and nothing more is shared with it`,
    remedy: `If it belongs to you, let it join ${policy.organization.id}. If it is somebody else's and meant to read, write accounts.${name}: { id: "${account}", external: true }. If not, take ${name} out of every audience, and what it was given is withdrawn.`,
  });
}
