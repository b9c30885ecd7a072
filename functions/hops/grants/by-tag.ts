/** By tag: a consumer passes on what its account was granted, by the identical expression (the first rule of cascading). */

import { missingGrants } from '#changes/grant/missing.ts';
import { taggedWithdrawals } from '#changes/revoke/tag-withdrawals.ts';
import type { LakeResource } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Reached } from '#contracts/snapshot.ts';
import { type Assessment, assessed, found, merge } from '#core/assessment.ts';
import { sortedSet } from '#core/collections.ts';
import { DEFAULT_DATABASE } from '#core/consumer-grants.ts';
import type { GrantFacts } from '#core/facts.ts';
import { unreadable } from '#core/findings.ts';
import type { Observed } from '#core/observed.ts';
import { grantsSent } from '#core/ownership.ts';
import type { DesiredGrant } from '#core/permissions.ts';
import { expressionText } from '#core/permissions.ts';
import { asGranted } from '#core/tags/granted-rows.ts';
import { consumerGrants } from '#core/tags/grants.ts';
import { makeDefaultDatabase, unreadableGrants } from './by-name.ts';

export interface TagGrantsQuestion {
  readonly policy: Policy;
  /** The consumer. */
  readonly account: string;
  /** Of the catalogs: grants count where the data is. */
  readonly region: string;
  /** What can be granted now. */
  readonly desired: readonly DesiredGrant[];
  readonly listed: Observed<GrantFacts>;
  readonly entries: readonly Entry[];
  readonly recent: readonly Entry[];
}

export function assessTagGrants(question: TagGrantsQuestion): Assessment {
  const { policy, account, region, desired, entries, recent } = question;
  const at = { hop: 'grants' as const, account, region };
  const where = { ...at, resource: `grants by tag of ${account}` };
  if (!question.listed.known) return assessed({ findings: [unreadable(where, question.listed.why)] });
  const named = [...desired.map(({ grant }) => grant), ...grantsSent(entries)];
  const listed = asGranted(question.listed.value.grants, named, policy.tags?.keys ?? []);
  const changes = missingGrants({ ...at, desired, listed, recent });
  // What can't be granted just now is wanted all the same.
  const catalogs = policy.tags?.catalogs.filter((catalog) => catalog.region === region) ?? [];
  const byPolicy = catalogs.flatMap((catalog) => consumerGrants(policy, catalog, account));
  const isOurs = (catalog: string) => catalog !== account;
  const taken = taggedWithdrawals({ ...at, entries, desired: byPolicy, listed, isOurs });
  return assessed({ changes: [...changes, ...taken] });
}

/** Whether anything was granted here by a tag of another account's catalog. */
export function hasGrantedByTag(account: string, entries: readonly Entry[]): boolean {
  return grantsSent(entries).some(
    ({ resource }) => (resource.type === 'tag-policy' || resource.type === 'tag') && resource.catalog !== account,
  );
}

/** Who reads which link: principals whose grants by tag reach its target. */
export interface LinkReader {
  readonly principal: string;
  readonly links: readonly string[];
}

/** Who has to see which link, by the grants by tag that reach its database. */
export function linkReaders(
  desired: readonly DesiredGrant[],
  links: readonly { readonly catalog: string; readonly link: string; readonly by: readonly Reached[] }[],
): readonly LinkReader[] {
  const byPrincipal = Map.groupBy(desired, ({ grant }) => grant.principal);
  return [...byPrincipal].flatMap(([principal, theirs]) => {
    const reach = (resource: LakeResource, catalog: string, by: readonly Reached[]) =>
      resource.type === 'tag-policy' &&
      resource.catalog === catalog &&
      by.some(({ on, where }) => on === resource.on && where === expressionText(resource.expression));
    const read = links.filter(({ catalog, by }) => theirs.some(({ grant }) => reach(grant.resource, catalog, by)));
    return read.length === 0 ? [] : [{ principal, links: sortedSet(read.map(({ link }) => link)) }];
  });
}

export interface LinkReadersQuestion {
  readonly account: string;
  readonly region: string;
  readonly readers: readonly LinkReader[];
  readonly hasDefault: Observed<boolean>;
  /** Grants on the links and on `default`. */
  readonly listed: Observed<GrantFacts>;
  readonly recent: readonly Entry[];
}

/** DESCRIBE on links, and on `default`, which Spark and Hive clients always look at (G-L28). */
export function assessLinkReaders(question: LinkReadersQuestion): Assessment {
  const { account, region, hasDefault, listed, recent } = question;
  const at = { hop: 'grants', account, region };
  if (!listed.known) return found(unreadableGrants(account, region, listed.why));
  const made = makeDefaultDatabase(at, hasDefault, []);
  if (!hasDefault.known) return made;
  const desired = linkGrants(account, question.readers);
  return merge(made, assessed({ changes: missingGrants({ ...at, desired, listed: listed.value.grants, recent }) }));
}

/** What principals are granted that read links by tag. */
export function linkGrants(account: string, readers: readonly LinkReader[]): readonly DesiredGrant[] {
  return readers.flatMap(({ principal, links }) =>
    [DEFAULT_DATABASE, ...links].map((database): DesiredGrant => {
      const resource = { type: 'database' as const, catalog: account, database };
      return { grant: { principal, resource, permissions: ['DESCRIBE'], grantable: [] }, products: [] };
    }),
  );
}
