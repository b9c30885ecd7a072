/** A consumer of grants by tag that loses them: what it passed on goes, and what only that needed. */

import { afterEach, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import { consumersLeft, publishersLeft } from '#core/removed-from-policy.ts';
import { scopeText } from '#core/start.ts';
import { ANALYTICS, REGION, readerArn, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { LAKE_DATABASE, LAKE_USER, PRODUCTS, SALES_JOB } from '../../infra/local/scenes/sales-places.ts';
import { isLent, isShut, readLakeTable } from '../../infra/local/scenes/sales-reading.ts';
import { expectWritten } from '../golden/kept.ts';
import { adminOf, byTagPolicy, CONSUMER, LAKE, lakePublished, openLake, publishLake } from '../support/by-tag.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import type { Step } from '../support/scenario.ts';

/** One product for the same job role, so that grants by name stand beside those by tag. */
const withProduct = (byTag: boolean): Policy =>
  byTagPolicy((tags, document) => {
    if (!byTag) tags.grants = tags.grants.filter(({ to }) => !('accounts' in to) && !isOfAnalytics(to));
    document.products = {
      sales: {
        account: 'sales-lake',
        database: LAKE_DATABASE,
        tables: 'all',
        exposure: 'report',
        storage: { location: 's3://sales-lake-data/', access: 'iam', bucketPolicy: 'emit' },
        audience: { accounts: ['analytics'] },
        consumers: {
          link: 'sales_linked',
          jobRoles: [{ match: readerArn(SALES_JOB), proof: 'listed' }],
          permissions: ['DESCRIBE', 'SELECT'],
        },
      },
    };
  });
const without = (byTag: boolean): Policy =>
  byTagPolicy((tags) => {
    if (!byTag) tags.grants = tags.grants.filter(({ to }) => !('accounts' in to) && !isOfAnalytics(to));
  });
const isOfAnalytics = (to: object) => 'account' in to && to.account === 'analytics';

let cloud: InProcess;
afterEach(() => cloud.close());

async function open(policy: Policy): Promise<void> {
  cloud = await openLake(policy, {}, lakePublished, productsTagged);
}

const productsTagged: Step = async (cloud) => {
  await adminOf(cloud).tag(PRODUCTS.table, { source: 'product' });
  await cloud.settle(LAKE);
};

async function reconcile(policy: Policy): Promise<readonly string[]> {
  await cloud.later(60_000);
  const made = await writes(cloud, () => cloud.settle(CONSUMER, policy));
  return made.filter((call) => call.includes('Permissions'));
}

async function confirmAsked(): Promise<void> {
  const records = (await cloud.ledger.findings(scopeText(CONSUMER))).filter(({ state }) => state === 'open');
  for (const { cause, resource } of records.map(({ finding }) => finding)) {
    if (cause !== 'brake-pulled') continue;
    await cloud.ledger.confirm(resource.replace('withdrawal ', ''), { by: 'a person', at: cloud.clock.now() });
  }
}

const held = async () =>
  (await entriesIn(cloud.ledger, ANALYTICS, REGION))
    .filter(({ kind, principal }) => kind === 'grant' && principal === readerArn(SALES_JOB))
    .map(({ target }) => target)
    .sort();

test('an account that no grant by tag is for any longer is reconciled once more, and passes nothing on', async () => {
  const [before, after] = [without(true), without(false)];
  await open(before);
  expect(await readLakeTable(cloud.stage, SALES_JOB, PRODUCTS)).toSatisfy(isLent);
  expect(await held()).toContain(`database ${ANALYTICS}/default`);
  expect(consumersLeft(before, after)).toEqual([{ account: ANALYTICS, region: REGION }]);
  expect(await reconcile(after)).toEqual([`${ANALYTICS} BatchRevokePermissions`]);
  expect(await held()).toEqual([]);
  expect(await readLakeTable(cloud.stage, SALES_JOB, PRODUCTS)).toSatisfy(isShut);
  expect(await reconcile(after)).toEqual([]);
  await cloud.later(60_000);
  await publishLake(cloud, before);
  expect(await readLakeTable(cloud.stage, SALES_JOB, PRODUCTS)).toSatisfy(isLent);
  await expectWritten(cloud, 'tags-left');
});

test('what a product wants of the same stays when grants by tag go', async () => {
  const [both, named] = [withProduct(true), withProduct(false)];
  await open(both);
  await reconcile(named);
  expect(await held()).toEqual(
    [
      `all tables of ${LAKE.account}/${LAKE_DATABASE}`,
      `database ${ANALYTICS}/default`,
      `database ${ANALYTICS}/sales_linked`,
      `database ${LAKE.account}/${LAKE_DATABASE}`,
    ].sort(),
  );
  expect(await reconcile(named)).toEqual([]);
});

test('and what grants by tag want of the same stays when the product goes; that all of it goes is asked for', async () => {
  const [both, tagged] = [withProduct(true), without(true)];
  await open(both);
  expect(consumersLeft(both, tagged)).toEqual([{ account: ANALYTICS, region: REGION }]);
  await reconcile(tagged);
  await confirmAsked();
  await reconcile(tagged);
  const now = await held();
  expect(now.filter((target) => target.startsWith('all tables of'))).toEqual([]);
  expect(now).toContain(`database ${ANALYTICS}/default`);
  expect(now.filter((target) => target.includes('tagged'))).not.toEqual([]);
  expect(await readLakeTable(cloud.stage, SALES_JOB, PRODUCTS)).toSatisfy(isLent);
  expect(await reconcile(tagged)).toEqual([]);
});

test('while its owner has told nothing, nothing that it may reach is taken', async () => {
  const policy = without(true);
  await open(policy);
  const before = await held();
  const snapshot = await cloud.reconcileServices.snapshots.read({ ...LAKE, database: null });
  if (snapshot === null) throw new Error('nothing published');
  const tagged = snapshot.tagged.map((share) => ({ ...share, shared: [] }));
  await cloud.reconcileServices.snapshots.write({ ...snapshot, tagged });
  expect(await reconcile(policy)).toEqual([]);
  expect(await held()).toEqual(before);
});

test("a catalog that leaves the policy is reconciled once more: what was granted by its tags goes, at the owner's too", async () => {
  const [tagged, gone] = [without(true), byTagPolicy((_, document) => void Reflect.deleteProperty(document, 'tags'))];
  await open(tagged);
  expect(await readLakeTable(cloud.stage, LAKE_USER, PRODUCTS)).toSatisfy(isLent);
  const [scope] = publishersLeft(tagged, gone);
  expect(scope).toMatchObject({ account: SALES_LAKE, database: null });
  if (scope === undefined) return;
  for (let round = 0; round < 2; round += 1) {
    await cloud.later(60_000);
    await cloud.settle(scope, gone);
    for (const { cause, resource } of (await cloud.ledger.findings(scopeText(scope))).map(({ finding }) => finding)) {
      if (cause !== 'brake-pulled') continue;
      await cloud.ledger.confirm(resource.replace('withdrawal ', ''), { by: 'a person', at: cloud.clock.now() });
    }
  }
  expect(await readLakeTable(cloud.stage, LAKE_USER, PRODUCTS)).toSatisfy(isShut);
  expect(await writes(cloud, () => cloud.settle(scope, gone))).toEqual([]);
});
