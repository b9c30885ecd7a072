/** Hop 5, second half: databases, tables and columns carry the LF-Tags that the policy's rules give them. */

import type { Entry } from '../../contracts/ledger.ts';
import type { AssignTags } from '../actions.ts';
import { taggedText } from '../describe.ts';
import type { CatalogFacts, TableFacts, TaggedFacts, Tags, TagsOn } from '../facts.ts';
import { columnKey } from '../tags/columns.ts';
import type { WantedTag, WantedTags } from '../tags/rules.ts';

export interface AssignmentsQuestion {
  readonly account: string;
  readonly region: string;
  readonly database: string;
  /** What rules say about the database, its tables and columns: at most one of each. */
  readonly wanted: readonly WantedTags[];
  readonly tagged: TaggedFacts;
  /** Entries confirmed moments ago, laid over facts only so as not to write again. */
  readonly recent: readonly Entry[];
  readonly tables: CatalogFacts['tables'];
}

/** Tags in force on a thing: as AWS shows them, and as they will be once what is decided here is done. */
interface InForce {
  readonly now: Tags;
  readonly next: Tags;
}

interface Decided {
  readonly wanted: WantedTags;
  readonly set: Tags;
  readonly had: Tags;
  /** A value may be the thing's own or inherited, and what to do hangs on which. */
  readonly hangs: boolean;
}

/**
 * What is to be written, one action per database and table, and one per columns of a table that get the same. Columns
 * come first and the database last: what is to be an exception is one before the rule opens anything.
 */
export function decideAssignments(question: AssignmentsQuestion): readonly AssignTags[] {
  const written = recentlyWritten(question);
  const toDo = decided(question).filter(({ set }) => Object.keys(set).length > 0);
  const columns = grouped(toDo.filter(({ wanted }) => wanted.column !== null));
  const others = toDo.filter(({ wanted }) => wanted.column === null).sort(tablesFirst);
  return [...columns, ...others.map((one) => ({ ...one, columns: [] }))]
    .map((one) => assignment(question, one))
    .filter((action) => !written(action));
}

/** Tables that have to be asked one by one, since a listing by tag can't tell what is theirs from what they inherit. */
export function tablesToAsk(question: AssignmentsQuestion): readonly string[] {
  const hanging = decided(question).filter(({ hangs }) => hangs);
  return [...new Set(hanging.flatMap(({ wanted }) => wanted.table ?? []))].sort();
}

/** Top down: what a database will say decides what its tables need not. */
function decided({ wanted, tagged }: AssignmentsQuestion): readonly Decided[] {
  const results: Decided[] = [];
  const decide = (wish: WantedTags, on: TagsOn | undefined, parent: InForce): InForce => {
    const { result, inForce } = decideThing(without(wish, left(wish)), on, parent);
    results.push(result);
    return inForce;
  };
  const left = leftAlone(wanted, tagged);
  const ofDatabase = wanted.find(({ table }) => table === null) ?? NO_WISH;
  const database = decide(ofDatabase, tagged.database, { now: {}, next: {} });
  const byTable = Map.groupBy(
    wanted.filter(({ table }) => table !== null),
    ({ table }) => table ?? '',
  );
  for (const [table, things] of byTable) {
    const ofTable = things.find(({ column }) => column === null) ?? { ...NO_WISH, table };
    const inForce = decide(ofTable, tagged.tables[table], database);
    for (const thing of things) {
      if (thing.column !== null) decide(thing, tagged.columns[table]?.[columnKey(thing.column)], inForce);
    }
  }
  return results;
}

/**
 * Keys that a thing must not change, since one below it inherits them and is to be left as it is: nobody knows what it
 * should say.
 */
function leftAlone(wanted: readonly WantedTags[], tagged: TaggedFacts): (wish: WantedTags) => ReadonlySet<string> {
  const open = wanted.filter(({ table, undecided }) => table !== null && undecided.length > 0);
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

function without(wish: WantedTags, keys: ReadonlySet<string>): WantedTags {
  if (keys.size === 0) return wish;
  return { ...wish, tags: Object.fromEntries(Object.entries(wish.tags).filter(([key]) => !keys.has(key))) };
}

const NO_WISH: WantedTags = { table: null, column: null, tags: {}, undecided: [] };

function decideThing(
  wanted: WantedTags,
  on: TagsOn | undefined,
  parent: InForce,
): { readonly result: Decided; readonly inForce: InForce } {
  const assigned = on?.assigned ?? {};
  const unsure = new Set(on?.unsure ?? []);
  // What may be inherited is taken for inherited: then it goes where its parent goes.
  const own = Object.fromEntries(Object.entries(assigned).filter(([key]) => !unsure.has(key)));
  const before: Tags = { ...parent.next, ...own };
  const lacks = ([key, { value, apply }]: [string, WantedTag]) =>
    before[key] !== value && (apply === 'enforce' || own[key] === undefined);
  const set = Object.fromEntries(
    Object.entries(wanted.tags)
      .filter(lacks)
      .map(([key, { value }]) => [key, value] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const had = Object.fromEntries(Object.entries(assigned).filter(([key]) => key in set));
  const hangs = Object.entries(wanted.tags).some(
    ([key, { apply }]) =>
      unsure.has(key) && (parent.now[key] !== parent.next[key] || (apply === 'only-if-absent' && key in set)),
  );
  return {
    result: { wanted, set, had, hangs },
    inForce: { now: { ...parent.now, ...assigned }, next: { ...before, ...set } },
  };
}

interface Toward {
  readonly wanted: WantedTags;
  readonly columns: readonly string[];
  readonly set: Tags;
  readonly had: Tags;
}

/** Columns of one table that get the same and had the same: one call. */
function grouped(columns: readonly Decided[]): readonly Toward[] {
  const alike = Map.groupBy(columns, ({ wanted, set, had }) => JSON.stringify([wanted.table, set, had]));
  return [...alike.values()]
    .flatMap((group): Toward[] => {
      const [first] = group;
      const names = group.flatMap(({ wanted }) => wanted.column ?? []).sort();
      return first === undefined ? [] : [{ ...first, columns: names }];
    })
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey({ wanted, columns }: Toward): string {
  return JSON.stringify([wanted.table, columns]);
}

function tablesFirst(a: Decided, b: Decided): number {
  if (a.wanted.table === null || b.wanted.table === null) return a.wanted.table === null ? 1 : -1;
  return a.wanted.table < b.wanted.table ? -1 : 1;
}

function assignment({ account, region, database }: AssignmentsQuestion, { wanted, columns, set, had }: Toward) {
  return {
    kind: 'assign-tags' as const,
    hop: 'tags' as const,
    account,
    region,
    effect: 'widens' as const,
    products: [],
    database,
    table: wanted.table,
    columns,
    tags: set,
    had,
  };
}

/** Whether AWS took exactly this moments ago, on this very table: one made since then is another, and bare (G-L31). */
function recentlyWritten({ account, region, recent, tables }: AssignmentsQuestion): (action: AssignTags) => boolean {
  const written = new Map(
    recent
      .filter((entry) => entry.kind === 'assignment' && entry.account === account && entry.region === region)
      .map((entry) => [entry.target, { at: entry.at, tags: JSON.parse(entry.sent) as Tags }]),
  );
  if (written.size === 0) return () => false;
  const made = new Map(tables.map((table: TableFacts) => [table.name, table.createdAt ?? null]));
  return (action) => {
    const entry = written.get(taggedText(action));
    if (entry === undefined) return false;
    const madeAt = action.table === null ? null : (made.get(action.table) ?? null);
    if (madeAt !== null && madeAt > entry.at) return false;
    return Object.entries(action.tags).every(([key, value]) => entry.tags[key] === value);
  };
}
