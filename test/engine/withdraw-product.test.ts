/** Laws 4, 10 and 11 in a consumer: what is for it no longer is taken back there too, also after a cut. */

import { afterEach, expect, test } from 'vitest';
import type { Finding } from '#contracts/findings.ts';
import { mayStand } from '#core/ownership.ts';
import { consumersLeft } from '#core/removed-from-policy.ts';
import { scopeText } from '#core/start.ts';
import { ANALYTICS, CUR, FINANCE, HR, JOB, REGION, readerArn, SALES } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { expectWritten } from '../golden/kept.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls, writes } from '../support/journal.ts';
import { CONSUMER, openFindings, publishAll, scopeOf } from '../support/scopes.ts';
import {
  causes,
  confirmAsked,
  disprove,
  held,
  ofCur,
  openTwoRoles,
  policy,
  policyWith,
  prove,
  reconcile,
  SECOND,
  without,
} from '../support/two-roles.ts';

let cloud: InProcess;
afterEach(() => cloud.close());

/** Of this world: the second role has little of its own, and the squatter has no proof. */
const HARMLESS = ['role-lacks-permissions', 'role-without-proof'];

test('a product that left the policy: its grants go once confirmed, and come back with it', async () => {
  cloud = await openTwoRoles();
  const [job, second] = [await held(cloud, JOB), await held(cloud, SECOND)];
  const less = policyWith(without('hr'));
  expect(consumersLeft(policy, less)).toEqual([{ account: ANALYTICS, region: REGION }]);
  expect(await reconcile(cloud, less)).toEqual([]);
  expect(await causes(cloud)).toContain('brake-pulled');
  await confirmAsked(cloud);
  const gone = ['BatchRevokePermissions', 'DeleteDatabase'].map((call) => `${ANALYTICS} ${call}`);
  expect(await reconcile(cloud, less)).toEqual(gone);
  for (const role of [JOB, SECOND]) {
    expect([...(await held(cloud, role, HR.database)), ...(await held(cloud, role, HR.link))]).toEqual([]);
    expect(await held(cloud, role, '"default"')).toHaveLength(1);
  }
  expect(await reconcile(cloud, less)).toEqual([]);
  await cloud.later(60_000);
  await cloud.settle(scopeOf(HR), policy);
  expect([await held(cloud, JOB), await held(cloud, SECOND)]).toEqual([job, second]);
  await expectWritten(cloud, 'product-left');
});

test('an account that left every audience, and the policy: one more run, and nobody holds anything', async () => {
  cloud = await openTwoRoles();
  const none = policyWith((document) => {
    delete document.accounts['analytics'];
    for (const product of Object.values(document.products)) product.audience = { accounts: ['finance-lake'] };
  });
  expect(consumersLeft(policy, none)).toEqual([{ account: ANALYTICS, region: REGION }]);
  await reconcile(cloud, none);
  expect(await causes(cloud)).toContain('brake-pulled');
  await confirmAsked(cloud);
  const [revoked, ...links] = await reconcile(cloud, none);
  expect(revoked).toBe(`${ANALYTICS} BatchRevokePermissions`);
  expect(links).toEqual(Array.from({ length: 3 }, () => `${ANALYTICS} DeleteDatabase`));
  expect([...(await held(cloud, JOB)), ...(await held(cloud, SECOND))]).toEqual([]);
  expect(await reconcile(cloud, none)).toEqual([]);
});

test('report mode says what would go, and takes nothing (law 11)', async () => {
  cloud = await openTwoRoles();
  await disprove(cloud, SECOND);
  const before = await held(cloud, SECOND);
  const reporting = policyWith((document) => {
    document.mode = 'report';
  });
  expect(await reconcile(cloud, reporting)).toEqual([]);
  expect(await causes(cloud)).toContain('report-mode');
  expect(await held(cloud, SECOND)).toEqual(before);
});

test('a product whose share does not hold just now is not judged', async () => {
  cloud = await openTwoRoles();
  await disprove(cloud, SECOND);
  const before = await ofCur(cloud, SECOND);
  const snapshot = await cloud.reconcileServices.snapshots.read(scopeOf(CUR));
  if (snapshot === null) throw new Error('nothing published');
  const products = snapshot.products.map((product) => ({ ...product, shared: false }));
  await cloud.reconcileServices.snapshots.write({ ...snapshot, products });
  await cloud.later(60_000);
  // This run alone: it starts its producer, which shares as before.
  expect(await writes(cloud, () => cloud.run(CONSUMER))).toEqual([]);
  expect(await ofCur(cloud, SECOND)).toEqual(before);
});

test('what its owner shares no longer goes as well, whichever half comes first', async () => {
  cloud = await openTwoRoles();
  const less = policyWith(without('hr'));
  await cloud.later(60_000);
  await cloud.settle(scopeOf(HR), less);
  await confirmAsked(cloud);
  await cloud.settle(scopeOf(HR), less);
  await reconcile(cloud, less);
  await confirmAsked(cloud);
  await reconcile(cloud, less);
  expect([...(await held(cloud, SECOND, HR.link)), ...(await held(cloud, SECOND, HR.database))]).toEqual([]);
  expect(new Set(await causes(cloud))).toEqual(new Set(HARMLESS));
  expect(await reconcile(cloud, less)).toEqual([]);
});

/** Whether AWS answers with an error to a question about what is not there is its own affair: both are tolerated. */
test.each([
  ['EntityNotFoundException', 400, 0],
  ['AccessDeniedException', 403, 1],
])('%s about one thing: the rest goes all the same, and only a refusal is told', async (code, status, told) => {
  cloud = await openTwoRoles();
  const entries = (await entriesIn(cloud.ledger, ANALYTICS, REGION)).filter((entry) => entry.kind === 'grant');
  const [link] = entries.filter(
    ({ target, principal }) => target.includes(CUR.link) && principal === readerArn(SECOND),
  );
  if (link === undefined) throw new Error('no grant on the link');
  const resource = { type: 'database' as const, catalog: FINANCE, database: 'dropped' };
  const sent = { ...link.sent, resource };
  await cloud.ledger.put([{ ...link, id: 'old', target: `database ${FINANCE}/dropped`, sent }]);
  await disprove(cloud, SECOND);
  const fault = { kind: 'error', code, status, operation: 'ListPermissions', body: '"dropped"' } as const;
  await cloud.stage.control.fault(fault);
  const asked = await calls(cloud, async () =>
    expect(await reconcile(cloud)).toEqual([`${ANALYTICS} BatchRevokePermissions`, `${FINANCE} PutBucketPolicy`]),
  );
  expect(asked.filter((call) => call.operation === 'ListPermissions' && call.status === status)).not.toEqual([]);
  expect(await ofCur(cloud, SECOND)).toEqual([]);
  expect((await openFindings(cloud)).filter(({ state }) => state === 'unknown')).toHaveLength(told);
  expect(await reconcile(cloud)).toEqual([]);
});

test('a table that left its product is granted in the consumer no longer', async () => {
  cloud = await openTwoRoles();
  expect(await held(cloud, SECOND, SALES.table)).not.toEqual([]);
  const narrowed = policyWith(({ products }) => {
    if (products['sales']) products['sales'].tables = ['nothing_like_it'];
  });
  await cloud.later(60_000);
  await publishAll(cloud, narrowed);
  expect(await held(cloud, SECOND, SALES.table)).toEqual([]);
  const entries = await entriesIn(cloud.ledger, ANALYTICS, REGION);
  expect(entries.filter(({ kind, target }) => kind === 'grant' && target.startsWith('table '))).toEqual([]);
  expect(await reconcile(cloud, narrowed)).toEqual([]);
});

const isBrake = ({ cause }: Finding) => cause === 'brake-pulled';
const ELSEWHERE = 'us-east-1';

test("another Region's links and its `default` are another run's", async () => {
  const both = policyWith(({ accounts }) => {
    accounts['analytics'] = { id: ANALYTICS, regions: [REGION, ELSEWHERE] };
  });
  cloud = await openTwoRoles(both);
  const there = { ...CONSUMER, region: ELSEWHERE };
  const standing = async (region: string) =>
    (await entriesIn(cloud.ledger, ANALYTICS, region)).filter(
      ({ kind, principal }) => kind === 'grant' && principal === readerArn(SECOND),
    ).length;
  const [here, elsewhere] = [await standing(REGION), await standing(ELSEWHERE)];
  const less = policyWith(({ accounts }) => {
    accounts['analytics'] = { id: ANALYTICS, regions: [REGION] };
  });
  expect(consumersLeft(both, less)).toEqual([{ account: ANALYTICS, region: ELSEWHERE }]);
  expect(await reconcile(cloud, less)).toEqual([]);
  expect([await standing(REGION), await standing(ELSEWHERE)]).toEqual([here, elsewhere]);
  // Gone from there: the links' grants go, the targets' are what the other Region's run wants.
  expect(await reconcile(cloud, less, there)).toEqual([]);
  const [braked] = (await cloud.ledger.findings(scopeText(there))).map(({ finding }) => finding).filter(isBrake);
  await cloud.ledger.confirm(braked?.resource.replace('withdrawal ', '') ?? '', { by: 'x', at: cloud.clock.now() });
  expect(await reconcile(cloud, less, there)).toEqual([`${ANALYTICS} BatchRevokePermissions`]);
  expect([await standing(REGION), await standing(ELSEWHERE)]).toEqual([here, 0]);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
});

test.each(['before', 'after'] as const)(
  'killed %s the withdrawal: the next run ends the same (law 4)',
  async (when) => {
    cloud = await openTwoRoles(policy, { mortal: true });
    await disprove(cloud, SECOND);
    await cloud.later(60_000);
    const mark = (await cloud.stage.control.journal()).length;
    await cloud.settle(CONSUMER, policy);
    // The same run over again makes the same calls.
    const made = (await cloud.stage.control.journal()).slice(mark);
    const nth = 1 + made.findIndex(({ operation }) => operation.includes('Revoke'));
    await prove(cloud, SECOND);
    await reconcile(cloud);
    await disprove(cloud, SECOND);
    await cloud.later(60_000);
    cloud.line?.die(nth, when);
    await cloud.settle(CONSUMER, policy).catch(() => undefined);
    cloud.line?.mend();
    cloud.queue.length = 0;
    expect((await ofCur(cloud, SECOND)).length > 0).toBe(when === 'before');
    const ours = (await entriesIn(cloud.ledger, ANALYTICS, REGION)).filter(mayStand);
    const link = ours.filter(({ target, principal }) => target.includes(CUR.link) && principal === readerArn(SECOND));
    expect(link).toHaveLength(1);
    await cloud.later(21 * 60_000);
    await cloud.settle(CONSUMER, policy);
    expect(await ofCur(cloud, SECOND)).toEqual([]);
    expect(await reconcile(cloud)).toEqual([]);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  },
);
