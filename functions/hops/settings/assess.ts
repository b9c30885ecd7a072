/** Our operator is a data lake admin and our reader a read-only one; the sharing version is high enough. */

import { type MergeSettings, settingsDifference } from '#changes/settings/change.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Assessment } from '#core/assessment.ts';
import { assessed } from '#core/assessment.ts';
import type { IdentitiesFacts, SettingsFacts } from '#core/facts.ts';
import { finding, unreadable, type Where } from '#core/findings.ts';
import { impactText } from '#core/impact.ts';
import type { Observed } from '#core/observed.ts';

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
  /** Given in the one scope that judges what new databases and tables of the catalog start with. */
  readonly defaults?: { readonly identities: Observed<IdentitiesFacts> | null } | undefined;
}

export function assessSettings(question: SettingsQuestion): Assessment {
  const { policy, account, region, facts, operator, reader } = question;
  const where = { hop: 'settings' as const, account, region, resource: `Lake Formation settings of ${account}` };
  if (!facts.known) return assessed({ findings: [unreadable(where, facts.why)] });
  const { admins, readOnlyAdmins, crossAccountVersion } = facts.value;
  const { atLeast, raise } = policy.settings.crossAccountVersion;
  const low = question.grantor && crossAccountVersion < atLeast;
  const foreign = [...admins, ...readOnlyAdmins]
    .filter((arn) => arn !== operator && arn !== reader)
    .map((arn) => `administrator ${arn} of ${account}`);
  const defaults = assessDefaults(where, question, facts.value);
  return assessed({
    changes: [...opening(question, facts.value, low && raise ? atLeast : null), ...defaults.changes],
    findings: [
      ...administratorsByHand(where, question, facts.value),
      ...(low && !raise ? [versionTooLow(where, crossAccountVersion, atLeast)] : []),
      ...defaults.findings,
    ],
    foreign,
  });
}

/** Our roles among the administrators, and the version the policy asks for. */
function opening(
  question: SettingsQuestion,
  facts: SettingsFacts,
  raiseVersionTo: number | null,
): readonly MergeSettings[] {
  const { account, region, products } = question;
  const byHand = question.policy.settings.administrator === 'byHand';
  const { addAdmins, addReadOnlyAdmins } = byHand ? NOBODY : lacking(question, facts);
  if (addAdmins.length + addReadOnlyAdmins.length === 0 && raiseVersionTo === null) return [];
  const change = { addAdmins, addReadOnlyAdmins, raiseVersionTo, closeDefaults: false };
  const difference = settingsDifference(change, facts);
  return [
    { kind: 'merge-settings', hop: 'settings', account, region, effect: 'widens', products, difference, ...change },
  ];
}

type Administrators = Pick<MergeSettings, 'addAdmins' | 'addReadOnlyAdmins'>;

const NOBODY: Administrators = { addAdmins: [], addReadOnlyAdmins: [] };

/** Those of our roles that are no administrators yet. */
export function lacking(
  { operator, reader }: Pick<SettingsQuestion, 'operator' | 'reader'>,
  { admins, readOnlyAdmins }: SettingsFacts,
): Administrators {
  return {
    addAdmins: admins.includes(operator) ? [] : [operator],
    // An admin reads too: a reader somebody made a full admin is left as it is.
    addReadOnlyAdmins: readOnlyAdmins.includes(reader) || admins.includes(reader) ? [] : [reader],
  };
}

/** Where only a person makes administrators: whom, and how. */
function administratorsByHand(where: Where, question: SettingsQuestion, facts: SettingsFacts): readonly Finding[] {
  if (question.policy.settings.administrator !== 'byHand') return [];
  const { addAdmins, addReadOnlyAdmins } = lacking(question, facts);
  if (addAdmins.length + addReadOnlyAdmins.length === 0) return [];
  const { account, region } = question;
  const steps = [
    ...addAdmins.map((arn) => `${arn} to DataLakeAdmins`),
    ...addReadOnlyAdmins.map((arn) => `${arn} to ReadOnlyAdmins`),
  ].map((step) => `add ${step}`);
  return [
    finding({
      ...where,
      state: 'broken',
      cause: 'administrator-by-hand',
      identity: 'administrators',
      message: `the policy lets a person make our roles Lake Formation administrators of ${account} in ${region}, and nobody has: ${steps.join(', ')}`,
      remedy: `As an administrator of ${account}: aws lakeformation get-data-lake-settings --region ${region} --query DataLakeSettings > settings.json; there ${steps.join(', ')} (each as {"DataLakePrincipalIdentifier": "ARN"}) and leave all else as it is; aws lakeformation put-data-lake-settings --region ${region} --data-lake-settings file://settings.json. The next run goes on.`,
    }),
  ];
}

interface Judged {
  readonly changes: readonly MergeSettings[];
  readonly findings: readonly Finding[];
}

/** Only a producer's defaults are in anybody's way: what is made there tomorrow could not be shared. */
function assessDefaults(where: Where, question: SettingsQuestion, facts: SettingsFacts): Judged {
  const { policy, account, region, defaults } = question;
  const wanted = policy.settings.defaults;
  const open = [...(facts.openDatabases ? ['databases'] : []), ...(facts.openTables ? ['tables'] : [])];
  if (defaults === undefined || wanted === undefined || open.length === 0) return { changes: [], findings: [] };
  const loses = impactText({
    lead: 'share what they make by IAM policy alone today, and will have to be granted what others make',
    partition: policy.partition,
    account,
    region,
    actions: ['glue:CreateDatabase', 'glue:CreateTable'],
    spared: new Set(facts.admins),
    identities: defaults.identities,
  });
  if (wanted === 'report') return { changes: [], findings: [defaultsOpen(where, open, loses)] };
  const change = { addAdmins: [], addReadOnlyAdmins: [], raiseVersionTo: null, closeDefaults: true, loses };
  const difference = settingsDifference(change, facts);
  const base = { hop: 'settings' as const, account, region, effect: 'narrows' as const, products: [], difference };
  return { changes: [{ kind: 'merge-settings', ...base, ...change }], findings: [] };
}

function defaultsOpen(where: Where, open: readonly string[], loses: string): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'iam-defaults-open',
    identity: 'defaults',
    message: `new ${open.join(' and ')} are still opened to IAM_ALLOWED_PRINCIPALS, and can't be shared until that is revoked`,
    remedy: `Clear "Use only IAM access control" for new databases and tables in Lake Formation > Data catalog settings, or write settings.defaults: off. What exists stays as it is; creators then grant access to what they make. ${capital(loses)}.`,
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function versionTooLow(where: Where, found: number, atLeast: number): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'cross-account-version-low',
    message: `cross-account version is ${found}, the policy wants at least ${atLeast}`,
    remedy: `Raise it in Lake Formation > Data catalog settings, or write settings.crossAccountVersion.raise: true. It can't be lowered again from 5, and shares made before keep their old form.`,
  });
}
