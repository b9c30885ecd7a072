import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  BatchGetPartitionCommand,
  CreateDatabaseCommand,
  CreatePartitionCommand,
  CreateTableCommand,
  DeletePartitionCommand,
  GetPartitionCommand,
  GetPartitionsCommand,
  UpdatePartitionCommand,
} from '@aws-sdk/client-glue';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cloud } from './cloud.ts';
import { columns, producer, startCloud, tableInput } from './cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
beforeEach(async () => {
  await cloud.lake.control.reset();
  const glue = cloud.glue(producer);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'db' } }));
  const PartitionKeys = [
    { Name: 'year', Type: 'int' },
    { Name: 'month', Type: 'string' },
  ];
  await glue.send(new CreateTableCommand({ DatabaseName: 'db', TableInput: { ...tableInput('t'), PartitionKeys } }));
});
afterAll(() => cloud.lake.close());

const at = { DatabaseName: 'db', TableName: 't' };
const partition = (...Values: string[]) => ({
  Values,
  StorageDescriptor: { Columns: columns, Location: `s3://lake/t/${Values.join('/')}/` },
});
const add = (...all: string[][]) =>
  cloud
    .glue(producer)
    .send(new BatchCreatePartitionCommand({ ...at, PartitionInputList: all.map((each) => partition(...each)) }));
const find = async (Expression?: string) => {
  const { Partitions } = await cloud.glue(producer).send(new GetPartitionsCommand({ ...at, Expression }));
  return Partitions?.map(({ Values }) => Values?.join('-'));
};

describe('partitions', () => {
  test('are made, read, changed and deleted one by one', async () => {
    const glue = cloud.glue(producer);
    await glue.send(new CreatePartitionCommand({ ...at, PartitionInput: partition('2026', '1') }));
    const { Partition } = await glue.send(new GetPartitionCommand({ ...at, PartitionValues: ['2026', '1'] }));
    expect(Partition).toMatchObject({ Values: ['2026', '1'], DatabaseName: 'db', TableName: 't', CatalogId: producer });
    const moved = new UpdatePartitionCommand({
      ...at,
      PartitionValueList: ['2026', '1'],
      PartitionInput: partition('2026', '2'),
    });
    await glue.send(moved);
    expect(await find()).toEqual(['2026-2']);
    await glue.send(new DeletePartitionCommand({ ...at, PartitionValues: ['2026', '2'] }));
    const gone = glue.send(new GetPartitionCommand({ ...at, PartitionValues: ['2026', '2'] }));
    await expect(gone).rejects.toMatchObject({ name: 'EntityNotFoundException' });
  });

  test('have as many values as the table has keys (GL-30)', async () => {
    const short = new CreatePartitionCommand({ ...at, PartitionInput: partition('2026') });
    await expect(cloud.glue(producer).send(short)).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  test('a batch tells each failure and does the rest (GL-23, G-L10)', async () => {
    await add(['2026', '1']);
    const { Errors } = await add(['2026', '1'], ['2026', '2'], ['2026']);
    expect(Errors).toMatchObject([
      { PartitionValues: ['2026', '1'], ErrorDetail: { ErrorCode: 'AlreadyExistsException' } },
      { PartitionValues: ['2026'], ErrorDetail: { ErrorCode: 'InvalidInputException' } },
    ]);
    const drop = new BatchDeletePartitionCommand({
      ...at,
      PartitionsToDelete: [{ Values: ['2026', '2'] }, { Values: ['1999', '1'] }],
    });
    expect((await cloud.glue(producer).send(drop)).Errors).toMatchObject([{ PartitionValues: ['1999', '1'] }]);
    expect(await find()).toEqual(['2026-1']);
  });

  test('a test can make one entry of a batch fail (GL-23, G-L10)', async () => {
    await cloud.lake.control.fault({
      kind: 'entry',
      service: 'glue',
      operation: 'BatchCreatePartition',
      body: '2027',
      code: 'InternalServiceException',
    });
    const { Errors } = await add(['2026', '1'], ['2027', '1']);
    expect(Errors).toMatchObject([
      { PartitionValues: ['2027', '1'], ErrorDetail: { ErrorCode: 'InternalServiceException' } },
    ]);
    expect(await find()).toEqual(['2026-1']);
  });

  test('a batch of reads leaves out what is not there', async () => {
    await add(['2026', '1']);
    const wanted = [{ Values: ['2026', '1'] }, { Values: ['1', '1'] }];
    const read = await cloud.glue(producer).send(new BatchGetPartitionCommand({ ...at, PartitionsToGet: wanted }));
    expect(read).toMatchObject({ Partitions: [{ Values: ['2026', '1'] }], UnprocessedKeys: [] });
  });

  test.each([
    ['year = 2026', ['2026-01', '2026-02']],
    ['year <> 2026 and month = "01"', ['2025-01', '900-01']],
    ["year >= 2025 AND month in ('02')", ['2026-02']],
    ["(year = 2025 or year = 2026) and not month = '01'", ['2026-02']],
    ['year > 1000', ['2025-01', '2026-01', '2026-02']],
    ['year between 900 and 2025', ['2025-01', '900-01']],
    ["month like '_2'", ['2026-02']],
    ['month is null', []],
    ["month not in ('01', '02')", []],
  ])('%s is compared by the type of the key (GL-31)', async (expression, expected) => {
    await add(['2026', '01'], ['2026', '02'], ['2025', '01'], ['900', '01']);
    expect((await find(expression))?.sort()).toEqual(expected);
  });

  test.each(['cost = 1', 'year =', 'year = 1 year = 2', '((year = 1)', "month = 'open", 'year == == 1', ')'])(
    'an expression that cannot be read is refused: %s (GL-31)',
    async (expression) => {
      await expect(find(expression)).rejects.toMatchObject({ name: 'InvalidInputException' });
    },
  );

  test('segments are disjoint and together all there is; columns can be left out (GL-32)', async () => {
    await add(...Array.from({ length: 90 }, (_, i) => [String(i), '1']));
    const glue = cloud.glue(producer);
    const seen: string[] = [];
    for (let SegmentNumber = 0; SegmentNumber < 4; SegmentNumber++) {
      const part = new GetPartitionsCommand({ ...at, Segment: { SegmentNumber, TotalSegments: 4 } });
      const { Partitions } = await glue.send(part);
      seen.push(...(Partitions ?? []).map(({ Values }) => String(Values)));
    }
    expect(new Set(seen).size).toBe(90);
    expect(seen).toHaveLength(90);
    const bare = await glue.send(new GetPartitionsCommand({ ...at, ExcludeColumnSchema: true, MaxResults: 2 }));
    expect(bare.Partitions?.[0]?.StorageDescriptor).toMatchObject({ Location: expect.any(String) });
    expect(bare.Partitions?.[0]?.StorageDescriptor?.Columns).toBeUndefined();
    expect(bare.NextToken).toBeDefined();
  });
});
