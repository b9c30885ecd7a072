/** Grants by tag by the real machines: access follows a tag, at home and in another account, and goes with it. */

import { CreateDatabaseCommand, GetTableCommand } from '@aws-sdk/client-glue';
import { afterEach, describe, expect, test } from 'vitest';
import type { Policy } from '#contracts/policy.ts';
import { ANALYTICS, FINANCE, readerArn, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { clientsAs } from '../../infra/local/scenes/sales-people.ts';
import {
  LAKE_ADMIN,
  LAKE_DATABASE,
  LAKE_USER,
  PRODUCTS,
  SALES_JOB,
  STAFF,
} from '../../infra/local/scenes/sales-places.ts';
import { isLent, isShut, readLakeTable } from '../../infra/local/scenes/sales-reading.ts';
import { makeRole } from '../../infra/local/scenes/world.ts';
import { expectWritten } from '../golden/kept.ts';
import { glueArn, root, shareByHand, shareInOrganization } from '../support/aws-console.ts';
import {
  adminOf,
  byTagPolicy,
  CATALOG,
  CONSUMER,
  causesIn,
  LAKE,
  lakePublished,
  makeLakeTable,
  openIn,
  openLake,
  policyResource,
  publishLake,
} from '../support/by-tag.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls, writes } from '../support/journal.ts';
import { plan } from '../support/plan.ts';
import type { Step } from '../support/scenario.ts';

let cloud: InProcess;
let by: ReturnType<typeof adminOf>;
afterEach(() => cloud?.close());

async function open(policy: Policy = byTagPolicy(), ...steps: readonly Step[]): Promise<void> {
  cloud = await openLake(policy, {}, ...steps);
  by = adminOf(cloud);
}
const openPublished = (policy?: Policy) => open(policy, lakePublished);

const reading = (reader = LAKE_USER, table = PRODUCTS) => readLakeTable(cloud.stage, reader, table);
const accepted = (made: readonly string[]) => made.filter((call) => call.includes('AcceptResourceShareInvitation'));

describe('access follows the tag', () => {
  test('on and off by a tag alone, with no grant and no run; what says none stays closed', async () => {
    await openPublished();
    expect(await reading()).toSatisfy(isShut);
    const made = await writes(cloud, async () => {
      await by.tag(PRODUCTS.table, { source: 'product' });
      await by.tag(STAFF.table, { source: 'none' });
      expect(await reading()).toSatisfy(isLent);
      expect(await reading(SALES_JOB)).toSatisfy(isLent);
      expect(await reading(LAKE_USER, STAFF)).toSatisfy(isShut);
      expect(await reading(SALES_JOB, STAFF)).toSatisfy(isShut);
      await by.untag(PRODUCTS.table, { source: 'product' });
    });
    expect(made).toEqual([]);
    expect(await reading()).toSatisfy(isShut);
    expect(await reading(SALES_JOB)).toSatisfy(isShut);
  });

  test('a second run of every scope writes nothing, and finds nothing wrong', async () => {
    await openPublished();
    const again = await writes(cloud, async () => {
      await publishLake(cloud);
      await cloud.settle(CONSUMER);
    });
    expect(again).toEqual([]);
    for (const scope of [CATALOG, LAKE, CONSUMER]) expect(await causesIn(cloud, scope)).toEqual([]);
  });

  test('who is to assign a key holds ASSOCIATE on all of its values; other accounts may pass it on', async () => {
    const where = { source: ['product'] };
    const user = { account: 'sales-lake', principal: `user/${LAKE_USER.role}` };
    const policy = byTagPolicy(({ grants }) => {
      for (const to of [user, { accounts: ['analytics'] }]) grants.push({ to, where, associate: ['source'] });
    });
    await openPublished(policy);
    expect(await writes(cloud, () => publishLake(cloud))).toEqual([]);
    const held = await by.heldOn('source');
    expect(held).toContainEqual([readerArn(LAKE_USER), '*', 'ASSOCIATE,DESCRIBE', '']);
    expect(held).toContainEqual([ANALYTICS, '*', 'ASSOCIATE,DESCRIBE', 'ASSOCIATE,DESCRIBE']);
    expect(await causesIn(cloud, CATALOG)).toEqual([]);
  });
});

describe('another account', () => {
  test('accepts both shares once, links what is reached, and reads through the link (G-R5, G-L13)', async () => {
    await open();
    const made = await writes(cloud, () => publishLake(cloud));
    expect(accepted(made)).toHaveLength(2);
    await by.tag(PRODUCTS.table, { source: 'product' });
    const { glue } = await clientsAs(cloud.stage, SALES_JOB);
    const seen = await glue.send(new GetTableCommand({ DatabaseName: LAKE_DATABASE, Name: PRODUCTS.table }));
    expect(seen.Table?.CatalogId).toBe(SALES_LAKE);
    expect(await causesIn(cloud, CONSUMER)).toEqual([]);
  });

  test('holds grants by tag beside those by name; what a product links is not linked twice (G-L20, G-K9)', async () => {
    const listed = { match: readerArn(SALES_JOB), proof: 'listed' as const };
    await openPublished(
      byTagPolicy((_, document) => {
        document.products = {
          sales: {
            account: 'sales-lake',
            database: LAKE_DATABASE,
            tables: 'all',
            exposure: 'report',
            storage: { location: 's3://sales-lake-data/', access: 'iam', bucketPolicy: 'emit' },
            audience: { accounts: ['analytics'] },
            consumers: { link: 'sales_linked', jobRoles: [listed], permissions: ['DESCRIBE', 'SELECT'] },
          },
        };
      }),
    );
    await by.tag(PRODUCTS.table, { source: 'product' });
    await cloud.settle(LAKE);
    const entries = await entriesIn(cloud.ledger, ANALYTICS, CATALOG.region);
    const links = entries.filter(({ kind }) => kind === 'link').map(({ target, products }) => [target, products]);
    expect(links).toEqual([[`database ${ANALYTICS}/sales_linked`, ['sales']]]);
    const held = entries.filter(({ principal, state }) => principal === readerArn(SALES_JOB) && state === 'confirmed');
    for (const what of ['tables tagged source=product', 'all tables of', `database ${ANALYTICS}/sales_linked`])
      expect(held.some(({ target }) => target.includes(what))).toBe(true);
    expect(await writes(cloud, () => publishLake(cloud))).toEqual([]);
    await expectWritten(cloud, 'by-tag-and-by-name');
  });

  test('keeps a database of its own that has the name a link would have: a finding, and the grants stand', async () => {
    await open();
    const { glue } = root(cloud.stage, ANALYTICS);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: LAKE_DATABASE } }));
    await publishLake(cloud);
    expect(await openIn(cloud, CONSUMER)).toMatchObject([{ cause: 'link-name-is-a-database', product: null }]);
    await by.tag(PRODUCTS.table, { source: 'product' });
    expect(await reading(SALES_JOB)).toSatisfy(isLent);
  });

  test('is in a plan with what it would be granted and link once its owner has shared', async () => {
    await open();
    const nobody = byTagPolicy((tags) => {
      tags.grants = [];
    });
    await publishLake(cloud, nobody);
    await cloud.run(CONSUMER);
    const { access, ledger } = cloud.reconcileServices;
    const { scopes } = await plan({ policy: byTagPolicy(), access, ledger });
    const texts = (account: string) =>
      scopes.flatMap(({ changes }) => changes.filter((a) => a.account === account).map(({ text }) => text));
    expect(texts(SALES_LAKE)).toContainEqual(expect.stringContaining(`to ${ANALYTICS} with grant option`));
    expect(texts(ANALYTICS)).toContainEqual(expect.stringContaining(`create link ${ANALYTICS}/${LAKE_DATABASE}`));
    const passedOn = `grant DESCRIBE, SELECT on tables tagged source=product of ${SALES_LAKE} to ${readerArn(SALES_JOB)}`;
    expect(texts(ANALYTICS)).toContain(passedOn);
  });

  test('needs no invitation where the organization shares by itself (G-R1)', async () => {
    await open();
    await shareInOrganization(cloud.stage);
    expect(accepted(await writes(cloud, () => publishLake(cloud)))).toEqual([]);
    await by.tag(PRODUCTS.table, { source: 'product' });
    expect(await reading(SALES_JOB)).toSatisfy(isLent);
  });

  test('leaves an invitation of the same sender alone that brings what no tag reaches', async () => {
    await open();
    const { glue } = await clientsAs(cloud.stage, LAKE_ADMIN);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'payroll' } }));
    await shareByHand(cloud.stage, {
      from: SALES_LAKE,
      to: ANALYTICS,
      resources: [glueArn(SALES_LAKE, 'database/payroll')],
    });
    expect(accepted(await writes(cloud, () => publishLake(cloud)))).toHaveLength(2);
    expect(await openIn(cloud, CONSUMER)).toMatchObject([
      { cause: 'invitation-left-alone', message: expect.stringContaining('database/payroll') },
    ]);
  });

  test('is refused what came to it without the grant option: AWS says so, and the next publish mends it', async () => {
    await open();
    await cloud.run(CATALOG);
    await cloud.run(LAKE);
    cloud.queue.length = 0;
    await by.revoke(ANALYTICS, policyResource('TABLE', 'source', 'product'), [], ['DESCRIBE', 'SELECT']);
    await cloud.run(CONSUMER);
    const [found, ...more] = await openIn(cloud, CONSUMER);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ cause: 'grant-failed', product: null, principal: readerArn(SALES_JOB) });
    expect(found?.aws?.code).toBe('AccessDeniedException');
    await publishLake(cloud);
    expect(await causesIn(cloud, CONSUMER)).toEqual([]);
  });

  test('whose role is missing gets one finding and no attempt; it is granted once the role is there', async () => {
    const ghost = 'role/data-jobs/ghost';
    await open(
      byTagPolicy((tags) => {
        for (const { to } of tags.grants) if ('principal' in to && to.account === 'analytics') to.principal = ghost;
      }),
    );
    const made = await calls(cloud, () => publishLake(cloud));
    expect(made.filter(({ account, operation }) => account === ANALYTICS && /Grant/.test(operation))).toEqual([]);
    expect(await openIn(cloud, CONSUMER)).toMatchObject([
      { cause: 'principal-missing', principal: `arn:aws:iam::${ANALYTICS}:${ghost}` },
    ]);
    const role = { ...SALES_JOB, role: 'ghost' };
    await makeRole(cloud.stage, role, []);
    await cloud.settle(LAKE);
    const told = await openIn(cloud, CONSUMER);
    expect(told.map(({ cause, principal }) => [cause, principal])).toEqual([
      ['role-lacks-permissions', readerArn(role)],
    ]);
    expect(told[0]?.remedy).toContain('lakeformation:GetDataAccess');
    expect(told[0]?.remedy).toContain(`database/${LAKE_DATABASE}`);
  });
});

describe('who is woken', () => {
  const UNREACHED = { accounts: ['finance-lake'] };
  const policy = byTagPolicy((tags) => {
    tags.grants = tags.grants.filter(({ where }) => where['source'] !== undefined);
    tags.grants.push({ to: UNREACHED, where: { maintenance: ['manual'] }, tables: ['SELECT'] });
  });
  const started = async () => {
    await cloud.run(LAKE, policy);
    return cloud.queue.splice(0).map(({ account }) => account);
  };

  test('a consumer for whom something is reached now, and nobody for another table of it', async () => {
    await openPublished(policy);
    expect((await cloud.ledger.consumer(FINANCE, CATALOG.region))?.fingerprints).toBeDefined();
    expect(await started()).toEqual([]);
    await by.tag(PRODUCTS.table, { source: 'product' });
    expect(await started()).toEqual([ANALYTICS]);
    await cloud.settle(CONSUMER);
    await makeLakeTable(cloud, { ...PRODUCTS, table: 'workflow_kthr01_returns', prefix: 'kthr01/returns/' });
    await by.tag('workflow_kthr01_returns', { source: 'product' });
    expect(await started()).toEqual([]);
    await by.untag('workflow_kthr01_returns', { source: 'product' });
    await by.untag(PRODUCTS.table, { source: 'product' });
    expect(await started()).toEqual([ANALYTICS]);
  });

  test('a consumer that knows no snapshot starts the catalog', async () => {
    await open(policy);
    await cloud.run(CONSUMER);
    expect(cloud.queue).toEqual([CATALOG]);
  });

  test('a database that only a pattern names is linked, too, once it is shown', async () => {
    await openPublished(
      byTagPolicy(({ rules }) => {
        for (const { match } of rules) match.database = 'kthr*';
      }),
    );
    await by.tag(PRODUCTS.table, { source: 'product' });
    const { glue } = await clientsAs(cloud.stage, SALES_JOB);
    const seen = await glue.send(new GetTableCommand({ DatabaseName: LAKE_DATABASE, Name: PRODUCTS.table }));
    expect(seen.Table?.CatalogId).toBe(SALES_LAKE);
  });
});
