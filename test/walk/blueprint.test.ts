/** The scene `blueprint` in one process: the same world, events and expectations, the real machines and handlers. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '#contracts/steps.ts';
import { findingOf } from '#core/report.ts';
import { scopeText } from '#core/start.ts';
import { ANALYTICS, FINANCE, REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { LAKE_DATABASE, LAKE_USER, ORDERS, PRODUCTS, WORKFLOW } from '../../infra/local/scenes/sales-places.ts';
import { isLent, readLakeTable } from '../../infra/local/scenes/sales-reading.ts';
import { expectNothing, expectReady, expectTagged, lookAround } from '../../infra/local/scenes/sales-story.ts';
import { makeSalesLake } from '../../infra/local/scenes/sales-world.ts';
import type { Expectation } from '../../infra/local/scenes/scene.ts';
import { type Imports, runWorkflow } from '../../infra/local/scenes/workflow.ts';
import { runCrawler } from '../../infra/local/scenes/world.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { type InProcess, inProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { eventsSoFar, play, woken, wokenByPolicy } from '../support/waking.ts';

const policy = demoPolicy('demo-blueprint');
const lake = { half: 'publish' as const, account: SALES_LAKE, region: REGION, database: LAKE_DATABASE };
const consumer = { half: 'onboard' as const, account: ANALYTICS, region: REGION };

let cloud: InProcess;
beforeAll(async () => {
  cloud = await inProcess(policy);
  await runCrawler(cloud.stage);
  await makeSalesLake(cloud.stage);
});
afterAll(() => cloud.close());

const failed = (expectations: readonly Expectation[]) => expectations.filter(({ held }) => !held);

/** A run of the workflow, and what it wakes, played to the end. */
async function run(imports: Imports = {}) {
  const seen = await eventsSoFar(cloud);
  const ran = await runWorkflow(cloud.stage, imports);
  const scopes = await woken(cloud, policy, seen);
  await play(cloud, policy, scopes);
  return { ...ran, scopes };
}

async function openIn(...scopes: readonly Scope[]) {
  const records = await Promise.all(scopes.map((scope) => cloud.ledger.findings(scopeText(scope))));
  return records
    .flat()
    .filter(({ state }) => state === 'open')
    .map(findingOf);
}

test('before, nobody reads anything and nothing is tagged', async () => {
  expect(failed(expectNothing(await lookAround(cloud.stage)))).toEqual([]);
});

describe('the policy in force', () => {
  let scopes: readonly Scope[];
  beforeAll(async () => {
    scopes = await wokenByPolicy(cloud, policy);
    await play(cloud, policy, scopes);
  });

  test('wakes every product, the catalogs and the database that rules name', () => {
    expect(scopes.map(scopeText).sort()).toEqual([
      `publish ${FINANCE} ${REGION}`,
      `publish ${FINANCE} ${REGION} cur_org`,
      `publish ${FINANCE} ${REGION} hr_db`,
      `publish ${FINANCE} ${REGION} sales_db`,
      `publish ${SALES_LAKE} ${REGION}`,
      `publish ${SALES_LAKE} ${REGION} ${LAKE_DATABASE}`,
    ]);
  });

  test('makes keys, values, grants by tag and at the place, here and in the consumer', async () => {
    expect(failed(expectReady(await lookAround(cloud.stage)))).toEqual([]);
  });

  test('says that two rules name tables which are not there yet, and of nothing else that it is wrong', async () => {
    const open = await openIn(
      lake,
      { ...lake, database: null },
      { ...lake, account: FINANCE, database: null },
      consumer,
    );
    expect(open.map(({ cause, account }) => `${account} ${cause}`).sort()).toEqual([
      `${ANALYTICS} role-without-proof`,
      `${SALES_LAKE} tag-rule-matches-nothing`,
      `${SALES_LAKE} tag-rule-matches-nothing`,
    ]);
  });

  test('a repeat writes nothing', async () => {
    expect(await writes(cloud, () => play(cloud, policy, scopes))).toEqual([]);
  });
});

describe('a run of the workflow', () => {
  test('wakes its own database and nobody else; everything is tagged, and access follows', async () => {
    const { troubles, scopes } = await run();
    expect(troubles).toEqual([]);
    expect(scopes).toEqual([lake]);
    expect(failed(expectTagged(await lookAround(cloud.stage)))).toEqual([]);
    expect(await openIn(lake)).toEqual([]);
  });

  test('once more, it writes nothing', async () => {
    expect(await writes(cloud, () => run())).toEqual([]);
  });

  test('COMPLETED with a failed job is one finding that names it; what did succeed is tagged (G-E2, G-L31)', async () => {
    const before = cloud.told.length;
    const { id } = await run({ fail: new Map([[ORDERS, 'no route to host']]), anew: [PRODUCTS] });
    const open = await openIn(lake);
    expect(open).toMatchObject([{ cause: 'workflow-run-failed', account: SALES_LAKE, product: null }]);
    for (const word of [WORKFLOW, id, ORDERS.job, 'no route to host']) expect(open[0]?.message).toContain(word);
    expect(cloud.told.slice(before).map(({ type }) => type)).toEqual(['Onramp Access Failed']);
    expect(await readLakeTable(cloud.stage, LAKE_USER, PRODUCTS)).toSatisfy(isLent);
  });

  test('the next clean run recovers it', async () => {
    const before = cloud.told.length;
    await run();
    expect(await openIn(lake)).toEqual([]);
    expect(cloud.told.slice(before).map(({ type }) => type)).toEqual(['Onramp Access Recovered']);
    expect(failed(expectTagged(await lookAround(cloud.stage)))).toEqual([]);
  });
});
