/** A consumer that works in two Regions, one of them not the product's: the link crosses, permissions stay with the data. */

import { GetDatabaseCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { LakeFormationClient, ListPermissionsCommand } from '@aws-sdk/client-lakeformation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scopeText } from '#core/start.ts';
import { ANALYTICS, CUR, FINANCE, JOB, REGION, readerArn } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { clientConfig } from '../../infra/local/scenes/world.ts';
import { expectWritten } from '../golden/kept.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls, writes } from '../support/journal.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { scopeOf } from '../support/scopes.ts';

const ELSEWHERE = 'us-east-1';
const policy = demoPolicy('demo-share', ({ accounts }) => {
  accounts['analytics'] = { id: ANALYTICS, regions: [REGION, ELSEWHERE] };
});

let cloud: InProcess;
let made: readonly { account: string; region: string; operation: string; kind: string }[];
beforeAll(async () => {
  cloud = await scenario(policy, [crawled]);
  made = await calls(cloud, () => cloud.settle(scopeOf(CUR)));
});
afterAll(() => cloud.close());

test('both Regions are reconciled, and nothing is wrong in either', async () => {
  for (const region of [REGION, ELSEWHERE]) {
    const records = await cloud.ledger.findings(scopeText({ half: 'onboard', account: ANALYTICS, region }));
    const open = records.filter(({ state }) => state === 'open');
    expect(open.map(({ key }) => key.split('.')[1])).toEqual(['role-without-proof']);
  }
});

test('shares are accepted where the data is, and once', () => {
  const accepted = made.filter(({ operation }) => operation === 'AcceptResourceShareInvitation');
  expect(accepted.map(({ region }) => region)).toEqual([REGION, REGION]);
});

test('the link elsewhere names the Region of its target (G-K8), the one at home resolves', async () => {
  const credentials = await cloud.stage.control.credentials(readerArn(JOB));
  const glue = new GlueClient(clientConfig(cloud.stage, credentials, ELSEWHERE));
  const { Database } = await glue.send(new GetDatabaseCommand({ Name: CUR.link }));
  expect(Database?.TargetDatabase).toEqual({ CatalogId: FINANCE, DatabaseName: CUR.database, Region: REGION });
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: CUR.link, Name: CUR.table }));
  expect(Table?.StorageDescriptor?.Columns?.length).toBeGreaterThan(0);
  expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
});

test("SELECT on the target counts in its own Region only, DESCRIBE on the link in the link's", async () => {
  const listed = async (region: string) => {
    const credentials = await cloud.stage.control.credentials(`arn:aws:iam::${ANALYTICS}:role/onramp/onramp-reader`);
    const client = new LakeFormationClient(clientConfig(cloud.stage, credentials, region));
    const { PrincipalResourcePermissions = [] } = await client.send(
      new ListPermissionsCommand({ Principal: { DataLakePrincipalIdentifier: readerArn(JOB) } }),
    );
    return PrincipalResourcePermissions.flatMap(({ Permissions = [] }) => Permissions);
  };
  expect(await listed(REGION)).toContain('SELECT');
  expect(await listed(ELSEWHERE)).not.toContain('SELECT');
  expect(await listed(ELSEWHERE)).toContain('DESCRIBE');
});

test('a repeat writes nothing in either', async () => {
  expect(await writes(cloud, () => cloud.settle(scopeOf(CUR)))).toEqual([]);
  await expectWritten(cloud, 'two-regions');
});
