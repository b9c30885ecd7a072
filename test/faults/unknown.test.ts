/** Laws 5 and 6: what can't be read is unknown and never written about; what fails for good is one finding, told once. */

import { DeleteRoleCommand, DeleteRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutBucketEncryptionCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANALYTICS, CUR, FINANCE, JOB, SALES } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { bucketStatements, dropTable, makeDatabase, putBucketStatements, root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, publishAll, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');

let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(policy, [crawled]);
});
afterEach(() => cloud.close());

const deny = (operation: string, more: object = {}) =>
  cloud.stage.control.fault({
    kind: 'error',
    operation,
    principal: 'onramp-',
    code: 'AccessDeniedException',
    message: 'denied on demand',
    status: 403,
    ...more,
  });
const told = () => cloud.told.map(({ type, alert }) => `${type} ${alert.finding.cause}`);

/** Every reading a run rests on. */
const READS = [
  'GetDataLakeSettings',
  'ListPermissions',
  'GetDatabase',
  'GetTables',
  'GetResourcePolicy',
  'GetDataCatalogEncryptionSettings',
  'ListResources',
  'GetResourceShareInvitations',
  'GetResourceShares',
  'GetResourceShareAssociations',
  'GetBucketPolicy',
  'GetBucketEncryption',
  'ListRoles',
  'GetRole',
];

test.each(READS)(
  '%s refused: unknown and told, never a reason to write, and never a recovery (law 6)',
  async (operation) => {
    const reconcile = async () => {
      await cloud.settle(scopeOf(CUR));
      await cloud.settle(CONSUMER);
    };
    await deny(operation);
    await reconcile();
    await cloud.stage.control.clearFaults();
    await reconcile();
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    const standing = (await openFindings(cloud)).map(({ key, cause }) => ({ key, cause }));
    expect(standing.map(({ cause }) => cause)).toEqual(['role-without-proof']);
    const recovered = cloud.told.filter(({ type }) => type.endsWith('Recovered')).length;
    await deny(operation);
    expect(await writes(cloud, reconcile)).toEqual([]);
    const opened = (await openFindings(cloud)).filter(({ key }) => key !== standing[0]?.key);
    expect(opened.length).toBeGreaterThan(0);
    for (const { state, remedy } of opened) expect([state, remedy === '']).toEqual(['unknown', false]);
    expect(cloud.told.filter(({ type }) => type.endsWith('Recovered'))).toHaveLength(recovered);
  },
);

/** Every write a run makes. */
const WRITES = [
  'PutDataLakeSettings',
  'BatchGrantPermissions',
  'AcceptResourceShareInvitation',
  'CreateDatabase',
  'PutBucketPolicy',
];

test.each(WRITES)("%s refused for good: told once with AWS's words, heals when allowed", async (operation) => {
  await deny(operation);
  await cloud.settle(scopeOf(CUR));
  await cloud.settle(CONSUMER);
  const failed = cloud.told.filter(({ alert }) => alert.finding.aws?.message.includes('denied on demand'));
  expect(failed.length).toBeGreaterThan(0);
  for (const { alert } of failed) {
    expect(alert.finding.aws?.code).toMatch(/AccessDenied/);
    expect(alert.finding.remedy).not.toBe('');
    expect([FINANCE, ANALYTICS]).toContain(alert.finding.account);
  }
  const before = told().length;
  await cloud.settle(scopeOf(CUR));
  await cloud.settle(CONSUMER);
  expect(told().slice(before)).toEqual([]);
  await cloud.stage.control.clearFaults();
  await cloud.settle(scopeOf(CUR));
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  expect((await openFindings(cloud)).map(({ cause }) => cause)).toEqual(['role-without-proof']);
});

test.each(['BatchGrantPermissions', 'ListPermissions', 'GetTables', 'GetResourceShares', 'PutBucketPolicy'])(
  '%s throttled now and then: the run gets there all the same (G-L1)',
  async (operation) => {
    const fault = { kind: 'error' as const, operation, status: 400, code: 'ThrottlingException', times: 2 };
    await cloud.stage.control.fault({ ...fault, principal: 'onramp-' });
    await cloud.settle(scopeOf(CUR));
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  },
);

test('one entry refused for the moment is sent again, alone (G-L1, G-L10)', async () => {
  const code = 'ConcurrentModificationException';
  await cloud.stage.control.fault({ kind: 'entry', operation: 'BatchGrantPermissions', code, times: 3 });
  await cloud.settle(scopeOf(CUR));
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  expect((await openFindings(cloud)).map(({ cause }) => cause)).toEqual(['role-without-proof']);
});

test('an account nobody can enter is one finding per half, and the others go on', async () => {
  await cloud.close();
  cloud = await scenario(policy, [crawled], { without: [ANALYTICS] });
  await cloud.settle(scopeOf(CUR));
  const open = await openFindings(cloud);
  expect(new Set(open.map(({ cause, account }) => `${account} ${cause}`))).toEqual(
    new Set([`${ANALYTICS} account-not-entered`]),
  );
  expect(open.every(({ state }) => state === 'unknown')).toBe(true);
});

test('a reader that is no administrator: unknown, with the command that enrolls it', async () => {
  const report = demoPolicy('demo-share', (document) => {
    document.mode = 'report';
  });
  await cloud.settle(scopeOf(CUR), report);
  const open = (await openFindings(cloud)).filter(({ state }) => state === 'unknown');
  expect(open.length).toBeGreaterThan(0);
  expect(open.every(({ remedy }) => remedy.includes(`onramp enroll ${FINANCE}`))).toBe(true);
});

test('a table that is dropped after it was granted: the rest stands, and says what is missing', async () => {
  const all = demoPolicy('demo-revoke');
  await publishAll(cloud, all);
  await dropTable(cloud.stage, SALES.database, SALES.table);
  await publishAll(cloud, all);
  const open = (await openFindings(cloud)).filter(({ product }) => product === 'sales');
  expect(open.map(({ cause }) => cause)).toEqual(['table-missing']);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
});

test('a real database where the link should go is never touched (G-K2)', async () => {
  await makeDatabase(cloud.stage, ANALYTICS, CUR.link);
  await cloud.settle(scopeOf(CUR));
  const open = (await openFindings(cloud)).filter(({ hop }) => hop === 'link');
  expect(open.map(({ cause }) => cause)).toEqual(['link-name-is-a-database']);
});

test('a link of that name that points elsewhere is never re-pointed (G-K2)', async () => {
  await makeDatabase(cloud.stage, ANALYTICS, 'mine');
  await makeDatabase(cloud.stage, ANALYTICS, CUR.link, 'mine');
  await cloud.settle(scopeOf(CUR));
  const open = (await openFindings(cloud)).filter(({ hop }) => hop === 'link');
  expect(open).toMatchObject([
    { cause: 'link-points-elsewhere', message: expect.stringContaining(`${ANALYTICS}/mine`) },
  ]);
});

test('the job role is deleted mid-run: the grant is refused for a principal nobody knows, or nobody is admitted', async () => {
  const { iam } = root(cloud.stage, ANALYTICS);
  await cloud.run(scopeOf(CUR));
  await iam.send(new DeleteRolePolicyCommand({ RoleName: JOB.role, PolicyName: 'default' }));
  await iam.send(new DeleteRoleCommand({ RoleName: JOB.role }));
  await cloud.settle(CONSUMER);
  const open = await openFindings(cloud);
  expect(open.map(({ cause }) => cause).sort()).toEqual(['no-job-role', 'role-without-proof']);
});

test("the owner's own Deny in the bucket policy survives and is told", async () => {
  const denial = {
    Sid: 'OwnersDeny',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::cur-export-111111111111/*',
    Condition: { StringNotEquals: { 'aws:PrincipalAccount': FINANCE } },
  };
  await putBucketStatements(cloud.stage, [...(await bucketStatements(cloud.stage)), denial]);
  await cloud.settle(scopeOf(CUR));
  expect((await openFindings(cloud)).map(({ cause }) => cause)).toContain('bucket-policy-denies');
  expect(await bucketStatements(cloud.stage)).toContainEqual(denial);
});

test('a bucket encrypted with a key the policy does not name is told before a job fails on it', async () => {
  const rule = {
    SSEAlgorithm: 'aws:kms' as const,
    KMSMasterKeyID: `arn:aws:kms:ap-northeast-1:${FINANCE}:key/11111111-2222-3333-4444-555555555555`,
  };
  await root(cloud.stage, FINANCE).s3.send(
    new PutBucketEncryptionCommand({
      Bucket: 'cur-export-111111111111',
      ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: rule }] },
    }),
  );
  await cloud.settle(scopeOf(CUR));
  const open = (await openFindings(cloud)).filter(({ hop }) => hop === 'storage');
  expect(open).toMatchObject([{ cause: 'bucket-key-not-named', remedy: expect.stringContaining('storage.key') }]);
});
