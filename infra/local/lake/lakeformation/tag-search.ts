/** Databases and tables by their LF-Tags, and saved expressions. */

import type {
  CreateLFTagExpressionRequest,
  GetLFTagExpressionRequest,
  ListLFTagExpressionsRequest,
  SearchDatabasesByLFTagsRequest,
  SearchTablesByLFTagsRequest,
  TaggedDatabase,
  TaggedTable,
  UpdateLFTagExpressionRequest,
} from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import { pageOf, pageOfList } from '../glue/paging.ts';
import type { Call } from '../service.ts';
import { notFound } from './authority.ts';
import { canDescribeDatabase, canDescribeTable } from './authorize.ts';
import { type Expression, expressionOf, tagsOf } from './resources.ts';
import type { SavedExpression } from './state.ts';
import { columnsOf, toldTags } from './tag-assignment.ts';
import { matches, tagsInForce } from './tagging.ts';
import { catalogOf, requireOnCatalog, tagNamed } from './tags.ts';

const mostPerPage = 100;

/** One page of databases that match and that the caller sees, with their tags. */
export function searchDatabasesByLFTags(call: Call, input: SearchDatabasesByLFTagsRequest): object {
  const expression = expressionOf(input.Expression ?? []);
  const place = { account: input.CatalogId ?? call.account, region: call.region };
  const told = toldTags(call, place.account, false);
  const found: TaggedDatabase[] = [];
  for (const database of databasesOf(call, place.account)) {
    const at = { ...place, database };
    if (!matches(expression, tagsInForce(call.world, at)) || !canDescribeDatabase(call.world, call.caller, at))
      continue;
    found.push({ Database: { CatalogId: place.account, Name: database }, LFTags: told(at) });
  }
  const { items, NextToken } = pageOfList(found, input, mostPerPage);
  return { DatabaseList: items, ...(NextToken === undefined ? {} : { NextToken }) };
}

/** One page of tables that match, or have a column that does, and that the caller sees, with their tags. */
export function searchTablesByLFTags(call: Call, input: SearchTablesByLFTagsRequest): object {
  const expression = expressionOf(input.Expression ?? []);
  const account = input.CatalogId ?? call.account;
  const all = databasesOf(call, account).flatMap((database) => taggedTables(call, account, database, expression));
  const { items, NextToken } = pageOfList(all, input, mostPerPage);
  return { TableList: items, ...(NextToken === undefined ? {} : { NextToken }) };
}

/** Tables that carry matching tags themselves or in one of their columns. */
function taggedTables(call: Call, account: string, database: string, expression: Expression): TaggedTable[] {
  const { world, region } = call;
  const told = toldTags(call, account, false);
  const at = { account, region, database };
  const tables = world.glue.catalogs.get(`${account}/${region}`)?.databases.get(database)?.tables.keys() ?? [];
  return tables.flatMap((table) => {
    const here = { ...at, table };
    const columns = columnsOf(call, at, table).map((column) => ({ ...here, column }));
    const matched = [here, ...columns].some((one) => matches(expression, tagsInForce(world, one)));
    if (!matched || !canDescribeTable(world, call.caller, here)) return [];
    return {
      Table: { CatalogId: account, DatabaseName: database, Name: table },
      LFTagOnDatabase: told(at),
      LFTagsOnTable: told(here),
      LFTagsOnColumns: columns.map((one) => ({ Name: one.column, LFTags: told(one) })),
    };
  });
}

function databasesOf({ world, region }: Call, account: string): readonly string[] {
  return world.glue.catalogs.get(`${account}/${region}`)?.databases.keys() ?? [];
}

/** Saves an expression of tags that exist. Throws where the name is taken. */
export function createLFTagExpression(call: Call, input: CreateLFTagExpressionRequest): object {
  const { expressions } = catalogOf(call, input.CatalogId);
  requireOnCatalog(call, 'CREATE_LF_TAG_EXPRESSION', 'Create LF-Tag Expression');
  const name = input.Name ?? '';
  if (expressions.has(name)) throw new AwsError('InvalidInputException', `LF-Tag expression ${name} already exists.`);
  expressions.set(name, { name, description: input.Description, expression: checked(call, input) });
  return {};
}

/** Replaces a saved expression, and its description where one is given. */
export function updateLFTagExpression(call: Call, input: UpdateLFTagExpressionRequest): object {
  const saved = expressionNamed(call, input);
  requireOnCatalog(call, 'CREATE_LF_TAG_EXPRESSION', 'Alter');
  saved.expression = checked(call, input);
  saved.description = input.Description ?? saved.description;
  return {};
}

/** Deletes a saved expression; `EntityNotFoundException` where there is none. */
export function deleteLFTagExpression(call: Call, input: GetLFTagExpressionRequest): object {
  const saved = expressionNamed(call, input);
  requireOnCatalog(call, 'CREATE_LF_TAG_EXPRESSION', 'Drop');
  catalogOf(call, input.CatalogId).expressions.delete(saved.name);
  return {};
}

/** A saved expression; `EntityNotFoundException` where there is none. */
export function getLFTagExpression(call: Call, input: GetLFTagExpressionRequest): object {
  return written(call, expressionNamed(call, input));
}

/** One page of the catalog's saved expressions. */
export function listLFTagExpressions(call: Call, input: ListLFTagExpressionsRequest): object {
  const { expressions } = catalogOf(call, input.CatalogId);
  const { items, NextToken } = pageOf(expressions, input, mostPerPage, (saved) => written(call, saved));
  return { LFTagExpressions: items, ...(NextToken === undefined ? {} : { NextToken }) };
}

function written(call: Call, { name, description, expression }: SavedExpression) {
  return {
    Name: name,
    CatalogId: call.account,
    Expression: tagsOf(expression),
    ...(description === undefined ? {} : { Description: description }),
  };
}

function expressionNamed(call: Call, { Name = '', CatalogId }: GetLFTagExpressionRequest): SavedExpression {
  const saved = catalogOf(call, CatalogId).expressions.get(Name);
  if (!saved) throw notFound(`LF-Tag expression ${Name}`);
  return saved;
}

/** Every key and value of a saved expression must be there. */
function checked(call: Call, input: CreateLFTagExpressionRequest | UpdateLFTagExpressionRequest): Expression {
  const expression = expressionOf(input.Expression ?? []);
  for (const { key, values } of expression) {
    const tag = tagNamed(catalogOf(call, input.CatalogId), key);
    const unknown = values.find((value) => value !== '*' && !tag.values.includes(value));
    if (unknown !== undefined) throw notFound(`Tag value ${unknown} of tag key ${key}`);
  }
  return expression;
}
