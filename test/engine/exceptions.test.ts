/** What is to be an exception is one before anything it would inherit is said, whatever fails meanwhile. */

import { afterEach, describe, expect, test } from 'vitest';
import type { AssignTags } from '#changes/tag-assignment/assignment.ts';
import { assignTagsChange } from '#changes/tag-assignment/change.ts';
import type { Trouble } from '#core/observed.ts';
import { intentOf, settled } from '#core/ownership.ts';
import { applyChanges } from '#engine/apply.ts';
import { recorded } from '#engine/write-ahead.ts';
import { SALES_LAKE } from '../../infra/local/scenes/places.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { runContext } from '../support/run-context.ts';
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
/** Everything is open, but staff. */
const RULES: readonly Rule[] = [
  { on: 'database', assign: { source: 'product' } },
  { match: { table: 'staff' }, assign: { source: 'none' } },
];
const policy = taggingPolicy(RULES, { writesPerSecond: 5 });
const DENIED = { kind: 'error' as const, code: 'AccessDeniedException', status: 403, principal: 'onramp-' };

let cloud: InProcess;
let by: ReturnType<typeof people>;
afterEach(() => cloud?.close());

async function open(values: string[], tables: readonly string[] = ['orders', 'staff']): Promise<void> {
  cloud = await scenario(policy, [tablesMade(tables)]);
  by = people(cloud);
  await by.makeKey('source', values);
}

const SCOPES = [databaseScope(null), SCOPE];
const run = async () => {
  for (const scope of SCOPES) expect(await cloud.run(scope)).toMatchObject({ status: 'SUCCEEDED' });
};
/** A key's trouble is the catalog's, a thing's its database's. */
const causes = async () => {
  const found = await Promise.all(SCOPES.map((scope) => findingsOf(cloud, scope)));
  return [...new Set(found.flat().flatMap(({ hop, cause }) => (hop === 'tags' ? [cause] : [])))];
};
const OPEN = { [DATABASE]: {} };

async function expectClosed(cause: string): Promise<void> {
  expect(await by.assigned()).toEqual(OPEN);
  expect(await causes()).toEqual([cause]);
}

async function expectDone(): Promise<void> {
  expect(await by.assigned('staff')).toEqual({ staff: { source: 'none' } });
  expect(await by.assigned()).toEqual({ [DATABASE]: { source: 'product' } });
  expect(await causes()).toEqual([]);
}

describe('while an exception does not stand its database says nothing, run after run', () => {
  test('when its value can not be made', async () => {
    await open(['product']);
    await cloud.stage.control.fault({ ...DENIED, operation: 'UpdateLFTag' });
    for (const _ of [1, 2]) {
      await run();
      await expectClosed('extend-tag-failed');
    }
    await cloud.stage.control.clearFaults();
    await run();
    await expectDone();
  });

  test('when AWS refuses it', async () => {
    await open(['none', 'product']);
    await cloud.stage.control.fault({ ...DENIED, operation: 'AddLFTagsToResource', body: 'staff' });
    for (const _ of [1, 2]) {
      await run();
      await expectClosed('assign-tags-failed');
    }
    await cloud.stage.control.clearFaults();
    await run();
    await expectDone();
  });

  test('and other keys, which wait for nothing, are said', async () => {
    const more = taggingPolicy([...RULES, { on: 'database', assign: { maintenance: 'crawler' } }]);
    await open(['none', 'product']);
    await cloud.stage.control.fault({ ...DENIED, operation: 'AddLFTagsToResource', body: 'staff' });
    await cloud.run(SCOPE, more);
    expect(await by.assigned()).toEqual({ [DATABASE]: { maintenance: 'crawler' } });
  });
});

test('an exception tried before in this execution has its turn before its database all the same', async () => {
  await open(['none', 'product'], ['staff']);
  await cloud.run(databaseScope(null), taggingPolicy([]));
  const ctx = runContext(cloud, policy);
  const staff = assign('staff', 'none');
  const run = { policy: policy.hash, execution: ctx.execution, at: ctx.now() };
  const trouble = { code: 'Transient', message: 'throttled' };
  const failed = refused(staff, run, trouble);
  const seen: unknown[] = [];
  cloud.watch(async (command) => {
    if (command === 'AddLFTagsToResourceCommand') seen.push(await by.assigned('staff'), await by.assigned());
  });
  const known = { scope: SCOPE, entries: [failed], stopAt: ctx.now() + 180_000 };
  expect(await applyChanges(ctx, [staff, assign(null, 'product')], known)).toEqual({ done: 2, failed: 0 });
  expect(seen.slice(0, 2)).toEqual([{ staff: { source: 'none' } }, OPEN]);
});

test('a column whose name has capitals is tagged once, and missed by nobody', async () => {
  const columns = taggingPolicy([
    { match: { table: 'orders', column: 'email' }, on: 'columns', assign: { pii: 'true' } },
  ]);
  await open(['none'], []);
  await by.makeTable('orders', ['Id', 'Email']);
  await cloud.run(SCOPE, columns);
  expect(await by.assigned('orders')).toEqual({ orders: {}, 'orders.email': { pii: 'true' } });
  expect(await writes(cloud, () => cloud.run(SCOPE, columns))).toEqual([]);
  expect(await causes()).toEqual([]);
});

describe('a call ends in time', () => {
  const tables = Array.from({ length: 25 }, (_, i) => `t${i}`);
  const exceptions = tables.map((table) => assign(table, 'none'));

  test('however long AWS throttles: no round begins that the call has no time for', async () => {
    await open(['none', 'product'], tables);
    await cloud.run(databaseScope(null), taggingPolicy([]));
    await cloud.stage.control.fault({
      ...DENIED,
      code: 'ThrottlingException',
      status: 400,
      operation: 'AddLFTagsToResource',
    });
    const ctx = runContext(cloud, policy);
    const began = ctx.now();
    // The stage has read for 170 of its 180 seconds.
    const acted = await applyChanges(ctx, exceptions, { scope: SCOPE, entries: [], stopAt: began + 10_000 });
    expect(acted).toEqual({ done: 0, failed: 25 });
    // Thirty seconds are given in any case; the last round may take 25 more at one write a second.
    expect(ctx.now() - began).toBeLessThan(60_000);
  });

  test('what was refused before leaves time for what was not, and what it holds back waits', async () => {
    await open(['none', 'product'], ['orders', 'staff']);
    await cloud.run(databaseScope(null), taggingPolicy([]));
    const ctx = runContext(cloud, policy);
    const staff = assign('staff', 'none');
    const run = { policy: policy.hash, execution: ctx.execution, at: ctx.now() };
    const trouble = { code: 'Transient', message: 'throttled' };
    const failed = refused(staff, run, trouble);
    const database = { ...assign(null, 'product'), tags: { maintenance: 'crawler', source: 'product' } };
    const acted = await applyChanges(ctx, [staff, database], { scope: SCOPE, entries: [failed], stopAt: ctx.now() });
    expect(await by.assigned('staff')).toEqual({ staff: {} });
    expect(await by.assigned()).toEqual({ [DATABASE]: { maintenance: 'crawler' } });
    expect(acted).toEqual({ done: 1, failed: 1 });
  });
});

/** The entry of a change that AWS has refused in a run. */
function refused(change: AssignTags, run: { policy: string; execution: string; at: number }, trouble: Trouble) {
  const about = recorded(assignTagsChange, change);
  const intent = intentOf(about, { ...run, part: 'database', database: DATABASE }, undefined);
  return settled(intent, false, { at: run.at, trouble }, undefined);
}

function assign(table: string | null, source: string): AssignTags {
  const place = { account: SALES_LAKE, region: SCOPE.region, database: DATABASE };
  const base = { kind: 'assign-tags' as const, hop: 'tags', effect: 'widens' as const, products: [], had: {} };
  return { ...base, ...place, table, columns: [], tags: { source } };
}
