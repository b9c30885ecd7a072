/** Law 4 for LF-Tags: a run that dies anywhere leaves what the next one completes, and what AWS took is not sent again. */

import { beforeAll, describe, expect, test } from 'vitest';
import { mayStand } from '#core/ownership.ts';
import { REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls } from '../support/journal.ts';
import { scenario } from '../support/scenario.ts';
import { DATABASE, databaseScope, findingsOf, people, tablesMade, taggingPolicy } from '../support/tagging.ts';

const SCOPE = databaseScope();
const TABLES = Array.from({ length: 30 }, (_, i) => `t${i}`);
const policy = taggingPolicy([
  { on: 'database', assign: { maintenance: 'crawler' } },
  { match: { table: '*' }, assign: { source: 'product' } },
  { match: { table: 't7', column: 'email' }, on: 'columns', assign: { pii: 'true' } },
]);
/** Longer than the lease of a run that died. */
const LATER_MS = 21 * 60_000;

function begin(mortal = true): Promise<InProcess> {
  return scenario(policy, [tablesMade(TABLES)], { mortal });
}

async function endOf(cloud: InProcess) {
  const by = people(cloud);
  const assigned = await Promise.all([undefined, ...TABLES].map((table) => by.assigned(table)));
  const ours = (await entriesIn(cloud.ledger, SALES_LAKE, REGION)).filter(mayStand);
  const entries = ours.map(({ kind, target, sent, before }) => JSON.stringify([kind, target, sent, before])).sort();
  const open = await findingsOf(cloud, SCOPE);
  return { assigned, entries, open };
}

let clean: Awaited<ReturnType<typeof endOf>> & { readonly calls: number };
beforeAll(async () => {
  const cloud = await begin();
  await cloud.run(SCOPE);
  const sent = cloud.line?.count ?? 0;
  clean = { ...(await endOf(cloud)), calls: sent };
  await cloud.close();
});

/** AWS's own count of assignments it took; the journal has refusals, too. */
async function taken(cloud: InProcess, during: () => Promise<unknown>): Promise<number> {
  const all = await calls(cloud, during);
  return all.filter(({ operation, status }) => operation === 'AddLFTagsToResource' && status === 200).length;
}

test('a clean run tags all, and has all of it in the ledger', () => {
  expect(clean.open).toEqual([]);
  expect(clean.assigned[0]).toEqual({ [DATABASE]: { maintenance: 'crawler' } });
  expect(clean.entries.filter((text) => text.startsWith('["assignment"'))).toHaveLength(TABLES.length + 2);
});

describe('killed', () => {
  test.each([
    ['before', 20],
    ['after', 35],
    ['before', 50],
    ['after', 60],
  ] as const)('%s the call that is %d percent of the way', async (when, percent) => {
    const cloud = await begin();
    try {
      cloud.line?.die(Math.round((clean.calls * percent) / 100), when);
      await cloud.run(SCOPE).catch(() => undefined);
      cloud.line?.mend();
      await cloud.later(LATER_MS);
      await cloud.run(SCOPE);
      const { calls: _, ...end } = clean;
      expect(await endOf(cloud)).toEqual(end);
    } finally {
      await cloud.close();
    }
  });
});

test('a session that ends amid the assignments: the next run does the rest, and no more than the rest', async () => {
  const cloud = await begin(false);
  try {
    let sent = 0;
    cloud.watch(async (command) => {
      if (command !== 'AddLFTagsToResourceCommand') return;
      sent += 1;
      if (sent === 10) await cloud.stage.control.moveClock(61 * 60_000);
    });
    const first = await taken(cloud, () => cloud.run(SCOPE).catch(() => undefined));
    expect(first).toBeGreaterThanOrEqual(10);
    expect(first).toBeLessThan(TABLES.length + 2);
    await cloud.later(LATER_MS);
    const second = await taken(cloud, () => cloud.run(SCOPE));
    expect(first + second).toBe(TABLES.length + 2);
    expect((await endOf(cloud)).assigned).toEqual(clean.assigned);
    expect(await findingsOf(cloud, SCOPE)).toEqual([]);
  } finally {
    await cloud.close();
  }
});

test('answers that are lost once: the SDK asks again, and the end is the same', async () => {
  const cloud = await begin(false);
  try {
    await cloud.stage.control.fault({ kind: 'cut', operation: 'AddLFTagsToResource', probability: 0.3, times: 8 });
    await cloud.run(SCOPE);
    expect((await endOf(cloud)).assigned).toEqual(clean.assigned);
    expect(await findingsOf(cloud, SCOPE)).toEqual([]);
  } finally {
    await cloud.close();
  }
});
