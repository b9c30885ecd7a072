/** What a walk knows of LF-Tags: the catalog's keys, what rules want, and what a database's things carry. */

import { readAssigned, readTagged, type TaggedQuestion } from '#aws/tagged.ts';
import { listTags } from '#aws/tags.ts';
import type { TagPolicy } from '#contracts/policy.ts';
import type { PublishScope } from '#contracts/steps.ts';
import type { CatalogFacts, CrawlerFacts, TaggedFacts, WorkflowFacts } from '#core/facts.ts';
import { known, type Observed } from '#core/lake.ts';
import { type RuleWorld, type WantedTags, wantedTags } from '#core/tags/rules.ts';
import { tagReceivers } from '#core/wanted.ts';
import type { WalkContext } from './context.ts';
import { reader } from './entrance.ts';
import { once } from './observed.ts';

/** What is known of a database otherwise. */
interface Beside {
  readonly catalog: () => Promise<Observed<CatalogFacts>>;
  readonly crawlers: () => Promise<Observed<readonly CrawlerFacts[]>>;
  readonly workflows: () => Promise<Observed<readonly WorkflowFacts[]>>;
  /** Reads what only an administrator sees whole. */
  readonly asAdmin: <T>(read: () => Promise<T>) => Promise<Observed<T>>;
}

/** A database as rules see it, and what they want of it. */
export interface Wishes {
  readonly policy: TagPolicy;
  readonly world: RuleWorld;
  readonly wanted: readonly WantedTags[];
}

export function tagFacts(ctx: WalkContext, scope: PublishScope, beside: Beside) {
  const { account, region } = scope;
  const clients = () => reader(ctx, { account, region });
  const tagKeys = once(() => beside.asAdmin(() => listTags(clients(), account)));
  const wishes = once(() => wishesOf(ctx, scope, beside));
  const question = once(() => questionOf(ctx, scope, { beside, wishes, tagKeys }));
  /** Of all tables where consumers are granted by tag, else of those that rules are about. */
  const tagged = once(async (): Promise<Observed<TaggedFacts>> => {
    const asked = await question();
    if (!asked.known) return asked;
    const { value } = asked;
    return value === null ? known(NOTHING_TAGGED) : beside.asAdmin(() => readTagged(clients(), value));
  });
  /** The same with some tables asked one by one. */
  const taggedExactly = async (tables: readonly string[]): Promise<Observed<TaggedFacts>> => {
    const [asked, facts] = await Promise.all([question(), tagged()]);
    if (!asked.known || !facts.known || asked.value === null || tables.length === 0) return facts;
    const { value } = asked;
    return beside.asAdmin(() => readAssigned(clients(), value, facts.value, tables));
  };
  return { tagKeys, wishes, tagged, taggedExactly };
}

const NOTHING_TAGGED: TaggedFacts = { database: { assigned: {}, inForce: {}, unsure: [] }, tables: {}, columns: {} };

/** Null where no rule can be about anything: no database, or none of a catalog that the policy tags. */
async function wishesOf(ctx: WalkContext, scope: PublishScope, beside: Beside): Promise<Observed<Wishes | null>> {
  const policy = tagPolicyOf(ctx, scope);
  const { account, region, database } = scope;
  if (policy === null || database === null) return known(null);
  const [catalog, crawlers, workflows] = await Promise.all([beside.catalog(), beside.crawlers(), beside.workflows()]);
  if (!catalog.known) return catalog;
  const world = { account, region, database, catalog: catalog.value, crawlers, workflows };
  return known({ policy, world, wanted: wantedTags(policy, world) });
}

/** Null where nothing is tagged: in catalogs that `tags.in` does not name. */
export function tagPolicyOf({ policy }: WalkContext, { account, region }: PublishScope): TagPolicy | null {
  const here = policy.tags?.catalogs.some((catalog) => catalog.account === account && catalog.region === region);
  return here ? policy.tags : null;
}

/** What to ask about the database; null when nothing has to be known. */
async function questionOf(
  ctx: WalkContext,
  scope: PublishScope,
  { beside, wishes, tagKeys }: { beside: Beside } & Pick<ReturnType<typeof tagFacts>, 'wishes' | 'tagKeys'>,
): Promise<Observed<TaggedQuestion | null>> {
  const [catalog, wish] = await Promise.all([beside.catalog(), wishes()]);
  if (!catalog.known) return catalog;
  if (!wish.known) return wish;
  const { account, database } = scope;
  const found = catalog.value.database;
  if (wish.value === null || database === null || found === null || found.isLink) return known(null);
  const all = tagReceivers(ctx.policy, scope).length > 0;
  const { policy, wanted } = wish.value;
  if (!all && wanted.length === 0) return known(null);
  const keys = await tagKeys();
  if (!keys.known) return keys;
  const names = new Set(all ? policy.keys.map(({ key }) => key) : wanted.flatMap(({ tags }) => Object.keys(tags)));
  const tables = tablesOf(wanted, all ? catalog.value.tables.filter((t) => !t.isLink).map((t) => t.name) : []);
  return known({ account, database, tables, keys: keys.value.filter(({ key }) => names.has(key)) });
}

/** Tables to ask about, each with the columns that rules are about. */
function tablesOf(wanted: readonly WantedTags[], more: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, string[]>(more.map((table) => [table, []]));
  for (const { table, column } of wanted) {
    if (table === null) continue;
    const columns = tables.get(table) ?? [];
    if (column !== null) columns.push(column);
    tables.set(table, columns);
  }
  return tables;
}
