import { afterAll, beforeAll, expect, test } from 'vitest';
import { resourceText } from '#core/permissions.ts';
import { scopeText } from '#core/start.ts';
import { CUR, FINANCE, HR, JOB, REGION, SALES } from '../../infra/local/scenes/places.ts';
import { isRead, isRefused, readAs } from '../../infra/local/scenes/reading.ts';
import { expectWritten } from '../golden/kept.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { publishAll, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy();
const healing = demoPolicy('demo-revoke');
const REFUSAL = {
  code: 'AccessDeniedException',
  message: 'Insufficient Lake Formation permission(s): Required Grant on hr_db',
};

let cloud: InProcess;
beforeAll(async () => {
  cloud = await scenario(policy, [crawled]);
  const onHr = { service: 'lakeformation', operation: 'BatchGrantPermissions', account: FINANCE, body: HR.database };
  await cloud.stage.control.fault({ kind: 'entry', ...onHr, ...REFUSAL });
  await publishAll(cloud, policy);
});
afterAll(() => cloud.close());

const alerts = (product: string) => cloud.told.filter(({ alert }) => alert.finding.product === product);

test('the first product arrives, the other two are refused, table and bytes', async () => {
  expect(await readAs(cloud.stage, JOB, CUR)).toSatisfy(isRead);
  expect(await readAs(cloud.stage, JOB, SALES)).toSatisfy(isRefused);
  expect(await readAs(cloud.stage, JOB, HR)).toSatisfy(isRefused);
});

test('what is open to everybody is told once, as seen beforehand, with the way to close it (G-L17)', () => {
  const told = alerts('sales');
  expect(told.map(({ type, alert }) => [type, alert.finding.cause, alert.finding.aws])).toEqual([
    ['Onramp Access Failed', 'iam-allowed-principals', null],
  ]);
  const mail = cloud.mails.find(({ subject }) => subject.includes('sales'));
  for (const word of [
    'not attempted',
    FINANCE,
    'orders',
    'exposure: revoke',
    '222222222222:role/*data-lake-*',
    'states/home',
  ])
    expect(mail?.body).toContain(word);
});

test("an entry refused inside Failures[] is told with AWS's own words (G-L10)", () => {
  const told = alerts('hr').filter(({ alert }) => alert.finding.hop === 'share');
  expect(told.length).toBeGreaterThan(0);
  for (const { type, alert } of told) {
    expect(type).toBe('Onramp Access Failed');
    expect(alert.finding).toMatchObject({
      account: FINANCE,
      principal: '222222222222',
      cause: 'grant-failed',
      aws: REFUSAL,
    });
    expect(alert.finding.resource).toContain(HR.database);
    expect(alert.finding.remedy).not.toBe('');
  }
  expect(
    cloud.mails.filter(({ subject }) => subject.includes('hr')).every(({ body }) => body.includes(REFUSAL.code)),
  ).toBe(true);
});

test('no finding is told twice, and a repeat tells nobody', async () => {
  const keys = cloud.told.map(({ alert }) => alert.finding.key);
  expect(new Set(keys).size).toBe(keys.length);
  const before = cloud.told.length;
  await publishAll(cloud, policy);
  expect(cloud.told.slice(before)).toEqual([]);
});

test('with the fault gone and `exposure: revoke` both heal, are readable, and recovery is told', async () => {
  await cloud.stage.control.clearFaults();
  const before = cloud.told.length;
  await publishAll(cloud, healing);
  expect(await readAs(cloud.stage, JOB, SALES)).toSatisfy(isRead);
  expect(await readAs(cloud.stage, JOB, HR)).toSatisfy(isRead);
  const types = new Set(cloud.told.slice(before).map(({ type, alert }) => `${type} ${alert.finding.product}`));
  expect([...types].sort()).toEqual(['Onramp Access Recovered hr', 'Onramp Access Recovered sales']);
  const open = (await cloud.ledger.findings(scopeText(scopeOf(SALES)))).filter((record) => record.state === 'open');
  expect(open.map(({ finding }) => finding)).toEqual([]);
});

test('the ledger knows how to put back what was taken from everybody (law 3)', async () => {
  const revoked = (await entriesIn(cloud.ledger, FINANCE, REGION)).filter((entry) => entry.kind === 'revoke');
  expect(revoked.map(({ target, state }) => `${state} ${target}`).sort()).toEqual([
    'confirmed database 111111111111/sales_db',
    'confirmed table 111111111111/sales_db.orders',
  ]);
  for (const { sent, target } of revoked) {
    expect(sent).toMatchObject({ principal: 'IAM_ALLOWED_PRINCIPALS', permissions: ['ALL'] });
    expect(resourceText(sent.resource)).toBe(target);
  }
  await expectWritten(cloud, 'failed-grant');
});
