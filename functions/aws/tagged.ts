/** LF-Tags on a database, its tables and their columns: asked one by one when few, found by tag when many. */

import {
  type ColumnLFTag,
  GetResourceLFTagsCommand,
  type GetResourceLFTagsResponse,
  type LFTagPair,
  SearchTablesByLFTagsCommand,
  type TaggedTable,
} from '@aws-sdk/client-lakeformation';
import { isLakeError } from '#contracts/errors.ts';
import type { Tags, TagValues } from '#contracts/lake-formation.ts';
import { chunks } from '#core/collections.ts';
import type { TaggedFacts, TaggedQuestion, TagsOn } from '#core/facts.ts';
import { columnKey } from '#core/tags/columns.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';
import { everyPage } from './paging.ts';
import { VALUES } from './tags.ts';

type LakeFormation = Pick<Clients, 'lakeFormation'>;

/** More tables than this are found by tag: then reads grow with pages, not with tables (law 7). */
const ASK_ONE_BY_ONE = 50;
/** All at once is what gets an account throttled. */
const AT_ONCE = 8;
/** What SearchTablesByLFTags gives at most. */
const PAGE = 100;

/**
 * Of many tables only what is in force is known: what equals the parent's value is `unsure`. A table that is gone is
 * left out, as is one without tags of its own.
 */
export async function readTagged(clients: LakeFormation, question: TaggedQuestion): Promise<TaggedFacts> {
  const { account, database, tables } = question;
  const doing = `read the LF-Tags of database ${database}`;
  const answer = await asked({ account, owner: true, doing }, () =>
    clients.lakeFormation.send(
      new GetResourceLFTagsCommand({
        CatalogId: account,
        Resource: { Database: { CatalogId: account, Name: database } },
        ShowAssignedLFTags: true,
      }),
    ),
  );
  const assigned = tagsOf(answer.LFTagOnDatabase);
  const facts = { database: { assigned, inForce: assigned, unsure: [] }, tables: {}, columns: {} };
  if (tables.size === 0 || question.keys.length === 0) return facts;
  return tables.size <= ASK_ONE_BY_ONE
    ? readAssigned(clients, question, facts, [...tables.keys()])
    : searched(clients, question, facts);
}

/** Exactly what these tables and their columns were given; replaces what the facts said of them. */
export async function readAssigned(
  clients: LakeFormation,
  question: Pick<TaggedQuestion, 'account' | 'database'>,
  facts: TaggedFacts,
  names: readonly string[],
): Promise<TaggedFacts> {
  const found: (readonly [string, GetResourceLFTagsResponse])[] = [];
  for (const some of chunks(names, AT_ONCE)) {
    const answers = await Promise.all(some.map((table) => assignedOn(clients, question, table)));
    found.push(...answers.flatMap((answer, i) => (answer === null ? [] : [[some[i] ?? '', answer] as const])));
  }
  const tables = found.map(
    ([table, answer]) => [table, exactly(answer.LFTagsOnTable, facts.database.inForce)] as const,
  );
  const inForce = new Map(tables.map(([table, on]) => [table, on.inForce]));
  const columns = found.map(([table, answer]) => {
    return [table, columnsOf(answer.LFTagsOnColumns, inForce.get(table) ?? {})] as const;
  });
  return {
    ...facts,
    tables: { ...facts.tables, ...Object.fromEntries(tables) },
    columns: { ...facts.columns, ...Object.fromEntries(columns) },
  };
}

/** Null when the table is gone: dropped since it was listed. */
async function assignedOn(
  clients: LakeFormation,
  { account, database }: Pick<TaggedQuestion, 'account' | 'database'>,
  table: string,
): Promise<GetResourceLFTagsResponse | null> {
  const view = { account, owner: true, doing: `read the LF-Tags of table ${database}.${table}` };
  const Resource = { Table: { CatalogId: account, DatabaseName: database, Name: table } };
  try {
    return await asked(view, () =>
      clients.lakeFormation.send(
        new GetResourceLFTagsCommand({ CatalogId: account, Resource, ShowAssignedLFTags: true }),
      ),
    );
  } catch (error) {
    if (isLakeError(error, 'Missing')) return null;
    throw error;
  }
}

interface InForce {
  readonly table: Tags;
  readonly columns: ReadonlyMap<string, Tags>;
}

/** Key by key: whether an answer names other keys than those it was asked for is nowhere said. */
async function searched(clients: LakeFormation, question: TaggedQuestion, facts: TaggedFacts): Promise<TaggedFacts> {
  const { account, database, tables } = question;
  const found = new Map<string, InForce>();
  for (const { key, values } of question.keys) {
    for (const some of chunks(values, VALUES)) {
      for (const row of await search(clients, account, { key, values: some })) {
        const name = row.Table?.Name ?? '';
        if (row.Table?.DatabaseName !== database || !tables.has(name)) continue;
        found.set(name, withRow(found.get(name), row, tables.get(name) ?? []));
      }
    }
  }
  const parent = facts.database.inForce;
  const columnsOn = ({ table, columns }: InForce) =>
    Object.fromEntries([...columns].map(([column, tags]) => [column, judged(tags, { ...parent, ...table })]));
  const rows = [...found.entries()];
  const tagged = rows.filter(([, { columns }]) => columns.size > 0);
  return {
    ...facts,
    tables: Object.fromEntries(rows.map(([name, { table }]) => [name, judged(table, parent)])),
    columns: Object.fromEntries(tagged.map(([name, on]) => [name, columnsOn(on)])),
  };
}

/** Every column comes with what it inherits: kept are those that matter, and those that differ from their table. */
function withRow(before: InForce | undefined, row: TaggedTable, wanted: readonly string[]): InForce {
  const onTable = tagsOf(row.LFTagsOnTable);
  const columns = new Map(before?.columns);
  const matters = new Set(wanted.map(columnKey));
  for (const { Name = '', LFTags } of row.LFTagsOnColumns ?? []) {
    const name = columnKey(Name);
    const tags = tagsOf(LFTags);
    const differs = Object.entries(tags).some(([key, value]) => onTable[key] !== value);
    if (differs || matters.has(name)) columns.set(name, { ...columns.get(name), ...tags });
  }
  return { table: { ...before?.table, ...onTable }, columns };
}

/** Tables of the whole catalog that carry one of the values, themselves or in a column. */
async function search(clients: LakeFormation, account: string, { key, values }: TagValues): Promise<TaggedTable[]> {
  const view = { account, owner: true, doing: `find tables by LF-Tag ${key}` };
  const Expression = [{ TagKey: key, TagValues: [...values] }];
  return everyPage(async (token) => {
    const page = await asked(view, () =>
      clients.lakeFormation.send(
        new SearchTablesByLFTagsCommand({ CatalogId: account, Expression, MaxResults: PAGE, NextToken: token }),
      ),
    );
    return { items: page.TableList, next: page.NextToken };
  });
}

function columnsOf(listed: readonly ColumnLFTag[] | undefined, parent: Tags): Readonly<Record<string, TagsOn>> {
  return Object.fromEntries((listed ?? []).map(({ Name = '', LFTags }) => [columnKey(Name), exactly(LFTags, parent)]));
}

/** Of what was said to be its own. */
function exactly(pairs: readonly LFTagPair[] | undefined, parent: Tags): TagsOn {
  const assigned = tagsOf(pairs);
  return { assigned, inForce: { ...parent, ...assigned }, unsure: [] };
}

/** Of what is in force: a value other than the parent's is its own, the same one may be. */
function judged(inForce: Tags, parent: Tags): TagsOn {
  const unsure = Object.keys(inForce).filter((key) => parent[key] === inForce[key]);
  return { assigned: inForce, inForce: { ...parent, ...inForce }, unsure };
}

/** Lower case, as Lake Formation stores it; a thing has one value of a key. */
function tagsOf(pairs: readonly LFTagPair[] | undefined): Tags {
  return Object.fromEntries(
    (pairs ?? []).map(({ TagKey = '', TagValues = [] }) => [TagKey.toLowerCase(), (TagValues[0] ?? '').toLowerCase()]),
  );
}
