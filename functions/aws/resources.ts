/** Lake Formation's `Resource` union ⇄ core's `LakeResource`. The owner's account is always said (its default is the caller). */

import type { Resource } from '@aws-sdk/client-lakeformation';
import { LakeError } from '#contracts/errors.ts';
import type { LakeResource, TagValues } from '#contracts/lake-formation.ts';

/** What Lake Formation calls "all tables" where it gives a name instead of a wildcard. */
const ALL_TABLES = 'ALL_TABLES';

/** The resource in the words of Lake Formation's API. */
export function toResource(resource: LakeResource): Resource {
  switch (resource.type) {
    case 'catalog':
      return { Catalog: { Id: resource.catalog } };
    case 'database':
      return { Database: { CatalogId: resource.catalog, Name: resource.database } };
    case 'table':
      return { Table: { CatalogId: resource.catalog, DatabaseName: resource.database, Name: resource.table } };
    case 'all-tables':
      return { Table: { CatalogId: resource.catalog, DatabaseName: resource.database, TableWildcard: {} } };
    case 'columns':
      return {
        TableWithColumns: {
          CatalogId: resource.catalog,
          DatabaseName: resource.database,
          Name: resource.table,
          ...(resource.excluded
            ? { ColumnWildcard: { ExcludedColumnNames: [...resource.columns] } }
            : { ColumnNames: [...resource.columns] }),
        },
      };
    case 'tag':
      return { LFTag: { CatalogId: resource.catalog, TagKey: resource.key, TagValues: [...resource.values] } };
    case 'tag-policy':
      return {
        LFTagPolicy: {
          CatalogId: resource.catalog,
          ResourceType: resource.on === 'database' ? 'DATABASE' : 'TABLE',
          Expression: resource.expression.map(({ key, values }) => ({ TagKey: key, TagValues: [...values] })),
        },
      };
    case 'data-location':
      return { DataLocation: { CatalogId: resource.catalog, ResourceArn: resource.arn } };
    case 'other':
      throw new LakeError('Unexpected', { message: `${resource.text} is only ever read, never sent` });
  }
}

/** Columns cannot be asked about: Lake Formation answers for their table, columns included (G-L6). */
export function toQuery(resource: LakeResource): Resource {
  return toResource(resource.type === 'columns' ? { ...resource, type: 'table' } : resource);
}

/** `account`: whose catalog it is where AWS names none. */
export function fromResource(resource: Resource, account: string): LakeResource {
  const { Catalog, Database, Table, TableWithColumns, DataLocation } = resource;
  if (Database) return { type: 'database', catalog: Database.CatalogId ?? account, database: Database.Name ?? '' };
  if (Table) return fromTable(Table, account);
  if (TableWithColumns) return fromColumns(TableWithColumns, account);
  if (DataLocation) {
    return { type: 'data-location', catalog: DataLocation.CatalogId ?? account, arn: DataLocation.ResourceArn ?? '' };
  }
  if (Catalog) return { type: 'catalog', catalog: Catalog.Id ?? account };
  return fromTagged(resource, account);
}

function fromTable(table: NonNullable<Resource['Table']>, account: string): LakeResource {
  const place = { catalog: table.CatalogId ?? account, database: table.DatabaseName ?? '' };
  if (table.TableWildcard || table.Name === undefined || table.Name === ALL_TABLES) {
    return { type: 'all-tables', ...place };
  }
  return { type: 'table', ...place, table: table.Name };
}

/** SELECT on a whole table comes back as all its columns: that is the table again. */
function fromColumns(table: NonNullable<Resource['TableWithColumns']>, account: string): LakeResource {
  const excluded = table.ColumnWildcard?.ExcludedColumnNames ?? [];
  const named = table.ColumnNames ?? [];
  if (named.length === 0 && excluded.length === 0) {
    return fromTable({ CatalogId: table.CatalogId, DatabaseName: table.DatabaseName, Name: table.Name }, account);
  }
  return {
    type: 'columns',
    catalog: table.CatalogId ?? account,
    database: table.DatabaseName ?? '',
    table: table.Name ?? '',
    columns: [...(named.length > 0 ? named : excluded)].sort(),
    excluded: named.length === 0,
  };
}

/** Tags are stored in lower case; values have no order. */
function tagValues(tag: { TagKey: string | undefined; TagValues: string[] | undefined }): TagValues {
  const values = (tag.TagValues ?? []).map((value) => value.toLowerCase()).sort();
  return { key: (tag.TagKey ?? '').toLowerCase(), values };
}

/** Grants by tag, by filter or of a kind newer than this code: read and left alone. */
function fromTagged(resource: Resource, account: string): LakeResource {
  const { DataCellsFilter: filter, LFTag: tag, LFTagPolicy: policy, LFTagExpression: expression } = resource;
  const other = (catalog: string | undefined, text: string): LakeResource => ({
    type: 'other',
    catalog: catalog ?? account,
    text,
  });
  if (filter) {
    return other(filter.TableCatalogId, `filter ${filter.Name} on ${filter.DatabaseName}.${filter.TableName}`);
  }
  if (tag) return { type: 'tag', catalog: tag.CatalogId ?? account, ...tagValues(tag) };
  if (expression) return other(expression.CatalogId, `tag expression ${expression.Name}`);
  if (policy?.ExpressionName !== undefined) {
    return other(policy.CatalogId, `${(policy.ResourceType ?? '').toLowerCase()}s tagged as ${policy.ExpressionName}`);
  }
  if (policy) {
    const expression = (policy.Expression ?? []).map(tagValues).sort((a, b) => (a.key < b.key ? -1 : 1));
    const on = policy.ResourceType === 'DATABASE' ? 'database' : 'table';
    return { type: 'tag-policy', catalog: policy.CatalogId ?? account, on, expression };
  }
  return other(account, JSON.stringify(resource));
}
