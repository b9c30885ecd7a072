/** Which rule gives which tag to what: the most specific one that matches. */

import type { TagPolicy, TagRule } from '#contracts/policy.ts';
import { sortedSet } from '../collections.ts';
import type { TableFacts } from '../facts.ts';
import type { Observed } from '../observed.ts';
import { isPattern } from '../policy/patterns.ts';
import { columnKey } from './columns.ts';
import { type CompiledRule, compileRules, type TableView, tableVerdict, tableView } from './compiled.ts';
import { NameIndex } from './names.ts';
import { Met } from './outcome.ts';
import { leadOf, TableIndex } from './table-index.ts';
import type { DesiredTags, RuleWorld } from './types.ts';

/**
 * What rules say about a database, its tables and their columns; what no rule is about is left out. Links are never
 * tagged. Neither the order of rules nor that of tables decides anything.
 */
export function desiredTags(policy: TagPolicy, world: RuleWorld): readonly DesiredTags[] {
  const { database, tables } = world.catalog;
  if (database === null || database.isLink) return [];
  const rules = compileRules(policy, world);
  const met = new Met();
  const wanted = ofDatabase(rules, met);
  const look = lookAt(rules, met);
  for (const table of byName(tables)) if (!table.isLink) look(table, wanted);
  return wanted;
}

/** Crawlers and workflows that rules of a catalog name without a wildcard, and that don't exist. */
export function missingNames(
  rules: readonly TagRule[],
  facts: Pick<RuleWorld, 'crawlers' | 'workflows'>,
): { readonly crawlers: readonly string[]; readonly workflows: readonly string[] } {
  return {
    crawlers: missing(rules, 'crawler', facts.crawlers),
    workflows: missing(rules, 'workflow', facts.workflows),
  };
}

function missing(
  rules: readonly TagRule[],
  field: 'crawler' | 'workflow',
  facts: Observed<readonly { readonly name: string }[]>,
): readonly string[] {
  if (!facts.known) return [];
  const there = new Set(facts.value.map(({ name }) => name));
  const named = rules.flatMap((rule) => rule[field] ?? []).filter((name) => !isPattern(name));
  return sortedSet(named).filter((name) => !there.has(name));
}

/** Only rules that ask nothing of tables: which of them a database should go by nobody could say. */
function ofDatabase(rules: readonly CompiledRule[], met: Met): DesiredTags[] {
  for (const compiled of rules) {
    const { on, column, table, prefix, parameters, classification, crawler, workflow } = compiled.rule;
    const asks = [column, table, prefix, classification, crawler, workflow].some((condition) => condition !== null);
    if (on === 'database' && !asks && Object.keys(parameters).length === 0) met.add(compiled, 'yes');
  }
  const wanted: DesiredTags[] = [];
  put(wanted, { table: null, column: null }, met);
  return wanted;
}

type Look = (table: TableFacts, wanted: DesiredTags[]) => void;

function lookAt(rules: readonly CompiledRule[], met: Met): Look {
  const onTables = new TableIndex(rules.filter(({ rule }) => rule.on === 'tables' && rule.column === null));
  const lookAtColumns = columnsOf(
    rules.filter(({ rule }) => rule.on === 'columns' && rule.column !== null),
    met,
  );
  return (table, wanted) => {
    const view = tableView(table);
    onTables.each(view, (rule) => {
      const verdict = tableVerdict(rule, view);
      if (verdict !== 'no') met.add(rule, verdict);
    });
    put(wanted, { table: table.name, column: null }, met);
    if (lookAtColumns !== null) lookAtColumns(table, view, wanted);
  };
}

type LookAtColumns = (table: TableFacts, view: TableView, wanted: DesiredTags[]) => void;

/** A rule whose table is narrowed down is found by its table, another by its column: few columns have a rule. */
function columnsOf(rules: readonly CompiledRule[], met: Met): LookAtColumns | null {
  if (rules.length === 0) return null;
  const byTable = new TableIndex(rules.filter((rule) => leadOf(rule) !== null));
  const others = rules.filter((rule) => leadOf(rule) === null);
  const byColumn = new NameIndex(others.map((item) => ({ pattern: item.rule.column ?? '*', item })));
  return (table, view, wanted) => {
    const here: CompiledRule[] = [];
    byTable.each(view, (rule) => {
      if (tableVerdict(rule, view) !== 'no') here.push(rule);
    });
    if (here.length === 0 && byColumn.isEmpty) return;
    for (const column of table.columns) {
      const name = columnKey(column);
      const meet = (rule: CompiledRule) => {
        if (!rule.column(name)) return;
        const verdict = tableVerdict(rule, view);
        if (verdict !== 'no') met.add(rule, verdict);
      };
      for (const rule of here) meet(rule);
      byColumn.each(name, meet);
      put(wanted, { table: table.name, column }, met);
    }
  };
}

function put(wanted: DesiredTags[], { table, column }: Pick<DesiredTags, 'table' | 'column'>, met: Met): void {
  const outcome = met.take();
  if (outcome === null) return;
  const { tags, undecided, disputed } = outcome;
  wanted.push(
    disputed === undefined ? { table, column, tags, undecided } : { table, column, tags, undecided, disputed },
  );
}

/** As Glue lists them, unless pages came otherwise. */
function byName(tables: readonly TableFacts[]): readonly TableFacts[] {
  const ordered = tables.every((table, i) => i === 0 || (tables[i - 1]?.name ?? '') <= table.name);
  return ordered ? tables : tables.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
