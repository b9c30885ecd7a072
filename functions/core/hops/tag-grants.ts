/** Hop 9, by tag: a consumer passes on what its account was granted, by the identical expression (the first rule of cascading). */

import type { Entry } from '../../contracts/ledger.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { Reached } from '../../contracts/snapshot.ts';
import { type Decision, merge, NOTHING } from '../actions.ts';
import type { GrantFacts } from '../facts.ts';
import { unreadable } from '../findings.ts';
import { missingGrants, type WantedGrant } from '../grants.ts';
import { expressionText, type Grant, type LakeResource, type Observed } from '../lake.ts';
import { DEFAULT_DATABASE } from './grants.ts';
import { asGranted, consumerWants, taggedWithdrawals } from './tag-shares.ts';

export interface TagGrantsQuestion {
  readonly policy: Policy;
  /** The consumer. */
  readonly account: string;
  /** Of the catalogs: grants count where the data is. */
  readonly region: string;
  /** What can be granted now. */
  readonly wanted: readonly WantedGrant[];
  readonly listed: Observed<GrantFacts>;
  readonly entries: readonly Entry[];
  readonly recent: readonly Entry[];
}

export function decideTagGrants(question: TagGrantsQuestion): Decision {
  const { policy, account, region, wanted, entries, recent } = question;
  const at = { hop: 'grants' as const, account, region };
  const where = { ...at, resource: `grants by tag of ${account}` };
  if (!question.listed.known) return { ...NOTHING, findings: [unreadable(where, question.listed.why)] };
  const sent = entries.filter(({ kind }) => kind === 'grant').map((entry) => JSON.parse(entry.sent) as Grant);
  const named = [...wanted.map(({ grant }) => grant), ...sent];
  const listed = asGranted(question.listed.value.grants, named, policy.tags?.keys ?? []);
  const actions = missingGrants({ ...at, wanted, listed, recent });
  // What can't be granted just now is wanted all the same.
  const catalogs = policy.tags?.catalogs.filter((catalog) => catalog.region === region) ?? [];
  const wishes = catalogs.flatMap((catalog) => consumerWants(policy, catalog, account));
  const isOurs = (catalog: string) => catalog !== account;
  const taken = taggedWithdrawals({ ...at, entries, wanted: wishes, listed, isOurs });
  return { ...NOTHING, actions: [...actions, ...taken] };
}

/** Whether anything was granted here by a tag of another account's catalog. */
export function isGrantedByTag(account: string, { kind, sent }: Entry): boolean {
  if (kind !== 'grant') return false;
  const { resource } = JSON.parse(sent) as Grant;
  return (resource.type === 'tag-policy' || resource.type === 'tag') && resource.catalog !== account;
}

/** Who reads which link: principals whose grants by tag reach its target. */
export interface LinkReader {
  readonly principal: string;
  readonly links: readonly string[];
}

export function linkReaders(
  wanted: readonly WantedGrant[],
  links: readonly { readonly catalog: string; readonly link: string; readonly by: readonly Reached[] }[],
): readonly LinkReader[] {
  const byPrincipal = Map.groupBy(wanted, ({ grant }) => grant.principal);
  return [...byPrincipal].flatMap(([principal, wishes]) => {
    const reach = (resource: LakeResource, catalog: string, by: readonly Reached[]) =>
      resource.type === 'tag-policy' &&
      resource.catalog === catalog &&
      by.some(({ on, where }) => on === resource.on && where === expressionText(resource.expression));
    const read = links.filter(({ catalog, by }) => wishes.some(({ grant }) => reach(grant.resource, catalog, by)));
    return read.length === 0 ? [] : [{ principal, links: [...new Set(read.map(({ link }) => link))].sort() }];
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
export function decideLinkReaders(question: LinkReadersQuestion): Decision {
  const { account, region, readers, hasDefault, listed, recent } = question;
  const at = { hop: 'grants' as const, account, region };
  if (!listed.known) {
    const resource = `Lake Formation permissions of ${account}`;
    return { ...NOTHING, findings: [unreadable({ ...at, resource }, listed.why)] };
  }
  if (!hasDefault.known) {
    const resource = `database ${account}/${DEFAULT_DATABASE}`;
    return { ...NOTHING, findings: [unreadable({ ...at, resource }, hasDefault.why)] };
  }
  const wanted = readers.flatMap(({ principal, links }) =>
    [DEFAULT_DATABASE, ...links].map((database): WantedGrant => {
      const resource = { type: 'database' as const, catalog: account, database };
      return { grant: { principal, resource, permissions: ['DESCRIBE'], grantable: [] }, products: [] };
    }),
  );
  const grants = missingGrants({ ...at, wanted, listed: listed.value.grants, recent });
  const make = { kind: 'create-database' as const, ...at, effect: 'neutral' as const, products: [] };
  return merge(hasDefault.value ? NOTHING : { ...NOTHING, actions: [{ ...make, name: DEFAULT_DATABASE }] }, {
    ...NOTHING,
    actions: grants,
  });
}
