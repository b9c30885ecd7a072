/** `tags` and `dataLocations` with every name resolved: ids, ARNs, Regions, lower case. */

import type { TagValues } from '#contracts/lake-formation.ts';
import { partitionOf } from '#contracts/names.ts';
import type {
  Catalog,
  DataLocation,
  PolicyAccount,
  PolicyDocument,
  TagGrant,
  TagPolicy,
  TagRule,
} from '#contracts/policy.ts';
import type { Resolution } from '#contracts/resolution.ts';
import { sortedSet, sortedSetBy } from '../collections.ts';
import { isAudience, resolveAudience } from './audiences.ts';
import { findAccount, parseLocation, principalArn } from './names.ts';

type TagsEntry = NonNullable<PolicyDocument['tags']>;
type RuleEntry = TagsEntry['rules'][number];
type GrantEntry = TagsEntry['grants'][number];

/** Tags with ids for names and defaults filled in; null when the policy has none. */
export function resolveTags(
  document: PolicyDocument,
  accounts: readonly PolicyAccount[],
  resolution: Resolution | null = null,
): TagPolicy | null {
  const { tags } = document;
  if (tags === undefined) return null;
  const named = tags.in.map((entry, i) => ({
    account: findAccount(accounts, entry.account, `tags.in[${i}]`).id,
    region: entry.region ?? document.hub.region,
  }));
  const catalogs = sortedSetBy(named, ({ account, region }) => `${account} ${region}`);
  return {
    catalogs,
    keys: resolveValues(tags.keys),
    rules: tags.rules.map((rule, index) => resolveRule(document, { rule, index, accounts })),
    grants: tags.grants.flatMap((grant, index) =>
      resolveGrant(document, accounts, { grant, index, catalogs, resolution }),
    ),
  };
}

/** Data locations with ids for names. */
export function resolveDataLocations(document: PolicyDocument, accounts: readonly PolicyAccount[]): DataLocation[] {
  const { region } = document.hub;
  return (document.dataLocations ?? []).map((entry, index) => {
    const account = findAccount(accounts, entry.account, `dataLocations[${index}]`).id;
    const to = sortedSet(entry.to.map((principal) => principalArn(principal, account, partitionOf(region))));
    return { index, account, region, ...parseLocation(entry.location), to };
  });
}

/** Keys and values in lower case, as Lake Formation stores them, both sorted. */
export function resolveValues(keys: Readonly<Record<string, readonly string[]>>): TagValues[] {
  return Object.entries(keys)
    .map(([key, values]) => ({ key: key.toLowerCase(), values: sortedSet(values.map((value) => value.toLowerCase())) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** SELECT alone leaves the table invisible to GetTable, so DESCRIBE always comes with it. */
export function tablePermissions(permissions: readonly string[]): string[] {
  return sortedSet(permissions.includes('SELECT') ? [...permissions, 'DESCRIBE'] : permissions);
}

interface Ruling {
  readonly rule: RuleEntry;
  readonly index: number;
  readonly accounts: readonly PolicyAccount[];
}

/** A rule with ids for names and its index in the policy. */
export function resolveRule(document: PolicyDocument, { rule, index, accounts }: Ruling): TagRule {
  const { match, assign } = rule;
  return {
    index,
    account: findAccount(accounts, match.account, `tags.rules[${index}]`).id,
    region: match.region ?? document.hub.region,
    database: match.database?.toLowerCase() ?? null,
    table: match.table?.toLowerCase() ?? null,
    column: match.column?.toLowerCase() ?? null,
    crawler: match.crawler ?? null,
    workflow: match.workflow ?? null,
    prefix: match.prefix === undefined ? null : parseLocation(match.prefix),
    parameters: match.parameters ?? {},
    classification: match.classification?.toLowerCase() ?? null,
    on: rule.on,
    assign: Object.fromEntries(
      Object.entries(assign)
        .map(([key, value]) => [key.toLowerCase(), value.toLowerCase()] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    apply: rule.apply,
  };
}

interface Granting {
  readonly grant: GrantEntry;
  readonly index: number;
  readonly catalogs: readonly Catalog[];
  readonly resolution: Resolution | null;
}

/** One for each catalog the entry is about: the principal's own, else all (its account passes on what it was granted). */
function resolveGrant(
  document: PolicyDocument,
  accounts: readonly PolicyAccount[],
  { grant, index, catalogs, resolution }: Granting,
): TagGrant[] {
  const { to } = grant;
  const who = `tags.grants[${index}]`;
  const said = {
    index,
    where: resolveValues(grant.where),
    database: sortedSet(grant.database ?? []),
    tables: tablePermissions(grant.tables ?? []),
    associate: sortedSet((grant.associate ?? []).map((key) => key.toLowerCase())),
  };
  if (!isAudience(to)) {
    const account = findAccount(accounts, to.account, who).id;
    const principal = principalArn(to.principal, account, partitionOf(document.hub.region));
    const own = catalogs.filter((catalog) => catalog.account === account);
    return (own.length > 0 ? own : catalogs).map((catalog) => ({ ...catalog, ...said, to: [principal] }));
  }
  const organization = { ...document.organization, partition: partitionOf(document.hub.region) };
  const { accounts: ids } = resolveAudience(to, { accounts, resolution, who, organization });
  // One by one, also of whole units: a catalog's own account needs no grant to itself, and Lake Formation takes none.
  return catalogs
    .map((catalog) => ({ ...catalog, ...said, to: ids.filter((id) => id !== catalog.account) }))
    .filter((resolved) => resolved.to.length > 0);
}
