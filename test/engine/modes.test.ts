/** Laws 7 and 11: report mode writes nothing outside the hub; enforcing makes exactly the calls it needs. */

import { CreateTableCommand } from '@aws-sdk/client-glue';
import { afterEach, describe, expect, test } from 'vitest';
import { ANALYTICS, CUR, FINANCE, HR, JOB } from '../../infra/local/scenes/places.ts';
import { isRefused, READ, readAs } from '../../infra/local/scenes/reading.ts';
import { tableInput } from '../../infra/local/scenes/world.ts';
import { admin } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls, writes } from '../support/journal.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, publishAll, scopeOf } from '../support/scopes.ts';

let cloud: InProcess;
afterEach(() => cloud.close());

async function open(policy = demoPolicy('demo-share')): Promise<void> {
  cloud = await scenario(policy, [crawled]);
}

describe('report mode', () => {
  test.each([
    ['the policy', demoPolicy('demo', (document) => void Object.assign(document, { mode: 'report' }))],
    [
      'every product',
      demoPolicy('demo', ({ products }) => {
        for (const product of Object.values(products)) product.mode = 'report';
      }),
    ],
  ])('of %s: no write call in any account, and every product told once what would be done', async (_, policy) => {
    await open(policy);
    expect(await writes(cloud, () => publishAll(cloud, policy))).toEqual([]);
    const before = cloud.told.length;
    expect(before).toBeGreaterThan(0);
    expect(await writes(cloud, () => publishAll(cloud, policy))).toEqual([]);
    expect(cloud.told).toHaveLength(before);
    expect(await readAs(cloud.stage, JOB, CUR)).toSatisfy(isRefused);
  });

  test('of the consumer only: the producer shares, the consumer says what it would do', async () => {
    const policy = demoPolicy('demo-share', ({ accounts }) => {
      accounts['analytics'] = { id: ANALYTICS, mode: 'report' };
    });
    await open(policy);
    const made = await writes(cloud, () => publishAll(cloud, policy));
    expect(new Set(made.map((call) => call.split(' ')[0]))).toEqual(new Set([FINANCE]));
    const consumers = (await openFindings(cloud)).filter(({ account }) => account === ANALYTICS);
    expect(consumers.map(({ cause }) => cause)).toContain('report-mode');
  });

  test('of one product: the others are enforced, in the same accounts', async () => {
    const policy = demoPolicy('demo-revoke', ({ products }) => {
      if (products['hr']) products['hr'].mode = 'report';
    });
    await open(policy);
    await publishAll(cloud, policy);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
    expect(await readAs(cloud.stage, JOB, HR)).toSatisfy(isRefused);
    const told = (await openFindings(cloud)).filter(({ product }) => product === 'hr');
    expect(told.length).toBeGreaterThan(0);
    expect(told.every(({ cause }) => cause === 'report-mode' || cause === 'waiting')).toBe(true);
  });
});

describe('calls', () => {
  test('exactly the writes a first run needs, a repeat none', async () => {
    await open();
    const policy = demoPolicy('demo-share');
    expect((await writes(cloud, () => publishAll(cloud, policy))).toSorted()).toEqual(
      [
        `${FINANCE} BatchGrantPermissions`,
        `${FINANCE} PutBucketPolicy`,
        `${FINANCE} PutDataLakeSettings`,
        `${ANALYTICS} AcceptResourceShareInvitation`,
        `${ANALYTICS} AcceptResourceShareInvitation`,
        `${ANALYTICS} BatchGrantPermissions`,
        // The consumer's defaults opened the new link to everybody.
        `${ANALYTICS} BatchRevokePermissions`,
        `${ANALYTICS} CreateDatabase`,
        `${ANALYTICS} CreateDatabase`,
        `${ANALYTICS} PutDataLakeSettings`,
      ].sort(),
    );
    expect(await writes(cloud, () => publishAll(cloud, policy))).toEqual([]);
    expect(await writes(cloud, () => cloud.settle(CONSUMER))).toEqual([]);
  });

  test('50 named tables: 51 entries are three grant calls in each account (G-L11), and reads grow with pages', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `table_${String(i).padStart(2, '0')}`);
    const policy = demoPolicy('demo-share', ({ products }) => {
      if (products['cur']) Object.assign(products['cur'], { database: 'hr_db', tables: names });
    });
    await open(policy);
    const { glue } = await admin(cloud.stage);
    for (const Name of names)
      await glue.send(new CreateTableCommand({ DatabaseName: 'hr_db', TableInput: { ...tableInput(CUR), Name } }));
    const made = await writes(cloud, () => cloud.settle(scopeOf(HR), policy));
    expect(made.filter((call) => call === `${FINANCE} BatchGrantPermissions`)).toHaveLength(3);
    expect(made.filter((call) => call === `${ANALYTICS} BatchGrantPermissions`)).toHaveLength(3);
    expect((await openFindings(cloud)).map(({ cause }) => cause)).toEqual(['role-without-proof']);
    const repeat = await calls(cloud, () => cloud.settle(scopeOf(HR), policy));
    expect(repeat.filter(({ kind }) => kind === 'write')).toEqual([]);
    const listings = repeat.filter(({ operation }) => operation === 'ListPermissions');
    expect(listings.length).toBeLessThan(50);
  });
});
