/** Each fact that only a real account can confirm, read the other way: the product must arrive all the same. */

import { expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import {
  CUR,
  FINANCE,
  HR,
  JOB,
  OTHER_ACCOUNT,
  OTHER_ROLE,
  SALES,
  type SceneTable,
  SQUATTER,
} from '../../infra/local/scenes/places.ts';
import { isRefused, READ, readAs } from '../../infra/local/scenes/reading.ts';
import { runCrawler } from '../../infra/local/scenes/world.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { writes } from '../support/journal.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { openFindings, publishAll } from '../support/scopes.ts';
import { ALL_FLIPPED, asked, type Switches, underEverySwitch } from '../support/switches.ts';

/** The scene `share` from before to repeat, for the tables of a policy. */
async function scene(policy: Policy, tables: readonly SceneTable[], switches: Switches) {
  const cloud = await scenario(policy, [], { switches });
  try {
    for (const reader of [JOB, SQUATTER]) expect(await readAs(cloud.stage, reader, CUR)).toSatisfy(isRefused);
    await runCrawler(cloud.stage);
    await publishAll(cloud, policy);
    for (const table of tables) expect(await readAs(cloud.stage, JOB, table)).toEqual(READ);
    for (const reader of [SQUATTER, OTHER_ROLE, OTHER_ACCOUNT])
      expect(await readAs(cloud.stage, reader, CUR)).toSatisfy(isRefused);
    const open = await openFindings(cloud);
    expect(open.map(({ cause }) => cause)).toEqual(['role-without-proof']);
    expect(await writes(cloud, () => publishAll(cloud, policy))).toEqual([]);
    return await asked(cloud);
  } finally {
    await cloud.close();
  }
}

/** The scene `failed-grant`: one product open to everybody, one whose grant AWS refuses; told, and healed. */
async function failing(switches: Switches) {
  const [policy, healing] = [demoPolicy(), demoPolicy('demo-revoke')];
  const cloud = await scenario(policy, [crawled], { switches });
  try {
    const onHr = { service: 'lakeformation', operation: 'BatchGrantPermissions', account: FINANCE, body: HR.database };
    await cloud.stage.control.fault({ kind: 'entry', code: 'AccessDeniedException', message: 'not you', ...onHr });
    await publishAll(cloud, policy);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    for (const table of [SALES, HR]) expect(await readAs(cloud.stage, JOB, table)).toSatisfy(isRefused);
    const causes = (await openFindings(cloud)).map(({ cause }) => cause);
    expect([...new Set(causes)].sort()).toEqual(['grant-failed', 'iam-allowed-principals', 'role-without-proof']);
    await cloud.stage.control.clearFaults();
    await publishAll(cloud, healing);
    for (const table of [CUR, SALES, HR]) expect(await readAs(cloud.stage, JOB, table)).toEqual(READ);
    expect((await openFindings(cloud)).map(({ cause }) => cause)).toEqual(['role-without-proof']);
    expect(await writes(cloud, () => publishAll(cloud, healing))).toEqual([]);
    return await asked(cloud);
  } finally {
    await cloud.close();
  }
}

underEverySwitch('', (switches) => scene(demoPolicy('demo-share'), [CUR], switches));

underEverySwitch('what fails is told and heals, ', failing);

test('three products, one of them closed to everybody first, with every switch flipped at once', async () => {
  await scene(demoPolicy('demo-revoke'), [CUR, SALES, HR], ALL_FLIPPED);
});

test('what fails is told and heals, with every switch flipped at once', async () => {
  await failing(ALL_FLIPPED);
});
