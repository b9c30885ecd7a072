/** What a publish tells a consumer, and what the consumer's run remembers as seen: or nobody would start it again. */

import { DeleteRoleCommand, DeleteRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import { afterEach, expect, test } from 'vitest';
import { scopeText } from '#core/start.ts';
import { ANALYTICS, CUR, FINANCE, JOB, REGION, SALES } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { root, shareInOrganization } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');

let cloud: InProcess;
afterEach(() => cloud.close());

async function open(): Promise<void> {
  cloud = await scenario(policy, [crawled]);
}

/** As `onramp enroll` leaves an account: our reader sees everything. */
async function enroll(): Promise<void> {
  const role = (name: string) => ({
    DataLakePrincipalIdentifier: `arn:aws:iam::${ANALYTICS}:role/onramp/onramp-${name}`,
  });
  const DataLakeSettings = { DataLakeAdmins: [role('operator')], ReadOnlyAdmins: [role('reader')] };
  await root(cloud.stage, ANALYTICS).lakeFormation.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
}

const seen = async () => (await cloud.ledger.consumer(ANALYTICS, REGION))?.fingerprints[scopeText(scopeOf(CUR))];

test('a consumer that only reported is reconciled again once its account is enforced', async () => {
  await open();
  await shareInOrganization(cloud.stage);
  await enroll();
  const held = demoPolicy('demo-share', ({ accounts }) => {
    accounts['analytics'] = { id: ANALYTICS, mode: 'report' };
  });
  await cloud.settle(scopeOf(CUR), held);
  expect(await seen()).toBeUndefined();
  await cloud.settle(scopeOf(CUR), policy);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  expect(await seen()).toBeDefined();
});

test('what a finding promises for the next run is looked at by the next publish', async () => {
  await open();
  const { iam } = root(cloud.stage, ANALYTICS);
  await iam.send(new DeleteRolePolicyCommand({ RoleName: JOB.role, PolicyName: 'default' }));
  await iam.send(new DeleteRoleCommand({ RoleName: JOB.role }));
  await cloud.settle(scopeOf(CUR));
  expect((await openFindings(cloud)).map(({ cause }) => cause)).toContain('no-job-role');
  expect(await seen()).toBeUndefined();
  await cloud.run(scopeOf(CUR));
  expect(cloud.queue).toEqual([CONSUMER]);
});

test('a revoked exposure that is listed for some seconds yet keeps no first consumer from being started', async () => {
  const closing = demoPolicy('demo-revoke', ({ products }) => {
    delete products['cur'];
    delete products['hr'];
  });
  cloud = await scenario(closing);
  await cloud.stage.control.delay('lakeformation', 'revoke', { ms: 8000 });
  await cloud.settle(scopeOf(SALES));
  expect(await readAs(cloud.stage, JOB, SALES)).toEqual(READ);
});

test('a catalog policy that can not be read says nothing: consumers keep what they were told', async () => {
  await open();
  await cloud.settle(scopeOf(CUR));
  const told = await cloud.reconcileServices.snapshots.read(scopeOf(CUR));
  expect(told?.products).toMatchObject([{ shared: true }]);
  await cloud.stage.control.fault({
    kind: 'error',
    operation: 'GetResourcePolicy',
    account: FINANCE,
    principal: 'onramp-',
    code: 'AccessDeniedException',
    status: 403,
  });
  await cloud.settle(scopeOf(CUR));
  expect(await cloud.reconcileServices.snapshots.read(scopeOf(CUR))).toEqual(told);
  expect((await openFindings(cloud)).filter(({ account }) => account === ANALYTICS)).toMatchObject([
    { cause: 'role-without-proof' },
  ]);
});
