/**
 * Who loses something once IAM_ALLOWED_PRINCIPALS no longer stands for everybody: roles and users whose own policies
 * let them make catalog objects and who hold nothing of their own in Lake Formation. What can't be told is called unknown.
 */

import type { ListedGrant } from '#contracts/lake-formation.ts';
import type { IdentitiesFacts, IdentityFacts, SettingsFacts } from './facts.ts';
import { listed } from './findings.ts';
import { evaluateIdentity, type Verdict } from './iam/evaluate.ts';
import type { Observed } from './observed.ts';

export interface ImpactQuestion {
  /** What they lose, before their names. */
  readonly lead: string;
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  /** `glue:CreateDatabase` and the like: whoever may do one of them loses something. */
  readonly actions: readonly string[];
  /** Who goes on: administrators, and holders of a grant of their own. */
  readonly spared: ReadonlySet<string>;
  readonly identities: Observed<IdentitiesFacts> | null;
}

/** `can make no databases any longer: role/a; unknown: user/b`: what a plan and a finding say. */
export function impactText(question: ImpactQuestion): string {
  const { identities, lead } = question;
  if (identities === null) return `${lead}: not looked at`;
  if (!identities.known) return `${lead}: unknown, ${identities.why.message}`;
  const judged = identities.value.identities
    .filter(({ arn }) => !question.spared.has(arn))
    .map((identity) => ({ name: nameOf(identity.arn), verdict: verdictOf(question, identity) }));
  const named = (verdict: Verdict) => judged.filter((one) => one.verdict === verdict).map(({ name }) => name);
  const { unread } = identities.value;
  const untold = [
    ...named('unknown').sort(),
    ...(unread === 0 ? [] : [`${unread} that were not looked at`]),
    'principals of other accounts',
  ];
  const may = named('allowed').sort();
  return `${lead}: ${may.length === 0 ? 'nobody by the policies read' : listed(may, 10)}; unknown: ${listed(untold, 10)}`;
}

/** `role/service-role/crawler`: an ARN's part that tells who is meant within one account. */
function nameOf(arn: string): string {
  return arn.split(':').slice(5).join(':');
}

/** Administrators make databases without a grant; who was granted the permission keeps it. */
export function sparedBy(
  permission: string,
  settings: Observed<SettingsFacts>,
  grants: readonly ListedGrant[],
): ReadonlySet<string> {
  const admins = settings.known ? settings.value.admins : [];
  const holders = grants.filter(({ permissions }) => permissions.includes(permission) || permissions.includes('ALL'));
  return new Set([...admins, ...holders.map(({ principal }) => principal)]);
}

function verdictOf(question: ImpactQuestion, identity: IdentityFacts): Verdict {
  const verdicts = question.actions.map((action) => verdictFor(question, identity, action));
  if (verdicts.includes('allowed')) return 'allowed';
  return verdicts.includes('unknown') ? 'unknown' : 'denied';
}

/** Every such call is authorized on the catalog: whoever may not do it there makes nothing at all. */
function verdictFor(
  { partition, account, region }: ImpactQuestion,
  { kind, arn, tags, policies, boundary }: IdentityFacts,
  action: string,
): Verdict {
  const { verdict, explicit } = evaluateIdentity({
    policies,
    boundary,
    request: {
      // To the evaluator a user is a principal like a role: an ARN of the account with policies of its own.
      principal: { type: 'role', arn, account, tags },
      action,
      resource: `arn:${partition}:glue:${region}:${account}:catalog`,
      context: {},
    },
  });
  // A user's groups are not read: they may allow what its own policies don't mention.
  return kind === 'user' && verdict === 'denied' && !explicit ? 'unknown' : verdict;
}
