/** What rules name in so many words and is not there, or can't be tagged. */

import type { Finding } from '#contracts/findings.ts';
import type { TagPolicy, TagRule } from '#contracts/policy.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import type { TableFacts } from '#core/facts.ts';
import { finding, listed } from '#core/findings.ts';
import { matches } from '#core/iam/pattern.ts';
import { isPattern } from '#core/policy/patterns.ts';
import { columnKey } from '#core/tags/columns.ts';
import { missingNames } from '#core/tags/rules.ts';
import { reportingDatabase } from '#core/tags/scopes.ts';
import type { DesiredTags, RuleWorld } from '#core/tags/types.ts';

/** A thing that rules name by a literal, with the places of those rules under `tags.rules`. */
interface Named {
  readonly what: string;
  readonly rules: readonly number[];
  /** Without it nobody can tell which tables a rule is about, and they are left as they are. */
  readonly leaves?: boolean;
}

/** Only of rules that name this very database: a table's name in a pattern of databases need not be in each. */
export function tagNameFindings(policy: TagPolicy, world: RuleWorld): readonly Finding[] {
  const { database, catalog } = world;
  const ours = policy.rules.filter(sameAccountRegion(world)).filter((rule) => literally(rule.database) === database);
  if (ours.length === 0) return [];
  const indexes = ours.map(({ index }) => index);
  if (catalog.database === null) return [matchesNothing(world, { what: databaseText(world), rules: indexes })];
  if (catalog.database.isLink) return [isLink(world, indexes)];
  return [...missingTables(ours, world), ...missingColumns(ours, world), ...missingRunners(policy, world)].map(
    (named) => matchesNothing(world, named),
  );
}

/** Of a catalog: crawlers and workflows that rules name which leave the database open. */
export function runnerFindings(policy: TagPolicy, catalog: Omit<Runners, 'database'>): readonly Finding[] {
  return missingRunners(policy, { ...catalog, database: null }).map((named) => matchesNothing(catalog, named));
}

type Runners = Pick<RuleWorld, 'account' | 'region' | 'crawlers' | 'workflows'> & {
  readonly database: string | null;
};

function literally(name: string | null): string | null {
  return name === null || isPattern(name) ? null : name;
}

function databaseText({ account, database }: RuleWorld): string {
  return `database ${account}/${database}`;
}

/** The same name in several rules is one thing that is not there. */
function together(rules: readonly TagRule[], nameOf: (rule: TagRule) => string | null): readonly Named[] {
  const named = rules.flatMap((rule) => {
    const what = nameOf(rule);
    return what === null ? [] : [{ what, rule: rule.index }];
  });
  return [...Map.groupBy(named, ({ what }) => what)].map(([what, same]) => ({
    what,
    rules: same.map(({ rule }) => rule),
  }));
}

function missingTables(rules: readonly TagRule[], { account, database, catalog }: RuleWorld): readonly Named[] {
  const there = new Set(dataTables(catalog.tables).map(({ name }) => name));
  return together(rules, (rule) => {
    const table = literally(rule.table);
    return table === null || there.has(table) ? null : `table ${account}/${database}.${table}`;
  });
}

/** In no table that the rule is about; where there is none yet, nothing is said of its columns. */
function missingColumns(rules: readonly TagRule[], { account, database, catalog }: RuleWorld): readonly Named[] {
  return together(rules, (rule) => {
    const column = literally(rule.column);
    if (column === null) return null;
    const tables = dataTables(catalog.tables).filter(({ name }) => rule.table === null || matches(rule.table, name));
    if (tables.length === 0 || tables.some(({ columns }) => columns.map(columnKey).includes(column))) return null;
    return `column ${column} of ${rule.table === null ? 'tables' : `table ${rule.table}`} in ${account}/${database}`;
  });
}

/** Links are nobody's data. */
function dataTables(tables: readonly TableFacts[]): readonly TableFacts[] {
  return tables.filter(({ isLink }) => !isLink);
}

/** Told once, however many databases they are of. */
function missingRunners(policy: TagPolicy, place: Runners): readonly Named[] {
  const here = policy.rules.filter(sameAccountRegion(place));
  const missing = missingNames(here, place);
  const named = (kind: 'crawler' | 'workflow', names: readonly string[]) =>
    names.flatMap((name): readonly Named[] => {
      const rules = here.filter((rule) => rule[kind] === name);
      const what = `${kind} ${name} of ${place.account}`;
      if (reportingDatabase(rules) !== place.database) return [];
      return [{ what, rules: rules.map(({ index }) => index), leaves: true }];
    });
  return [...named('crawler', missing.crawlers), ...named('workflow', missing.workflows)];
}

type Place = Pick<RuleWorld, 'account' | 'region'>;

function matchesNothing({ account, region }: Place, { what, rules, leaves = false }: Named): Finding {
  return finding({
    hop: 'tags',
    state: 'broken',
    cause: 'tag-rule-matches-nothing',
    account,
    region,
    resource: what,
    message: `${rulesText(rules)} of the policy ${rules.length === 1 ? 'names' : 'name'} ${what}, and there is none`,
    remedy: `${leaves ? 'Which tables are its nobody can tell: what the rule would tag keeps the tags it has until then.' : 'Nothing is lost: it is tagged when it appears.'} If it was renamed or is gone for good, correct the rule under tags.rules.`,
  });
}

function isLink(world: RuleWorld, rules: readonly number[]): Finding {
  const { account, region } = world;
  return finding({
    hop: 'tags',
    state: 'broken',
    cause: 'database-is-a-link',
    account,
    region,
    resource: databaseText(world),
    message: `${rulesText(rules)} of the policy would tag ${databaseText(world)}, which is a resource link`,
    remedy:
      "Tags belong where the data is: write the rule for the database the link points at, in its owner's account, with that catalog under tags.in.",
  });
}

/** Rules that give a thing different values and are equally specific: it is left as it is, and so told once for all. */
export function disputeFindings(desired: readonly DesiredTags[], world: RuleWorld): readonly Finding[] {
  const { account, region, database } = world;
  const disputes = desired.flatMap(({ table, column, disputed = {} }) =>
    Object.entries(disputed).map(([key, rules]) => ({ key, rules, thing: [table ?? database, column ?? []].flat() })),
  );
  return [...Map.groupBy(disputes, ({ key, rules }) => JSON.stringify([key, rules]))].flatMap(([identity, same]) => {
    const [first] = same;
    if (first === undefined) return [];
    const things = same.map(({ thing }) => thing.join('.')).sort();
    return [
      finding({
        hop: 'tags',
        state: 'broken',
        cause: 'tag-rules-disagree',
        account,
        region,
        resource: `LF-Tag ${first.key} in ${account}/${database}`,
        identity: JSON.stringify([database, identity]),
        message: `${rulesText(first.rules)} give ${first.key} different values and are equally specific, so it was left as it is on ${listed(things)}`,
        remedy: 'Make one of the rules more specific, by a literal name instead of a pattern for example.',
      }),
    ];
  });
}

/** As people count them. */
function rulesText(rules: readonly number[]): string {
  const places = rules.map((index) => `tags.rules[${index}]`);
  return listed(places);
}
