/** One look at all scopes of an account and Region: what the schedule starts. */

import { BatchRevokePermissionsCommand, LakeFormationClient } from '@aws-sdk/client-lakeformation';
import { afterEach, expect, test } from 'vitest';
import { scopeText } from '#core/start.ts';
import { ANALYTICS, BUCKET, CUR, FINANCE, JOB, REGION, readerArn } from '../../infra/local/scenes/places.ts';
import { clientConfig } from '../../infra/local/scenes/world.ts';
import { makeDatabase } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { calls } from '../support/journal.ts';
import { crawled, published, scenario } from '../support/scenario.ts';
import { CONSUMER, openFindings, scopeOf } from '../support/scopes.ts';
import { surveys, wokenBySchedule } from '../support/waking.ts';

const policy = demoPolicy('demo-revoke');
const PRODUCER = { half: 'survey' as const, account: FINANCE, region: REGION };

let cloud: InProcess;
afterEach(() => cloud.close());

async function takeAway(): Promise<void> {
  const credentials = await cloud.stage.control.credentials(`arn:aws:iam::${ANALYTICS}:role/onramp/onramp-operator`);
  const client = new LakeFormationClient(clientConfig(cloud.stage, credentials));
  const Table = { CatalogId: FINANCE, DatabaseName: CUR.database, TableWildcard: {} };
  const Principal = { DataLakePrincipalIdentifier: readerArn(JOB) };
  await client.send(
    new BatchRevokePermissionsCommand({
      Entries: [{ Id: '1', Principal, Resource: { Table }, Permissions: ['SELECT', 'DESCRIBE'] }],
    }),
  );
}

test('the schedule starts one of each account and Region that the policy is about', async () => {
  cloud = await scenario(policy);
  expect((await surveys(cloud, policy)).map(scopeText)).toEqual(
    [ANALYTICS, FINANCE].sort().map((account) => `survey ${account} ${REGION}`),
  );
});

test('where all is as it should be it starts nothing, records nothing, and is one call', async () => {
  cloud = await scenario(policy, [crawled, published]);
  const before = await openFindings(cloud);
  const made = await calls(cloud, async () => {
    const run = await cloud.run(PRODUCER);
    expect(run.calls.map(({ state }) => state)).toEqual(['Survey']);
  });
  expect(made.filter(({ kind }) => kind === 'write')).toEqual([]);
  expect(cloud.queue).toEqual([]);
  expect(await openFindings(cloud)).toEqual(before);
});

test('each fact is asked once, whichever scopes it is about', async () => {
  cloud = await scenario(policy, [crawled, published]);
  const made = await calls(cloud, () => cloud.run(PRODUCER));
  const asked = made
    .map(({ operation }) => operation)
    .filter((operation) => !/^(ListPermissions|GetResourceShareAssociations|GetTables|GetDatabase)$/.test(operation));
  expect(asked.filter((operation, i) => asked.indexOf(operation) !== i)).toEqual([]);
});

test('it starts the runs of what is due, and of nothing else', async () => {
  cloud = await scenario(policy, [crawled, published]);
  await takeAway();
  expect((await wokenBySchedule(cloud, policy)).map(scopeText)).toEqual([scopeText(CONSUMER)]);
});

test('what has never run is started, producers too', async () => {
  cloud = await scenario(policy, [crawled]);
  const started = (await wokenBySchedule(cloud, policy)).map(scopeText);
  expect(started).toContain(scopeText(scopeOf(CUR)));
});

test('a hundred databases, with Lake Formation at ten calls a second: all looked at, nothing called unreadable', async () => {
  const names = Array.from({ length: 100 }, (_, i) => `db_${i}`);
  const many = demoPolicy('demo-revoke', (document) => {
    const [like] = Object.values(document.products);
    if (like === undefined) throw new Error('the policy has no product');
    const product = (database: string) => {
      const consumers = { ...like.consumers, link: `${database}_linked` };
      const storage = { ...like.storage, location: `s3://${BUCKET}/${database}/` };
      return { ...like, database, storage, consumers };
    };
    document.products = Object.fromEntries(names.map((database, i) => [`p${i}`, product(database)]));
  });
  cloud = await scenario(many);
  for (const name of names) await makeDatabase(cloud.stage, FINANCE, name);
  await cloud.run({ half: 'publish', account: FINANCE, region: REGION, database: 'db_0' }, many);
  cloud.queue.length = 0;
  await cloud.stage.control.fault({ kind: 'throttle', service: 'lakeformation', burst: 10, perSecond: 10 });
  const made = await calls(cloud, async () => {
    const run = await cloud.run(PRODUCER, many);
    expect([run.status, run.cause]).toEqual(['SUCCEEDED', undefined]);
  });
  expect(cloud.queue).toHaveLength(100);
  expect(made.filter(({ kind }) => kind === 'write')).toEqual([]);
  expect(made.length).toBeLessThanOrEqual(350);
  const records = await Promise.all(names.map((name) => cloud.ledger.findings(`publish ${FINANCE} ${REGION} ${name}`)));
  expect(records.flat().map(({ finding }) => finding.cause)).not.toContain('not-readable');
});
