/** Which rule gives which tag: 1,000 rules of every kind over 100,000 tables of one database. */

import type { TagRule } from '#contracts/policy.ts';
import type { TableFacts } from '#core/facts.ts';
import { known } from '#core/observed.ts';
import { desiredTags } from '#core/tags/rules.ts';
import type { RuleWorld } from '#core/tags/types.ts';
import { median } from './numbers.ts';
import type { Row } from './report.ts';

const RULES = 1000;
const TABLES = 100_000;
const RUNS = 5;
const HERE = { account: '111111111111', region: 'ap-northeast-1' };

export async function benchRules(): Promise<readonly Row[]> {
  const catalog = { database: { name: 'lake', openTables: false, isLink: false }, tables: tables() };
  const mixed = Array.from({ length: RULES }, (_, i) => rule(i, KINDS[i % KINDS.length]?.(i) ?? {}));
  const hostile = Array.from({ length: RULES }, (_, i) => rule(i, { table: `*_${i}*a?*e*` }));
  return [...measured('rules of every kind', mixed, catalog), ...measured('rules by long patterns', hostile, catalog)];
}

/** Each asks something else of a table; every table is met by several. */
const KINDS: readonly ((i: number) => Partial<TagRule>)[] = [
  (i) => ({ table: `t_${i}_name` }),
  (i) => ({ table: `t_${i}*` }),
  (i) => ({ table: `*_${i}_name` }),
  (i) => ({ table: `*_${i}?*` }),
  (i) => ({ prefix: { bucket: 'lake', prefix: `data/${i}/` } }),
  (i) => ({ parameters: { owner: `team-${i}` } }),
  (i) => ({ classification: `class${i}*` }),
  (i) => ({ crawler: `crawler-${i}` }),
  (i) => ({ workflow: `flow-${i}`, table: `t_${i}?_*` }),
  (i) => ({ on: 'columns', column: `c_${i}` }),
];

function rule(index: number, changes: Partial<TagRule>): TagRule {
  return {
    index,
    ...HERE,
    database: 'lake',
    table: null,
    column: null,
    crawler: null,
    workflow: null,
    prefix: null,
    parameters: {},
    classification: null,
    on: 'tables',
    assign: { [`key${index % 3}`]: `v${index}` },
    apply: 'enforce',
    ...changes,
  };
}

function tables(): readonly TableFacts[] {
  return Array.from({ length: TABLES }, (_, i) => {
    const kind = i % RULES;
    return {
      name: `t_${kind}_name_${i}`,
      location: `s3://lake/data/${kind}/t${i}`,
      isLink: false,
      columns: ['id', 'at', 'email', 'amount', `c_${kind}`],
      parameters: { owner: `team-${kind}`, classification: `class${kind}`, typeOfData: 'file' },
    };
  });
}

function measured(what: string, rules: readonly TagRule[], catalog: RuleWorld['catalog']): readonly Row[] {
  const numbers = Array.from({ length: RULES }, (_, i) => i);
  const world: RuleWorld = {
    ...HERE,
    database: 'lake',
    catalog,
    crawlers: known(numbers.map((i) => ({ name: `crawler-${i}`, database: 'lake', prefix: `t_${i}_` }))),
    workflows: known(numbers.map((i) => ({ name: `flow-${i}`, crawlers: [], jobs: ['job'], runs: [] }))),
  };
  const policy = { catalogs: [HERE], keys: [], rules, grants: [] };
  let things = 0;
  let heap = 0;
  const times = Array.from({ length: RUNS }, () => {
    const from = performance.now();
    const { length } = desiredTags(policy, world);
    const ms = performance.now() - from;
    things = length;
    // With the catalog, what was found, and what is not yet collected.
    heap = Math.max(heap, process.memoryUsage().heapUsed / 1024 ** 2);
    return ms;
  });
  const of = `${RULES.toLocaleString('en')} ${what}, ${TABLES.toLocaleString('en')} tables`;
  return [
    { what: `${of}, things with a tag`, measured: things, unit: 'things' },
    { what: `${of}, median of ${RUNS}`, measured: median(times), unit: 'ms', atMost: 2000 },
    { what: `${of}, heap`, measured: heap, unit: 'MB', atMost: 512 },
  ];
}
