import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AssignTags } from '#changes/tag-assignment/assignment.ts';
import type { Tags } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { TaggedFacts, TagsOn } from '#core/facts.ts';
import type { DesiredTags } from '#core/tags/types.ts';
import { type AssignmentsQuestion, assessAssignments, tablesToAsk } from '#hops/tags/assignments.ts';
import { intentFor, settledFor } from '../../support/recorded.ts';

const PLACE = { account: '444444444444', region: 'ap-northeast-1' };

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

function desiredTags(
  thing: { table?: string; column?: string },
  tags: Tags,
  apply: 'enforce' | 'only-if-absent' = 'enforce',
): DesiredTags {
  const desired = Object.entries(tags).map(([key, value]) => [key, { value, rule: 0, over: [], apply }] as const);
  return { table: thing.table ?? null, column: thing.column ?? null, tags: Object.fromEntries(desired), undecided: [] };
}

interface Facts extends Partial<TaggedFacts> {
  readonly recent?: readonly Entry[];
}

function question(desired: readonly DesiredTags[], facts: Facts = {}): AssignmentsQuestion {
  const { database = own({}), tables = {}, columns = {}, recent = [] } = facts;
  const made = [{ name: 'orders', location: null, isLink: false, columns: [], parameters: {} }];
  return { ...PLACE, database: 'kthr01', desired, tagged: { database, tables, columns }, recent, tables: made };
}

const shown = (changes: readonly AssignTags[]) =>
  changes.map(({ table, columns, tags }) => [[table ?? '', ...columns].join('.'), tags]);

describe('assignments', () => {
  test('one per thing, and one for columns that get the same: exceptions first, the database last', () => {
    const changes = assessAssignments(
      question([
        desiredTags({}, { pii: 'false' }),
        desiredTags({ table: 'orders' }, { source: 'product' }),
        desiredTags({ table: 'orders', column: 'email' }, { pii: 'true' }),
        desiredTags({ table: 'orders', column: 'address' }, { pii: 'true' }),
      ]),
    );
    expect(shown(changes)).toEqual([
      ['orders.address.email', { pii: 'true' }],
      ['orders', { source: 'product' }],
      ['', { pii: 'false' }],
    ]);
    expect(new Set(changes.map(({ effect }) => effect))).toEqual(new Set(['widens']));
  });

  test('an inherited value is not written again, other keys on the thing stay (G-L33)', () => {
    const database = own({ pii: 'false' });
    const tables = { orders: own({ theirs: 'x' }, { pii: 'false' }) };
    expect(
      assessAssignments(question([desiredTags({ table: 'orders' }, { pii: 'false' })], { database, tables })),
    ).toEqual([]);
  });

  test('a table that inherited what its database no longer says is told so itself', () => {
    const database = own({ pii: 'false' });
    const desired = [desiredTags({}, { pii: 'true' }), desiredTags({ table: 'orders' }, { pii: 'false' })];
    expect(shown(assessAssignments(question(desired, { database })))).toEqual([
      ['orders', { pii: 'false' }],
      ['', { pii: 'true' }],
    ]);
  });

  test('a column spelled with capitals is known by the answer without, and sent as it is spelled', () => {
    const desired = [desiredTags({ table: 'orders', column: 'Email' }, { pii: 'true' })];
    expect(shown(assessAssignments(question(desired)))).toEqual([['orders.Email', { pii: 'true' }]]);
    const columns = { orders: { email: own({ pii: 'true' }) } };
    expect(assessAssignments(question(desired, { columns }))).toEqual([]);
  });

  test('enforce replaces and remembers what was there; only-if-absent respects it', () => {
    const tables = { orders: own({ source: 'none' }) };
    const [replaced] = assessAssignments(
      question([desiredTags({ table: 'orders' }, { source: 'product' })], { tables }),
    );
    expect(replaced?.had).toEqual({ source: 'none' });
    const kept = desiredTags({ table: 'orders' }, { source: 'product' }, 'only-if-absent');
    expect(assessAssignments(question([kept], { tables }))).toEqual([]);
    expect(shown(assessAssignments(question([kept], { database: own({ source: 'none' }) })))).toEqual([
      ['orders', { source: 'product' }],
    ]);
  });

  test('only where the decision hangs on what a listing can not tell is a table asked', () => {
    const database = own({ source: 'none' });
    const tables = { orders: listed({ source: 'none' }, { source: 'none' }) };
    const asked = (value: string, apply: 'enforce' | 'only-if-absent') =>
      tablesToAsk(question([desiredTags({ table: 'orders' }, { source: value }, apply)], { database, tables }));
    expect(asked('product', 'only-if-absent')).toEqual(['orders']);
    expect(asked('none', 'only-if-absent')).toEqual([]);
    expect(asked('product', 'enforce')).toEqual([]);
    const changing = [desiredTags({}, { source: 'product' }), desiredTags({ table: 'orders' }, { source: 'product' })];
    expect(tablesToAsk(question(changing, { database, tables }))).toEqual(['orders']);
  });

  test('what was written moments ago is not written again, unless the table was made since (G-L31)', () => {
    const desired = [desiredTags({ table: 'orders' }, { source: 'product' })];
    const [change] = assessAssignments(question(desired));
    if (change === undefined) throw new Error('nothing decided');
    const entry = settledFor(change, intentFor(change), { at: 1000 });
    const again = question(desired, { recent: [entry] });
    expect(assessAssignments(again)).toEqual([]);
    const anew = { ...again, tables: again.tables.map((table) => ({ ...table, createdAt: 2000 })) };
    expect(shown(assessAssignments(anew))).toEqual([['orders', { source: 'product' }]]);
  });

  test('what nobody can tell about a thing keeps it as it is: what it inherits is not changed above it (law 6)', () => {
    const unknown = { ...desiredTags({ table: 'orders' }, {}), undecided: ['source'] };
    const desired = [desiredTags({}, { source: 'product', pii: 'false' }), unknown];
    expect(shown(assessAssignments(question(desired)))).toEqual([['', { pii: 'false' }]]);
    // With a value of its own it inherits nothing.
    const tables = { orders: own({ source: 'none' }) };
    expect(shown(assessAssignments(question(desired, { tables })))).toEqual([
      ['', { pii: 'false', source: 'product' }],
    ]);
    const column = { ...desiredTags({ table: 'orders', column: 'email' }, {}), undecided: ['pii'] };
    const above = [desiredTags({}, { source: 'x' }), desiredTags({ table: 'orders' }, { pii: 'false' }), column];
    expect(shown(assessAssignments(question(above)))).toEqual([['', { source: 'x' }]]);
  });

  test('law 1: what was decided and done leaves nothing to decide, in whatever order rules speak', () => {
    const tags = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'));
    const apply = fc.constantFrom('enforce' as const, 'only-if-absent' as const);
    const things = fc.tuple(tags, tags, tags, apply, tags, tags, tags, fc.boolean());
    fc.assert(
      fc.property(things, ([d, t, c, how, onD, onT, onC, backwards]) => {
        const desired = [
          desiredTags({}, d, how),
          desiredTags({ table: 'orders' }, t, how),
          desiredTags({ table: 'orders', column: 'email' }, c, how),
        ];
        const state: Record<'database' | 'table' | 'column', Tags> = { database: onD, table: onT, column: onC };
        const changes = assessAssignments(question(backwards ? desired.toReversed() : desired, factsOf(state)));
        for (const { table, columns, tags: set } of changes) {
          const level = table === null ? 'database' : columns.length === 0 ? 'table' : 'column';
          state[level] = { ...state[level], ...set };
        }
        expect(assessAssignments(question(desired, factsOf(state)))).toEqual([]);
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
