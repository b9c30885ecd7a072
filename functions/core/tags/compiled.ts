/** Rules prepared for the tables of one database: what of a rule can be known once is asked once. */

import type { TagPolicy, TagRule } from '#contracts/policy.ts';
import { sameAccountRegion } from '../account-region.ts';
import { unique } from '../collections.ts';
import type { CrawlerFacts, TableFacts } from '../facts.ts';
import { matches } from '../iam/pattern.ts';
import { isPattern } from '../policy/patterns.ts';
import { type NameTest, nameTest } from './names.ts';
import { compareSpecificity, specificity } from './specificity.ts';
import type { RuleWorld } from './types.ts';

/** Whether a rule is about a thing. `maybe`: a crawler or workflow that would tell could not be read, or is not there. */
export type Verdict = 'yes' | 'maybe' | 'no';

/** Tables of crawlers and workflows that a rule names. */
export interface Owned {
  readonly any: boolean;
  readonly maybe: boolean;
  /** In lower case, as Glue names tables. */
  readonly prefixes: readonly string[];
}

export interface CompiledRule {
  readonly rule: TagRule;
  /** Equal for rules that are equally specific; the smallest wins. */
  readonly rank: number;
  /** Its place among those compiled with it, from 0. */
  readonly place: number;
  readonly column: NameTest;
  readonly table: NameTest;
  /** `bucket/prefix/` */
  readonly location: string | null;
  readonly parameters: readonly { readonly name: string; readonly test: NameTest }[];
  readonly classification: NameTest | null;
  readonly owners: readonly Owned[];
}

/** The rules that may say something about this database, the most specific first. */
export function compileRules(policy: TagPolicy, world: RuleWorld): readonly CompiledRule[] {
  const weighed = rulesAbout(policy, world)
    .map((rule) => ({ rule, weights: specificity(rule) }))
    .sort((a, b) => compareSpecificity(a.weights, b.weights) || a.rule.index - b.rule.index);
  let rank = 0;
  return weighed
    .map(({ rule, weights }, i) => {
      const before = weighed[i - 1];
      if (before !== undefined && compareSpecificity(before.weights, weights) !== 0) rank++;
      return compile(rule, { rank, place: i }, world);
    })
    .filter(({ owners }) => owners.every(({ any, maybe, prefixes }) => any || maybe || prefixes.length > 0));
}

function rulesAbout({ rules }: TagPolicy, world: RuleWorld): readonly TagRule[] {
  const name = world.database.toLowerCase();
  return rules.filter(sameAccountRegion(world)).filter(({ database }) => database === null || matches(database, name));
}

function compile(rule: TagRule, order: Pick<CompiledRule, 'rank' | 'place'>, world: RuleWorld): CompiledRule {
  const { prefix, classification } = rule;
  return {
    rule,
    ...order,
    column: nameTest(rule.column),
    table: nameTest(rule.table),
    location: prefix === null ? null : `${prefix.bucket}/${prefix.prefix}`,
    parameters: Object.entries(rule.parameters).map(([name, value]) => ({ name, test: nameTest(value) })),
    classification: classification === null ? null : nameTest(classification),
    owners: [
      ...(rule.crawler === null ? [] : [ownedByCrawler(rule.crawler, world)]),
      ...(rule.workflow === null ? [] : [ownedByWorkflow(rule, rule.workflow, world)]),
    ],
  };
}

/** Also of one named in full that is not there: deleting a crawler must not give its tables to the next rule. */
const UNKNOWN: Owned = { any: false, maybe: true, prefixes: [] };

function ownedByCrawler(pattern: string, world: RuleWorld): Owned {
  if (!world.crawlers.known) return UNKNOWN;
  const crawlers = world.crawlers.value.filter(({ name }) => matches(pattern, name));
  return crawlers.length === 0 && !isPattern(pattern) ? UNKNOWN : written(crawlers, world);
}

/** What a job writes its graph doesn't say: of a graph with jobs the tables count that the rule itself names. */
function ownedByWorkflow(rule: TagRule, pattern: string, world: RuleWorld): Owned {
  if (!world.workflows.known) return UNKNOWN;
  const workflows = world.workflows.value.filter(({ name }) => matches(pattern, name));
  if (workflows.length === 0 && !isPattern(pattern)) return UNKNOWN;
  const names = new Set(workflows.flatMap(({ crawlers }) => crawlers));
  const any = (rule.table !== null || rule.prefix !== null) && workflows.some(({ jobs }) => jobs.length > 0);
  if (any || names.size === 0) return { any, maybe: false, prefixes: [] };
  if (!world.crawlers.known) return UNKNOWN;
  return written(
    world.crawlers.value.filter(({ name }) => names.has(name)),
    world,
  );
}

function written(crawlers: readonly CrawlerFacts[], world: RuleWorld): Owned {
  const here = crawlers.filter(({ database }) => database.toLowerCase() === world.database.toLowerCase());
  const prefixes = unique(here.map(({ prefix }) => prefix.toLowerCase()));
  return { any: prefixes.includes(''), maybe: false, prefixes };
}

/** A table as rules look at it. */
export interface TableView {
  readonly name: string;
  /** `bucket/key/`, or null for what has no files. */
  readonly location: string | null;
  readonly parameters: TableFacts['parameters'];
}

/** What rules look at, of a table. */
export function tableView({ name, location, parameters }: TableFacts): TableView {
  return { name: name.toLowerCase(), location: locationText(location), parameters };
}

/** `s3a` and `s3n` are Hadoop's other words for `s3`. */
function locationText(location: string | null): string | null {
  const scheme = location === null ? null : /^s3[an]?:\/\//i.exec(location);
  if (location === null || scheme === null || scheme === undefined) return null;
  const text = location.slice(scheme[0].length);
  return text.endsWith('/') ? text : `${text}/`;
}

/** Whether a rule is about a table, whatever its columns. */
export function tableVerdict(compiled: CompiledRule, table: TableView): Verdict {
  if (!compiled.table(table.name)) return 'no';
  if (compiled.location !== null && !(table.location ?? '').startsWith(compiled.location)) return 'no';
  for (const { name, test } of compiled.parameters) {
    const value = parameter(table, name);
    if (value === undefined || !test(value)) return 'no';
  }
  if (compiled.classification !== null) {
    const value = parameter(table, 'classification');
    if (value === undefined || !compiled.classification(value.toLowerCase())) return 'no';
  }
  return ownersVerdict(compiled.owners, table.name);
}

function ownersVerdict(owners: readonly Owned[], table: string): Verdict {
  let verdict: Verdict = 'yes';
  for (const { any, maybe, prefixes } of owners) {
    if (any || prefixes.some((prefix) => table.startsWith(prefix))) continue;
    if (!maybe) return 'no';
    verdict = 'maybe';
  }
  return verdict;
}

/** Own ones only: `constructor` is a parameter of no table. */
export function parameter({ parameters }: Pick<TableView, 'parameters'>, name: string): string | undefined {
  return Object.hasOwn(parameters, name) ? parameters[name] : undefined;
}
