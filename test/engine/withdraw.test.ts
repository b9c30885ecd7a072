/** Laws 3 and 10: what is ours is taken back when nobody wants it, never what is theirs, and never much unasked. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONFIRMED_FOR_MS } from '#core/brake.ts';
import { ANALYTICS, CUR, FINANCE, HR, JOB, REGION, SALES } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { expectWritten } from '../golden/kept.ts';
import { grantByHand, revokeByHand } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { plan } from '../support/plan.ts';
import { crawled, published, scenario } from '../support/scenario.ts';
import { openFindings, publishAll, scopeOf } from '../support/scopes.ts';
import { stateOf } from '../support/state.ts';

const policy = demoPolicy('demo-revoke');
/** As the policy, but `hr` is for nobody but its own account any longer. */
const narrowed = demoPolicy('demo-revoke', ({ products }) => {
  if (products['hr']) products['hr'].audience = { accounts: ['finance-lake'] };
});
const patient = demoPolicy('demo-revoke', ({ products, limits }) => {
  if (products['sales']) products['sales'].tables = ['nothing_like_it'];
  limits.withdraw = { atMost: 20, percent: 5, accounts: 3 };
});

let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(policy, [crawled, published]);
});
afterEach(() => cloud.close());

async function granted(database: string): Promise<readonly string[]> {
  const { permissions } = await stateOf(cloud.stage);
  return permissions.filter((row) => row.startsWith(`${FINANCE}: ${ANALYTICS} `) && row.includes(database));
}

async function standing(): Promise<readonly string[]> {
  const entries = await entriesIn(cloud.ledger, FINANCE, REGION);
  return entries.filter(({ kind, state }) => kind === 'grant' && state === 'confirmed').map(({ target }) => target);
}

describe('an audience loses its account', () => {
  test('all of a product is not withdrawn before a person confirms exactly that; then it is', async () => {
    const made = await writes(cloud, () => publishAll(cloud, narrowed));
    expect(made.filter((call) => call.includes('Revoke'))).toEqual([]);
    const [braked] = (await openFindings(cloud)).filter(({ cause }) => cause === 'brake-pulled');
    expect(braked?.message).toContain('all grants of hr');
    const hash = /confirm-withdrawal (\w+)/.exec(braked?.remedy ?? '')?.[1] ?? '';
    expect(await granted(HR.database)).not.toEqual([]);

    const planned = await plan({
      policy: narrowed,
      access: cloud.reconcileServices.access,
      ledger: cloud.ledger,
      scopes: [scopeOf(HR)],
    });
    expect(planned.scopes.flatMap(({ findings }) => findings.map(({ remedy }) => remedy))).toContain(braked?.remedy);

    await cloud.ledger.confirm('somethingelse', { by: 'a person', at: cloud.clock.now() });
    expect((await writes(cloud, () => publishAll(cloud, narrowed))).filter((c) => c.includes('Revoke'))).toEqual([]);

    // Yesterday's confirmation is about yesterday.
    await cloud.ledger.confirm(hash, { by: 'a person', at: cloud.clock.now() - CONFIRMED_FOR_MS });
    expect((await writes(cloud, () => publishAll(cloud, narrowed))).filter((c) => c.includes('Revoke'))).toEqual([]);

    await cloud.ledger.confirm(hash, { by: 'a person', at: cloud.clock.now() });
    await publishAll(cloud, narrowed);
    expect(await granted(HR.database)).toEqual([]);
    expect((await standing()).filter((target) => target.includes(HR.database))).toEqual([]);
    expect((await openFindings(cloud)).map(({ cause }) => cause)).toEqual(['role-without-proof']);
    expect((await readAs(cloud.stage, JOB, HR)).target).not.toBe('read');
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect(await writes(cloud, () => publishAll(cloud, narrowed))).toEqual([]);
    await expectWritten(cloud, 'audience-narrowed');
  });

  test('what somebody else had granted before stays, as far as it was theirs', async () => {
    const theirs = { to: ANALYTICS, on: { Database: { Name: HR.database } }, permissions: ['DESCRIBE' as const] };
    await cloud.close();
    cloud = await scenario(policy, [crawled]);
    await grantByHand(cloud.stage, { ...theirs, grantable: ['DESCRIBE'] });
    await publishAll(cloud, policy);
    await publishAll(cloud, narrowed);
    const [braked] = (await openFindings(cloud)).filter(({ cause }) => cause === 'brake-pulled');
    await cloud.ledger.confirm(/confirm-withdrawal (\w+)/.exec(braked?.remedy ?? '')?.[1] ?? '', {
      by: 'a person',
      at: cloud.clock.now(),
    });
    await publishAll(cloud, narrowed);
    const left = await granted(HR.database);
    expect(left).toHaveLength(1);
    expect(left[0]).toContain('"Database"');
  });
});

test('a grant by hand that the policy does not name is left alone in every run', async () => {
  const on = { Table: { DatabaseName: SALES.database, Name: SALES.table } };
  const to = '444444444444';
  const share = demoPolicy('demo-share');
  await grantByHand(cloud.stage, { to, on, permissions: ['SELECT'] });
  await publishAll(cloud, policy);
  await publishAll(cloud, share);
  const { permissions } = await stateOf(cloud.stage);
  expect(permissions.filter((row) => row.includes(`${to} may SELECT`))).toHaveLength(1);
});

test('their part of a grant goes: ours is made whole again, so that access is ours alone (G-L5)', async () => {
  const on = { Database: { Name: CUR.database } };
  await revokeByHand(cloud.stage, { to: ANALYTICS, on, permissions: ['DESCRIBE'], grantable: ['DESCRIBE'] });
  expect(await granted(`"Name":"${CUR.database}"`)).toEqual([]);
  await cloud.later(10 * 60_000);
  await cloud.settle(scopeOf(CUR), policy);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  await expectWritten(cloud, 'grant-mended');
});

test('a table that leaves the product is withdrawn, within the limit, and the rest stands', async () => {
  await publishAll(cloud, patient);
  expect((await standing()).filter((target) => target.includes('sales_db.orders'))).toEqual([]);
  expect((await readAs(cloud.stage, JOB, SALES)).target).not.toBe('read');
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  await expectWritten(cloud, 'table-withdrawn');
});
