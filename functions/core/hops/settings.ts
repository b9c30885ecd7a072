/** Hop 1: our operator is a data lake admin and our reader a read-only one; the sharing version is high enough. */

import type { Policy } from '../../contracts/policy.ts';
import type { Action, Decision, Finding } from '../actions.ts';
import type { SettingsFacts } from '../facts.ts';
import { finding, unreadable } from '../findings.ts';
import type { Observed } from '../lake.ts';

export interface SettingsQuestion {
  readonly policy: Policy;
  readonly account: string;
  readonly region: string;
  /** ARNs of our roles in this account. */
  readonly operator: string;
  readonly reader: string;
  readonly products: readonly string[];
  /** Whether this account grants to others: only the grantor's version counts. */
  readonly grantor: boolean;
  readonly facts: Observed<SettingsFacts>;
}

export function decideSettings(question: SettingsQuestion): Decision {
  const { policy, account, region, facts, products, operator, reader } = question;
  const where = { hop: 'settings' as const, account, region, resource: `Lake Formation settings of ${account}` };
  if (!facts.known) return { actions: [], findings: [unreadable(where, facts.why)], left: [] };
  const { admins, readOnlyAdmins, crossAccountVersion } = facts.value;
  const addAdmins = admins.includes(operator) ? [] : [operator];
  // An admin reads too: a reader somebody made a full admin is left as it is.
  const addReadOnlyAdmins = readOnlyAdmins.includes(reader) || admins.includes(reader) ? [] : [reader];
  const { atLeast, raise } = policy.settings.crossAccountVersion;
  const low = question.grantor && crossAccountVersion < atLeast;
  const raiseVersionTo = low && raise ? atLeast : null;
  const left = [...admins, ...readOnlyAdmins]
    .filter((arn) => arn !== operator && arn !== reader)
    .map((arn) => `administrator ${arn} of ${account}`);
  const wanted = addAdmins.length + addReadOnlyAdmins.length > 0 || raiseVersionTo !== null;
  const action: Action = {
    kind: 'merge-settings',
    hop: 'settings',
    account,
    region,
    effect: 'widens',
    products,
    addAdmins,
    addReadOnlyAdmins,
    raiseVersionTo,
    closeDefaults: false,
  };
  return {
    actions: wanted ? [action] : [],
    findings: [
      ...(low && !raise ? [versionTooLow(where, crossAccountVersion, atLeast)] : []),
      ...defaultsOpen(where, question, facts.value),
    ],
    left,
  };
}

/** Only a producer's defaults are in anybody's way: what is made there tomorrow could not be shared. */
function defaultsOpen(where: Where, { policy, grantor }: SettingsQuestion, facts: SettingsFacts): readonly Finding[] {
  if (policy.settings.defaults === undefined || !grantor) return [];
  const open = [...(facts.openDatabases ? ['databases'] : []), ...(facts.openTables ? ['tables'] : [])];
  if (open.length === 0) return [];
  return [
    finding({
      ...where,
      state: 'broken',
      cause: 'iam-defaults-open',
      identity: 'defaults',
      message: `new ${open.join(' and ')} are still opened to IAM_ALLOWED_PRINCIPALS, and can't be shared until that is revoked`,
      remedy:
        'Clear "Use only IAM access control" for new databases and tables in Lake Formation > Data catalog settings. What exists stays as it is; creators then grant access to what they make.',
    }),
  ];
}

type Where = Pick<Finding, 'hop' | 'account' | 'region' | 'resource'>;

function versionTooLow(where: Where, found: number, atLeast: number): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'cross-account-version-low',
    message: `cross-account version is ${found}, the policy wants at least ${atLeast}`,
    remedy: `Raise it in Lake Formation > Data catalog settings, or write settings.crossAccountVersion.raise: true. It can't be lowered again from 5, and shares made before keep their old form.`,
  });
}
