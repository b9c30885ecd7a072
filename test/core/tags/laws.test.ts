/** Laws of tag rules, over rules and tables out of nothing, against the plainest way to say what wins. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TagPolicy, TagRule } from '#contracts/policy.ts';
import type { TableFacts } from '#core/facts.ts';
import { matches } from '#core/iam/pattern.ts';
import { known } from '#core/observed.ts';
import { isPattern } from '#core/policy/patterns.ts';
import { contended } from '#core/policy/tag-ambiguity.ts';
import { longestRun, NameIndex, nameTest } from '#core/tags/names.ts';
import { desiredTags } from '#core/tags/rules.ts';
import type { DesiredTags, RuleWorld } from '#core/tags/types.ts';
import { crawler, table, tagPolicy, workflow, worldOf } from './builders.ts';

const CHARS = ['a', 'b', '_', '日', '😀', '.', '('];
const name = fc.string({ unit: fc.constantFrom(...CHARS), minLength: 1, maxLength: 4 });
const pattern = fc.string({ unit: fc.constantFrom(...CHARS, '*', '?', '*'), minLength: 1, maxLength: 5 });
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null, freq: 2 });

const CRAWLERS = [crawler('ca', 'a'), crawler('cb', 'b'), crawler('other', '', 'elsewhere')];
const WORKFLOWS = [workflow('wa', ['ca']), workflow('wj', [], ['job']), workflow('wab', ['ca', 'cb'])];
const PREFIXES = ['', 'a/', 'a/b/', 'ab/'];

const condition = {
  database: fc.constantFrom(null, 'kthr01', 'kthr*', 'k*'),
  table: maybe(fc.oneof(name, pattern)),
  crawler: fc.constantFrom(null, null, null, 'ca', 'cb', 'c*', 'other', 'gone*'),
  workflow: fc.constantFrom(null, null, null, 'wa', 'wj', 'w*', 'wab'),
  prefix: maybe(fc.constantFrom(...PREFIXES).map((prefix) => ({ bucket: 'lake', prefix }))),
  parameters: fc.dictionary(fc.constantFrom('p', 'classification'), fc.constantFrom('x', 'y', '*', 'X'), {
    maxKeys: 2,
  }),
  classification: fc.constantFrom(null, null, 'x', '?'),
};

const rule: fc.Arbitrary<Partial<TagRule>> = fc
  .record({
    ...condition,
    column: fc.oneof(name, pattern),
    on: fc.constantFrom('tables' as const, 'tables' as const, 'columns' as const, 'database' as const),
    assign: fc.dictionary(fc.constantFrom('source', 'pii'), fc.constantFrom('1', '2'), { minKeys: 1 }),
    apply: fc.constantFrom('enforce' as const, 'only-if-absent' as const),
  })
  .map(({ column, ...rest }) => ({ ...rest, column: rest.on === 'columns' ? column : null }))
  .map((one) => (one.on === 'database' ? { database: one.database, on: one.on, assign: one.assign } : one));

const tables: fc.Arbitrary<TableFacts[]> = fc.uniqueArray(
  fc
    .record({
      name,
      key: fc.constantFrom(...PREFIXES, 'c/'),
      p: fc.constantFrom('x', 'y'),
      columns: fc.uniqueArray(name, { maxLength: 3 }),
    })
    .map(({ name: said, key, p, ...rest }) =>
      table(said, {
        ...rest,
        location: `s3a://lake/${key}${said}`,
        parameters: { p, classification: p.toUpperCase() },
      }),
    ),
  { maxLength: 4, selector: (one) => one.name },
);

const rules = fc.array(rule, { maxLength: 6 }).map((list) => tagPolicy(...list));
const worlds = tables.map((list) => worldOf(list, { crawlers: known(CRAWLERS), workflows: known(WORKFLOWS) }));

/** Without any index, one rule and one thing at a time. */
function naive(policy: TagPolicy, world: RuleWorld): Map<string, Map<string, TagRule[]>> {
  const things = new Map<string, Map<string, TagRule[]>>();
  const give = (thing: string, one: TagRule) => {
    const keys = things.get(thing) ?? new Map<string, TagRule[]>();
    things.set(thing, keys);
    for (const key of Object.keys(one.assign)) keys.set(key, [...(keys.get(key) ?? []), one]);
  };
  for (const one of policy.rules.filter(({ database }) => database === null || matches(database, 'kthr01'))) {
    if (one.on === 'database') give('', one);
    for (const found of one.on === 'database' ? [] : world.catalog.tables.filter((each) => isAbout(one, each))) {
      if (one.on === 'tables') give(found.name, one);
      else
        for (const column of found.columns) if (matches(one.column ?? '', column)) give(`${found.name}/${column}`, one);
    }
  }
  return things;
}

function isAbout(one: TagRule, { name: said, location, parameters }: TableFacts): boolean {
  const key = (location ?? '').replace('s3a://lake/', '');
  const owned = (names: readonly string[]) =>
    CRAWLERS.some((each) => names.includes(each.name) && each.database === 'kthr01' && said.startsWith(each.prefix));
  const flows = WORKFLOWS.filter((each) => one.workflow !== null && matches(one.workflow, each.name));
  const byJobs = (one.table !== null || one.prefix !== null) && flows.some(({ jobs }) => jobs.length > 0);
  return [
    one.table === null || matches(one.table, said),
    one.prefix === null || `${key}/`.startsWith(one.prefix.prefix),
    Object.entries(one.parameters).every(([k, value]) => matches(value, parameters[k] ?? '')),
    one.classification === null || matches(one.classification, (parameters['classification'] ?? '').toLowerCase()),
    one.crawler === null || owned(CRAWLERS.map((each) => each.name).filter((each) => matches(one.crawler ?? '', each))),
    one.workflow === null || byJobs || owned(flows.flatMap((each) => each.crawlers)),
  ].every(Boolean);
}

/** Text that compares as the rules do: every number in the same width. */
function weightText(one: TagRule): string {
  const text = (value: number) => String(value).padStart(4, '0');
  const weight = (said: string | null) =>
    text(said === null ? 0 : isPattern(said) ? 1 + [...said.replace(/[*?]/g, '')].length : 9999);
  const values = Object.values(one.parameters);
  const patterns = values.filter(isPattern);
  const own = patterns.reduce((sum, value) => sum + 1 + [...value.replace(/[*?]/g, '')].length, 0);
  return [
    weight(one.column),
    weight(one.table),
    text(one.prefix === null ? 0 : 1 + one.prefix.prefix.length),
    text(values.length),
    text(values.length - patterns.length),
    text(own),
    weight(one.classification),
    weight(one.crawler),
    weight(one.workflow),
    weight(one.database),
  ].join();
}

function expected(policy: TagPolicy, world: RuleWorld): Record<string, string> {
  const said: Record<string, string> = {};
  for (const [thing, keys] of naive(policy, world)) {
    for (const [key, giving] of keys) {
      const best = giving.map(weightText).sort().at(-1);
      const winners = giving.filter((one) => weightText(one) === best);
      const values = new Set(winners.map(({ assign }) => assign[key]));
      const apply = winners.some((one) => one.apply === 'enforce') ? 'enforce' : 'only-if-absent';
      said[`${thing} ${key}`] = values.size > 1 ? 'disputed' : `${[...values][0]} ${apply}`;
    }
  }
  return said;
}

function outcome(desired: readonly DesiredTags[]): Record<string, string> {
  const said: Record<string, string> = {};
  for (const { table: of, column, tags, undecided, disputed = {} } of desired) {
    const thing = [of ?? '', ...(column === null ? [] : [column])].join('/');
    for (const [key, { value, apply }] of Object.entries(tags)) said[`${thing} ${key}`] = `${value} ${apply}`;
    for (const key of undecided) said[`${thing} ${key}`] = key in disputed ? 'disputed' : 'unknown';
  }
  return said;
}

test('what wins is what one rule and one thing at a time would say', () => {
  void fc.assert(
    fc.property(rules, worlds, (policy, world) => {
      expect(outcome(desiredTags(policy, world))).toEqual(expected(policy, world));
    }),
    { numRuns: 2000 },
  );
});

test('law 2: neither the order of rules nor that of tables, crawlers and workflows changes anything', () => {
  const shuffled = fc.infiniteStream(fc.nat());
  void fc.assert(
    fc.property(rules, worlds, shuffled, (policy, world, numbers) => {
      const mix = <T>(list: readonly T[]): T[] =>
        list
          .map((item) => ({ item, at: numbers.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item);
      const mixedRules = mix(policy.rules).map((one, index) => ({ ...one, index }));
      const mixedWorld = {
        ...world,
        catalog: { ...world.catalog, tables: mix(world.catalog.tables) },
        crawlers: known(mix(CRAWLERS)),
        workflows: known(mix(WORKFLOWS)),
      };
      const got = desiredTags({ ...policy, rules: mixedRules }, mixedWorld);
      expect(outcome(got)).toEqual(outcome(desiredTags(policy, world)));
      expect(got.map(({ table: of }) => of)).toEqual(desiredTags(policy, world).map(({ table: of }) => of));
    }),
    { numRuns: 500 },
  );
});

describe('rules that validation refuses as ambiguous', () => {
  const single = fc.tuple(rule, rule).map(([a, b]) => {
    // With one crawler and workflow a table has at most, as validation takes it.
    const alone = { crawler: null, workflow: null };
    return tagPolicy({ ...a, ...alone }, { ...b, ...alone });
  });

  test('where validation sees none, no two rules ever contend for a thing', () => {
    void fc.assert(
      fc.property(fc.array(rule, { maxLength: 5 }), worlds, (list, world) => {
        const policy = tagPolicy(...list.map((one) => ({ ...one, crawler: null, workflow: null })));
        const pairs = policy.rules.flatMap((a, i) => policy.rules.slice(0, i).map((b) => contended(a, b)));
        fc.pre(pairs.every((key) => key === undefined));
        expect(Object.values(outcome(desiredTags(policy, world)))).not.toContain('disputed');
      }),
      { numRuns: 1000 },
    );
  });

  test('where it sees one, some thing would be contended for', () => {
    const chars = [...CHARS, 'x'];
    let seen = 0;
    const words = ['', ...chars, ...chars.flatMap((a) => chars.map((b) => a + b))];
    void fc.assert(
      fc.property(single, (policy) => {
        const [a, b] = policy.rules;
        if (a === undefined || b === undefined || contended(a, b) === undefined) return;
        const [left, right] = [a, b];
        const named = (field: 'table' | 'column') =>
          longNames(words).find((word) =>
            [left[field], right[field]].every((said) => said === null || matches(said, word)),
          );
        const [of, column] = [named('table'), named('column')];
        // A name that both fit may be longer than those tried.
        fc.pre(of !== undefined && column !== undefined);
        const parameters = parametersOf(left, right);
        const deepest = [left.prefix?.prefix ?? '', right.prefix?.prefix ?? ''].sort().at(-1);
        const one = table(of, { columns: [column], location: `s3a://lake/${deepest}t`, parameters });
        const got = outcome(desiredTags(policy, worldOf([one])));
        expect(Object.values(got)).toContain('disputed');
        seen++;
      }),
      { numRuns: 2000 },
    );
    expect(seen).toBeGreaterThan(0);
  });
});

function longNames(words: readonly string[]): string[] {
  return words.filter((word) => word !== '').flatMap((word) => words.map((rest) => word + rest));
}

/** Values that both rules' parameters and classification fit. */
function parametersOf(left: TagRule, right: TagRule): Record<string, string> {
  const wanted = [left, right].flatMap(({ parameters }) => Object.entries(parameters));
  const exact = wanted.filter(([, value]) => !isPattern(value));
  const classes = [left, right].flatMap(({ classification }) =>
    classification === 'x' ? [['classification', 'x']] : [],
  );
  return Object.fromEntries([['p', 'x'], ['classification', 'y'], ...classes, ...exact]);
}

describe('prepared names', () => {
  test('a prepared pattern fits what the pattern matches', () => {
    void fc.assert(
      fc.property(pattern, name, (said, word) => {
        expect(nameTest(said)(word)).toBe(matches(said, word));
        if (matches(said, word)) expect(word).toContain(longestRun(said));
      }),
      { numRuns: 2000 },
    );
  });

  test('an index leads to every pattern that fits', () => {
    void fc.assert(
      fc.property(fc.array(fc.oneof(pattern, name), { maxLength: 8 }), name, (patterns, word) => {
        const found = new Set<string>();
        new NameIndex(patterns.map((said) => ({ pattern: said, item: said }))).each(word, (said) => found.add(said));
        for (const said of patterns) if (matches(said, word)) expect(found).toContain(said);
      }),
      { numRuns: 2000 },
    );
  });
});
