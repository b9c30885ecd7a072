import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '#contracts/ledger.ts';
import type { AssignTags } from '#core/actions.ts';
import { intentOf, settled } from '#core/entries.ts';
import type { TaggedFacts, Tags, TagsOn } from '#core/facts.ts';
import { decideOntology, neededBy } from '#core/hops/ontology.ts';
import { type AssignmentsQuestion, decideAssignments, tablesToAsk } from '#core/hops/tags.ts';
import { leftoverFindings } from '#core/leftovers.ts';
import type { WantedTags } from '#core/tags/rules.ts';

const PLACE = { account: '444444444444', region: 'ap-northeast-1' };
const RUN = { policy: 'p', execution: 'e', at: 1000 };

const own = (assigned: Tags, parent: Tags = {}): TagsOn => ({
  assigned,
  inForce: { ...parent, ...assigned },
  unsure: [],
});
/** As a listing by tag shows it: what equals the parent's may be the thing's own. */
const listed = (inForce: Tags, parent: Tags): TagsOn => ({
  assigned: inForce,
  inForce: { ...parent, ...inForce },
  unsure: Object.keys(inForce).filter((key) => parent[key] === inForce[key]),
});

function wants(
  thing: { table?: string; column?: string },
  tags: Tags,
  apply: 'enforce' | 'only-if-absent' = 'enforce',
): WantedTags {
  const wanted = Object.entries(tags).map(([key, value]) => [key, { value, rule: 0, over: [], apply }] as const);
  return { table: thing.table ?? null, column: thing.column ?? null, tags: Object.fromEntries(wanted), undecided: [] };
}

interface Facts extends Partial<TaggedFacts> {
  readonly recent?: readonly Entry[];
}

function question(wanted: readonly WantedTags[], facts: Facts = {}): AssignmentsQuestion {
  const { database = own({}), tables = {}, columns = {}, recent = [] } = facts;
  const made = [{ name: 'orders', location: null, isLink: false, columns: [], parameters: {} }];
  return { ...PLACE, database: 'kthr01', wanted, tagged: { database, tables, columns }, recent, tables: made };
}

const shown = (actions: readonly AssignTags[]) =>
  actions.map(({ table, columns, tags }) => [[table ?? '', ...columns].join('.'), tags]);

describe('assignments', () => {
  test('one per thing, and one for columns that get the same: exceptions first, the database last', () => {
    const actions = decideAssignments(
      question([
        wants({}, { pii: 'false' }),
        wants({ table: 'orders' }, { source: 'product' }),
        wants({ table: 'orders', column: 'email' }, { pii: 'true' }),
        wants({ table: 'orders', column: 'address' }, { pii: 'true' }),
      ]),
    );
    expect(shown(actions)).toEqual([
      ['orders.address.email', { pii: 'true' }],
      ['orders', { source: 'product' }],
      ['', { pii: 'false' }],
    ]);
    expect(new Set(actions.map(({ effect }) => effect))).toEqual(new Set(['widens']));
  });

  test('an inherited value is not written again, other keys on the thing stay (G-L33)', () => {
    const database = own({ pii: 'false' });
    const tables = { orders: own({ theirs: 'x' }, { pii: 'false' }) };
    expect(decideAssignments(question([wants({ table: 'orders' }, { pii: 'false' })], { database, tables }))).toEqual(
      [],
    );
  });

  test('a table that inherited what its database no longer says is told so itself', () => {
    const database = own({ pii: 'false' });
    const wanted = [wants({}, { pii: 'true' }), wants({ table: 'orders' }, { pii: 'false' })];
    expect(shown(decideAssignments(question(wanted, { database })))).toEqual([
      ['orders', { pii: 'false' }],
      ['', { pii: 'true' }],
    ]);
  });

  test('a column spelled with capitals is known by the answer without, and sent as it is spelled', () => {
    const wanted = [wants({ table: 'orders', column: 'Email' }, { pii: 'true' })];
    expect(shown(decideAssignments(question(wanted)))).toEqual([['orders.Email', { pii: 'true' }]]);
    const columns = { orders: { email: own({ pii: 'true' }) } };
    expect(decideAssignments(question(wanted, { columns }))).toEqual([]);
  });

  test('enforce replaces and remembers what was there; only-if-absent respects it', () => {
    const tables = { orders: own({ source: 'none' }) };
    const [replaced] = decideAssignments(question([wants({ table: 'orders' }, { source: 'product' })], { tables }));
    expect(replaced?.had).toEqual({ source: 'none' });
    const kept = wants({ table: 'orders' }, { source: 'product' }, 'only-if-absent');
    expect(decideAssignments(question([kept], { tables }))).toEqual([]);
    expect(shown(decideAssignments(question([kept], { database: own({ source: 'none' }) })))).toEqual([
      ['orders', { source: 'product' }],
    ]);
  });

  test('only where the decision hangs on what a listing can not tell is a table asked', () => {
    const database = own({ source: 'none' });
    const tables = { orders: listed({ source: 'none' }, { source: 'none' }) };
    const asked = (value: string, apply: 'enforce' | 'only-if-absent') =>
      tablesToAsk(question([wants({ table: 'orders' }, { source: value }, apply)], { database, tables }));
    expect(asked('product', 'only-if-absent')).toEqual(['orders']);
    expect(asked('none', 'only-if-absent')).toEqual([]);
    expect(asked('product', 'enforce')).toEqual([]);
    const changing = [wants({}, { source: 'product' }), wants({ table: 'orders' }, { source: 'product' })];
    expect(tablesToAsk(question(changing, { database, tables }))).toEqual(['orders']);
  });

  test('what was written moments ago is not written again, unless the table was made since (G-L31)', () => {
    const wanted = [wants({ table: 'orders' }, { source: 'product' })];
    const [action] = decideAssignments(question(wanted));
    if (action === undefined) throw new Error('nothing decided');
    const entry = settled(action, intentOf(action, RUN, undefined), { at: 1000, trouble: null }, undefined);
    const again = question(wanted, { recent: [entry] });
    expect(decideAssignments(again)).toEqual([]);
    const anew = { ...again, tables: again.tables.map((table) => ({ ...table, createdAt: 2000 })) };
    expect(shown(decideAssignments(anew))).toEqual([['orders', { source: 'product' }]]);
  });

  test('what nobody can tell about a thing keeps it as it is: what it inherits is not changed above it (law 6)', () => {
    const unknown = { ...wants({ table: 'orders' }, {}), undecided: ['source'] };
    const wanted = [wants({}, { source: 'product', pii: 'false' }), unknown];
    expect(shown(decideAssignments(question(wanted)))).toEqual([['', { pii: 'false' }]]);
    // With a value of its own it inherits nothing.
    const tables = { orders: own({ source: 'none' }) };
    expect(shown(decideAssignments(question(wanted, { tables })))).toEqual([['', { pii: 'false', source: 'product' }]]);
    const column = { ...wants({ table: 'orders', column: 'email' }, {}), undecided: ['pii'] };
    const above = [wants({}, { source: 'x' }), wants({ table: 'orders' }, { pii: 'false' }), column];
    expect(shown(decideAssignments(question(above)))).toEqual([['', { source: 'x' }]]);
  });

  test('law 1: what was decided and done leaves nothing to decide, in whatever order rules speak', () => {
    const tags = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'));
    const apply = fc.constantFrom('enforce' as const, 'only-if-absent' as const);
    const things = fc.tuple(tags, tags, tags, apply, tags, tags, tags, fc.boolean());
    fc.assert(
      fc.property(things, ([d, t, c, how, onD, onT, onC, backwards]) => {
        const wanted = [
          wants({}, d, how),
          wants({ table: 'orders' }, t, how),
          wants({ table: 'orders', column: 'email' }, c, how),
        ];
        const state: Record<'database' | 'table' | 'column', Tags> = { database: onD, table: onT, column: onC };
        const actions = decideAssignments(question(backwards ? wanted.toReversed() : wanted, factsOf(state)));
        for (const { table, columns, tags: set } of actions) {
          const level = table === null ? 'database' : columns.length === 0 ? 'table' : 'column';
          state[level] = { ...state[level], ...set };
        }
        expect(decideAssignments(question(wanted, factsOf(state)))).toEqual([]);
        const { database, table, column } = state;
        const inForce = { ...database, ...table, ...column };
        if (how === 'enforce') expect(inForce).toMatchObject(c);
      }),
    );
  });
});

function factsOf({ database, table, column }: { database: Tags; table: Tags; column: Tags }): TaggedFacts {
  const onTable = own(table, database);
  return {
    database: own(database),
    tables: { orders: onTable },
    columns: { orders: { email: own(column, onTable.inForce) } },
  };
}

describe('keys and values', () => {
  const there = [{ key: 'source', values: ['none'] }];
  const decide = (tags: Tags[], recent: Entry[] = []) =>
    decideOntology({ ...PLACE, needed: neededBy(tags.map((one) => ({ tags: one }))), there, recent });

  test('a key is made with all values that are needed, another gains what it lacks, none is taken out (G-L34)', () => {
    expect(decide([{ pii: 'true', source: 'product' }, { pii: 'false' }, { source: 'none' }])).toMatchObject([
      { kind: 'create-tag', tag: { key: 'pii', values: ['false', 'true'] } },
      { kind: 'extend-tag', tag: { key: 'source', values: ['product'] } },
    ]);
    expect(decide([{ source: 'none' }])).toEqual([]);
  });

  test('what was made moments ago is not made again, and the ledger knows all of it', () => {
    const [create] = decide([{ pii: 'true' }]);
    if (create === undefined) throw new Error('nothing decided');
    const made = settled(create, intentOf(create, RUN, undefined), { at: 1000, trouble: null }, undefined);
    expect(decide([{ pii: 'true' }], [made])).toEqual([]);
    const [extend] = decide([{ pii: 'false' }], [made]);
    expect(extend).toMatchObject({ kind: 'extend-tag', tag: { values: ['false'] } });
    if (extend === undefined) return;
    const entry = intentOf(extend, RUN, made);
    expect(entry.id).toBe(made.id);
    expect(JSON.parse(entry.sent)).toEqual({ key: 'pii', values: ['false', 'true'] });
    expect(entry.before).toEqual({ key: 'absent', true: 'absent', false: 'absent' });
  });
});

describe('what is left over', () => {
  const assign = (table: string, tags: Tags): AssignTags => ({
    ...PLACE,
    kind: 'assign-tags',
    hop: 'tags',
    effect: 'widens',
    products: [],
    database: 'kthr01',
    table,
    columns: [],
    tags,
    had: {},
  });
  const tables = Array.from({ length: 1000 }, (_, i) => `t${i}`);
  const refusal = {
    code: 'AccessDenied',
    message: 'no ASSOCIATE',
    aws: { code: 'AccessDeniedException', message: '' },
  };
  const refused = (action: AssignTags) =>
    settled(action, intentOf(action, RUN, undefined), { at: 1, trouble: refusal }, undefined);

  test('a key that could not be made is one finding, however many tables should carry it (law 5)', () => {
    const create = {
      ...PLACE,
      kind: 'create-tag' as const,
      hop: 'tags' as const,
      effect: 'neutral' as const,
      products: [],
      tag: { key: 'source', values: ['product'] },
    };
    const actions = [create, ...tables.map((table) => assign(table, { source: 'product' }))];
    expect(leftoverFindings(actions, []).map(({ cause }) => cause)).toEqual(['create-tag-missing']);
  });

  test('few tables are told one by one, many with one fault together', () => {
    const few = tables.slice(0, 3).map((table) => assign(table, { source: 'product' }));
    expect(leftoverFindings(few, few.map(refused)).map(({ cause }) => cause)).toEqual(
      Array(3).fill('assign-tags-failed'),
    );
    const many = tables.map((table) => assign(table, { source: 'product' }));
    const [one, ...more] = leftoverFindings(many, many.map(refused));
    expect(more).toEqual([]);
    expect(one).toMatchObject({ cause: 'assign-tags-failed', aws: { code: 'AccessDeniedException' } });
    expect(one?.message).toContain('1000 things of kthr01 could not be tagged: t0, t1, t10, t100, t101 and 995 more');
    expect(one?.remedy).toContain('ASSOCIATE');
  });

  test('of tags refused in part the ledger keeps what AWS took, and what it said', () => {
    const action = assign('orders', { pii: 'true', source: 'product' });
    const intent = intentOf(action, RUN, undefined);
    const entry = settled(action, intent, { at: 2, trouble: refusal, took: { pii: 'true' } }, undefined);
    expect(entry).toMatchObject({ state: 'confirmed', sent: '{"pii":"true"}', error: { code: 'AccessDenied' } });
    const rest = assign('orders', { source: 'product' });
    expect(leftoverFindings([rest], [entry])).toMatchObject([{ cause: 'assign-tags-failed' }]);
    expect(JSON.parse(intentOf(rest, RUN, entry).sent)).toEqual({ pii: 'true', source: 'product' });
  });
});
