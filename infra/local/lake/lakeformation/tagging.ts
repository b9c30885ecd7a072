/** Which LF-Tags a database, table or column carries, and whether an expression matches them. */

import { findTable } from '../glue/state.ts';
import type { World } from '../service.ts';
import { type Expression, key, type Ref } from './resources.ts';
import { lakeCatalogOf } from './state.ts';

export interface Tagged {
  readonly account: string;
  readonly region: string;
  readonly database: string;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
}

export type Values = ReadonlyMap<string, string>;

const noTags: Values = new Map();

/** Under what the tags set on exactly this are kept. */
export function assignedKey({ database, table, column }: Tagged): string {
  if (table === undefined) return key('d', database);
  return column === undefined ? key('t', database, table) : key('k', database, table, column);
}

/** Tags set on exactly this. */
export function assignedTo(world: World, what: Tagged): Values {
  return lakeCatalogOf(world.lakeFormation, what.account, what.region).assigned.get(assignedKey(what)) ?? noTags;
}

/** Tags in force: the database's, overridden by the table's, overridden by the column's. */
export function tagsInForce(world: World, what: Tagged): Values {
  const { column, table, ...database } = what;
  const levels = [assignedTo(world, database)];
  if (table !== undefined) levels.push(assignedTo(world, { ...database, table }));
  if (column !== undefined) levels.push(assignedTo(world, what));
  return new Map(levels.flatMap((level) => [...level]));
}

/** Keys are all required; of a key's values one is enough, `*` is any. */
export function matches(expression: Expression, tags: Values): boolean {
  return expression.every(({ key: name, values }) => {
    const value = tags.get(name);
    return value !== undefined && (values.includes('*') || values.includes(value));
  });
}

/** The expression of a tag policy, a saved one looked up in the catalog that owns it. */
export function expressionIn(world: World, ref: Extract<Ref, { kind: 'policy' }>, region: string): Expression {
  if (ref.expression) return ref.expression;
  const saved = lakeCatalogOf(world.lakeFormation, ref.catalog, region).expressions.get(ref.expressionName ?? '');
  // A deleted expression matches nothing: no resource carries a value that isn't in the list.
  return saved?.expression ?? [{ key: '', values: [] }];
}

/** Columns the expression matches: all, some by name, or none. */
export function matchedColumns(
  world: World,
  table: Tagged & { table: string },
  expression: Expression,
): 'all' | readonly string[] {
  const found = findTable(world.glue, table.account, table.region, table.database, table.table)?.table;
  const columns = [...(found?.StorageDescriptor?.Columns ?? []), ...(found?.PartitionKeys ?? [])];
  const names = columns.map((column) => (column.Name ?? '').toLowerCase());
  const matched = names.filter((column) => matches(expression, tagsInForce(world, { ...table, column })));
  if (matched.length < names.length) return matched;
  return matches(expression, tagsInForce(world, table)) ? 'all' : matched;
}
