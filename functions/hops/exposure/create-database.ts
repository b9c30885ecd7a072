/**
 * Of the whole catalog: CREATE_DATABASE of IAM_ALLOWED_PRINCIPALS lets whoever has IAM rights make databases of
 * his own, beside everything that is tagged and granted.
 */

import type { RevokeChange } from '#changes/revoke/change.ts';
import type { Finding } from '#contracts/findings.ts';
import { IAM_ALLOWED_PRINCIPALS, type LakeResource, type ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry, EntryIdentity, EntryOf } from '#contracts/ledger.ts';
import type { Catalog, Policy } from '#contracts/policy.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { type Assessment, assessed, due, NOTHING } from '#core/assessment.ts';
import type { GrantFacts, IdentitiesFacts, SettingsFacts } from '#core/facts.ts';
import { finding, unreadable, type Where } from '#core/findings.ts';
import { impactText, sparedBy } from '#core/impact.ts';
import type { Observed } from '#core/observed.ts';
import { mayStand } from '#core/ownership.ts';
import { resourceText } from '#core/permissions.ts';
import { granted, isEverybodys } from './restore.ts';

const PERMISSION = 'CREATE_DATABASE';

export interface CreateDatabaseQuestion {
  readonly policy: Policy;
  readonly account: string;
  readonly region: string;
  readonly settings: Observed<SettingsFacts>;
  /** What is granted on the catalog itself. */
  readonly grants: Observed<GrantFacts>;
  /** Null: not asked for, since nobody is about to lose anything. */
  readonly identities: Observed<IdentitiesFacts> | null;
  readonly recent: readonly Entry[];
}

/** The catalog as Lake Formation names it in grants. */
export function catalogResource(account: string): LakeResource {
  return { type: 'catalog', catalog: account };
}

/** The row by which everybody makes databases; a revoke of moments ago counts as seen. */
export function everybodysRow(
  place: Catalog,
  grants: readonly ListedGrant[],
  recent: readonly Entry[],
): ListedGrant | undefined {
  const target = resourceText(catalogResource(place.account));
  const here = recent.filter(sameAccountRegion(place));
  if (here.some((entry) => entry.kind === 'revoke' && entry.target === target)) return undefined;
  return grants.find(
    ({ principal, permissions, resource }) =>
      principal === IAM_ALLOWED_PRINCIPALS && permissions.includes(PERMISSION) && resourceText(resource) === target,
  );
}

export function assessCreateDatabase(question: CreateDatabaseQuestion): Assessment {
  const { policy, account, region, grants, recent } = question;
  const where = { hop: 'exposure' as const, account, region, resource: `Data Catalog of ${account}` };
  const wanted = policy.settings.createDatabase;
  if (wanted === undefined) return NOTHING;
  if (!grants.known) return assessed({ findings: [unreadable(where, grants.why)] });
  if (everybodysRow(question, grants.value.grants, recent) === undefined) return NOTHING;
  const loses = impactText({
    lead: 'make databases by IAM policy alone today and no longer could',
    partition: policy.partition,
    account,
    region,
    actions: ['glue:CreateDatabase'],
    spared: sparedBy(PERMISSION, question.settings, grants.value.grants),
    identities: question.identities,
  });
  if (wanted === 'report') return assessed({ findings: [open(where, loses)] });
  const grant = {
    principal: IAM_ALLOWED_PRINCIPALS,
    resource: catalogResource(account),
    permissions: [PERMISSION],
    grantable: [],
  };
  const base = { hop: 'exposure' as const, account, region, effect: 'narrows' as const, products: [] };
  const change: RevokeChange = { ...base, kind: 'revoke', grant, reason: 'exposure', loses };
  return due(change);
}

function open(where: Where, loses: string): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'create-database-open',
    identity: PERMISSION,
    principal: IAM_ALLOWED_PRINCIPALS,
    message: `whoever ${where.account} lets call glue:CreateDatabase makes databases of his own, which no tag and no grant governs; ${loses}`,
    remedy: `Grant CREATE_DATABASE on the catalog to those who should, then revoke it from IAMAllowedPrincipals (Lake Formation > Administrative roles and tasks > Database creators), or write settings.createDatabase: revoke.`,
  });
}

/** The entry about CREATE_DATABASE of IAM_ALLOWED_PRINCIPALS in one catalog. */
export function createDatabaseEntry({ account, region }: Catalog): EntryIdentity {
  const target = resourceText(catalogResource(account));
  return { kind: 'revoke', account, region, target, principal: IAM_ALLOWED_PRINCIPALS };
}

/** CREATE_DATABASE as we took it from IAM_ALLOWED_PRINCIPALS, by the ledger. */
export function takenCreateDatabase(entries: readonly Entry[], account: string): readonly EntryOf<'revoke'>[] {
  return entries.filter((entry): entry is EntryOf<'revoke'> => {
    if (!isEverybodys(entry) || !mayStand(entry)) return false;
    const { resource } = entry.sent;
    return resource.type === 'catalog' && resource.catalog === account;
  });
}

/** It is given back as it was (law 3); nothing when somebody has granted it again. */
export function restoreCreateDatabase(
  entries: readonly Entry[],
  account: string,
  grants: Observed<GrantFacts>,
): Assessment {
  const taken = takenCreateDatabase(entries, account);
  return grants.known ? assessed({ changes: taken.flatMap(granted(grants.value)) }) : NOTHING;
}
