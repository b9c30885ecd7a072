/** LF-Tags by the real machines: what rules want is there, whatever happens meanwhile. */

import { afterEach, describe, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import { SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { expectWritten } from '../golden/kept.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls, writes } from '../support/journal.ts';
import { scenario } from '../support/scenario.ts';
import {
  DATABASE,
  databaseScope,
  findingsOf,
  people,
  type Rule,
  tablesMade,
  taggingPolicy,
} from '../support/tagging.ts';

const SCOPE = databaseScope();
const CATALOG = databaseScope(null);

let cloud: InProcess;
let by: ReturnType<typeof people>;
afterEach(() => cloud?.close());

async function open(policy: Policy, tables: readonly string[] = ['orders', 'staff']): Promise<void> {
  cloud = await scenario(policy, [tablesMade(tables)]);
  by = people(cloud);
}

const run = async (scope = SCOPE, policy?: Policy) => {
  const ended = await cloud.run(scope, policy);
  expect(ended).toMatchObject({ status: 'SUCCEEDED' });
  return ended;
};
const causes = async (scope = SCOPE) => (await findingsOf(cloud, scope)).map(({ cause }) => cause);
const tagWrites = async (during: () => Promise<unknown>) =>
  (await writes(cloud, during)).filter((text) => /LFTag/.test(text)).map((text) => text.replace(`${SALES_LAKE} `, ''));

const ARTICLE: readonly Rule[] = [
  { on: 'database', assign: { maintenance: 'crawler', pii: 'false' } },
  { match: { table: '*' }, assign: { source: 'product' } },
  { match: { table: 'staff' }, assign: { source: 'none' } },
  { match: { table: 'orders', column: 'email' }, on: 'columns', assign: { pii: 'true' } },
];
const ALL_TABLES: readonly Rule[] = [{ match: { table: '*' }, assign: { source: 'product' } }];

describe('what rules say', () => {
  test('keys are made, things tagged, exceptions first; a second run writes nothing (G-L33, G-L34)', async () => {
    await open(taggingPolicy(ARTICLE));
    expect(await tagWrites(() => run())).toEqual([
      ...Array(3).fill('CreateLFTag'),
      ...Array(4).fill('AddLFTagsToResource'),
    ]);
    expect(await by.assigned()).toEqual({ [DATABASE]: { maintenance: 'crawler', pii: 'false' } });
    expect(await by.assigned('orders')).toEqual({ orders: { source: 'product' }, 'orders.email': { pii: 'true' } });
    expect(await by.assigned('staff')).toEqual({ staff: { source: 'none' } });
    expect(await causes()).toEqual([]);
    expect(await writes(cloud, () => run())).toEqual([]);
    await expectWritten(cloud, 'tagged');
  });

  test('the catalog has all keys and values of the policy, and what others made stays (G-L34)', async () => {
    await open(taggingPolicy(ARTICLE));
    await by.makeKey('Source', ['theirs']);
    expect(await tagWrites(() => run(CATALOG))).toEqual(['CreateLFTag', 'CreateLFTag', 'UpdateLFTag']);
    expect(await writes(cloud, () => run(CATALOG))).toEqual([]);
    expect((await findingsOf(cloud, CATALOG)).filter(({ hop }) => hop === 'tags')).toEqual([]);
    await by.tag('orders', { source: 'theirs' });
    expect(await by.assigned('orders')).toEqual({ orders: { source: 'theirs' } });
  });

  test("a person's value survives only-if-absent, other people's tags survive everything", async () => {
    await open(taggingPolicy([{ match: { table: '*' }, assign: { source: 'product' }, apply: 'only-if-absent' }]));
    await by.makeKey('source', ['none', 'product']);
    await by.makeKey('theirs', ['x']);
    await by.tag('staff', { source: 'none', theirs: 'x' });
    await by.tag(undefined, { source: 'none' });
    await run();
    expect(await by.assigned('staff')).toEqual({ staff: { source: 'none', theirs: 'x' } });
    expect(await by.assigned('orders')).toEqual({ orders: { source: 'product' } });
  });

  test('a table dropped and made anew is tagged anew (G-L31)', async () => {
    await open(taggingPolicy(ALL_TABLES));
    await run();
    await by.dropTable('orders');
    await cloud.clock.sleep(1000);
    await by.makeTable('orders');
    expect(await by.assigned('orders')).toEqual({ orders: {} });
    expect(await tagWrites(() => run())).toEqual(['AddLFTagsToResource']);
    expect(await by.assigned('orders')).toEqual({ orders: { source: 'product' } });
    expect(await causes()).toEqual([]);
  });

  test('report mode writes nothing and says what it would do', async () => {
    await open(taggingPolicy(ARTICLE, { mode: 'report' }));
    await run(CATALOG, taggingPolicy([]));
    expect(await writes(cloud, () => run())).toEqual([]);
    const found = (await findingsOf(cloud, SCOPE)).filter(
      ({ cause, hop }) => cause === 'report-mode' && hop === 'tags',
    );
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toContain(`tag columns email of table ${SALES_LAKE}/${DATABASE}.orders pii=true`);
  });
});

test('of many tables one is asked by itself only where its own value can not be told from an inherited one', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `t${i}`);
  await open(
    taggingPolicy([{ match: { table: 't*' }, assign: { source: 'product' }, apply: 'only-if-absent' }]),
    names,
  );
  await by.makeKey('source', ['none', 'product']);
  await by.tag(undefined, { source: 'none' });
  await by.tag('t7', { source: 'none' });
  await run();
  expect(await by.assigned('t7')).toEqual({ t7: { source: 'none' } });
  expect(await by.assigned('t8')).toEqual({ t8: { source: 'product' } });
  const again = await calls(cloud, () => run());
  expect(again.filter(({ kind }) => kind === 'write')).toEqual([]);
  // The database and t7, once.
  expect(again.filter(({ operation }) => operation === 'GetResourceLFTags')).toHaveLength(2);
  expect(await causes()).toEqual([]);
});

describe('trouble', () => {
  test('a table deleted between listing and tagging: the rest is tagged, and nothing is found', async () => {
    await open(taggingPolicy(ALL_TABLES));
    let gone = false;
    cloud.watch(async (command) => {
      if (command !== 'CreateLFTagCommand' || gone) return;
      gone = true;
      await by.dropTable('orders');
    });
    await run();
    expect(gone).toBe(true);
    expect(await by.assigned('staff')).toEqual({ staff: { source: 'product' } });
    expect(await causes()).toEqual([]);
  });

  test('a tag that is not ours to assign is one finding with AWS words, told when it is over (G-L33)', async () => {
    await open(taggingPolicy([{ match: { table: '*' }, assign: { source: 'product', pii: 'false' } }]));
    const fault = {
      kind: 'entry' as const,
      operation: 'AddLFTagsToResource',
      body: 'source',
      code: 'AccessDeniedException',
    };
    await cloud.stage.control.fault({ ...fault, message: 'Required Associate on source' });
    await run();
    const found = await findingsOf(cloud, SCOPE);
    expect(found.map(({ resource }) => resource).sort()).toEqual([
      `table ${SALES_LAKE}/${DATABASE}.orders`,
      `table ${SALES_LAKE}/${DATABASE}.staff`,
    ]);
    expect(found[0]).toMatchObject({
      cause: 'assign-tags-failed',
      hop: 'tags',
      aws: { code: 'AccessDeniedException' },
    });
    expect(found[0]?.message).toContain('Required Associate on source');
    expect(await by.assigned('orders')).toEqual({ orders: { pii: 'false' } });
    await cloud.stage.control.clearFaults();
    const sent = await tagWrites(() => run());
    expect(sent).toEqual(['AddLFTagsToResource', 'AddLFTagsToResource']);
    expect(await causes()).toEqual([]);
    expect(cloud.told.filter(({ type }) => type.includes('Recovered'))).toHaveLength(2);
  });

  test('of tags refused in part only the refused ones are sent again (G-L10, G-L33)', async () => {
    await open(taggingPolicy([{ match: { table: 'orders' }, assign: { source: 'product', pii: 'false' } }]), [
      'orders',
    ]);
    const code = 'ConcurrentModificationException';
    await cloud.stage.control.fault({
      kind: 'entry',
      operation: 'AddLFTagsToResource',
      body: 'source',
      code,
      times: 1,
    });
    expect(await tagWrites(() => run())).toEqual([
      'CreateLFTag',
      'CreateLFTag',
      'AddLFTagsToResource',
      'AddLFTagsToResource',
    ]);
    expect(await by.assigned('orders')).toEqual({ orders: { pii: 'false', source: 'product' } });
    expect(await causes()).toEqual([]);
  });

  test('a key deleted by hand between our making and our assigning is made again by the next run', async () => {
    await open(taggingPolicy(ALL_TABLES));
    let deleted = false;
    cloud.watch(async (command) => {
      if (command !== 'CreateLFTagCommand' || deleted) return;
      deleted = true;
      await by.deleteKey('source');
    });
    await run();
    expect(deleted).toBe(true);
    expect(await by.assigned('orders')).toEqual({ orders: { source: 'product' } });
    expect(await causes()).toEqual([]);
  });

  test('a value taken away by hand after it was seen: the run sees that at its end, and heals it', async () => {
    await open(taggingPolicy(ALL_TABLES));
    await by.makeKey('source', ['product']);
    let deleted = false;
    cloud.watch(async (command) => {
      if (command !== 'ListLFTagsCommand' || deleted) return;
      deleted = true;
      await by.deleteKey('source');
    });
    await run();
    expect(deleted).toBe(true);
    expect(await by.assigned('staff')).toEqual({ staff: { source: 'product' } });
    expect(await causes()).toEqual([]);
  });

  test('a value somebody else forgot: the key made meanwhile gets what it lacks (G-L33)', async () => {
    await open(taggingPolicy(ALL_TABLES));
    let made = false;
    cloud.watch(async (command) => {
      if (command !== 'ListLFTagsCommand' || made) return;
      made = true;
      await by.makeKey('source', ['none']);
    });
    await run();
    expect(made).toBe(true);
    expect(await by.assigned('orders')).toEqual({ orders: { source: 'product' } });
    expect(await causes()).toEqual([]);
  });

  test('a key that can not be made is one finding, and nothing that needs it is tried (law 5)', async () => {
    await open(taggingPolicy([{ match: { table: '*' }, assign: { source: 'product', pii: 'false' } }]));
    await cloud.stage.control.fault({
      kind: 'error',
      operation: 'CreateLFTag',
      body: 'source',
      code: 'ResourceNumberLimitExceededException',
      message: 'At most 1000 LF-Tags are allowed.',
    });
    const sent = await tagWrites(() => run());
    expect(sent.filter((text) => text === 'AddLFTagsToResource')).toHaveLength(2);
    expect(await by.assigned('orders')).toEqual({ orders: { pii: 'false' } });
    // Every database would meet it: the catalog's own scope tells.
    expect(await causes()).toEqual([]);
    await run(CATALOG);
    expect(await causes(CATALOG)).toContain('create-tag-failed');
  });

  test('the 51st tag on a table is a finding with what to do; other tables are tagged', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `k${i}`);
    await open(taggingPolicy(ALL_TABLES));
    for (const name of names) await by.makeKey(name, ['v']);
    await by.tag('orders', Object.fromEntries(names.map((name) => [name, 'v'])));
    await run();
    const [found, ...more] = await findingsOf(cloud, SCOPE);
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      cause: 'assign-tags-failed',
      resource: `table ${SALES_LAKE}/${DATABASE}.orders`,
      aws: { code: 'ResourceNumberLimitExceededException' },
    });
    expect(found?.remedy).toContain('at most 50 LF-Tags');
    expect(await by.assigned('staff')).toEqual({ staff: { source: 'product' } });
  });

  test('a database that is a link is a finding, and a name that nothing has (G-L24)', async () => {
    const policy = taggingPolicy([...ALL_TABLES, { match: { table: 'invoices' }, assign: { source: 'none' } }]);
    cloud = await scenario(policy);
    by = people(cloud);
    await run();
    expect(await causes()).toEqual(['tag-rule-matches-nothing']);
    await by.makeDatabase('elsewhere');
    await by.makeDatabase(DATABASE, 'elsewhere');
    expect(await tagWrites(() => run())).toEqual([]);
    expect(await causes()).toEqual(['database-is-a-link']);
  });

  test('a literal name that nothing has is told until it appears', async () => {
    await open(taggingPolicy([...ALL_TABLES, { match: { table: 'invoices' }, assign: { source: 'none' } }]));
    await run();
    expect(await findingsOf(cloud, SCOPE)).toMatchObject([
      { cause: 'tag-rule-matches-nothing', resource: `table ${SALES_LAKE}/${DATABASE}.invoices` },
    ]);
    await by.makeTable('invoices');
    await run();
    expect(await causes()).toEqual([]);
    expect(await by.assigned('invoices')).toEqual({ invoices: { source: 'none' } });
  });

  test('workflows that can not be read: keys that hang on them are left, others put on, one finding (law 6)', async () => {
    const workflow = { match: { table: 'orders', workflow: 'kthr01*' }, assign: { source: 'product' } };
    await open(taggingPolicy([workflow, { match: { table: '*' }, assign: { source: 'none', pii: 'false' } }]));
    const code = 'AccessDeniedException';
    await cloud.stage.control.fault({ kind: 'error', operation: 'ListWorkflows', code, status: 403 });
    await run();
    expect(await by.assigned('orders')).toEqual({ orders: { pii: 'false' } });
    expect(await by.assigned('staff')).toEqual({ staff: { pii: 'false', source: 'none' } });
    expect(await findingsOf(cloud, SCOPE)).toMatchObject([{ state: 'unknown', cause: 'not-readable', hop: 'tags' }]);
    await cloud.stage.control.clearFaults();
    await run();
    expect(await by.assigned('orders')).toEqual({ orders: { pii: 'false', source: 'none' } });
    expect(await causes()).toEqual([]);
  });

  // The list is the whole catalog's, and told in its scope.
  test.each([
    ['ListLFTags', CATALOG],
    ['GetResourceLFTags', SCOPE],
  ] as const)('%s refused: unknown, one finding, nothing written (law 6)', async (operation, reporter) => {
    await open(taggingPolicy(ALL_TABLES));
    await run(CATALOG, taggingPolicy([]));
    await cloud.stage.control.fault({ kind: 'error', operation, code: 'AccessDeniedException', status: 403 });
    expect(await tagWrites(() => run())).toEqual([]);
    await run(CATALOG);
    const ofTags = async (scope: typeof SCOPE) => (await findingsOf(cloud, scope)).filter(({ hop }) => hop === 'tags');
    const found = [...(await ofTags(SCOPE)), ...(await ofTags(CATALOG))];
    expect(found).toMatchObject([{ state: 'unknown', cause: 'not-readable', hop: 'tags' }]);
    expect(await ofTags(reporter)).toEqual(found);
  });
});
