/** Lake Formation resources: read from a request, given keys for storing and finding, written back. */

import type { LFTag, Resource } from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';

/** Which columns a column grant is about. */
export type Columns =
  | { readonly kind: 'all' }
  | { readonly kind: 'only'; readonly names: readonly string[] }
  | { readonly kind: 'except'; readonly names: readonly string[] };

/** Keys and values in lower case; keys in order, the values of one key are alternatives. */
export type Expression = readonly { readonly key: string; readonly values: readonly string[] }[];

type PolicyType = 'DATABASE' | 'TABLE';

/** A resource by the catalog (account) that owns it. Names are in lower case. No `table`: all tables. */
export type Ref =
  | { readonly kind: 'catalog'; readonly catalog: string }
  | { readonly kind: 'database'; readonly catalog: string; readonly database: string }
  | { readonly kind: 'table'; readonly catalog: string; readonly database: string; readonly table?: string | undefined }
  | {
      readonly kind: 'columns';
      readonly catalog: string;
      readonly database: string;
      readonly table?: string | undefined;
      readonly columns: Columns;
    }
  | { readonly kind: 'location'; readonly catalog: string; readonly arn: string }
  | {
      readonly kind: 'filter';
      readonly catalog: string;
      readonly database: string;
      readonly table: string;
      readonly name: string;
    }
  | { readonly kind: 'tag'; readonly catalog: string; readonly key: string; readonly values: readonly string[] }
  | {
      readonly kind: 'policy';
      readonly catalog: string;
      readonly type: PolicyType;
      readonly expression?: Expression | undefined;
      readonly expressionName?: string | undefined;
    }
  | { readonly kind: 'expression'; readonly catalog: string; readonly name: string };

/** What AWS calls "all tables" when it lists a wildcard. */
const allTables = 'ALL_TABLES';

/** Exactly one member of the union, or AWS's complaint. */
export function refOf(resource: Resource | undefined, account: string): Ref {
  const set = Object.entries(resource ?? {}).filter(([, value]) => value !== undefined);
  if (set.length === 0)
    throw invalidInput('Resource must have one of the have either the catalog, table or database field populated.');
  if (set.length > 1) throw invalidInput('Resource must have exactly one field populated.');
  return readRef(resource as Resource, account);
}

function readRef(resource: Resource, account: string): Ref {
  const { Database, Table, TableWithColumns, DataLocation, DataCellsFilter } = resource;
  if (Database)
    return { kind: 'database', catalog: Database.CatalogId ?? account, database: lower(Database.Name, 'Name') };
  if (Table) return tableRef(Table, account);
  if (TableWithColumns) return columnsRef(TableWithColumns, account);
  if (DataLocation)
    return { kind: 'location', catalog: DataLocation.CatalogId ?? account, arn: trimmed(DataLocation.ResourceArn) };
  if (DataCellsFilter)
    return {
      kind: 'filter',
      catalog: DataCellsFilter.TableCatalogId ?? account,
      database: lower(DataCellsFilter.DatabaseName, 'DatabaseName'),
      table: lower(DataCellsFilter.TableName, 'TableName'),
      name: DataCellsFilter.Name ?? '',
    };
  return readTagRef(resource, account);
}

function readTagRef(resource: Resource, account: string): Ref {
  const { LFTag: tag, LFTagPolicy, LFTagExpression, Catalog } = resource;
  if (tag) {
    const { key, values } = tagOf(tag);
    return { kind: 'tag', catalog: tag.CatalogId ?? account, key, values };
  }
  if (LFTagExpression)
    return { kind: 'expression', catalog: LFTagExpression.CatalogId ?? account, name: LFTagExpression.Name ?? '' };
  if (!LFTagPolicy) return { kind: 'catalog', catalog: Catalog?.Id ?? account };
  const { Expression: inline, ExpressionName: expressionName } = LFTagPolicy;
  if ((inline === undefined) === (expressionName === undefined))
    throw invalidInput('LFTagPolicy must have exactly one of Expression and ExpressionName.');
  return {
    kind: 'policy',
    catalog: LFTagPolicy.CatalogId ?? account,
    type: LFTagPolicy.ResourceType === 'DATABASE' ? 'DATABASE' : 'TABLE',
    expression: inline === undefined ? undefined : expressionOf(inline),
    expressionName,
  };
}

function tableRef(table: NonNullable<Resource['Table']>, account: string): Ref {
  if ((table.Name === undefined) === (table.TableWildcard === undefined))
    throw invalidInput('Table must have exactly one of Name and TableWildcard.');
  return {
    kind: 'table',
    catalog: table.CatalogId ?? account,
    database: lower(table.DatabaseName, 'DatabaseName'),
    table: tableName(table.Name),
  };
}

function columnsRef(table: NonNullable<Resource['TableWithColumns']>, account: string): Ref {
  const { ColumnNames: names, ColumnWildcard: wildcard } = table;
  if ((names === undefined) === (wildcard === undefined))
    throw invalidInput('TableWithColumns must have exactly one of ColumnNames and ColumnWildcard.');
  const excluded = wildcard?.ExcludedColumnNames ?? [];
  const columns: Columns = names
    ? { kind: 'only', names: sortedLower(names) }
    : excluded.length > 0
      ? { kind: 'except', names: sortedLower(excluded) }
      : { kind: 'all' };
  return {
    kind: 'columns',
    catalog: table.CatalogId ?? account,
    database: lower(table.DatabaseName, 'DatabaseName'),
    table: tableName(table.Name),
    columns,
  };
}

/** A wildcard comes back from listings under this name, so it must also be understood. */
function tableName(name: string | undefined): string | undefined {
  return name === undefined || name === allTables ? undefined : name.toLowerCase();
}

/** Key and values in lower case, the values in order. */
export function tagOf(tag: LFTag): { key: string; values: string[] } {
  return { key: (tag.TagKey ?? '').toLowerCase(), values: sortedLower(tag.TagValues ?? []) };
}

/** The expression in its one form. Throws `InvalidInputException` where a key appears twice. */
export function expressionOf(tags: readonly LFTag[]): Expression {
  const keys = new Map<string, Set<string>>();
  for (const { key, values } of tags.map(tagOf)) {
    if (keys.has(key)) throw invalidInput(`Tag key ${key} appears more than once in the expression.`);
    keys.set(key, new Set(values));
  }
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, values]) => ({ key, values: [...values] }));
}

/** An expression as the API writes it. */
export function tagsOf(expression: Expression): LFTag[] {
  return expression.map(({ key, values }) => ({ TagKey: key, TagValues: [...values] }));
}

/** Where grants on this resource are found: a table and its columns are one place, all tables another. */
export function placeOf(ref: Ref): string {
  switch (ref.kind) {
    case 'catalog':
      return key('c', ref.catalog);
    case 'database':
      return key('d', ref.catalog, ref.database);
    case 'table':
    case 'columns':
      return ref.table === undefined
        ? key('w', ref.catalog, ref.database)
        : key('t', ref.catalog, ref.database, ref.table);
    case 'location':
      return key('l', ref.catalog, ref.arn);
    case 'filter':
      return key('f', ref.catalog, ref.database, ref.table, ref.name);
    case 'tag':
      return key('g', ref.catalog, ref.key);
    case 'policy':
      return key('p', ref.catalog, ref.type, ref.expressionName ?? JSON.stringify(ref.expression));
    case 'expression':
      return key('e', ref.catalog, ref.name);
  }
}

/** What one grant of one principal is about: as `placeOf`, but columns and tag values apart. */
export function keyOf(ref: Ref): string {
  if (ref.kind === 'columns') return key(placeOf(ref), 'columns', columnsKey(ref.columns));
  if (ref.kind === 'tag') return key(placeOf(ref), ...ref.values);
  return placeOf(ref);
}

/** Named columns of one table are one grant that grows and shrinks. */
function columnsKey(columns: Columns): string {
  return columns.kind === 'except' ? key('except', ...columns.names) : columns.kind;
}

/** The parts as one key, which no part's text can imitate. */
export function key(...parts: readonly string[]): string {
  return parts.join('\u0000');
}

/** The resource as AWS's listings write it. */
export function resourceOf(ref: Ref): Resource {
  switch (ref.kind) {
    case 'catalog':
      return { Catalog: { Id: ref.catalog } };
    case 'database':
      return { Database: { CatalogId: ref.catalog, Name: ref.database } };
    case 'table': {
      const wildcard = ref.table === undefined ? { Name: allTables, TableWildcard: {} } : { Name: ref.table };
      return { Table: { CatalogId: ref.catalog, DatabaseName: ref.database, ...wildcard } };
    }
    case 'columns':
      return {
        TableWithColumns: {
          CatalogId: ref.catalog,
          DatabaseName: ref.database,
          Name: ref.table ?? allTables,
          ...writtenColumns(ref.columns),
        },
      };
    case 'location':
      return { DataLocation: { CatalogId: ref.catalog, ResourceArn: ref.arn } };
    case 'filter':
      return {
        DataCellsFilter: {
          TableCatalogId: ref.catalog,
          DatabaseName: ref.database,
          TableName: ref.table,
          Name: ref.name,
        },
      };
    default:
      return tagResourceOf(ref);
  }
}

function tagResourceOf(ref: Extract<Ref, { kind: 'tag' | 'policy' | 'expression' }>): Resource {
  if (ref.kind === 'tag') return { LFTag: { CatalogId: ref.catalog, TagKey: ref.key, TagValues: [...ref.values] } };
  if (ref.kind === 'expression') return { LFTagExpression: { CatalogId: ref.catalog, Name: ref.name } };
  const of = ref.expression ? { Expression: tagsOf(ref.expression) } : { ExpressionName: ref.expressionName };
  return { LFTagPolicy: { CatalogId: ref.catalog, ResourceType: ref.type, ...of } };
}

function writtenColumns(columns: Columns): object {
  if (columns.kind === 'only') return { ColumnNames: [...columns.names] };
  return { ColumnWildcard: columns.kind === 'all' ? {} : { ExcludedColumnNames: [...columns.names] } };
}

function lower(name: string | undefined, member: string): string {
  if (name === undefined || name === '') throw invalidInput(`${member} must not be empty.`);
  return name.toLowerCase();
}

/** A place is the same with and without a slash at its end. */
function trimmed(arn = ''): string {
  return arn.replace(/\/+$/, '');
}

function sortedLower(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.toLowerCase()))].sort();
}

/** An `InvalidInputException` with these words. */
export function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInputException', message);
}
