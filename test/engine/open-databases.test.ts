/** Rules that leave the database open: what a first look could not list is made up for by the catalog's own run. */

import { CreateDatabaseCommand } from '@aws-sdk/client-glue';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Scope } from '#contracts/steps.ts';
import { REGION, SALES_LAKE } from '../../infra/local/scenes/places.ts';
import { clientsAs } from '../../infra/local/scenes/sales-people.ts';
import { LAKE_ADMIN, LAKE_DATABASE } from '../../infra/local/scenes/sales-places.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls } from '../support/journal.ts';
import { plan } from '../support/plan.ts';
import { salesLake, scenario } from '../support/scenario.ts';
import { findingsOf } from '../support/tagging.ts';
import { wokenByPolicy } from '../support/waking.ts';

/** One rule, for every database. */
const policy = demoPolicy('demo-blueprint', ({ tags }) => {
  if (tags === undefined) return;
  const match = { account: 'sales-lake', table: '*_staff' };
  tags.rules = [{ match, on: 'tables', assign: { source: 'none' }, apply: 'enforce' }];
});
const catalog = { half: 'publish' as const, account: SALES_LAKE, region: REGION, database: null };

let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(policy, [salesLake]);
  const { glue } = await clientsAs(cloud.stage, LAKE_ADMIN);
  const TargetDatabase = { CatalogId: SALES_LAKE, DatabaseName: LAKE_DATABASE };
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'Raw' } }));
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'a_link', TargetDatabase } }));
});
afterEach(() => cloud.close());

const databases = (scopes: readonly Scope[]) =>
  scopes.flatMap((scope) => (scope.half === 'publish' && scope.account === SALES_LAKE ? [scope.database] : []));
const ran = async () => {
  expect((await cloud.run(catalog)).status).toBe('SUCCEEDED');
  return databases(cloud.queue.splice(0));
};

test('the catalog starts databases that no run has finished with, links left out, each until it has one', async () => {
  // The reader is no administrator yet: it is shown nothing.
  expect(databases(await wokenByPolicy(cloud, policy))).toEqual([null]);
  expect(await ran()).toEqual([LAKE_DATABASE, 'raw']);
  await cloud.settle({ ...catalog, database: 'raw' });
  expect(await ran()).toEqual([LAKE_DATABASE]);
  await cloud.settle({ ...catalog, database: LAKE_DATABASE });
  expect(await ran()).toEqual([]);
  // From now on the lookup sees them all.
  expect(databases(await wokenByPolicy(cloud, policy))).toEqual([LAKE_DATABASE, 'raw', null]);
});

test('a list that can not be read starts nobody and is told; a closed rule asks for none', async () => {
  await cloud.stage.control.fault({
    kind: 'error',
    operation: 'GetDatabases',
    principal: 'onramp-',
    code: 'AccessDeniedException',
    status: 403,
  });
  expect(await ran()).toEqual([]);
  const found = await findingsOf(cloud, catalog);
  expect(found).toMatchObject([
    { state: 'unknown', cause: 'not-readable', resource: `databases of ${SALES_LAKE} in ${REGION}` },
  ]);
  const closed = demoPolicy('demo-blueprint');
  const made = await calls(cloud, () => cloud.run(catalog, closed));
  expect(made.filter(({ operation }) => operation === 'GetDatabases')).toEqual([]);
});

describe('a plan', () => {
  const planned = async () => {
    const { access } = cloud.reconcileServices;
    const { scopes } = await plan({ policy: widening, access, ledger: cloud.ledger });
    return scopes.filter(({ scope }) => scope.includes(SALES_LAKE));
  };
  const widening = demoPolicy('demo-blueprint', ({ tags }) => {
    if (tags === undefined) return;
    const match = { account: 'sales-lake' };
    tags.rules = [{ match, on: 'database', assign: { source: 'product' }, apply: 'enforce' }];
  });

  test('shows what is widened in databases that no rule names (law 9)', async () => {
    await cloud.run(catalog, widening);
    const tags = (await planned()).flatMap(({ changes }) => changes.filter(({ kind }) => kind === 'assign-tags'));
    expect(tags.map(({ effect, text }) => `${effect}: ${text}`)).toEqual([
      expect.stringMatching(new RegExp(`^widens: tag database ${SALES_LAKE}/${LAKE_DATABASE} source=product`)),
      expect.stringMatching(new RegExp(`^widens: tag database ${SALES_LAKE}/raw source=product`)),
    ]);
  });

  test('says that it does not know them where they can not be listed (law 6)', async () => {
    await cloud.run(catalog, widening);
    const { control } = cloud.stage;
    const refused = { code: 'AccessDeniedException', status: 403 };
    await control.fault({ kind: 'error', operation: 'GetDatabases', principal: 'onramp-', ...refused });
    const found = (await planned()).flatMap(({ findings }) => findings);
    const unknown = found.filter(({ state }) => state === 'unknown');
    expect(unknown.map(({ resource }) => resource)).toEqual([`databases of ${SALES_LAKE} in ${REGION}`]);
  });
});
