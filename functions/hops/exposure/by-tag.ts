/** By tag: what is open to everybody with IAM rights is not shared by its tag, and no call says so. */

import { IAM_ALLOWED_PRINCIPALS } from '#contracts/lake-formation.ts';
import type { Catalog } from '#contracts/policy.ts';
import { type Assessment, assessed, NOTHING } from '#core/assessment.ts';
import type { GrantFacts } from '#core/facts.ts';
import { finding, listed, unreadable } from '#core/findings.ts';
import type { Observed } from '#core/observed.ts';
import { resourceText } from '#core/permissions.ts';

export interface TagExposureQuestion extends Catalog {
  readonly database: string;
  /** What IAM_ALLOWED_PRINCIPALS holds. */
  readonly open: Observed<GrantFacts>;
}

/** Of a database that grants by tag to other accounts reach. A table of it that no tag reaches is told of as well. */
export function assessTagExposure({ account, region, database, open }: TagExposureQuestion): Assessment {
  const where = { hop: 'exposure' as const, account, region, resource: `database ${account}/${database}` };
  if (!open.known) return assessed({ findings: [unreadable(where, open.why)] });
  const rows = open.value.grants.filter(
    ({ principal, resource }) =>
      principal === IAM_ALLOWED_PRINCIPALS &&
      'database' in resource &&
      resource.catalog === account &&
      resource.database === database,
  );
  if (rows.length === 0) return NOTHING;
  const what = listed(rows.map(({ resource }) => resourceText(resource)).sort());
  const told = finding({
    ...where,
    state: 'broken',
    cause: 'iam-allowed-principals',
    identity: where.resource,
    resource: what,
    message: `IAM_ALLOWED_PRINCIPALS still opens ${what}, so other accounts that are granted by its tags do not see it`,
    remedy: `Revoke it in account ${account} (aws lakeformation revoke-permissions --principal DataLakePrincipalIdentifier=IAM_ALLOWED_PRINCIPALS --permissions ALL --resource …). Whoever reads it by IAM policy alone then needs a Lake Formation grant.`,
  });
  return assessed({ findings: [told], foreign: [`${IAM_ALLOWED_PRINCIPALS} on ${what}`] });
}
