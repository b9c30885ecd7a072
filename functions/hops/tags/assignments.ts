/** Databases, tables and columns carry the LF-Tags that the policy's rules give them. */

import type { AssignTags } from '#changes/tag-assignment/assignment.ts';
import type { Tags } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import { sameAccountRegion } from '#core/account-region.ts';
import { sortedSet } from '#core/collections.ts';
import type { CatalogFacts, TableFacts, TaggedFacts, TagsOn } from '#core/facts.ts';
import { columnKey } from '#core/tags/columns.ts';
import { taggedText } from '#core/tags/things.ts';
import type { DesiredTag, DesiredTags } from '#core/tags/types.ts';
import type { DesiredInDatabase } from '../tag-facts.ts';

export interface AssignmentsQuestion {
  readonly account: string;
  readonly region: string;
  readonly database: string;
  /** What rules say about the database, its tables and columns: at most one of each. */
  readonly desired: readonly DesiredTags[];
  readonly tagged: TaggedFacts;
  /** Entries confirmed moments ago, laid over facts only so as not to write again. */
  readonly recent: readonly Entry[];
  readonly tables: CatalogFacts['tables'];
}

/** The question about one database, as it was observed. */
export function assignmentsQuestion(
  { world, desired }: DesiredInDatabase,
  tagged: TaggedFacts,
  recent: readonly Entry[],
): AssignmentsQuestion {
  const { account, region, database, catalog } = world;
  return { account, region, database, desired, tagged, recent, tables: catalog.tables };
}

/** Tags in force on a thing: as AWS shows them, and as they will be once what is decided here is done. */
interface InForce {
  readonly now: Tags;
  readonly next: Tags;
}

interface Decided {
  readonly desired: DesiredTags;
  readonly set: Tags;
  readonly had: Tags;
  /** A value may be the thing's own or inherited, and what to do hangs on which. */
  readonly hangs: boolean;
}

/**
 * What is to be written, one change per database and table, and one per columns of a table that get the same. Columns
 * come first and the database last: what is to be an exception is one before the rule opens anything.
 */
export function assessAssignments(question: AssignmentsQuestion): readonly AssignTags[] {
  const written = recentlyWritten(question);
  const toDo = decided(question).filter(({ set }) => Object.keys(set).length > 0);
  const columns = grouped(toDo.filter(({ desired }) => desired.column !== null));
  const others = toDo.filter(({ desired }) => desired.column === null).sort(tablesFirst);
  return [...columns, ...others.map((one) => ({ ...one, columns: [] }))]
    .map((one) => assignment(question, one))
    .filter((change) => !written(change));
}

/** Tables that have to be asked one by one, since a listing by tag can't tell what is theirs from what they inherit. */
export function tablesToAsk(question: AssignmentsQuestion): readonly string[] {
  const hanging = decided(question).filter(({ hangs }) => hangs);
  return sortedSet(hanging.flatMap(({ desired }) => desired.table ?? []));
}

/** Top down: what a database will say assesses what its tables need not. */
function decided({ desired, tagged }: AssignmentsQuestion): readonly Decided[] {
  const results: Decided[] = [];
  const assess = (thing: DesiredTags, on: TagsOn | undefined, parent: InForce): InForce => {
    const { result, inForce } = assessThing(without(thing, left(thing)), on, parent);
    results.push(result);
    return inForce;
  };
  const left = leftAlone(desired, tagged);
  const ofDatabase = desired.find(({ table }) => table === null) ?? NO_DESIRE;
  const database = assess(ofDatabase, tagged.database, { now: {}, next: {} });
  const byTable = Map.groupBy(
    desired.filter(({ table }) => table !== null),
    ({ table }) => table ?? '',
  );
  for (const [table, things] of byTable) {
    const ofTable = things.find(({ column }) => column === null) ?? { ...NO_DESIRE, table };
    const inForce = assess(ofTable, tagged.tables[table], database);
    for (const thing of things) {
      if (thing.column !== null) assess(thing, tagged.columns[table]?.[columnKey(thing.column)], inForce);
    }
  }
  return results;
}

/**
 * Keys that a thing must not change, since one below it inherits them and is to be left as it is: nobody knows what it
 * should say.
 */
function leftAlone(desired: readonly DesiredTags[], tagged: TaggedFacts): (thing: DesiredTags) => ReadonlySet<string> {
  const open = desired.filter(({ table, undecided }) => table !== null && undecided.length > 0);
  const inherits = (on: TagsOn | undefined, key: string) => on?.assigned[key] === undefined || on.unsure.includes(key);
  const ofDatabase = new Set<string>();
  const ofTables = new Map<string, Set<string>>();
  for (const { table, column, undecided } of open) {
    const name = table ?? '';
    const onColumn = column === null ? undefined : tagged.columns[name]?.[columnKey(column)];
    for (const key of undecided.filter((one) => inherits(onColumn, one))) {
      if (inherits(tagged.tables[name], key)) ofDatabase.add(key);
      if (column !== null) ofTables.set(name, (ofTables.get(name) ?? new Set()).add(key));
    }
  }
  const none = new Set<string>();
  return ({ table, column }) => {
    if (column !== null) return none;
    return table === null ? ofDatabase : (ofTables.get(table) ?? none);
  };
}

function without(thing: DesiredTags, keys: ReadonlySet<string>): DesiredTags {
  if (keys.size === 0) return thing;
  return { ...thing, tags: Object.fromEntries(Object.entries(thing.tags).filter(([key]) => !keys.has(key))) };
}

const NO_DESIRE: DesiredTags = { table: null, column: null, tags: {}, undecided: [] };

function assessThing(
  desired: DesiredTags,
  on: TagsOn | undefined,
  parent: InForce,
): { readonly result: Decided; readonly inForce: InForce } {
  const assigned = on?.assigned ?? {};
  const unsure = new Set(on?.unsure ?? []);
  // What may be inherited is taken for inherited: then it goes where its parent goes.
  const own = Object.fromEntries(Object.entries(assigned).filter(([key]) => !unsure.has(key)));
  const before: Tags = { ...parent.next, ...own };
  const lacks = ([key, { value, apply }]: [string, DesiredTag]) =>
    before[key] !== value && (apply === 'enforce' || own[key] === undefined);
  const set = Object.fromEntries(
    Object.entries(desired.tags)
      .filter(lacks)
      .map(([key, { value }]) => [key, value] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const had = Object.fromEntries(Object.entries(assigned).filter(([key]) => key in set));
  const hangs = Object.entries(desired.tags).some(
    ([key, { apply }]) =>
      unsure.has(key) && (parent.now[key] !== parent.next[key] || (apply === 'only-if-absent' && key in set)),
  );
  return {
    result: { desired, set, had, hangs },
    inForce: { now: { ...parent.now, ...assigned }, next: { ...before, ...set } },
  };
}

interface Toward {
  readonly desired: DesiredTags;
  readonly columns: readonly string[];
  readonly set: Tags;
  readonly had: Tags;
}

/** Columns of one table that get the same and had the same: one call. */
function grouped(columns: readonly Decided[]): readonly Toward[] {
  const alike = Map.groupBy(columns, ({ desired, set, had }) => JSON.stringify([desired.table, set, had]));
  return [...alike.values()]
    .flatMap((group): Toward[] => {
      const [first] = group;
      const names = group.flatMap(({ desired }) => desired.column ?? []).sort();
      return first === undefined ? [] : [{ ...first, columns: names }];
    })
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey({ desired, columns }: Toward): string {
  return JSON.stringify([desired.table, columns]);
}

function tablesFirst(a: Decided, b: Decided): number {
  if (a.desired.table === null || b.desired.table === null) return a.desired.table === null ? 1 : -1;
  return a.desired.table < b.desired.table ? -1 : 1;
}

function assignment({ account, region, database }: AssignmentsQuestion, { desired, columns, set, had }: Toward) {
  return {
    kind: 'assign-tags' as const,
    hop: 'tags' as const,
    account,
    region,
    effect: 'widens' as const,
    products: [],
    database,
    table: desired.table,
    columns,
    tags: set,
    had,
  };
}

/** Whether AWS took exactly this moments ago, on this very table: one made since then is another, and bare (G-L31). */
function recentlyWritten(question: AssignmentsQuestion): (change: AssignTags) => boolean {
  const { recent, tables } = question;
  const here = recent.filter(sameAccountRegion(question));
  const assigned = here.flatMap((entry) => (entry.kind === 'assignment' ? [entry] : []));
  if (assigned.length === 0) return () => false;
  const written = new Map(assigned.map((entry) => [entry.target, entry]));
  const made = new Map(tables.map((table: TableFacts) => [table.name, table.createdAt ?? null]));
  return (change) => {
    const entry = written.get(taggedText(change));
    if (entry === undefined) return false;
    const madeAt = change.table === null ? null : (made.get(change.table) ?? null);
    if (madeAt !== null && madeAt > entry.at) return false;
    return Object.entries(change.tags).every(([key, value]) => entry.sent[key] === value);
  };
}
