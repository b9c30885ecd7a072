/** Law 8: whose invitations are accepted, and what becomes of those that never come. */

import { CreateTableCommand } from '@aws-sdk/client-glue';
import { GetResourceShareInvitationsCommand, type ResourceShareInvitation } from '@aws-sdk/client-ram';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reconcileStage } from '../../functions/handlers/reconcile.ts';
import { ANALYTICS, CUR, FINANCE, JOB, SALES, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { tableInput } from '../../infra/local/scenes/world.ts';
import {
  admin,
  glueArn,
  grantByHand,
  makeDatabase,
  root,
  shareByHand,
  shareInOrganization,
} from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls, writes } from '../support/journal.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, publishAll, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');

let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(policy, [crawled], { switches: { 'ram-empty-pages': 'no' } });
});
afterEach(() => cloud.close());

async function invitations(): Promise<readonly ResourceShareInvitation[]> {
  const { ram } = root(cloud.stage, ANALYTICS);
  const answer = await ram.send(new GetResourceShareInvitationsCommand({ maxResults: 500 }));
  return answer.resourceShareInvitations ?? [];
}

const causes = async () => (await openFindings(cloud)).map(({ cause }) => cause).sort();
const leftAlone = async () => (await openFindings(cloud)).filter(({ cause }) => cause === 'invitation-left-alone');

describe('events about shares are only hints', () => {
  test("RAM's event comes first: the consumer waits for the producer, and is started again by it", async () => {
    await cloud.settle(CONSUMER);
    expect(await causes()).not.toContain('share-not-visible');
    await cloud.settle(scopeOf(CUR));
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });

  test('it comes twice: the later runs write nothing', async () => {
    await cloud.settle(scopeOf(CUR));
    const twice = () => Promise.all([cloud.settle(CONSUMER), cloud.settle(CONSUMER)]);
    expect(await writes(cloud, twice)).toEqual([]);
  });

  test('a consumer that knows no snapshot starts the publish itself', async () => {
    await cloud.run(CONSUMER);
    expect(cloud.queue).toEqual([scopeOf(CUR)]);
  });
});

describe('what is accepted (G-R5, G-R6)', () => {
  test('both invitations of a first share, each once', async () => {
    await cloud.settle(scopeOf(CUR));
    expect((await invitations()).map(({ status }) => status)).toEqual(['ACCEPTED', 'ACCEPTED']);
  });

  test('an invitation that shows minutes late', async () => {
    await cloud.stage.control.delay('ram', 'invitation', { ms: 40_000 });
    await cloud.settle(scopeOf(CUR));
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });

  test('an acceptance that shows late, and associations that show late', async () => {
    await cloud.stage.control.delay('ram', 'acceptance', { ms: 20_000 });
    await cloud.stage.control.delay('ram', 'association', { reads: 3 });
    await cloud.settle(scopeOf(CUR));
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });

  test('none, where the organization shares by itself (G-R1)', async () => {
    await shareInOrganization(cloud.stage);
    const made = await writes(cloud, () => cloud.settle(scopeOf(CUR)));
    expect(made.filter((call) => call.includes('Accept'))).toEqual([]);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });
});

describe('what is left alone and reported', () => {
  test("a stranger's invitation, without a call about it; the named product arrives", async () => {
    await makeDatabase(cloud.stage, SALES_LAKE, 'bait');
    await shareByHand(cloud.stage, {
      from: SALES_LAKE,
      to: ANALYTICS,
      resources: [glueArn(SALES_LAKE, 'database/bait')],
    });
    const made = await calls(cloud, () => cloud.settle(scopeOf(CUR)));
    const [found, ...more] = await leftAlone();
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      account: ANALYTICS,
      hop: 'acceptance',
      message: expect.stringContaining(SALES_LAKE),
    });
    expect(found?.remedy).toContain('reject-resource-share-invitation');
    expect((await invitations()).find(({ senderAccountId }) => senderAccountId === SALES_LAKE)?.status).toBe('PENDING');
    expect(made.filter(({ operation }) => operation === 'AcceptResourceShareInvitation')).toHaveLength(2);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect(cloud.told.filter(({ alert }) => alert.finding.cause === 'invitation-left-alone')).toHaveLength(1);
  });

  test("the named sender's, with one foreign resource in it: a share made by hand", async () => {
    const resources = [glueArn(FINANCE, 'database/cur_org'), glueArn(FINANCE, 'database/hr_db')];
    const byHand = await shareByHand(cloud.stage, { from: FINANCE, to: ANALYTICS, resources });
    await cloud.settle(scopeOf(CUR));
    const [found] = await leftAlone();
    expect(found?.message).toContain('database/hr_db');
    expect((await invitations()).find(({ resourceShareArn }) => resourceShareArn === byHand)?.status).toBe('PENDING');
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });

  test("the named sender's, with nothing in it but the catalog (sec-14)", async () => {
    const resources = [glueArn(FINANCE, 'catalog')];
    const byHand = await shareByHand(cloud.stage, { from: FINANCE, to: ANALYTICS, resources });
    await cloud.settle(scopeOf(CUR));
    const [found] = await leftAlone();
    expect(found?.message).toContain('the catalog alone');
    expect((await invitations()).find(({ resourceShareArn }) => resourceShareArn === byHand)?.status).toBe('PENDING');
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });

  test("the named sender's, with a table of the named database that the policy does not name", async () => {
    const named = demoPolicy('demo-revoke', ({ products }) => {
      for (const other of ['cur', 'hr']) delete products[other];
    });
    const { glue } = await admin(cloud.stage);
    const TableInput = { ...tableInput(SALES), Name: 'salaries' };
    await glue.send(new CreateTableCommand({ DatabaseName: SALES.database, TableInput }));
    const resources = [glueArn(FINANCE, 'table/sales_db/salaries')];
    await shareByHand(cloud.stage, { from: FINANCE, to: ANALYTICS, resources });
    await publishAll(cloud, named);
    expect((await leftAlone()).map(({ message }) => message)).toEqual([expect.stringContaining('salaries')]);
    expect(await readAs(cloud.stage, JOB, SALES)).toEqual(READ);
  });

  test("Lake Formation's own share, when somebody granted something else into it", async () => {
    const on = { Database: { Name: 'hr_db' } };
    await grantByHand(cloud.stage, { to: ANALYTICS, on, permissions: ['DESCRIBE'], grantable: ['DESCRIBE'] });
    await cloud.settle(scopeOf(CUR));
    expect((await readAs(cloud.stage, JOB, CUR)).link).toBe('EntityNotFoundException');
    expect((await leftAlone()).map(({ message }) => message)).toEqual([expect.stringContaining('database/hr_db')]);
    expect(await causes()).toContain('share-left-alone');
    expect((await cloud.run(CONSUMER)).seconds).toBe(0);
  });
});

test('a share that never shows is given up: a finding of that product alone, told once', async () => {
  await cloud.stage.control.delay('ram', 'invitation', { ms: 3_600_000 });
  await cloud.settle(scopeOf(CUR));
  const open = (await openFindings(cloud)).filter(({ cause }) => cause === 'share-not-visible');
  expect(open).toMatchObject([{ product: 'cur', account: ANALYTICS, hop: 'acceptance' }]);
  await cloud.settle(CONSUMER);
  expect(cloud.told.filter(({ alert }) => alert.finding.cause === 'share-not-visible')).toHaveLength(1);
  await cloud.later(3_600_000);
  await cloud.settle(scopeOf(CUR));
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  expect(await causes()).toEqual(['role-without-proof']);
});

test('an invitation that ran out: said so, with the way to a new one (G-R3)', async () => {
  await cloud.run(scopeOf(CUR));
  cloud.queue.length = 0;
  await cloud.later(13 * 3_600_000);
  await cloud.settle(CONSUMER);
  const open = (await openFindings(cloud)).filter(({ hop }) => hop === 'acceptance');
  expect(open.map(({ cause, product }) => [cause, product])).toEqual([['invitation-expired', 'cur']]);
  expect(open[0]?.remedy).toContain('disassociate');
});

test('what has arrived does not wait for what has not: one look, and it is readable', async () => {
  const all = demoPolicy('demo-revoke');
  await shareInOrganization(cloud.stage);
  for (const table of [CUR, SALES]) await cloud.run(scopeOf(table), all);
  const { snapshots } = cloud.reconcileServices;
  const sales = await snapshots.read(scopeOf(SALES));
  if (sales === null) throw new Error('no snapshot of sales');
  const never = [`arn:aws:ram:ap-northeast-1:${FINANCE}:resource-share/never-arrives`];
  const products = sales.products.map((product) => ({ ...product, shares: { [ANALYTICS]: never } }));
  await snapshots.write({ ...sales, products });
  const look = (stage: string) =>
    reconcileStage(
      {
        stage,
        execution: 'arn:aws:states:ap-northeast-1:333333333333:execution:onboard:by-hand',
        startedAt: new Date(cloud.clock.now()).toISOString(),
        scope: CONSUMER,
        run: { policy: all.hash },
      },
      cloud.reconcileServices,
    );
  await look('settings');
  expect(await look('accept')).toMatchObject({ arrival: 'waiting', failed: 0 });
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  expect(await look('accept')).toMatchObject({ arrival: 'waiting', due: 0 });
});

test('a share that was told to be missing holds a later run up for a minute at most', async () => {
  await cloud.stage.control.delay('ram', 'invitation', { ms: 3_600_000 });
  await cloud.settle(scopeOf(CUR));
  expect((await cloud.run(CONSUMER)).seconds).toBeLessThanOrEqual(65);
});
