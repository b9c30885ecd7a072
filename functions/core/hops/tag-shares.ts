/** Hop 6, by tag: what the policy's `tags.grants` give on whatever carries a tag. The catalog's owner gives it to principals of its own and to accounts. */

import type { Entry } from '../../contracts/ledger.ts';
import type { Catalog, Policy, TagGrant, TagValues } from '../../contracts/policy.ts';
import { type Action, type Decision, type Finding, merge, NO_PRODUCT, NOTHING, unjudged } from '../actions.ts';
import type { GrantFacts } from '../facts.ts';
import { finding, listed, unreadable } from '../findings.ts';
import { missingGrants, type WantedGrant } from '../grants.ts';
import { type Grant, type LakeResource, type ListedGrant, type Observed, resourceText } from '../lake.ts';
import { accountOf, tagGrantsOf } from '../wanted.ts';
import { withdrawals } from '../withdraw.ts';

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
  readonly entries: readonly Entry[];
  readonly recent: readonly Entry[];
}

/** Every value of a key, those still to come included. */
const EVERY = '*';

/** What the owner of a catalog grants: to its own principals, and with grant option to accounts (G-L13). */
export function ownerWants(policy: Policy, catalog: Catalog): readonly WantedGrant[] {
  const given = tagGrantsOf(policy, catalog).flatMap((entry) =>
    entry.to
      .filter((principal) => isAccount(principal) || accountOf(principal, catalog) === catalog.account)
      .flatMap((principal) => grantsBy(entry, principal)),
  );
  return [...given, ...described(policy, catalog, given)];
}

/** What a consumer passes on to its own principals, by the expression with which it was granted. */
export function consumerWants(policy: Policy, catalog: Catalog, account: string): readonly WantedGrant[] {
  return tagGrantsOf(policy, catalog).flatMap((entry) =>
    entry.to
      .filter((principal) => !isAccount(principal) && accountOf(principal, catalog) === account)
      .flatMap((principal) => grantsBy(entry, principal)),
  );
}

function isAccount(principal: string): boolean {
  return /^\d{12}$/.test(principal);
}

function grantsBy(entry: TagGrant, principal: string): readonly WantedGrant[] {
  const catalog = entry.account;
  const by = (on: 'database' | 'table'): LakeResource => ({ type: 'tag-policy', catalog, on, expression: entry.where });
  const wishes: readonly (readonly [LakeResource, readonly string[]])[] = [
    [by('database'), entry.database],
    [by('table'), entry.tables],
    ...entry.associate.map((key) => [{ type: 'tag' as const, catalog, key, values: [EVERY] }, ASSOCIATE] as const),
  ];
  return wishes
    .filter(([, permissions]) => permissions.length > 0)
    .map(([resource, permissions]) => wish(principal, resource, permissions, isAccount(principal)));
}

const ASSOCIATE = ['ASSOCIATE', 'DESCRIBE'];

/**
 * An account sees the tags it was granted by: its administrators tell by them what was shared, and may give less of it
 * by another expression (the second rule of cascading). Nobody passes that on, so there is no grant option.
 */
function described(policy: Policy, catalog: Catalog, given: readonly WantedGrant[]): readonly WantedGrant[] {
  const whole = new Set(given.filter(({ grant }) => grant.resource.type === 'tag').map(identity));
  const values = new Map<string, { principal: string; key: string; values: string[] }>();
  for (const { to, where } of tagGrantsOf(policy, catalog)) {
    for (const principal of to.filter(isAccount)) {
      for (const { key, values: more } of where) {
        const at = `${principal} ${key}`;
        values.set(at, { principal, key, values: [...(values.get(at)?.values ?? []), ...more] });
      }
    }
  }
  return [...values.values()].flatMap(({ principal, key, values: some }) => {
    const tag = (of: readonly string[]) => ({ type: 'tag' as const, catalog: catalog.account, key, values: of });
    if (whole.has(identity(wish(principal, tag([EVERY]), [], false)))) return [];
    return [wish(principal, tag([...new Set(some)].sort()), ['DESCRIBE'], false)];
  });
}

function wish(principal: string, resource: LakeResource, permissions: readonly string[], passOn: boolean): WantedGrant {
  return { grant: { principal, resource, permissions, grantable: passOn ? permissions : [] }, products: [] };
}

function identity({ grant }: Pick<WantedGrant, 'grant'>): string {
  return `${grant.principal}|${resourceText(grant.resource)}`;
}

/** Values of a key are listed in one row or in several, and all of them as `*`: rows as what was granted names them. */
export function asGranted(
  rows: readonly ListedGrant[],
  named: readonly Pick<Grant, 'principal' | 'resource'>[],
  keys: readonly TagValues[],
): readonly ListedGrant[] {
  const distinct = new Map(named.map((one) => [`${one.principal}|${resourceText(one.resource)}`, one]));
  const tags = [...distinct.values()].flatMap(({ principal, resource }): ListedGrant[] => {
    if (resource.type !== 'tag') return [];
    const near = rows.filter(
      (row) =>
        row.principal === principal &&
        row.resource.type === 'tag' &&
        row.resource.catalog === resource.catalog &&
        row.resource.key === resource.key,
    );
    const every = keys.find(({ key }) => key === resource.key)?.values ?? [];
    const asked = resource.values.includes(EVERY) ? every : resource.values;
    const held = (of: 'permissions' | 'grantable') =>
      [...new Set(near.flatMap((row) => row[of]))].filter((permission) => {
        const seen = near.filter((row) => row[of].includes(permission)).flatMap(valuesOf);
        return seen.includes(EVERY) || (asked.length > 0 && asked.every((value) => seen.includes(value)));
      });
    const permissions = held('permissions').sort();
    if (permissions.length === 0) return [];
    return [{ principal, resource, permissions, grantable: held('grantable').sort(), shareArns: [] }];
  });
  return [...rows.filter(({ resource }) => resource.type !== 'tag'), ...tags];
}

function valuesOf({ resource }: ListedGrant): readonly string[] {
  return resource.type === 'tag' ? resource.values : [];
}

export function decideTagShares(question: TagSharesQuestion): Decision {
  const { policy, account, region, entries, recent, blocked } = question;
  const catalog = { account, region };
  const where = { hop: 'share' as const, account, region, resource: `grants by tag of ${account}` };
  if (!question.listed.known) return { ...NOTHING, findings: [unreadable(where, question.listed.why)] };
  const wanted = ownerWants(policy, catalog);
  const waits = ({ grant }: WantedGrant) =>
    (blocked && isAccount(grant.principal)) || !exists(grant.resource, question.keys);
  const rows = question.listed.value.grants;
  const sent = entries.filter(({ kind }) => kind === 'grant').map((entry) => JSON.parse(entry.sent) as Grant);
  const known = policy.tags?.keys ?? [];
  const listing = asGranted(rows, [...wanted.map(({ grant }) => grant), ...sent], known);
  const open = wanted.filter((one) => !waits(one));
  const at = { hop: 'share' as const, account, region };
  const grants = missingGrants({ ...at, wanted: open, listed: listing, recent });
  const missing = { actions: grants, findings: [], left: others(wanted, rows, account) };
  const taken = taggedWithdrawals({ ...at, entries, wanted, listed: listing, isOurs: (owner) => owner === account });
  return merge(
    missing,
    { ...NOTHING, actions: taken },
    open.length < wanted.length ? unjudged('share', [NO_PRODUCT]) : NOTHING,
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

interface TaggedWithdrawals {
  readonly hop: 'share' | 'grants';
  readonly account: string;
  readonly region: string;
  readonly entries: readonly Entry[];
  readonly wanted: readonly WantedGrant[];
  readonly listed: readonly ListedGrant[];
  /** Whether a catalog's grants by tag are to be judged here. */
  readonly isOurs: (catalog: string) => boolean;
}

/** Grants by tag of ours that the policy no longer names. */
export function taggedWithdrawals(question: TaggedWithdrawals): readonly Action[] {
  const { wanted, entries, isOurs, ...rest } = question;
  const inScope = ({ resource }: Grant) =>
    (resource.type === 'tag-policy' || resource.type === 'tag') && isOurs(resource.catalog);
  const sent = entries.filter(({ kind }) => kind === 'grant').map((entry) => JSON.parse(entry.sent) as Grant);
  // Of a key's values some are wanted no longer on their own, because more of them are: taking them would take part of that.
  const within = sent.filter((old) => wanted.some(({ grant }) => isPartOf(old, grant)));
  const kept = [...wanted, ...within.map((grant) => ({ grant, products: [] }))];
  return withdrawals({ ...rest, entries, wanted: kept, undecided: new Set(), inScope });
}

function isPartOf(old: Grant, wanted: Grant): boolean {
  const [a, b] = [old.resource, wanted.resource];
  if (a.type !== 'tag' || b.type !== 'tag' || old.principal !== wanted.principal) return false;
  if (a.catalog !== b.catalog || a.key !== b.key) return false;
  return b.values.includes(EVERY) || a.values.every((value) => b.values.includes(value));
}

function others(wanted: readonly WantedGrant[], rows: readonly ListedGrant[], account: string): readonly string[] {
  const ours = new Set(wanted.map(({ grant }) => grant.principal));
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
