import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPolicyFile } from '#cli/policy-file.ts';
import { CUR, FINANCE, JOB, OTHER_ACCOUNT, OTHER_ROLE, REGION, SQUATTER } from '../../infra/local/scenes/places.ts';
import { isRead, isRefused, readAs } from '../../infra/local/scenes/reading.ts';
import { expectWritten } from '../golden/kept.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, scenario } from '../support/scenario.ts';

const file = fileURLToPath(new URL('../fixtures/policies/demo.yaml', import.meta.url));
const { policy } = loadPolicyFile(file);
const publish = { half: 'publish' as const, account: FINANCE, region: REGION, database: 'cur_org' };
const onboard = 'onboard 222222222222 ap-northeast-1';

let cloud: InProcess;
beforeAll(async () => {
  cloud = await scenario(policy, [crawled]);
});
afterAll(() => cloud.close());

test('before: the job role can read neither table nor bytes', async () => {
  expect(await readAs(cloud.stage, JOB, CUR)).toSatisfy(isRefused);
});

test('a crawler finishes in one account and a job role reads the table in another', async () => {
  await cloud.settle(publish);
  expect(await readAs(cloud.stage, JOB, CUR)).toSatisfy(isRead);
});

test.each([SQUATTER, OTHER_ROLE, OTHER_ACCOUNT])('$name still reads neither table nor bytes', async (reader) => {
  expect(await readAs(cloud.stage, reader, CUR)).toSatisfy(isRefused);
});

test('the run proves it by permissions: nothing is wrong with the product', async () => {
  const records = await cloud.ledger.findings(onboard);
  expect(
    records.map(({ finding }) => finding).filter((f) => f.product === 'cur' && f.cause !== 'role-without-proof'),
  ).toEqual([]);
});

test('a second run of the same event writes nothing', async () => {
  const before = (await cloud.lake.control.journal()).length;
  await cloud.settle(publish);
  const calls = (await cloud.lake.control.journal(before)).filter(
    (call) => call.kind === 'write' && call.service !== 's3',
  );
  expect(calls.map((call) => `${call.account} ${call.operation}`)).toEqual([]);
  await expectWritten(cloud, 'share');
});
