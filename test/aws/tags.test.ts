/** LF-Tags against the lake: written with the operator's rights for tags, read with the reader's. */

import { CreateDatabaseCommand, CreateTableCommand } from '@aws-sdk/client-glue';
import { PutDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readAssigned, readTagged } from '#aws/tagged.ts';
import { assignTags, createTag, extendTag, listTags } from '#aws/tags.ts';
import type { AssignTags } from '#changes/tag-assignment/assignment.ts';
import { memberRoleArn } from '#contracts/names.ts';
import { type AwsStub, startAwsStub } from '../support/aws-stub.ts';
import { type OnrampLake, PRODUCER, REGION, startOnrampLake } from '../support/onramp-lake.ts';

const assign = (table: string | null, tags: Record<string, string>, columns: string[] = []): AssignTags => ({
  kind: 'assign-tags',
  hop: 'tags',
  account: PRODUCER,
  region: REGION,
  effect: 'widens',
  products: [],
  database: 'sales',
  table,
  columns,
  tags,
  had: {},
});

async function startTagged(switches: Record<string, string> = {}): Promise<OnrampLake> {
  const started = await startOnrampLake({ switches });
  const { glue, lakeFormation } = started.root(PRODUCER);
  const arn = (role: 'Operator' | 'Reader') =>
    memberRoleArn({ partition: 'aws', account: PRODUCER, namespace: 'onramp', role });
  const principal = (DataLakePrincipalIdentifier: string) => ({ DataLakePrincipalIdentifier });
  await lakeFormation.send(
    new PutDataLakeSettingsCommand({
      DataLakeSettings: {
        DataLakeAdmins: [principal(arn('Operator')), principal(`arn:aws:iam::${PRODUCER}:root`)],
        ReadOnlyAdmins: [principal(arn('Reader'))],
      },
    }),
  );
  for (const Name of ['sales', 'other']) await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name } }));
  return started;
}

describe('on the lake', () => {
  let lake: OnrampLake;
  beforeAll(async () => {
    lake = await startTagged();
  });
  afterAll(() => lake.close());

  const operator = () => lake.as(PRODUCER, 'Operator', 'tags', { database: 'sales' });
  const reader = () => lake.as(PRODUCER, 'Reader', 'observe');
  const keys = () => listTags(reader(), PRODUCER);
  const makeTable = (Name: string, DatabaseName = 'sales') => {
    const StorageDescriptor = { Columns: ['id', 'email'].map((column) => ({ Name: column, Type: 'string' })) };
    return lake
      .root(PRODUCER)
      .glue.send(new CreateTableCommand({ DatabaseName, TableInput: { Name, StorageDescriptor } }));
  };

  test('a key is made with more values than a call takes, and gains values (G-L33)', async () => {
    const values = Array.from({ length: 120 }, (_, i) => `v${i}`).sort();
    await createTag(operator(), PRODUCER, { key: 'source', values });
    expect(await keys()).toEqual([{ key: 'source', values }]);
    await extendTag(operator(), PRODUCER, { key: 'source', values: ['product'] });
    expect((await keys())[0]?.values).toEqual(['product', ...values]);
  });

  test('a key that is there already is so told, and has what it lacked (G-L33)', async () => {
    const again = createTag(operator(), PRODUCER, { key: 'source', values: ['none', 'v1'] });
    await expect(again).rejects.toMatchObject({ code: 'AlreadyExists' });
    expect((await keys())[0]?.values).toContain('none');
  });

  test('each tag of an assignment fails by itself (G-L33, G-L34)', async () => {
    await makeTable('orders');
    const refused = await assignTags(operator(), PRODUCER, assign('orders', { source: 'product', nokey: 'x' }));
    expect([...refused]).toMatchObject([['nokey', { code: 'Missing', aws: { code: 'EntityNotFoundException' } }]]);
    expect(refused.get('nokey')?.message).toContain(`tag table ${PRODUCER}/sales.orders nokey=x`);
  });

  test('few tables are asked one by one: what is their own, and what is in force', async () => {
    await assignTags(operator(), PRODUCER, assign(null, { source: 'none' }));
    await assignTags(operator(), PRODUCER, assign('orders', { source: 'v7' }, ['email']));
    await makeTable('staff');
    const tables = new Map([
      ['orders', ['email']],
      ['staff', []],
      ['gone', []],
    ]);
    const facts = await readTagged(reader(), { account: PRODUCER, database: 'sales', tables, keys: await keys() });
    expect(facts.database.assigned).toEqual({ source: 'none' });
    expect(facts.tables['orders']).toEqual({
      assigned: { source: 'product' },
      inForce: { source: 'product' },
      unsure: [],
    });
    expect(facts.tables['staff']).toEqual({ assigned: {}, inForce: { source: 'none' }, unsure: [] });
    expect(facts.tables['gone']).toBeUndefined();
    expect(facts.columns['orders']).toEqual({
      email: { assigned: { source: 'v7' }, inForce: { source: 'v7' }, unsure: [] },
    });
  });

  test('many are found by tag, page by page: what equals the parent is unsure until the table is asked', async () => {
    const names = Array.from({ length: 150 }, (_, i) => `t${i}`);
    for (const name of names) await makeTable(name);
    await makeTable('orders', 'other');
    await assignTags(operator(), PRODUCER, assign('t0', { source: 'none' }));
    await assignTags(operator(), PRODUCER, assign('t1', { source: 'product' }));
    await assignTags(operator(), PRODUCER, assign('t1', { source: 'v3' }, ['id']));
    const tables = new Map<string, string[]>(names.map((name) => [name, []]));
    const question = { account: PRODUCER, database: 'sales', tables, keys: await keys() };
    const mark = (await lake.lake.control.journal()).at(-1)?.sequence ?? 0;
    const facts = await readTagged(reader(), question);
    const asked = (await lake.lake.control.journal(mark)).map(({ operation }) => operation);
    expect(asked.filter((operation) => operation === 'GetResourceLFTags')).toHaveLength(1);
    // 122 values are three questions; all tables inherit one value, so one of them has two pages.
    expect(asked.filter((operation) => operation === 'SearchTablesByLFTags')).toHaveLength(4);
    expect(Object.keys(facts.tables)).toHaveLength(150);
    expect(facts.tables['t0']).toMatchObject({ inForce: { source: 'none' }, unsure: ['source'] });
    expect(facts.tables['t1']).toMatchObject({ assigned: { source: 'product' }, unsure: [] });
    expect(facts.columns).toEqual({
      t1: { id: { assigned: { source: 'v3' }, inForce: { source: 'v3' }, unsure: [] } },
    });
    const exact = await readAssigned(reader(), question, facts, ['t0', 't2']);
    expect(exact.tables['t0']).toMatchObject({ assigned: { source: 'none' }, unsure: [] });
    expect(exact.tables['t2']).toMatchObject({ assigned: {}, inForce: { source: 'none' } });
  });
});

test('a key that exists is told apart by either name AWS may give it (G-L33)', async () => {
  const lake = await startTagged({ 'lf-duplicate-tag': 'AlreadyExistsException' });
  const operator = lake.as(PRODUCER, 'Operator', 'tags', { database: 'sales' });
  await createTag(operator, PRODUCER, { key: 'source', values: ['a'] });
  await expect(createTag(operator, PRODUCER, { key: 'source', values: ['a'] })).rejects.toMatchObject({
    code: 'AlreadyExists',
  });
  await lake.close();
});

describe('answers no lake gives', () => {
  let stub: AwsStub;
  beforeAll(async () => {
    stub = await startAwsStub();
  });
  afterAll(() => stub.close());
  beforeEach(() => {
    stub.requests.length = 0;
  });

  test('keys of other accounts that came along are left out, and case is nothing', async () => {
    const tag = (CatalogId: string, TagKey: string, ...TagValues: string[]) => ({ CatalogId, TagKey, TagValues });
    const LFTags = [tag(PRODUCER, 'Source', 'Product', 'none'), tag('999999999999', 'theirs', 'x')];
    stub.respond = () => ({ body: { LFTags } });
    const clients = stub.access().own(REGION);
    expect(await listTags(clients, PRODUCER)).toEqual([{ key: 'source', values: ['none', 'product'] }]);
  });

  test('an empty page is not the last one (G-L8)', async () => {
    stub.respond = (_, nth) =>
      nth === 1 ? { body: { LFTags: [], NextToken: 'n' } } : { body: { LFTags: [{ TagKey: 'a', TagValues: ['b'] }] } };
    expect(await listTags(stub.access().own(REGION), PRODUCER)).toEqual([{ key: 'a', values: ['b'] }]);
  });
});
