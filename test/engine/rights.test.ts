/** Rights of our own take AWS a moment to spread: a refusal right after they were given is not the last word. */

import { afterEach, expect, test } from 'vitest';
import { CUR, FINANCE, JOB, REGION } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { openFindings, publishAll } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');
const REFUSED = {
  service: 'lakeformation',
  operation: 'BatchGrantPermissions',
  account: FINANCE,
  code: 'AccessDeniedException',
  message: 'Insufficient Lake Formation permission(s): Required Grant on cur_org',
};

let cloud: InProcess;
afterEach(() => cloud.close());

test('an administrator of this very run is refused six times, and then is one', async () => {
  cloud = await scenario(policy, [crawled]);
  await cloud.stage.control.fault({ kind: 'error', times: 6, ...REFUSED });
  await publishAll(cloud, policy);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  expect((await openFindings(cloud)).filter(({ hop }) => hop === 'share')).toEqual([]);
});

test('settings that were written and could not be read back are ours all the same (law 4)', async () => {
  cloud = await scenario(policy, [crawled]);
  // The operator reads under the lease, and after its write.
  const read = { service: 'lakeformation', operation: 'GetDataLakeSettings', account: FINANCE };
  const refused = { code: 'AccessDeniedException', message: 'not now' };
  await cloud.stage.control.fault({ kind: 'error', nth: 2, principal: 'onramp-operator', ...read, ...refused });
  await publishAll(cloud, policy);
  const entries = await entriesIn(cloud.ledger, FINANCE, REGION);
  const [admins] = entries.filter(({ kind }) => kind === 'admins');
  expect(admins).toMatchObject({ state: 'confirmed', error: null });
  expect(Object.values(admins?.before ?? {})).toEqual(['absent', 'absent']);
  const asked = (await cloud.stage.control.journal()).filter(({ error }) => error === 'AccessDeniedException');
  expect(asked.map(({ operation }) => operation)).toContain(read.operation);
});

test('one that is refused for good is told within the minute; one that is no news, sooner', async () => {
  cloud = await scenario(policy, [crawled]);
  await cloud.stage.control.fault({ kind: 'error', ...REFUSED });
  const began = cloud.clock.now();
  await publishAll(cloud, policy);
  const first = cloud.clock.now() - began;
  expect(first).toBeGreaterThan(45_000);
  expect((await openFindings(cloud)).map(({ cause }) => cause)).toContain('grant-failed');
  const again = cloud.clock.now();
  await publishAll(cloud, policy);
  expect(cloud.clock.now() - again).toBeLessThan(first);
  const asked = (await cloud.stage.control.journal()).filter(({ operation }) => operation === REFUSED.operation);
  expect(asked.length).toBeLessThan(14);
});
