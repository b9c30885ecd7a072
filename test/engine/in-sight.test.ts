/** Law 13: what stands stays in sight until it is gone, whatever the policy says meanwhile. */

import { afterEach, expect, test } from 'vitest';
import { scopeText } from '#core/start.ts';
import { CUR, FINANCE, JOB, REGION } from '../../infra/local/scenes/places.ts';
import { isRefused, readAs } from '../../infra/local/scenes/reading.ts';
import { bucketStatements } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { plan } from '../support/plan.ts';
import { crawled, published, scenario } from '../support/scenario.ts';
import { CONSUMER, scopeOf } from '../support/scopes.ts';
import { openIn, standingOf, sweep, sweepUntilClean } from '../support/sweeping.ts';
import { wokenBySchedule } from '../support/waking.ts';

type Change = NonNullable<Parameters<typeof demoPolicy>[1]>;

const policyWith = (change: Change = () => undefined) => demoPolicy('demo-share', change);
const policy = policyWith();
const none = policyWith((document) => {
  document.products = {};
});
const CATALOG = { ...scopeOf(CUR), database: null };

let cloud: InProcess;
afterEach(() => cloud.close());

const open = async () => {
  cloud = await scenario(policy, [crawled, published]);
};
const planned = async (current: typeof policy) =>
  (await plan({ policy: current, access: cloud.reconcileServices.access, ledger: cloud.ledger })).scopes;
const ours = async () => (await bucketStatements(cloud.stage)).filter(({ Sid }) => String(Sid).startsWith('onramp'));

test('a product that left while its producer could not be read: told, looked at again, and taken back', async () => {
  await open();
  const down = { kind: 'error', code: 'ServiceUnavailable', status: 503, operation: 'GetDatabase' } as const;
  await cloud.stage.control.fault({ ...down, account: FINANCE });
  await cloud.settle(scopeOf(CUR), none);
  const told = (await cloud.ledger.findings(scopeText(scopeOf(CUR)))).map(({ finding }) => finding);
  expect(told.map(({ hop, state }) => [hop, state])).toContainEqual(['share', 'unknown']);
  await cloud.stage.control.clearFaults();
  const scopes = (await wokenBySchedule(cloud, none)).map(scopeText);
  expect(scopes).toEqual(expect.arrayContaining([scopeOf(CUR), CATALOG, CONSUMER].map(scopeText)));
  await sweepUntilClean(cloud, none);
  expect(await standingOf(cloud, 'grant', 'link', 'statements')).toEqual([]);
  expect(await ours()).toEqual([]);
  expect(await readAs(cloud.stage, JOB, CUR)).toSatisfy(isRefused);
  expect(await openIn(cloud, none)).toEqual([]);
  expect(await writes(cloud, () => sweep(cloud, none))).toEqual([]);
});

test('a plan of a policy without products shows all that would go (use-1)', async () => {
  await open();
  const changes = (await planned(none)).flatMap((scope) => scope.changes);
  expect(changes.every(({ operation, kind }) => operation === 'remove' || kind === 'merge-bucket-policy')).toBe(true);
  const hops = new Set(changes.map(({ hop }) => hop));
  expect(hops).toEqual(new Set(['share', 'link', 'grants', 'storage']));
});

test('a product whose last consumer left keeps no statements in its bucket', async () => {
  await open();
  const nobody = policyWith(({ products }) => {
    if (products['cur']) products['cur'].audience = { accounts: ['finance-lake'] };
  });
  expect((await planned(nobody)).flatMap(({ changes }) => changes.map(({ kind }) => kind))).toContain(
    'merge-bucket-policy',
  );
  await sweepUntilClean(cloud, nobody);
  expect(await ours()).toEqual([]);
});

test('statements in a bucket that no product names any longer go with the catalog’s own scope', async () => {
  await open();
  expect(await cloud.ledger.standing()).toContainEqual(
    expect.objectContaining({ part: 'document', account: FINANCE, region: REGION }),
  );
  await sweepUntilClean(cloud, none);
  expect(await ours()).toEqual([]);
  const documents = (await cloud.ledger.standing()).flatMap(({ document }) => document ?? []);
  expect(documents.filter((document) => document.startsWith('bucket'))).toEqual([]);
});

test('a permission taken out of a product is shown, and taken back from whoever keeps the others', async () => {
  await open();
  const describing = policyWith(({ products }) => {
    if (products['cur']) products['cur'].consumers.permissions = ['DESCRIBE'];
  });
  const changes = (await planned(describing)).flatMap((scope) => scope.changes);
  expect(changes.map(({ operation, effect, hop }) => [operation, effect, hop])).toEqual(
    expect.arrayContaining([
      ['remove', 'narrows', 'share'],
      ['remove', 'narrows', 'grants'],
    ]),
  );
  const revoked = changes.filter(({ kind }) => kind === 'revoke');
  expect(revoked.every(({ text }) => text.startsWith('revoke SELECT on'))).toBe(true);
  await sweepUntilClean(cloud, describing);
  const grants = (await standingOf(cloud, 'grant')).flatMap((entry) => (entry.kind === 'grant' ? [entry.sent] : []));
  expect(grants.flatMap(({ permissions }) => permissions)).not.toContain('SELECT');
  expect(grants.length).toBeGreaterThan(3);
  expect((await readAs(cloud.stage, JOB, CUR)).bytes).not.toBe('read');
  expect(await writes(cloud, () => sweep(cloud, describing))).toEqual([]);
  await sweepUntilClean(cloud, none);
  expect(await standingOf(cloud, 'grant', 'link', 'statements')).toEqual([]);
});
