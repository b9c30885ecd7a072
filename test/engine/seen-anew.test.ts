/** What others change between the look at the beginning and a write: the write goes by what is there now. */

import { CreateDatabaseCommand, GetDatabaseCommand } from '@aws-sdk/client-glue';
import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { ListPermissionsCommand } from '@aws-sdk/client-lakeformation';
import { AssociateResourceShareCommand, paginateGetResourceShareInvitations } from '@aws-sdk/client-ram';
import { afterEach, describe, expect, test } from 'vitest';
import { ANALYTICS, BUCKET, CUR, FINANCE, JOB } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { bucketStatements, glueArn, putBucketStatements, root, shareByHand } from '../support/aws-console.ts';
import { byStage } from '../support/by-stage.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');
const PRODUCER = scopeOf(CUR);

let cloud: InProcess;
afterEach(() => cloud.close());

const causes = async () => (await openFindings(cloud)).map(({ cause }) => cause);
async function open(): Promise<void> {
  cloud = await scenario(policy, [crawled]);
}
/** The producer has published, and its consumer has not run. */
const published = async () => {
  await open();
  await cloud.run(PRODUCER);
};

test('a role opened to others while the run waited for the share is granted nothing', async () => {
  await published();
  const run = await byStage(cloud, CONSUMER);
  await run.until('grant');
  const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await root(cloud.stage, ANALYTICS).iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName: 'data-lake-test-job-role', PolicyDocument }),
  );
  await run.rest();
  expect(await readAs(cloud.stage, JOB, CUR)).not.toEqual(READ);
  expect(await causes()).toContain('role-trust-too-wide');
});

test('an invitation that brings more than was seen is not accepted', async () => {
  await open();
  const resources = [glueArn(FINANCE, 'database/cur_org')];
  const byHand = await shareByHand(cloud.stage, { from: FINANCE, to: ANALYTICS, resources });
  await cloud.run(PRODUCER);
  const run = await byStage(cloud, CONSUMER);
  await run.until('accept');
  await root(cloud.stage, FINANCE).ram.send(
    new AssociateResourceShareCommand({
      resourceShareArn: byHand,
      resourceArns: [glueArn(FINANCE, 'database/hr_db')],
    }),
  );
  await run.rest();
  const pages = paginateGetResourceShareInvitations({ client: root(cloud.stage, ANALYTICS).ram }, {});
  const statuses: (string | undefined)[] = [];
  for await (const { resourceShareInvitations = [] } of pages) {
    const own = resourceShareInvitations.filter(({ resourceShareArn }) => resourceShareArn === byHand);
    statuses.push(...own.map(({ status }) => status));
  }
  expect(statuses).toEqual(['PENDING']);
  expect(await causes()).toContain('invitation-left-alone');
});

test('a database that somebody made in the place of our link is left as it is, and told', async () => {
  await published();
  const run = await byStage(cloud, CONSUMER);
  await run.until('link');
  const { glue, lakeFormation } = root(cloud.stage, ANALYTICS);
  const Name = 'cur_org_linked';
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name } }));
  const made = await writes(cloud, () => run.rest());
  expect(made.filter((call) => call.includes('Revoke'))).toEqual([]);
  const { PrincipalResourcePermissions = [] } = await lakeFormation.send(
    new ListPermissionsCommand({ Resource: { Database: { Name } } }),
  );
  const holders = PrincipalResourcePermissions.map(({ Principal }) => Principal?.DataLakePrincipalIdentifier);
  expect(holders).toContain('IAM_ALLOWED_PRINCIPALS');
  expect((await glue.send(new GetDatabaseCommand({ Name }))).Database?.TargetDatabase).toBeUndefined();
  expect(await causes()).toContain('link-name-is-a-database');
});

test('a bucket policy that somebody rewrote keeps what they wrote, and gets our part', async () => {
  await open();
  const run = await byStage(cloud, PRODUCER);
  await run.until('storage');
  const theirs = {
    Sid: 'Theirs',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${FINANCE}:root` },
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${BUCKET}/theirs/*`,
  };
  await putBucketStatements(cloud.stage, [theirs]);
  await run.rest();
  const sids = (await bucketStatements(cloud.stage)).map(({ Sid }) => String(Sid));
  expect(sids).toContain('Theirs');
  expect(sids.some((sid) => sid.startsWith('onramp'))).toBe(true);
});

describe('before its first write a stage asks', () => {
  test('whether the policy is still in force: a newer one reconciles the scope itself', async () => {
    await open();
    const run = await byStage(cloud, PRODUCER);
    await run.step();
    cloud.policies.set('current', { ...policy, hash: 'f'.repeat(64) });
    const made = await writes(cloud, () => run.rest());
    expect([made, run.next]).toEqual([[], 'end']);
    expect(await causes()).toEqual([]);
  });

  test('whether somebody has halted the hub: what would be done is told once, and done when it goes on', async () => {
    await open();
    const run = await byStage(cloud, PRODUCER);
    await run.step();
    await cloud.ledger.setHalt({ by: 'kei', why: 'wrong policy', at: cloud.clock.now() });
    expect(await writes(cloud, () => run.rest())).toEqual([]);
    const told = await openFindings(cloud);
    expect(told.map(({ cause }) => cause)).toContain('hub-halted');
    expect(told.find(({ cause }) => cause === 'hub-halted')?.message).toContain('halted by kei (wrong policy): would');
    expect(await writes(cloud, () => cloud.settle(PRODUCER))).toEqual([]);
    await cloud.ledger.setHalt(null);
    await cloud.settle(PRODUCER);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect(await causes()).toEqual(['role-without-proof']);
  });
});

test('nothing seen more than five minutes ago serves a write', async () => {
  await published();
  const run = await byStage(cloud, CONSUMER);
  await run.until('link');
  await cloud.later(6 * 60_000);
  const before = (await cloud.stage.control.journal()).length;
  await run.step();
  const asked = (await cloud.stage.control.journal()).slice(before).map(({ operation }) => operation);
  expect(asked).toContain('GetResourceShares');
  await run.rest();
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
});
