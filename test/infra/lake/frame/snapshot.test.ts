/** F-72: a lake that was put back answers as it did, ids and all, and nothing later has changed what was kept. */

import { GetDatabasesCommand, GetTablesCommand } from '@aws-sdk/client-glue';
import { CreateRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { AddLFTagsToResourceCommand, CreateLFTagCommand } from '@aws-sdk/client-lakeformation';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createControlClient } from '../../../../infra/local/lake/control-client.ts';
import { createCopy } from '../../../../infra/local/lake/copy.ts';
import type { RunningLake, Snapshot } from '../../../../infra/local/lake/start.ts';
import { startLake } from '../../../../infra/local/lake/start.ts';
import {
  acceptAll,
  admin,
  allTables,
  consumer,
  grant,
  invitations,
  type Lakes,
  prepared,
  producer,
  region,
  rows,
  startLakes,
  table,
} from '../lakeformation/lakes.ts';

const OPTIONS = { clock: () => 1_780_000_000_000, accounts: [producer, consumer] };
const ORGANIZATION = { managementAccount: producer, accounts: [{ id: consumer }] };

/** Something of every service. */
async function prepare(): Promise<Lakes> {
  const lakes = await prepared(OPTIONS);
  await lakes.lake.control.set('organizations', 'found', ORGANIZATION);
  await s3Of(lakes.lake).send(new CreateBucketCommand({ Bucket: 'cur-export' }));
  return lakes;
}

function configOf(lake: RunningLake, account = producer) {
  return { endpoint: lake.url, region, credentials: { accessKeyId: account, secretAccessKey: 'test' }, maxAttempts: 1 };
}
const s3Of = (lake: RunningLake) => new S3Client({ ...configOf(lake), forcePathStyle: true });

/** Writes to every service, and what was answered. */
async function story(lakes: Lakes): Promise<readonly unknown[]> {
  const [owner, taker] = [await lakes.as(admin(producer)), await lakes.as(admin(consumer))];
  const iam = new IAMClient(configOf(lakes.lake));
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' },
  });
  return [
    await owner.lf.send(new CreateLFTagCommand({ TagKey: 'pii', TagValues: ['true', 'false'] })),
    await owner.lf.send(
      new AddLFTagsToResourceCommand({
        Resource: { Database: { Name: 'cur_org' } },
        LFTags: [{ TagKey: 'pii', TagValues: ['true'] }],
      }),
    ),
    await grant(owner, consumer, allTables(), ['SELECT', 'DESCRIBE'], ['SELECT']),
    await iam.send(new CreateRoleCommand({ RoleName: 'later', AssumeRolePolicyDocument })),
    await s3Of(lakes.lake).send(new PutObjectCommand({ Bucket: 'cur-export', Key: 'later', Body: 'later' })),
    await lakes.lake.control.credentials(admin(producer)),
    await lakes.lake.control.moveClock(1000),
    await acceptAll(taker),
    ...(await look(lakes)),
  ];
}

/** What there is. */
async function look(lakes: Lakes): Promise<readonly unknown[]> {
  const [owner, taker] = [await lakes.as(admin(producer)), await lakes.as(admin(consumer))];
  return [
    await rows(owner),
    await rows(taker),
    await invitations(taker),
    await owner.glue.send(new GetDatabasesCommand({})),
    await owner.glue.send(new GetTablesCommand({ DatabaseName: 'cur_org' })),
    await new IAMClient(configOf(lakes.lake)).send(new ListRolesCommand({})),
    await s3Of(lakes.lake).send(new ListObjectsV2Command({ Bucket: 'cur-export' })),
    (await lakes.lake.control.journal()).map(({ durationMs: _, ...entry }) => entry),
    await lakes.lake.control.events(),
  ];
}

let lakes: Lakes;
beforeEach(async () => {
  lakes = await prepare();
});
afterEach(() => lakes.close());

test('the same requests get the same answers again, as often as it is put back', async () => {
  const snapshot = lakes.lake.snapshot();
  const first = await story(lakes);
  for (let i = 0; i < 2; i++) {
    lakes.lake.restore(snapshot);
    expect(await story(lakes)).toEqual(first);
  }
});

test('another lake becomes the same, and neither notices what is done to the other', async () => {
  const snapshot: Snapshot = lakes.lake.snapshot();
  const first = await story(lakes);
  const other = await startLakes(OPTIONS);
  other.lake.restore(snapshot);
  expect(await story(other)).toEqual(first);
  await grant(other.root(producer), admin(producer), table(), ['SELECT']).catch(() => undefined);
  other.lake.restore(snapshot);
  expect(await story(other)).toEqual(first);
  await other.close();
});

test('the clock goes on from where it was', async () => {
  await lakes.lake.control.moveClock(3_600_000);
  const snapshot = lakes.lake.snapshot();
  await lakes.lake.control.moveClock(1_000);
  lakes.lake.restore(snapshot);
  expect(lakes.lake.world.now()).toBe(OPTIONS.clock() + 3_600_000);
});

test('by the control endpoint it goes by number', async () => {
  const control = createControlClient(lakes.lake.url);
  const before = await look(lakes);
  lakes.lake.restore(lakes.lake.snapshot());
  const id = await control.snapshot();
  await story(lakes);
  await control.restore(id);
  expect((await look(lakes)).slice(0, 3)).toEqual(before.slice(0, 3));
  await expect(control.restore(id + 1)).rejects.toThrow(`there is no snapshot ${id + 1}`);
});

test('faults and delays are a test’s own: refused while any is set, and gone when it is put back', async () => {
  const snapshot = lakes.lake.snapshot();
  const { control } = lakes.lake;
  const fault = await control.fault({ kind: 'error', operation: 'GetDatabases', code: 'InternalServiceException' });
  expect(() => lakes.lake.snapshot()).toThrow('a lake with faults or delays in it can not be copied');
  await control.removeFault(fault);
  lakes.lake.snapshot();
  await control.delay('glue', 'database', { reads: 1 });
  expect(() => lakes.lake.snapshot()).toThrow('faults or delays');
  await control.fault({ kind: 'error', operation: 'GetDatabases', code: 'InternalServiceException' });
  lakes.lake.restore(snapshot);
  await lakes.root(producer).glue.send(new GetDatabasesCommand({}));
});

test('what MiniStack keeps can not be copied', async () => {
  const lake = await startLake({ ministack: 'http://127.0.0.1:1' });
  expect(() => lake.snapshot()).toThrow('what MiniStack keeps can not be copied');
  await lake.close();
});

test('a copy shares nothing that changes, keeps what is one thing one, and refuses what it does not know', () => {
  const shared = { values: ['a'] };
  const original = { list: [shared], map: new Map([['k', shared]]), set: new Set([shared]), at: new Date(0), no: null };
  const copy = createCopy()(original);
  expect(copy).toEqual(original);
  expect(copy.list[0]).not.toBe(shared);
  expect(copy.map.get('k')).toBe(copy.list[0]);
  expect(copy.set.has(copy.list[0] as typeof shared)).toBe(true);
  expect(() => createCopy()({ who: new URL('http://lake') })).toThrow("the lake can't copy URL");
});
