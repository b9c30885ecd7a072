/** Events that never came, and changes that no event tells: the schedule's look finds and repairs them. */

import { BatchRevokePermissionsCommand, LakeFormationClient } from '@aws-sdk/client-lakeformation';
import { afterEach, describe, expect, test } from 'vitest';
import { scopeText } from '#core/start.ts';
import { ANALYTICS, CUR, FINANCE, JOB, readerArn, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { isRead, READ, readAs } from '../../infra/local/scenes/reading.ts';
import { LAKE_USER, PRODUCTS, STAFF } from '../../infra/local/scenes/sales-places.ts';
import { isLent, isShut, readLakeTable } from '../../infra/local/scenes/sales-reading.ts';
import { runWorkflow } from '../../infra/local/scenes/workflow.ts';
import { clientConfig, runCrawler } from '../../infra/local/scenes/world.ts';
import { openBlueprint } from '../support/blueprint.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, publishAll } from '../support/scopes.ts';
import { eventsSoFar, play, woken, wokenByPolicy, wokenBySchedule } from '../support/waking.ts';

const policy = demoPolicy('demo-share');

let cloud: InProcess;
afterEach(() => cloud?.close());

const look = async () => play(cloud, policy, await wokenBySchedule(cloud, policy));
const loseEvents = (account: string) => cloud.stage.control.fault({ kind: 'event', effect: 'drop', account });

describe('an event that never came', () => {
  test("the crawler's: the job role reads once the schedule has looked, and the next look writes nothing (G-E1)", async () => {
    cloud = await scenario(policy);
    const seen = await eventsSoFar(cloud);
    await loseEvents(FINANCE);
    await runCrawler(cloud.stage);
    expect(await woken(cloud, policy, seen)).toEqual([]);
    expect(await readAs(cloud.stage, JOB, CUR)).not.toSatisfy(isRead);
    await look();
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect(await writes(cloud, look)).toEqual([]);
  });

  test("RAM's, of an invitation that came when nobody waited for it any longer (G-R16)", async () => {
    cloud = await scenario(policy, [crawled]);
    await cloud.stage.control.delay('ram', 'invitation', { ms: 3_600_000 });
    await publishAll(cloud, policy);
    expect((await openFindings(cloud)).map(({ cause }) => cause)).toContain('share-not-visible');
    await loseEvents(ANALYTICS);
    await cloud.later(3_600_000);
    await look();
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect((await openFindings(cloud)).map(({ cause }) => cause)).not.toContain('share-not-visible');
  });

  test("those of a workflow's every node: its tables are tagged, and access follows (G-E1, G-E2)", async () => {
    const story = await openBlueprint();
    cloud = story.cloud;
    await play(cloud, story.policy, await wokenByPolicy(cloud, story.policy));
    const seen = await eventsSoFar(cloud);
    await loseEvents(SALES_LAKE);
    await runWorkflow(cloud.stage, {});
    expect(await woken(cloud, story.policy, seen)).toEqual([]);
    expect(await readLakeTable(cloud.stage, LAKE_USER, PRODUCTS)).toSatisfy(isShut);
    const scopes = await wokenBySchedule(cloud, story.policy);
    await play(cloud, story.policy, scopes);
    expect(await readLakeTable(cloud.stage, LAKE_USER, PRODUCTS)).toSatisfy(isLent);
    expect(await readLakeTable(cloud.stage, LAKE_USER, STAFF)).toSatisfy(isShut);
    expect(await writes(cloud, () => play(cloud, story.policy, scopes))).toEqual([]);
  });
});

describe('what no event tells', () => {
  test('a grant that somebody took away in the consumer: no publish sees it, the schedule does', async () => {
    cloud = await scenario(policy, [crawled]);
    await publishAll(cloud, policy);
    await takeAway();
    await publishAll(cloud, policy);
    expect(await readAs(cloud.stage, JOB, CUR)).not.toSatisfy(isRead);
    const scopes = await wokenBySchedule(cloud, policy);
    expect(scopes.map(scopeText)).toEqual([scopeText(CONSUMER)]);
    await play(cloud, policy, scopes);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });
});

/** By the one administrator that the consumer has: ours, used by hand. */
async function takeAway(): Promise<void> {
  const credentials = await cloud.stage.control.credentials(`arn:aws:iam::${ANALYTICS}:role/onramp/onramp-operator`);
  const lakeFormation = new LakeFormationClient(clientConfig(cloud.stage, credentials));
  const entry = {
    Id: '1',
    Principal: { DataLakePrincipalIdentifier: readerArn(JOB) },
    Resource: { Table: { CatalogId: FINANCE, DatabaseName: CUR.database, TableWildcard: {} } },
    Permissions: ['SELECT' as const, 'DESCRIBE' as const],
  };
  const { Failures } = await lakeFormation.send(new BatchRevokePermissionsCommand({ Entries: [entry] }));
  expect(Failures ?? []).toEqual([]);
}
