import { describe, expect, test } from 'vitest';
import type { TagRule } from '#contracts/policy.ts';
import type { TableFacts } from '#core/facts.ts';
import { known, unknown } from '#core/observed.ts';
import { desiredTags, missingNames } from '#core/tags/rules.ts';
import { crawler, saidOf, table, tagPolicy, workflow, worldOf } from './builders.ts';

const UNREAD = unknown({ code: 'Denied', message: 'no right to read crawlers' });

describe('what a rule is about', () => {
  const fits = (rule: Partial<TagRule>, one: TableFacts) => saidOf(tagPolicy(rule), worldOf([one])).length > 0;

  test('every table of the database when it names no more', () => {
    expect(saidOf(tagPolicy({}), worldOf([table('orders'), table('staff')]))).toEqual([
      'orders source=product',
      'staff source=product',
    ]);
  });

  test.each<[Partial<TagRule>, boolean]>([
    [{ account: '222222222222' }, false],
    [{ region: 'us-east-1' }, false],
    [{ database: 'kthr0?' }, true],
    [{ database: null }, true],
    [{ database: 'kthr' }, false],
    [{ table: 'orders' }, true],
    [{ table: 'order' }, false],
    [{ table: '*der*' }, true],
    [{ table: 'o*e*s' }, true],
    [{ table: 'o*s*s' }, false],
    [{ table: 'o?ders' }, true],
    [{ table: '?' }, false],
    [{ table: '*' }, true],
  ])('%j of a table orders: %s', (rule, expected) => {
    expect(fits(rule, table('orders'))).toBe(expected);
  });

  test('names in other scripts, and characters that mean something to regular expressions', () => {
    expect(fits({ table: '売上_*' }, table('売上_2024'))).toBe(true);
    expect(fits({ table: '?_x' }, table('😀_x'))).toBe(true);
    expect(fits({ table: 'a.c+(d[e' }, table('a.c+(d[e'))).toBe(true);
    expect(fits({ table: 'a.c*' }, table('abc'))).toBe(false);
    expect(fits({ table: '^*$' }, table('orders'))).toBe(false);
  });

  test('hostile patterns cost no more than others', () => {
    const name = 'a'.repeat(255);
    const patterns = [`${'*a'.repeat(120)}*b`, `${'a*'.repeat(127)}b`, `${'?*'.repeat(127)}b`, '*'.repeat(255)];
    expect(patterns.map((pattern) => fits({ table: pattern }, table(name)))).toEqual([false, false, false, true]);
  });

  test.each([
    ['s3://lake/cur/', true],
    ['s3://lake/cur', true],
    ['s3a://lake/cur/2024/', true],
    ['s3n://lake/cur/file.csv', true],
    ['s3://lake/curious/', false],
    ['s3://lake/CUR/', false],
    ['s3://lakes/cur/', false],
    ['s3://lake/', false],
    ['hdfs://lake/cur/', false],
    [null, false],
  ])('a table at %s lies under s3://lake/cur/: %s', (location, expected) => {
    expect(fits({ prefix: { bucket: 'lake', prefix: 'cur/' } }, table('t', { location }))).toBe(expected);
  });

  test('a whole bucket is a prefix, too', () => {
    expect(fits({ prefix: { bucket: 'lake', prefix: '' } }, table('t', { location: 's3://lake' }))).toBe(true);
  });

  test('parameters: all of them, by value or pattern, and only what the table itself has', () => {
    const one = table('t', { parameters: { Owner: 'sales-eu', classification: 'Parquet' } });
    expect(fits({ parameters: { Owner: 'sales-*' } }, one)).toBe(true);
    expect(fits({ parameters: { Owner: 'sales-eu', classification: 'Parquet' } }, one)).toBe(true);
    expect(fits({ parameters: { Owner: 'sales-*', team: '*' } }, one)).toBe(false);
    expect(fits({ parameters: { owner: 'sales-eu' } }, one)).toBe(false);
    expect(fits({ parameters: { constructor: '*' } }, one)).toBe(false);
  });

  test('classification, whatever its case', () => {
    const one = table('t', { parameters: { classification: 'Parquet' } });
    expect(fits({ classification: 'parquet' }, one)).toBe(true);
    expect(fits({ classification: 'par*' }, one)).toBe(true);
    expect(fits({ classification: 'csv' }, one)).toBe(false);
    expect(fits({ classification: '*' }, table('view'))).toBe(false);
  });

  test('columns: those that fit, partition keys and names in upper case too', () => {
    const one = table('orders', { columns: ['id', 'E-Mail', 'customer_email', 'dt'] });
    const policy = tagPolicy(
      { on: 'columns', column: '*mail*', assign: { pii: 'true' } },
      { on: 'columns', column: 'dt', table: 'or*', assign: { zone: 'raw' } },
    );
    expect(saidOf(policy, worldOf([one, table('x', { columns: ['dt', 'id'] })]))).toEqual([
      'orders.E-Mail pii=true',
      'orders.customer_email pii=true',
      'orders.dt zone=raw',
    ]);
  });

  test('a database only by a rule that says so, never by one that asks something of tables', () => {
    const onDatabase = { on: 'database' as const, assign: { pii: 'false' } };
    expect(saidOf(tagPolicy(onDatabase), worldOf([]))).toEqual(['database pii=false']);
    expect(saidOf(tagPolicy({ ...onDatabase, table: '*' }), worldOf([table('orders')]))).toEqual([]);
  });

  test('links are never tagged: neither tables nor databases that are one, nor what is missing', () => {
    const both = tagPolicy({}, { on: 'database' });
    expect(saidOf(both, worldOf([table('orders', { isLink: true })]))).toEqual(['database source=product']);
    const database = { name: 'kthr01', openTables: false, isLink: true };
    expect(saidOf(both, worldOf([], { catalog: { database, tables: [table('x')] } }))).toEqual([]);
    expect(saidOf(both, worldOf([], { catalog: { database: null, tables: [] } }))).toEqual([]);
  });
});

describe('tables of crawlers and workflows', () => {
  const tables = [table('raw_orders'), table('raw_staff'), table('workflow_a'), table('other')];
  const crawlers = known([
    crawler('land', 'RAW_'),
    crawler('everything', '', 'elsewhere'),
    crawler('flow-last', 'workflow_'),
    crawler('Land', 'other'),
  ]);

  test("a crawler's: of its database, with its prefix; names of crawlers know upper case", () => {
    expect(saidOf(tagPolicy({ crawler: 'land' }), worldOf(tables, { crawlers }))).toEqual([
      'raw_orders source=product',
      'raw_staff source=product',
    ]);
    expect(saidOf(tagPolicy({ crawler: 'every*' }), worldOf(tables, { crawlers }))).toEqual([]);
    expect(saidOf(tagPolicy({ crawler: '?and' }), worldOf(tables, { crawlers }))).toHaveLength(3);
  });

  test('a crawler without a prefix has every table of its database', () => {
    const all = known([crawler('all', '')]);
    expect(saidOf(tagPolicy({ crawler: 'all' }), worldOf(tables, { crawlers: all }))).toHaveLength(4);
  });

  test("a workflow's: those of its crawlers", () => {
    const workflows = known([workflow('flow', ['flow-last'])]);
    expect(saidOf(tagPolicy({ workflow: 'flow*' }), worldOf(tables, { crawlers, workflows }))).toEqual([
      'workflow_a source=product',
    ]);
  });

  test('with jobs also those that the rule itself names, by table or prefix, and none by the jobs alone', () => {
    const workflows = known([workflow('flow', ['flow-last'], ['import'])]);
    const world = worldOf(tables, { crawlers, workflows });
    expect(saidOf(tagPolicy({ workflow: 'flow', table: 'o*' }), world)).toEqual(['other source=product']);
    expect(saidOf(tagPolicy({ workflow: 'flow', prefix: { bucket: 'lake', prefix: 'other/' } }), world)).toEqual([
      'other source=product',
    ]);
    expect(saidOf(tagPolicy({ workflow: 'flow' }), world)).toEqual(['workflow_a source=product']);
  });

  test('one that does not exist is no match, and is told apart', () => {
    const policy = tagPolicy({ crawler: 'gone' }, { workflow: 'lost' }, { crawler: 'gone*' }, { crawler: 'land' });
    const world = worldOf([table('other')], { crawlers });
    // Whose tables they are nobody can tell any more: none goes to another rule by that.
    expect(saidOf(policy, world)).toEqual(['other source=?']);
    expect(saidOf(tagPolicy({ crawler: 'gone*' }, { workflow: 'lost*' }), world)).toEqual([]);
    expect(missingNames(policy.rules, world)).toEqual({ crawlers: ['gone'], workflows: ['lost'] });
    expect(missingNames(policy.rules, worldOf([], { crawlers: UNREAD, workflows: UNREAD }))).toEqual({
      crawlers: [],
      workflows: [],
    });
  });

  test('one that is deleted leaves its tables as they are: they go to no other rule', () => {
    const policy = tagPolicy(
      { assign: { source: 'product', pii: 'false' } },
      { crawler: 'hr', table: 'hr_*', assign: { source: 'none' } },
    );
    const tables = [table('hr_staff'), table('orders')];
    const there = worldOf(tables, { crawlers: known([crawler('hr', 'hr_')]) });
    expect(saidOf(policy, there)).toEqual(['hr_staff pii=false source=none', 'orders pii=false source=product']);
    expect(saidOf(policy, worldOf(tables))).toEqual(['hr_staff pii=false source=?', 'orders pii=false source=product']);
    const workflows = tagPolicy({ assign: { source: 'product' } }, { workflow: 'hr', assign: { source: 'none' } });
    expect(saidOf(workflows, worldOf(tables))).toEqual(['hr_staff source=?', 'orders source=?']);
  });

  test('one that could not be read leaves the key undecided, never guessed (law 6)', () => {
    const policy = tagPolicy(
      { crawler: 'land', assign: { source: 'product' } },
      { database: null, assign: { source: 'none', pii: 'false' } },
    );
    expect(saidOf(policy, worldOf([table('raw_orders')], { crawlers: UNREAD }))).toEqual([
      'raw_orders pii=false source=?',
    ]);
  });

  test('unread, but beaten or saying the same: nothing is open', () => {
    const beaten = tagPolicy(
      { crawler: 'land', assign: { source: 'product' } },
      { table: 'raw_*', assign: { source: 'none' } },
    );
    const world = worldOf([table('raw_orders')], { crawlers: UNREAD, workflows: UNREAD });
    expect(saidOf(beaten, world)).toEqual(['raw_orders source=none']);
    const same = tagPolicy({ crawler: 'land' }, {});
    expect(saidOf(same, world)).toEqual(['raw_orders source=product']);
    const gentler = tagPolicy({ crawler: 'land', apply: 'only-if-absent' }, {});
    expect(saidOf(gentler, world)).toEqual(['raw_orders source=?']);
    expect(saidOf(tagPolicy({ workflow: 'x', table: 'other' }), world)).toEqual([]);
  });

  test('a workflow that is read decides by its jobs even where crawlers are not', () => {
    const workflows = known([workflow('flow', ['flow-last'], ['import'])]);
    const world = worldOf([table('other')], { crawlers: UNREAD, workflows });
    expect(saidOf(tagPolicy({ workflow: 'flow', table: 'o*' }), world)).toEqual(['other source=product']);
    expect(saidOf(tagPolicy({ workflow: 'flow' }), world)).toEqual(['other source=?']);
  });

  test('a table of two crawlers, each with a rule of its own, is disputed and left as it is', () => {
    const policy = tagPolicy(
      { crawler: 'land', assign: { source: 'product' } },
      { crawler: 'again', assign: { source: 'none' } },
    );
    const world = worldOf([table('raw_orders')], {
      crawlers: known([crawler('land', 'raw_'), crawler('again', 'raw')]),
    });
    expect(desiredTags(policy, world)).toEqual([
      { table: 'raw_orders', column: null, tags: {}, undecided: ['source'], disputed: { source: [0, 1] } },
    ]);
  });
});

describe('the most specific rule wins, key by key', () => {
  const winner = (first: Partial<TagRule>, second: Partial<TagRule>, one: TableFacts) => {
    const policy = tagPolicy({ ...first, assign: { k: 'first' } }, { ...second, assign: { k: 'second' } });
    const world = worldOf([one], {
      crawlers: known([crawler('c', '')]),
      workflows: known([workflow('w', ['c'])]),
    });
    return desiredTags(policy, world).at(-1)?.tags['k']?.value;
  };
  const one = table('orders_eu', { location: 's3://lake/a/b/', parameters: { p: 'x', q: 'y', classification: 'csv' } });

  test.each<[string, Partial<TagRule>, Partial<TagRule>]>([
    ['a name before a pattern', { table: 'orders_eu' }, { table: 'orders_?u' }],
    ['more characters before fewer', { table: 'orders_*' }, { table: 'o*' }],
    ['any pattern before none', { table: '*' }, { database: 'kthr01' }],
    ['a table before a prefix', { table: '*' }, { prefix: { bucket: 'lake', prefix: 'a/b/' } }],
    [
      'a longer prefix before a shorter',
      { prefix: { bucket: 'lake', prefix: 'a/b/' } },
      { prefix: { bucket: 'lake', prefix: 'a/' } },
    ],
    ['a prefix before parameters', { prefix: { bucket: 'lake', prefix: '' } }, { parameters: { p: 'x', q: 'y' } }],
    ['more parameters before better ones', { parameters: { p: '*', q: '*' } }, { parameters: { p: 'x' } }],
    ['a value before a pattern of it', { parameters: { p: 'x' } }, { parameters: { p: 'x*' } }],
    ['parameters before the classification', { parameters: { p: '*' } }, { classification: 'csv' }],
    ['the classification before a crawler', { classification: 'c*' }, { crawler: 'c' }],
    ['a crawler before a workflow', { crawler: '*' }, { workflow: 'w' }],
    ['a workflow before the database alone', { workflow: '*', database: null }, { database: 'kthr01' }],
    ['a database by name before a pattern', { database: 'kthr01' }, { database: 'kthr0*' }],
    ['a database by pattern before none', { database: '*' }, { database: null }],
  ])('%s', (_, first, second) => {
    expect(winner(first, second, one)).toBe('first');
    expect(winner(second, first, one)).toBe('second');
  });

  test('a column before a table, among rules on columns', () => {
    const columns = { on: 'columns' as const };
    const pair = [
      { ...columns, column: 'email' },
      { ...columns, column: '*mail', table: 'orders_eu' },
    ] as const;
    expect(winner(...pair, one)).toBe('first');
  });

  test('the scene: staff is none by its name, the other keys of the general rule stay', () => {
    const policy = tagPolicy(
      { table: 'workflow_kthr01_*', assign: { source: 'product', zone: 'raw' } },
      { table: 'workflow_kthr01_staff', assign: { source: 'none' }, apply: 'only-if-absent' },
    );
    expect(desiredTags(policy, worldOf([table('workflow_kthr01_staff')]))).toEqual([
      {
        table: 'workflow_kthr01_staff',
        column: null,
        tags: {
          source: { value: 'none', rule: 1, over: [0], apply: 'only-if-absent' },
          zone: { value: 'raw', rule: 0, over: [], apply: 'enforce' },
        },
        undecided: [],
      },
    ]);
  });

  test('equals that agree: one that enforces wins over one that does not', () => {
    const policy = tagPolicy({ table: 'o*', apply: 'only-if-absent' }, { table: '*o', apply: 'enforce' });
    expect(desiredTags(policy, worldOf([table('oo')]))[0]?.tags['source']).toMatchObject({ rule: 1, apply: 'enforce' });
  });

  test('a key that every object has as a member is a key like others', () => {
    const policy = tagPolicy({ assign: Object.fromEntries([['__proto__', 'x']]) });
    expect(Object.entries(desiredTags(policy, worldOf([table('t')]))[0]?.tags ?? {})).toHaveLength(1);
  });
});
