/** What a hostile reading of the engine tried: others at work in between, a newer policy, a halt, a scope that can't be read. */

import { CreateRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  BatchGrantPermissionsCommand,
  BatchRevokePermissionsCommand,
  LakeFormationClient,
} from '@aws-sdk/client-lakeformation';
import { DeleteBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, expect, test } from 'vitest';
import { snapshotKey } from '#contracts/names.ts';
import { scopeText } from '#core/start.ts';
import {
  ANALYTICS,
  BUCKET,
  CUR,
  FINANCE,
  HUB,
  JOB,
  REGION,
  readerArn,
  SALES,
} from '../../infra/local/scenes/places.ts';
import { clientConfig } from '../../infra/local/scenes/world.ts';
import { root } from '../support/aws-console.ts';
import { byStage } from '../support/by-stage.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { crawled, published, scenario } from '../support/scenario.ts';
import { CONSUMER, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');
const ELSEWHERE = 'us-east-1';
const GLUES = { Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' };
const trustOf = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });

let cloud: InProcess;
afterEach(() => cloud.close());

/** An administrator of the consumer grants or revokes what the job role reads by. */
async function byHand(command: 'grant' | 'revoke', principal: string): Promise<void> {
  const credentials = await cloud.stage.control.credentials(`arn:aws:iam::${ANALYTICS}:role/onramp/onramp-operator`);
  const client = new LakeFormationClient(clientConfig(cloud.stage, credentials));
  const Entry = {
    Id: '1',
    Principal: { DataLakePrincipalIdentifier: principal },
    Resource: { Table: { CatalogId: FINANCE, DatabaseName: CUR.database, TableWildcard: {} } },
    Permissions: ['SELECT', 'DESCRIBE'] as ('SELECT' | 'DESCRIBE')[],
  };
  if (command === 'grant') await client.send(new BatchGrantPermissionsCommand({ Entries: [Entry] }));
  else await client.send(new BatchRevokePermissionsCommand({ Entries: [Entry] }));
}

/** Published and read, and a grant of the consumer gone since. */
async function withGrantGone(used = policy): Promise<void> {
  cloud = await scenario(used, [crawled, published]);
  await cloud.later(60_000);
  await byHand('revoke', readerArn(JOB));
}

test('a role opened to others gets nothing, also where the run of another Region grants to it (law 12)', async () => {
  await withGrantGone(
    demoPolicy('demo-share', ({ accounts }) => {
      accounts['analytics'] = { id: ANALYTICS, regions: [REGION, ELSEWHERE] };
    }),
  );
  const run = await byStage(cloud, { ...CONSUMER, region: ELSEWHERE });
  await run.until('grant');
  const PolicyDocument = trustOf({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });
  await root(cloud.stage, ANALYTICS).iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName: 'data-lake-test-job-role', PolicyDocument }),
  );
  const made = await writes(cloud, () => run.step());
  expect(made.filter((call) => call.includes('BatchGrant'))).toEqual([]);
});

test('what somebody granted meanwhile is theirs, and is not written as ours (law 3)', async () => {
  cloud = await scenario(policy, [crawled, published]);
  await cloud.later(60_000);
  const RoleName = 'data-lake-second';
  await root(cloud.stage, ANALYTICS).iam.send(
    new CreateRoleCommand({ RoleName, Path: '/data-jobs/', AssumeRolePolicyDocument: trustOf(GLUES) }),
  );
  const arn = `arn:aws:iam::${ANALYTICS}:role/data-jobs/${RoleName}`;
  const run = await byStage(cloud, CONSUMER);
  await run.until('grant');
  await byHand('grant', arn);
  await run.rest();
  const entries = await cloud.ledger.entries({ part: 'account', account: ANALYTICS });
  const onTables = entries.filter(({ principal, target }) => principal === arn && target.startsWith('all tables'));
  expect(onTables).toEqual([]);
});

test('a run that a newer policy overtook starts one by that policy', async () => {
  await withGrantGone();
  const run = await byStage(cloud, CONSUMER);
  await run.until('grant');
  cloud.policies.set('current', { ...policy, hash: 'f'.repeat(64) });
  cloud.queue.length = 0;
  await run.rest();
  expect(cloud.queue.map(scopeText)).toEqual([scopeText(CONSUMER)]);
});

test('a run during a halt has not gone through to its end: nobody in line is covered by it', async () => {
  await withGrantGone();
  const before = await cloud.ledger.finished(scopeText(CONSUMER));
  await cloud.ledger.setHalt({ by: 'kei', why: 'wrong policy', at: cloud.clock.now() });
  await cloud.run(CONSUMER);
  expect(await cloud.ledger.finished(scopeText(CONSUMER))).toEqual(before);
});

test('a scope that cannot be looked at keeps no other of its account from being surveyed', async () => {
  const three = demoPolicy('demo-revoke');
  cloud = await scenario(three, [crawled, published]);
  const Key = snapshotKey({ account: FINANCE, region: REGION, database: CUR.database });
  const broken = new PutObjectCommand({ Bucket: 'onramp-policies', Key, Body: '{"old":1}' });
  await root(cloud.stage, HUB).s3.send(broken);
  await root(cloud.stage, FINANCE).s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  cloud.queue.length = 0;
  const run = await cloud.run({ half: 'survey', account: FINANCE, region: REGION }, three);
  expect(run.status).toBe('SUCCEEDED');
  expect(cloud.queue.map(scopeText)).toEqual(expect.arrayContaining([CUR, SALES].map((t) => scopeText(scopeOf(t)))));
});
