/** What hops know of LF-Tags in a producer's scope: keys, crawlers and workflows, what rules want, what things carry. */

import type { TagValues } from '#contracts/lake-formation.ts';
import type { TagPolicy, TagRule } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { sortedSet } from '#core/collections.ts';
import type { CrawlerFacts, TaggedFacts, TaggedQuestion, WorkflowFacts } from '#core/facts.ts';
import { matches } from '#core/iam/pattern.ts';
import { known, type Observed } from '#core/observed.ts';
import { tagReceivers } from '#core/selectors.ts';
import { desiredTags } from '#core/tags/rules.ts';
import { isOpen } from '#core/tags/scopes.ts';
import type { DesiredTags, RuleWorld } from '#core/tags/types.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { observeCatalog } from './listed-shares.ts';
import { CRAWLERS, TAG_KEYS, TAGGED, WORKFLOWS } from './tag-queries.ts';

type Asked = Pick<Question<PublishScope>, 'scope' | 'policy'>;

/** A database as rules see it, and what they want of it. */
export interface DesiredInDatabase {
  readonly policy: TagPolicy;
  readonly world: RuleWorld;
  readonly desired: readonly DesiredTags[];
}

/** Null where nothing is tagged: in catalogs that `tags.in` does not name. */
export function tagPolicyOf({ policy, scope }: Asked): TagPolicy | null {
  const here = policy.tags?.catalogs.some(sameAccountRegion(scope));
  return here ? policy.tags : null;
}

/** Rules of the scope's catalog. */
export function rulesIn({ policy, scope }: Asked): readonly TagRule[] {
  return (policy.tags?.rules ?? []).filter(sameAccountRegion(scope));
}

/** Rules about the scope's database; in the scope of the catalog's own those that leave the database open. */
export function rulesAbout(asked: Asked): readonly TagRule[] {
  const { database } = asked.scope;
  if (database === null) return rulesIn(asked).filter(isOpen);
  return rulesIn(asked).filter((rule) => rule.database === null || matches(rule.database, database));
}

/** Workflows that rules about the scope name. */
export async function observeWorkflows(read: Reads, asked: Asked): Promise<Observed<readonly WorkflowFacts[]>> {
  const { account, region } = asked.scope;
  const names = sortedSet(rulesAbout(asked).flatMap(({ workflow }) => workflow ?? []));
  return names.length === 0 ? known([]) : read.in(account, region).ask(WORKFLOWS, { names });
}

/** Crawlers that rules about the scope name, and those that workflows of rules run. */
export async function observeCrawlers(read: Reads, asked: Asked): Promise<Observed<readonly CrawlerFacts[]>> {
  const { account, region } = asked.scope;
  const workflows = await observeWorkflows(read, asked);
  const ofWorkflows = workflows.known ? workflows.value.flatMap(({ crawlers }) => crawlers) : [];
  const names = sortedSet([...rulesAbout(asked).flatMap(({ crawler }) => crawler ?? []), ...ofWorkflows]);
  return names.length === 0 ? known([]) : read.in(account, region).ask(CRAWLERS, { names });
}

/** The catalog's keys with their values. */
export function observeTagKeys(
  read: Reads,
  { account, region }: PublishScope,
): Promise<Observed<readonly TagValues[]>> {
  return read.in(account, region).ask(TAG_KEYS, {});
}

/** Null where no rule can be about anything: no database, or none of a catalog that the policy tags. */
export function observeDesired(read: Reads, asked: Asked): Promise<Observed<DesiredInDatabase | null>> {
  return read.once('desired tags', async (shared) => {
    const policy = tagPolicyOf(asked);
    const { account, region, database } = asked.scope;
    if (policy === null || database === null) return known(null);
    const [catalog, crawlers, workflows] = await Promise.all([
      observeCatalog(shared, asked.scope),
      observeCrawlers(shared, asked),
      observeWorkflows(shared, asked),
    ]);
    if (!catalog.known) return catalog;
    const world = { account, region, database, catalog: catalog.value, crawlers, workflows };
    return known({ policy, world, desired: desiredTags(policy, world) });
  });
}

export const NOTHING_TAGGED: TaggedFacts = {
  database: { assigned: {}, inForce: {}, unsure: [] },
  tables: {},
  columns: {},
};

/** What a database's things carry: all tables where consumers are granted by tag, else those that rules are about. */
export async function observeTagged(read: Reads, asked: Asked): Promise<Observed<TaggedFacts>> {
  const { account, region } = asked.scope;
  const question = await observeTaggedQuestion(read, asked);
  if (!question.known) return question;
  return question.value === null ? known(NOTHING_TAGGED) : read.in(account, region).ask(TAGGED, question.value);
}

/** What to ask about the database; null when nothing has to be known. */
export function observeTaggedQuestion(read: Reads, asked: Asked): Promise<Observed<TaggedQuestion | null>> {
  return read.once('tagged question', async (shared) => {
    const { scope, policy } = asked;
    const [catalog, desired] = await Promise.all([observeCatalog(shared, scope), observeDesired(shared, asked)]);
    if (!catalog.known) return catalog;
    if (!desired.known) return desired;
    const { account, database } = scope;
    const found = catalog.value.database;
    if (desired.value === null || database === null || found === null || found.isLink) return known(null);
    const all = tagReceivers(policy, scope).length > 0;
    const { policy: tags, desired: things } = desired.value;
    if (!all && things.length === 0) return known(null);
    const keys = await observeTagKeys(shared, scope);
    if (!keys.known) return keys;
    const names = new Set(all ? tags.keys.map(({ key }) => key) : things.flatMap((thing) => Object.keys(thing.tags)));
    const tables = all ? catalog.value.tables.filter(({ isLink }) => !isLink).map(({ name }) => name) : [];
    const asks = { account, database, tables: tablesOf(things, tables) };
    return known({ ...asks, keys: keys.value.filter(({ key }) => names.has(key)) });
  });
}

/** Tables to ask about, each with the columns that rules are about. */
function tablesOf(desired: readonly DesiredTags[], more: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, string[]>(more.map((table) => [table, []]));
  for (const { table, column } of desired) {
    if (table === null) continue;
    const columns = tables.get(table) ?? [];
    if (column !== null) columns.push(column);
    tables.set(table, columns);
  }
  return tables;
}
