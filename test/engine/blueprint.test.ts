/** The scene `blueprint` in one process: the same world, events and expectations, the real machines and handlers. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';
import { ANALYTICS, FINANCE, REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import {
  LAKE_ADMIN,
  LAKE_DATABASE,
  LAKE_TABLES,
  LAKE_USER,
  ORDERS,
  PRODUCTS,
  WORKFLOW,
} from '../../infra/local/scenes/sales-places.ts';
import { isLent, readLakeTable } from '../../infra/local/scenes/sales-reading.ts';
import { expectNothing, expectReady, expectTagged, lookAround } from '../../infra/local/scenes/sales-story.ts';
import { changeSettings } from '../../infra/local/scenes/sales-world.ts';
import { importTable } from '../../infra/local/scenes/workflow.ts';
import { expectWritten } from '../golden/kept.ts';
import { type Blueprint, CATALOG, failed, LAKE, openBlueprint } from '../support/blueprint.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { play, wokenByPolicy } from '../support/waking.ts';

const CONSUMER = { half: 'onboard' as const, account: ANALYTICS, region: REGION };

let story: Blueprint;
let cloud: InProcess;
beforeAll(async () => {
  story = await openBlueprint();
  cloud = story.cloud;
});
afterAll(() => cloud.close());

test('before, nobody reads anything and nothing is tagged', async () => {
  expect(failed(expectNothing(await lookAround(cloud.stage)))).toEqual([]);
});

describe('the policy in force', () => {
  let scopes: readonly Scope[];
  beforeAll(async () => {
    scopes = await wokenByPolicy(cloud, story.policy);
    await play(cloud, story.policy, scopes);
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

  test('says that two rules name tables which are not there yet, and what it was asked to report', async () => {
    const open = await story.openIn(LAKE, CATALOG, { ...CATALOG, account: FINANCE }, CONSUMER);
    expect(open.map(({ cause, account }) => `${account} ${cause}`).sort()).toEqual([
      `${FINANCE} create-database-open`,
      `${ANALYTICS} role-without-proof`,
      `${SALES_LAKE} tag-rule-matches-nothing`,
      `${SALES_LAKE} tag-rule-matches-nothing`,
    ]);
  });

  test('a repeat writes nothing', async () => {
    expect(await writes(cloud, () => play(cloud, story.policy, scopes))).toEqual([]);
  });
});

describe('a run of the workflow', () => {
  test('wakes its own database and nobody else; everything is tagged, and access follows', async () => {
    const { troubles, scopes } = await story.run();
    expect(troubles).toEqual([]);
    expect(scopes).toEqual([LAKE]);
    expect(failed(expectTagged(await lookAround(cloud.stage)))).toEqual([]);
    expect(await story.openIn(LAKE)).toEqual([]);
  });

  test('COMPLETED with a failed job is one finding that names it; what did succeed is tagged (G-E2, G-L31)', async () => {
    const before = cloud.told.length;
    const { id } = await story.run({ fail: new Map([[ORDERS, 'no route to host']]), anew: [PRODUCTS] });
    const open = await story.openIn(LAKE);
    expect(open).toMatchObject([{ cause: 'workflow-run-failed', account: SALES_LAKE, product: null }]);
    for (const word of [WORKFLOW, id, ORDERS.job, 'no route to host']) expect(open[0]?.message).toContain(word);
    expect(cloud.told.slice(before).map(({ type }) => type)).toEqual(['Onramp Access Failed']);
    expect(await readLakeTable(cloud.stage, LAKE_USER, PRODUCTS)).toSatisfy(isLent);
  });

  test('the next run is clean: it recovers the finding, and there is nothing to write', async () => {
    const before = cloud.told.length;
    expect(await writes(cloud, () => story.run())).toEqual([]);
    expect(await story.openIn(LAKE)).toEqual([]);
    expect(cloud.told.slice(before).map(({ type }) => type)).toEqual(['Onramp Access Recovered']);
    expect(failed(expectTagged(await lookAround(cloud.stage)))).toEqual([]);
    await expectWritten(cloud, 'blueprint');
  });
});

describe('in report mode', () => {
  const reporting = demoPolicy('demo-blueprint', (document) => {
    document.mode = 'report';
  });
  let told: Blueprint;
  beforeAll(async () => {
    told = await openBlueprint({}, reporting);
    // What `onramp enroll sales-lake` does.
    const reader = { DataLakePrincipalIdentifier: `arn:aws:iam::${SALES_LAKE}:role/onramp/onramp-reader` };
    await changeSettings(told.cloud.stage, SALES_LAKE, { ReadOnlyAdmins: [reader] });
    for (const table of LAKE_TABLES) await importTable(told.cloud.stage, table, false, LAKE_ADMIN);
  });
  afterAll(() => told.cloud.close());

  test('nothing is written, nobody reads, and what would be done is told once (law 11)', async () => {
    const scopes = await wokenByPolicy(told.cloud, reporting);
    expect(await writes(told.cloud, () => play(told.cloud, reporting, scopes))).toEqual([]);
    expect(failed(expectNothing(await lookAround(told.cloud.stage)))).toEqual([]);
    const open = await told.openIn(CATALOG, LAKE);
    expect(open.length).toBeGreaterThan(0);
    expect(new Set(open.map(({ cause }) => cause))).toEqual(new Set(['report-mode']));
    const before = told.cloud.told.length;
    expect(await writes(told.cloud, () => play(told.cloud, reporting, scopes))).toEqual([]);
    expect(told.cloud.told).toHaveLength(before);
  });
});
