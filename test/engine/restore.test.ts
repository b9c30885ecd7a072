/** Law 3: what we took from IAM_ALLOWED_PRINCIPALS to share a database is put back when it is shared no longer. */

import { GetDatabaseCommand } from '@aws-sdk/client-glue';
import { ListPermissionsCommand } from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JOB, SALES } from '../../infra/local/scenes/places.ts';
import { isRefused, READ, readAs } from '../../infra/local/scenes/reading.ts';
import { expectWritten } from '../golden/kept.ts';
import { admin, revokeByHand } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { openFindings, publishAll, scopeOf } from '../support/scopes.ts';

const shared = demoPolicy('demo-revoke', ({ products }) => {
  if (products['sales']) products['sales'].tables = 'all';
});
const withoutSales = demoPolicy('demo-revoke', (document) => {
  const { sales: _, ...rest } = document.products;
  document.products = rest;
});

let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(shared, [crawled]);
});
afterEach(() => cloud.close());

async function everybodys(): Promise<readonly string[]> {
  const { lakeFormation } = await admin(cloud.stage);
  const Principal = { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' };
  const lists = await Promise.all(
    (['DATABASE', 'TABLE'] as const).map((ResourceType) =>
      lakeFormation.send(new ListPermissionsCommand({ Principal, ResourceType })),
    ),
  );
  const rows = lists.flatMap(({ PrincipalResourcePermissions = [] }) => PrincipalResourcePermissions);
  return rows.map(({ Resource }) => JSON.stringify(Resource)).filter((text) => text.includes(SALES.database));
}

async function defaults(): Promise<unknown> {
  const { Database } = await (await admin(cloud.stage)).glue.send(new GetDatabaseCommand({ Name: SALES.database }));
  return Database?.CreateTableDefaultPermissions ?? [];
}

/** A person lets pass what the brake holds; how much that was. */
async function confirmed(): Promise<number> {
  const braked = (await openFindings(cloud)).filter(({ cause }) => cause === 'brake-pulled');
  for (const { remedy } of braked) {
    const hash = /confirm-withdrawal (\w+)/.exec(remedy)?.[1] ?? '';
    await cloud.ledger.confirm(hash, { by: 'a person', at: cloud.clock.now() });
  }
  return braked.length;
}

/** The product's grants go, once a person has said so. */
async function withdrawn(): Promise<void> {
  await cloud.settle(scopeOf(SALES), withoutSales);
  expect(await everybodys(), 'nothing is reopened while the brake holds').toEqual([]);
  expect(await confirmed()).toBe(1);
  await cloud.settle(scopeOf(SALES), withoutSales);
}

test('a product that goes leaves its owner as he was, and its readers without', async () => {
  const [before, openBefore] = [await everybodys(), await defaults()];
  expect(before).not.toEqual([]);
  await publishAll(cloud, shared);
  expect(await readAs(cloud.stage, JOB, SALES)).toEqual(READ);
  expect(await everybodys()).toEqual([]);
  expect(await defaults()).toEqual([]);

  await withdrawn();
  expect(await everybodys()).toEqual(before);
  expect(await defaults()).toEqual(openBefore);
  // Its bucket is that of two others, too: each of their runs would take its statements out.
  await publishAll(cloud, withoutSales);
  expect(await confirmed()).toBe(2);
  await publishAll(cloud, withoutSales);
  expect(await readAs(cloud.stage, JOB, SALES)).toSatisfy(isRefused);
  expect(await writes(cloud, () => cloud.settle(scopeOf(SALES), withoutSales))).toEqual([]);
  await expectWritten(cloud, 'product-restored');
});

test('put back once: who closes it afterwards has closed it', async () => {
  await publishAll(cloud, shared);
  await withdrawn();
  const on = { Table: { DatabaseName: SALES.database, Name: SALES.table } };
  await revokeByHand(cloud.stage, { to: 'IAM_ALLOWED_PRINCIPALS', on, permissions: ['ALL'] });
  const left = await everybodys();
  expect(await writes(cloud, () => cloud.settle(scopeOf(SALES), withoutSales))).toEqual([]);
  expect(await everybodys()).toEqual(left);
});
