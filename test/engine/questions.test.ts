/** Many questions to one service, a few at a time: none is asked after one that failed. */

import { afterEach, expect, test } from 'vitest';
import { ANALYTICS } from '../../infra/local/scenes/places.ts';
import { makeRole, runCrawler } from '../../infra/local/scenes/world.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { type InProcess, inProcess } from '../support/in-process.ts';
import { calls } from '../support/journal.ts';
import { CONSUMER, publishAll } from '../support/scopes.ts';

const ROLES = 40;
/** Eight at a time: those under way when the first fails, and at most as many again before that is known. */
const MOST = 2 * 8;

let cloud: InProcess;
afterEach(() => cloud.close());

async function consumerWithManyRoles(): Promise<void> {
  const policy = demoPolicy('demo-share');
  cloud = await inProcess(policy);
  await runCrawler(cloud.stage);
  await publishAll(cloud, policy);
  for (let i = 0; i < ROLES; i += 1) {
    const role = `data-lake-${i}`;
    await makeRole(cloud.stage, { name: role, account: ANALYTICS, path: '/data-jobs/', role }, []);
  }
}

test('after a job role that cannot be read, no further role is asked about', async () => {
  await consumerWithManyRoles();
  const first = { service: 'iam', operation: 'GetRole', account: ANALYTICS, body: 'data-lake-0' };
  await cloud.stage.control.fault({ kind: 'error', code: 'AccessDenied', ...first });
  const asked = await calls(cloud, () => cloud.run(CONSUMER));
  const times = (name: string) => asked.filter(({ operation }) => operation === name).length;
  expect(times('ListRoles')).toBeGreaterThan(0);
  expect(times('GetRole')).toBeLessThanOrEqual(MOST * times('ListRoles'));
});
