/** What a publish tells its consumers is what it has done, not what became known meanwhile. */

import { afterEach, beforeEach, expect, test } from 'vitest';
import { reconcileStage } from '../../functions/handlers/reconcile.ts';
import { ANALYTICS, CUR, REGION } from '../../infra/local/scenes/places.ts';
import { bucketStatements } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, scenario, settled } from '../support/scenario.ts';
import { scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');
const WIDE = `arn:aws:iam::${ANALYTICS}:role/data-jobs/wide-data-lake-job`;

let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(policy, [crawled, settled(scopeOf(CUR))]);
});
afterEach(() => cloud.close());

const stage = (name: string) =>
  reconcileStage(
    {
      stage: name,
      execution: 'arn:aws:states:ap-northeast-1:333333333333:execution:publish:by-hand',
      startedAt: new Date(cloud.clock.now()).toISOString(),
      scope: scopeOf(CUR),
      run: { policy: policy.hash },
    },
    cloud.reconcileServices,
  );
const denied = async () => (await cloud.reconcileServices.snapshots.read(scopeOf(CUR)))?.denied;

/** A run of the consumer finds that this role's trust admits others too. */
async function disprove(): Promise<void> {
  const record = await cloud.ledger.consumer(ANALYTICS, REGION);
  if (record === null) throw new Error('the consumer has not run');
  await cloud.ledger.putConsumer({ ...record, disproved: [WIDE] });
}

test('a role disproved between storage and fan-out does not count as denied until it is', async () => {
  await stage('storage');
  await disprove();
  await stage('verify');
  expect(await denied()).toEqual([]);
  await stage('storage');
  await stage('verify');
  expect(await denied()).toEqual([WIDE]);
  expect(JSON.stringify(await bucketStatements(cloud.stage))).toContain(WIDE);
});

test('a Deny that AWS refuses is a finding of the publish, no reason to start it over and over', async () => {
  const code = 'AccessDenied';
  await cloud.stage.control.fault({
    kind: 'error',
    operation: 'PutBucketPolicy',
    principal: 'onramp-',
    code,
    status: 403,
  });
  await disprove();
  await stage('storage');
  await stage('verify');
  expect(await denied()).toEqual([WIDE]);
});
