/** The article's data lake by hand: proves the scene's world and the lake without any of our own code. */

import { GetTableCommand } from '@aws-sdk/client-glue';
import {
  AddLFTagsToResourceCommand,
  CreateLFTagCommand,
  GrantPermissionsCommand,
  LakeFormationClient,
  type Permission,
  PutDataLakeSettingsCommand,
  type Resource,
} from '@aws-sdk/client-lakeformation';
import {
  AcceptResourceShareInvitationCommand,
  paginateGetResourceShareInvitations,
  RAMClient,
} from '@aws-sdk/client-ram';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningLake, startLake } from '../../../infra/local/lake/start.ts';
import { ACCOUNTS, ANALYTICS, readerArn, SALES_LAKE } from '../../../infra/local/scenes/places.ts';
import { clientsAs } from '../../../infra/local/scenes/sales-people.ts';
import {
  LAKE_ADMIN,
  LAKE_BUCKET,
  LAKE_CRAWLER_ROLE,
  LAKE_DATABASE,
  LAKE_READERS,
  LAKE_TABLES,
  LAKE_USER,
  PRODUCTS,
  SALES_JOB,
  STAFF,
} from '../../../infra/local/scenes/sales-places.ts';
import { isLent, isShut, readLakeTable } from '../../../infra/local/scenes/sales-reading.ts';
import { makeSalesLake } from '../../../infra/local/scenes/sales-world.ts';
import { runWorkflow } from '../../../infra/local/scenes/workflow.ts';
import { makeWorld, root, type Stage } from '../../../infra/local/scenes/world.ts';

let lake: RunningLake;
let stage: Stage;
let byHand: Awaited<ReturnType<typeof clientsAs>>;
beforeAll(async () => {
  lake = await startLake({ accounts: ACCOUNTS });
  stage = { url: lake.url, control: lake.control };
  await makeWorld(stage);
  await makeSalesLake(stage);
  byHand = await clientsAs(stage, LAKE_ADMIN);
});
afterAll(() => lake.close());

const tagged = (type: 'DATABASE' | 'TABLE', TagKey: string, value: string, CatalogId = SALES_LAKE): Resource => ({
  LFTagPolicy: { CatalogId, ResourceType: type, Expression: [{ TagKey, TagValues: [value] }] },
});

const grant = async (to: string, on: Resource, permissions: Permission[], { lakeFormation } = byHand) => {
  const pass = /^\d+$/.test(to);
  await lakeFormation.send(
    new GrantPermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: to },
      Resource: on,
      Permissions: permissions,
      PermissionsWithGrantOption: pass ? permissions : [],
    }),
  );
};

const assign = (on: Resource, TagKey: string, value: string) =>
  byHand.lakeFormation.send(new AddLFTagsToResourceCommand({ Resource: on, LFTags: [{ TagKey, TagValues: [value] }] }));

test('before, nobody reads anything', async () => {
  for (const reader of LAKE_READERS)
    for (const table of LAKE_TABLES) expect(await readLakeTable(stage, reader, table)).toSatisfy(isShut);
});

test('a role that was granted nothing makes no tables, and the run is COMPLETED all the same (G-E2)', async () => {
  const { troubles } = await runWorkflow(stage);
  expect(troubles).toHaveLength(LAKE_TABLES.length);
  expect(troubles[0]).toContain('Insufficient Lake Formation permission(s)');
});

test('granted by a tag of its database, and at the place, it does', async () => {
  const create = (TagKey: string, TagValues: string[]) =>
    byHand.lakeFormation.send(new CreateLFTagCommand({ TagKey, TagValues }));
  await create('maintenance', ['crawler', 'manual']);
  await create('source', ['product', 'none']);
  await assign({ Database: { Name: LAKE_DATABASE } }, 'maintenance', 'crawler');
  const crawler = readerArn(LAKE_CRAWLER_ROLE);
  for (const type of ['DATABASE', 'TABLE'] as const)
    await grant(crawler, tagged(type, 'maintenance', 'crawler'), ['ALL']);
  await grant(crawler, { DataLocation: { ResourceArn: `arn:aws:s3:::${LAKE_BUCKET}` } }, ['DATA_LOCATION_ACCESS']);
  expect((await runWorkflow(stage)).troubles).toEqual([]);
  const { Table } = await byHand.glue.send(new GetTableCommand({ DatabaseName: LAKE_DATABASE, Name: PRODUCTS.table }));
  expect(Table?.CreatedBy).toContain(LAKE_CRAWLER_ROLE.role);
});

test('the article ends with a person who tags what the workflow made, and the user reads', async () => {
  const user = readerArn(LAKE_USER);
  await grant(user, tagged('DATABASE', 'maintenance', 'crawler'), ['DESCRIBE']);
  await grant(user, tagged('TABLE', 'source', 'product'), ['SELECT', 'DESCRIBE']);
  expect(await readLakeTable(stage, LAKE_USER, PRODUCTS)).toSatisfy(isShut);
  await assign({ Table: { DatabaseName: LAKE_DATABASE, Name: PRODUCTS.table } }, 'source', 'product');
  expect(await readLakeTable(stage, LAKE_USER, PRODUCTS)).toSatisfy(isLent);
  expect(await readLakeTable(stage, LAKE_USER, STAFF)).toSatisfy(isShut);
});

test('a job of another account reads by the same expression, once its account has passed it on', async () => {
  await grant(ANALYTICS, tagged('DATABASE', 'maintenance', 'crawler'), ['DESCRIBE']);
  await grant(ANALYTICS, tagged('TABLE', 'source', 'product'), ['SELECT', 'DESCRIBE']);
  const ram = new RAMClient(root(stage, ANALYTICS));
  for await (const page of paginateGetResourceShareInvitations({ client: ram }, {}))
    for (const { resourceShareInvitationArn } of page.resourceShareInvitations ?? [])
      await ram.send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn }));
  expect(await readLakeTable(stage, SALES_JOB, PRODUCTS)).toSatisfy(isShut);
  const lakeFormation = new LakeFormationClient(root(stage, ANALYTICS));
  const administrator = { DataLakePrincipalIdentifier: `arn:aws:iam::${ANALYTICS}:root` };
  const DataLakeSettings = { DataLakeAdmins: [administrator], AllowFullTableExternalDataAccess: true };
  await lakeFormation.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
  const passing = { ...byHand, lakeFormation };
  const job = readerArn(SALES_JOB);
  await grant(job, tagged('DATABASE', 'maintenance', 'crawler'), ['DESCRIBE'], passing);
  await grant(job, tagged('TABLE', 'source', 'product'), ['SELECT', 'DESCRIBE'], passing);
  expect(await readLakeTable(stage, SALES_JOB, PRODUCTS)).toSatisfy(isLent);
  expect(await readLakeTable(stage, SALES_JOB, STAFF)).toSatisfy(isShut);
});
