/** Grants by tag when something is in the way, and when they are to go. */

import { GetDataLakeSettingsCommand, PutDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import { afterEach, describe, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import { REGION, readerArn, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { LAKE_USER, PRODUCTS, SALES_JOB } from '../../infra/local/scenes/sales-places.ts';
import { isLent, isShut, readLakeTable } from '../../infra/local/scenes/sales-reading.ts';
import { expectWritten } from '../golden/kept.ts';
import { root } from '../support/aws-console.ts';
import {
  adminOf,
  byTagPolicy,
  CATALOG,
  CONSUMER,
  causesIn,
  LAKE,
  lakePublished,
  openIn,
  openLake,
  policyResource,
  publishLake,
} from '../support/by-tag.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import type { Step } from '../support/scenario.ts';

let cloud: InProcess;
let by: ReturnType<typeof adminOf>;
afterEach(() => cloud?.close());

async function open(policy: Policy = byTagPolicy(), mortal = false, ...steps: readonly Step[]): Promise<void> {
  cloud = await openLake(policy, { mortal }, ...steps);
  by = adminOf(cloud);
}
const openPublished = (policy?: Policy) => open(policy, false, lakePublished);

const reading = (reader = LAKE_USER, table = PRODUCTS) => readLakeTable(cloud.stage, reader, table);
const toUser = ({ to }: { to: object }) => 'principal' in to && to.principal === `user/${LAKE_USER.role}`;
const withoutUser = (atMost = 20) =>
  byTagPolicy((tags, { limits }) => {
    tags.grants = tags.grants.filter((entry) => !toUser(entry));
    limits.withdraw.atMost = atMost;
    limits.withdraw.percent = 0;
  });

describe('what the policy no longer names', () => {
  test('is withdrawn where we made it; what a person granted by tag stays (law 3, G-L14)', async () => {
    await openPublished();
    await by.tag(PRODUCTS.table, { source: 'product' });
    await by.grant(readerArn(LAKE_USER), policyResource('TABLE', 'pii', 'false'), ['DESCRIBE']);
    const narrower = withoutUser();
    expect(await writes(cloud, () => cloud.settle(CATALOG, narrower))).toEqual([
      `${SALES_LAKE} BatchRevokePermissions`,
    ]);
    expect((await reading()).data).not.toBe('read');
    expect(await by.heldBy(readerArn(LAKE_USER))).toEqual(['TABLE pii=false']);
    expect(await reading(SALES_JOB)).toSatisfy(isLent);
    expect(await writes(cloud, () => cloud.settle(CATALOG, narrower))).toEqual([]);
    await expectWritten(cloud, 'tag-withdrawn');
  });

  test('waits at the brake, which says in words what would go, and all else goes on (law 10)', async () => {
    await openPublished();
    const held = withoutUser(1);
    expect(await writes(cloud, () => cloud.settle(CATALOG, held))).toEqual([]);
    const [found] = await openIn(cloud, CATALOG);
    expect(found).toMatchObject({ cause: 'brake-pulled', product: null });
    expect(found?.message).toContain(`revoke DESCRIBE, SELECT on tables tagged source=product of ${SALES_LAKE}`);
  });

  test("goes from a consumer's principals, too", async () => {
    await openPublished();
    const without = byTagPolicy((tags) => {
      tags.grants = tags.grants.filter(({ to }) => !('principal' in to && to.account === 'analytics'));
    });
    await by.tag(PRODUCTS.table, { source: 'product' });
    await cloud.settle(CATALOG, without);
    expect(await reading(SALES_JOB)).toSatisfy(isShut);
    expect(await causesIn(cloud, CONSUMER)).toEqual([]);
  });
});

describe('what is in the way', () => {
  test('a principal that AWS does not know is one finding for each of its grants, all others are made (G-L16)', async () => {
    const ghost = { account: 'sales-lake', principal: 'role/ghost' };
    await openPublished(
      byTagPolicy(({ grants }) => void grants.unshift({ to: ghost, where: { source: ['none'] }, tables: ['SELECT'] })),
    );
    expect(await openIn(cloud, CATALOG)).toMatchObject([
      {
        cause: 'grant-failed',
        principal: `arn:aws:iam::${SALES_LAKE}:role/ghost`,
        aws: { code: 'InvalidInputException' },
      },
    ]);
    await by.tag(PRODUCTS.table, { source: 'product' });
    expect(await reading()).toSatisfy(isLent);
  });

  test('a cross-account version below 3 holds grants to accounts back: made then, they would stay as they are (G-S5)', async () => {
    await open();
    await setVersion('2');
    await publishLake(cloud);
    expect(await causesIn(cloud, CATALOG)).toEqual(['cross-account-version-low']);
    await by.tag(PRODUCTS.table, { source: 'product' });
    expect(await reading()).toSatisfy(isLent);
    expect(await reading(SALES_JOB)).toSatisfy(isShut);
    await setVersion('4');
    await publishLake(cloud);
    expect(await reading(SALES_JOB)).toSatisfy(isLent);
    expect(await causesIn(cloud, CATALOG)).toEqual([]);
    expect(await causesIn(cloud, CONSUMER)).toEqual([]);
  });

  test('a policy that is content with an older version is told that grants by tag are not', async () => {
    await open(
      byTagPolicy((_, { settings }) => {
        settings.crossAccountVersion.atLeast = 1;
      }),
    );
    await setVersion('1');
    await publishLake(cloud);
    expect(await openIn(cloud, CATALOG)).toMatchObject([{ cause: 'cross-account-version-low', hop: 'share' }]);
  });

  test('a reached table that is open to everybody is told of: no other account sees it by its tag (G-L17)', async () => {
    await openPublished();
    await by.tag(PRODUCTS.table, { source: 'product' });
    const table = { DatabaseName: LAKE.database, Name: PRODUCTS.table };
    await by.grant('IAM_ALLOWED_PRINCIPALS', { Table: table }, ['ALL']);
    expect(await reading(SALES_JOB)).toSatisfy(isShut);
    await cloud.settle(LAKE);
    expect(await openIn(cloud, LAKE)).toMatchObject([{ cause: 'iam-allowed-principals', product: null }]);
    await by.revoke('IAM_ALLOWED_PRINCIPALS', { Table: table }, ['ALL'], []);
    await cloud.settle(LAKE);
    expect(await causesIn(cloud, LAKE)).toEqual([]);
    expect(await reading(SALES_JOB)).toSatisfy(isLent);
  });

  test('a key that could not be made is one finding; the grants by it wait for it', async () => {
    await open();
    const fault = { kind: 'error' as const, code: 'AccessDeniedException', status: 403, principal: 'onramp-' };
    const id = await cloud.stage.control.fault({ ...fault, operation: 'CreateLFTag' });
    await cloud.settle(CATALOG);
    expect(new Set(await causesIn(cloud, CATALOG))).toEqual(new Set(['create-tag-failed']));
    await cloud.stage.control.removeFault(id);
    await publishLake(cloud);
    expect(await causesIn(cloud, CATALOG)).toEqual([]);
  });

  test('listings that are throttled are unknown: nothing is granted, nothing taken (law 6)', async () => {
    await openPublished();
    const throttled = { kind: 'error' as const, code: 'ThrottlingException', status: 400, principal: 'onramp-' };
    await cloud.stage.control.fault({ ...throttled, operation: 'ListPermissions' });
    expect(await writes(cloud, () => cloud.run(CATALOG, withoutUser()))).toEqual([]);
    expect(await causesIn(cloud, CATALOG)).toContain('not-readable');
  });

  test('report mode writes nothing and says what it would do', async () => {
    await open();
    const before = byTagPolicy((tags) => {
      tags.grants = [];
    });
    await publishLake(cloud, before);
    const reporting = byTagPolicy((_, document) => {
      document.mode = 'report';
    });
    expect(await writes(cloud, () => publishLake(cloud, reporting))).toEqual([]);
    const [told] = await openIn(cloud, CATALOG);
    expect(told).toMatchObject({ cause: 'report-mode', hop: 'share', product: null });
    expect(told?.message).toContain('would grant');
  });

  async function setVersion(version: string): Promise<void> {
    const { lakeFormation } = root(cloud.stage, SALES_LAKE);
    const { DataLakeSettings = {} } = await lakeFormation.send(new GetDataLakeSettingsCommand({}));
    const Parameters = { ...DataLakeSettings.Parameters, CROSS_ACCOUNT_VERSION: version };
    await lakeFormation.send(new PutDataLakeSettingsCommand({ DataLakeSettings: { ...DataLakeSettings, Parameters } }));
  }
});

/** Calls of a clean run of catalog, database and consumer at which the function is killed: a few of them. */
const KILLED_AT = [8, 25, 45, 70, 100] as const;

describe('a run killed between any two calls is finished by the next (law 4)', () => {
  test.each(
    KILLED_AT.flatMap((nth) => [
      { nth, when: 'before' as const },
      { nth, when: 'after' as const },
    ]),
  )('$when call $nth', async ({ nth, when }) => {
    await open(byTagPolicy(), true);
    cloud.line?.die(nth, when);
    for (const scope of [CATALOG, LAKE]) await cloud.settle(scope).catch(() => undefined);
    cloud.line?.mend();
    cloud.queue.length = 0;
    await cloud.later(21 * 60_000);
    await publishLake(cloud);
    await by.tag(PRODUCTS.table, { source: 'product' });
    expect(await reading()).toSatisfy(isLent);
    expect(await reading(SALES_JOB)).toSatisfy(isLent);
    for (const scope of [CATALOG, LAKE, CONSUMER]) expect(await causesIn(cloud, scope)).toEqual([]);
    const entries = await entriesIn(cloud.ledger, SALES_LAKE, REGION);
    const byTag = entries.filter(({ target }) => target.includes('tagged'));
    expect(byTag.every(({ before }) => Object.values(before).every((was) => was === 'absent'))).toBe(true);
  });
});
