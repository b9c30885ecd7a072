/** By tag: what the policy's `tags.grants` give on whatever carries a tag. The catalog's owner gives it to principals of its own and to accounts. */

import { missingGrants } from '#changes/grant/missing.ts';
import { taggedWithdrawals } from '#changes/revoke/tag-withdrawals.ts';
import { isAccountId } from '#contracts/arn.ts';
import type { Finding } from '#contracts/findings.ts';
import type { LakeResource, ListedGrant, TagValues } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import { type Assessment, assessed, merge, NO_PRODUCT, NOTHING, skipped } from '#core/assessment.ts';
import type { GrantFacts } from '#core/facts.ts';
import { finding, listed, unreadable } from '#core/findings.ts';
import type { Observed } from '#core/observed.ts';
import { grantsSent } from '#core/ownership.ts';
import type { DesiredGrant } from '#core/permissions.ts';
import { asGranted } from '#core/tags/granted-rows.ts';
import { EVERY, ownerGrants } from '#core/tags/grants.ts';

export interface TagSharesQuestion {
  readonly policy: Policy;
  readonly account: string;
  readonly region: string;
  /** Grants on tags and by tag. */
  readonly listed: Observed<GrantFacts>;
  /** Tags of the catalog as they are, or as they are about to be: a grant by any other would only be refused. */
  readonly keys: readonly TagValues[];
  /** Whether RAM is in the way of grants to other accounts: none is attempted. */
  readonly blocked: boolean;
  /** Accounts that are given nothing new. */
  readonly held: readonly string[];
  readonly entries: readonly Entry[];
  readonly recent: readonly Entry[];
}

export function assessTagShares(question: TagSharesQuestion): Assessment {
  const { policy, account, region, entries, recent, blocked, held } = question;
  const catalog = { account, region };
  const where = { hop: 'share' as const, account, region, resource: `grants by tag of ${account}` };
  if (!question.listed.known) return assessed({ findings: [unreadable(where, question.listed.why)] });
  const desired = ownerGrants(policy, catalog);
  const waits = ({ grant }: DesiredGrant) =>
    held.includes(grant.principal) ||
    (blocked && isAccountId(grant.principal)) ||
    !exists(grant.resource, question.keys);
  const rows = question.listed.value.grants;
  const sent = grantsSent(entries);
  const known = policy.tags?.keys ?? [];
  const listing = asGranted(rows, [...desired.map(({ grant }) => grant), ...sent], known);
  const open = desired.filter((one) => !waits(one));
  const at = { hop: 'share' as const, account, region };
  const grants = missingGrants({ ...at, desired: open, listed: listing, recent });
  const missing = assessed({ changes: grants, foreign: others(desired, rows, account) });
  const taken = taggedWithdrawals({ ...at, entries, desired, listed: listing, isOurs: (owner) => owner === account });
  return merge(
    missing,
    assessed({ changes: taken }),
    open.length < desired.length ? skipped('share', [NO_PRODUCT]) : NOTHING,
  );
}

/** Whether the tags a grant names are there: AWS knows no grant by a tag that isn't. */
function exists(resource: LakeResource, keys: readonly TagValues[]): boolean {
  const named = resource.type === 'tag-policy' ? resource.expression : resource.type === 'tag' ? [resource] : [];
  return named.every(({ key, values }) => {
    const there = keys.find((tag) => tag.key === key);
    return there !== undefined && values.every((value) => value === EVERY || there.values.includes(value));
  });
}

function others(desired: readonly DesiredGrant[], rows: readonly ListedGrant[], account: string): readonly string[] {
  const ours = new Set(desired.map(({ grant }) => grant.principal));
  const byTag = rows.filter(({ resource }) => resource.type === 'tag-policy' && resource.catalog === account);
  const foreign = [...new Set(byTag.map(({ principal }) => principal))].filter((principal) => !ours.has(principal));
  return foreign.length === 0 ? [] : [`grants by tag to ${listed(foreign.sort())}`];
}

/** Below cross-account version 3 grants by tag go by the catalog's policy, and stay so when the version is raised. */
export function tagVersionLow({ account, region }: Catalog, version: number): Finding {
  return finding({
    hop: 'share',
    state: 'broken',
    cause: 'cross-account-version-low',
    account,
    region,
    resource: `grants by tag of ${account}`,
    message: `cross-account version is ${version}, and grants by tag to other accounts need at least 3`,
    remedy:
      'Write settings.crossAccountVersion.atLeast: 3 and raise: true, or raise it in Lake Formation > Data catalog settings. Grants by name stay as they are.',
  });
}
