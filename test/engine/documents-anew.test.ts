/**
 * What a write must see anew, rule (d): a document is computed again from the text read under the lease. What would open
 * or take more than was assessed is not written before it has been assessed. And sec-6: who writes one document shares
 * its ledger entry.
 */

import { DeleteBucketCommand, DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import type { EntryOf } from '#contracts/ledger.ts';
import {
  ANALYTICS,
  BUCKET,
  CUR,
  FINANCE,
  HR,
  REGION,
  SALES,
  type SceneTable,
} from '../../infra/local/scenes/places.ts';
import { bucketStatements, putBucketStatements, root } from '../support/aws-console.ts';
import { byStage } from '../support/by-stage.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, published, scenario } from '../support/scenario.ts';
import { openFindings, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');
const SCOPE = scopeOf(CUR);

let cloud: InProcess;
afterEach(() => cloud.close());

type Statements = readonly Readonly<Record<string, unknown>>[];
const isOurs = ({ Sid }: Readonly<Record<string, unknown>>) => String(Sid).startsWith('onramp');
const ours = async () => (await bucketStatements(cloud.stage)).filter(isOurs);

async function bucketEntry(): Promise<EntryOf<'statements'> | undefined> {
  const entries = await entriesIn(cloud.ledger, FINANCE, REGION);
  return entries.find((entry): entry is EntryOf<'statements'> => entry.target === `bucket ${BUCKET}`);
}

/** The bucket's policy as it was, with our statements changed by somebody. */
async function meddle(change: (ours: Statements) => Statements): Promise<void> {
  const all = await bucketStatements(cloud.stage);
  await putBucketStatements(cloud.stage, [...all.filter((one) => !isOurs(one)), ...change(all.filter(isOurs))]);
}

const withoutGet = (statements: Statements) => statements.filter(({ Action }) => !String(Action).includes('GetObject'));
const openToAll = (statements: Statements) => statements.map(({ Condition: _, ...rest }) => rest);

describe('between the look at the beginning and the write', () => {
  test('somebody takes out more of ours: that is assessed again in the same run, and put back', async () => {
    cloud = await scenario(policy, [crawled, published]);
    const wanted = await ours();
    await meddle((all) => all.filter(({ Action }) => String(Action).includes('GetObject')));
    const run = await byStage(cloud, SCOPE);
    await run.until('storage');
    await meddle(withoutGet);
    const first = await run.step();
    // Nothing that was not assessed was written: the stage is entered again.
    expect([first.next, await ours()]).toEqual(['storage', []]);
    expect((await bucketEntry())?.error?.code).toBe('Outdated');
    await run.rest();
    expect(await ours()).toEqual(wanted);
    expect(await bucketEntry()).toMatchObject({ state: 'confirmed', error: null });
    expect((await openFindings(cloud)).map(({ hop }) => hop)).not.toContain('storage');
  });

  test('our statements come to allow more than was seen: what goes by the rewrite is assessed first', async () => {
    cloud = await scenario(policy, [crawled, published]);
    const wanted = await ours();
    await meddle((all) => all.slice(1));
    const run = await byStage(cloud, SCOPE);
    await run.until('storage');
    await meddle(openToAll);
    expect((await run.step()).next).toBe('storage');
    await run.rest();
    expect(await ours()).toEqual(wanted);
  });

  test('a withdrawal whose document somebody else of ours has let go of takes nothing', async () => {
    const left = demoPolicy('demo-share', ({ products, limits }) => {
      if (products['cur']) products['cur'].storage.location = `s3://another-bucket-${FINANCE}/cur/`;
      if (limits?.withdraw) limits.withdraw.atMost = 100;
    });
    cloud = await scenario(policy, [crawled, published]);
    const entry = await bucketEntry();
    const catalog = { ...SCOPE, database: null };
    const [hash] = await held(catalog, left);
    if (hash !== undefined) await cloud.ledger.confirm(hash, { by: 'kei', at: cloud.clock.now() });
    cloud.policies.set('current', left).set(left.hash, left);
    const run = await byStage(cloud, catalog);
    await run.until('storage');
    // By the time it writes, the ledger says that nothing of ours stands there.
    if (entry !== undefined) await cloud.ledger.put([{ ...entry, state: 'withdrawn' }]);
    const before = await bucketStatements(cloud.stage);
    await run.rest();
    expect(await bucketStatements(cloud.stage)).toEqual(before);
  });
});

/** Hashes that a run of a scope asks a person to confirm. */
async function held(scope: Parameters<InProcess['settle']>[0], under: typeof policy): Promise<readonly string[]> {
  await cloud.settle(scope, under);
  const texts = cloud.told.map(({ alert }) => alert.finding.remedy);
  return texts.flatMap((text) => /confirm-withdrawal ([0-9a-f]+)/.exec(text)?.[1] ?? []);
}

test('a bucket that was deleted after its products left it: the entry ends, nobody is asked, nothing is told (law 13)', async () => {
  const left = demoPolicy('demo-share', ({ products }) => {
    if (products['cur']) products['cur'].storage.location = `s3://another-bucket-${FINANCE}/cur/`;
  });
  cloud = await scenario(policy, [crawled, published]);
  const { s3 } = root(cloud.stage, FINANCE);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
  await s3.send(new DeleteBucketCommand({ Bucket: BUCKET }));
  expect(await bucketEntry()).toMatchObject({ state: 'confirmed' });
  await held({ ...SCOPE, database: null }, left);
  const entry = await bucketEntry();
  expect(entry === undefined || entry.state === 'withdrawn').toBe(true);
  expect((await openFindings(cloud)).filter(({ resource }) => resource.includes(BUCKET))).toEqual([]);
});

describe('several databases on one bucket, published at once (sec-6)', () => {
  const three = demoPolicy('demo-revoke', ({ products }) => {
    // Each admits other roles, so that none shares a statement with another.
    for (const [name, product] of Object.entries(products))
      product.consumers = { ...product.consumers, jobRoles: [{ match: `role/data-jobs/*-${name}`, proof: 'path' }] };
  });
  const tables = [CUR, SALES, HR];

  test('the entry they share keeps every product and statement, and the text before has none of ours', async () => {
    cloud = await scenario(three, [crawled]);
    const before = await bucketStatements(cloud.stage);
    const runs = await Promise.all(tables.map((table: SceneTable) => cloud.run(scopeOf(table), three)));
    expect(runs.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    const sids = (await ours()).map(({ Sid }) => String(Sid)).sort();
    expect(sids).toHaveLength(6);
    const entry = await bucketEntry();
    expect(entry?.products).toEqual(['cur', 'hr', 'sales']);
    expect(Object.keys(entry?.before ?? {}).sort()).toEqual(sids);
    expect(entry?.sent.map(({ Sid }) => Sid).sort()).toEqual(sids);
    expect(JSON.parse(entry?.inverse ?? '{}').Statement).toEqual(before);
  });

  test('a text that was kept is never overwritten, whatever others write and we write again', async () => {
    cloud = await scenario(three, [crawled]);
    await cloud.settle(scopeOf(CUR), three);
    const kept = (await bucketEntry())?.inverse;
    const all = await bucketStatements(cloud.stage);
    await putBucketStatements(cloud.stage, [...all, { ...all[0], Sid: 'Later' }]);
    await cloud.settle(scopeOf(SALES), three);
    await cloud.settle(scopeOf(HR), three);
    expect((await bucketEntry())?.inverse).toBe(kept);
    expect(kept).toContain('Statement');
  });
});

test('an entry that somebody else of ours wrote meanwhile is not overwritten', async () => {
  cloud = await scenario(policy, [crawled, published]);
  const entry = await bucketEntry();
  if (entry === undefined) throw new Error('nothing was written');
  const other = { ...entry, products: [...entry.products, ANALYTICS] };
  expect(await cloud.ledger.replace(other, entry)).toBe(true);
  expect(await cloud.ledger.replace(entry, entry)).toBe(false);
  expect(await cloud.ledger.replace(entry, null)).toBe(false);
  expect(await bucketEntry()).toEqual(other);
});
