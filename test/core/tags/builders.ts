/** Rules and worlds for tests: the smallest that means something, and one change at a time. */

import type { TagPolicy, TagRule } from '#contracts/policy.ts';
import type { CrawlerFacts, TableFacts, WorkflowFacts } from '#core/facts.ts';
import { known } from '#core/observed.ts';
import { desiredTags } from '#core/tags/rules.ts';
import type { DesiredTags, RuleWorld } from '#core/tags/types.ts';
import { FINANCE, REGION } from '../policy/documents.ts';

export function ruleOf(changes: Partial<TagRule> = {}): TagRule {
  return {
    index: 0,
    account: FINANCE,
    region: REGION,
    database: 'kthr01',
    table: null,
    column: null,
    crawler: null,
    workflow: null,
    prefix: null,
    parameters: {},
    classification: null,
    on: 'tables',
    assign: { source: 'product' },
    apply: 'enforce',
    ...changes,
  };
}

/** Rules with their indexes as they stand. */
export function tagPolicy(...rules: readonly Partial<TagRule>[]): TagPolicy {
  return {
    catalogs: [{ account: FINANCE, region: REGION }],
    keys: [],
    rules: rules.map((rule, index) => ruleOf({ index, ...rule })),
    grants: [],
  };
}

export function table(name: string, changes: Partial<TableFacts> = {}): TableFacts {
  return { name, location: `s3://lake/${name}/`, isLink: false, columns: ['id', 'email'], parameters: {}, ...changes };
}

export function worldOf(tables: readonly TableFacts[], changes: Partial<RuleWorld> = {}): RuleWorld {
  return {
    account: FINANCE,
    region: REGION,
    database: 'kthr01',
    catalog: { database: { name: 'kthr01', openTables: false, isLink: false }, tables },
    crawlers: known([]),
    workflows: known([]),
    ...changes,
  };
}

export function crawler(name: string, prefix: string, database = 'kthr01'): CrawlerFacts {
  return { name, database, prefix };
}

export function workflow(name: string, crawlers: readonly string[], jobs: readonly string[] = []): WorkflowFacts {
  return { name, crawlers, jobs, runs: [] };
}

/** `orders.email pii=true; orders source=?` with `?` for what can't be told. */
export function said(desired: readonly DesiredTags[]): string[] {
  return desired.map(({ table: name, column, tags, undecided }) => {
    const thing = [name ?? 'database', ...(column === null ? [] : [column])].join('.');
    const values = Object.entries(tags).map(([key, { value }]) => `${key}=${value}`);
    return [thing, ...values, ...undecided.map((key) => `${key}=?`)].join(' ');
  });
}

export function saidOf(policy: TagPolicy, world: RuleWorld): string[] {
  return said(desiredTags(policy, world));
}
