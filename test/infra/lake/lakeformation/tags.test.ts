import { GetTableCommand } from '@aws-sdk/client-glue';
import {
  AddLFTagsToResourceCommand,
  CreateLFTagCommand,
  CreateLFTagExpressionCommand,
  DeleteLFTagCommand,
  GetLFTagCommand,
  GetResourceLFTagsCommand,
  type LFTagPair,
  ListLFTagsCommand,
  PutDataLakeSettingsCommand,
  RemoveLFTagsFromResourceCommand,
  type Resource,
  SearchTablesByLFTagsCommand,
  UpdateLFTagCommand,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  acceptAll,
  admin,
  closed,
  consumer,
  database,
  grant,
  jobRole,
  prepared,
  producer,
  refusal,
  table,
} from './lakes.ts';

const reader = `arn:aws:iam::${producer}:role/reader`;
const read = { DatabaseName: 'cur_org', Name: 'legacy_all' };
let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  lakes = await prepared();
  await lakes.makeRole(reader);
  await create('Source', ['Product', 'None']);
});
afterEach(() => lakes.close());

const create = (TagKey: string, TagValues: string[], who = lakes.owner) =>
  who.lf.send(new CreateLFTagCommand({ TagKey, TagValues }));
const pair = (TagKey: string, ...TagValues: string[]): LFTagPair => ({ TagKey, TagValues });
const column = (...ColumnNames: string[]): Resource => ({
  TableWithColumns: { DatabaseName: 'cur_org', Name: 'legacy_all', ColumnNames },
});
const add = async (resource: Resource, ...LFTags: LFTagPair[]) =>
  (await lakes.owner.lf.send(new AddLFTagsToResourceCommand({ Resource: resource, LFTags }))).Failures ?? [];
const remove = async (resource: Resource, ...LFTags: LFTagPair[]) =>
  (await lakes.owner.lf.send(new RemoveLFTagsFromResourceCommand({ Resource: resource, LFTags }))).Failures ?? [];
const tagsOf = (resource: Resource, ShowAssignedLFTags = false) =>
  lakes.owner.lf.send(new GetResourceLFTagsCommand({ Resource: resource, ShowAssignedLFTags }));
const policy = (type: 'DATABASE' | 'TABLE', tags: LFTagPair[], CatalogId?: string): Resource => ({
  LFTagPolicy: {
    ResourceType: type,
    Expression: tags.map(({ TagKey, TagValues }) => ({ TagKey, TagValues })),
    ...(CatalogId && { CatalogId }),
  },
});

test('LF-80 G-L33 keys and values in lower case; a key that exists is refused', async () => {
  const { LFTags } = await lakes.owner.lf.send(new ListLFTagsCommand({}));
  expect(LFTags).toEqual([{ CatalogId: producer, TagKey: 'source', TagValues: ['none', 'product'] }]);
  expect(await refusal(create('SOURCE', ['x']))).toBe('InvalidInputException: Tag key already exists');
  expect(await refusal(create('k'.repeat(51), ['x']))).toContain('InvalidInputException');
  expect(await refusal(create('other', ['x'], await lakes.as(reader)))).toBe(
    'AccessDeniedException: Insufficient Lake Formation permission(s): Required Create Tag on catalog',
  );
});

test('LF-81 a value in use stays', async () => {
  await add(database(), pair('source', 'product'));
  const update = (TagValuesToDelete: string[], TagValuesToAdd?: string[]) =>
    refusal(lakes.owner.lf.send(new UpdateLFTagCommand({ TagKey: 'source', TagValuesToDelete, TagValuesToAdd })));
  expect(await update(['product'])).toContain('InvalidInputException: Update not allowed');
  expect(await update(['none'], ['Sandbox'])).toBe('succeeded');
  expect((await lakes.owner.lf.send(new GetLFTagCommand({ TagKey: 'source' }))).TagValues).toEqual([
    'product',
    'sandbox',
  ]);
  await lakes.owner.lf.send(new DeleteLFTagCommand({ TagKey: 'source' }));
  expect((await tagsOf(database())).LFTagOnDatabase).toEqual([]);
});

test('LF-82 G-L10 one value of a key; each failure is told with its tag', async () => {
  const failures = await add(table(), pair('source', 'none'), pair('missing', 'x'), pair('source', 'none', 'product'));
  expect(failures.map(({ LFTag, Error: error }) => [LFTag?.TagKey, error?.ErrorCode])).toEqual([
    ['missing', 'EntityNotFoundException'],
    ['source', 'InvalidInputException'],
  ]);
  await add(table(), pair('source', 'product'));
  const { LFTagsOnTable } = await tagsOf(table(), true);
  expect(LFTagsOnTable).toEqual([{ CatalogId: producer, TagKey: 'source', TagValues: ['product'] }]);
});

test('LF-83 database, table, column: overridden, and inherited again', async () => {
  await add(database(), pair('source', 'product'));
  await add(column('cost'), pair('source', 'none'));
  const values = async () => {
    const { LFTagsOnTable = [], LFTagsOnColumns = [] } = await tagsOf(table());
    const columns = LFTagsOnColumns.map(({ Name, LFTags = [] }) => `${Name}=${LFTags[0]?.TagValues?.[0]}`);
    return [LFTagsOnTable[0]?.TagValues?.[0], ...columns];
  };
  expect(await values()).toEqual(['product', 'cost=none', 'account=product', 'year=product']);
  expect(await remove(column('cost'), pair('source', 'none'))).toEqual([]);
  expect(await values()).toEqual(['product', 'cost=product', 'account=product', 'year=product']);
  const [failure] = await remove(column('cost'), pair('source', 'none'));
  expect(failure?.Error?.ErrorCode).toBe('EntityNotFoundException');
});

test('LF-84 tag and resource are of one account, and ASSOCIATE is needed', async () => {
  const [foreign] = await add(database(), { ...pair('source', 'none'), CatalogId: consumer });
  expect(foreign?.Error?.ErrorCode).toBe('AccessDeniedException');
  const all = ['DESCRIBE', 'CREATE_TABLE', 'ALTER', 'DROP'] as const;
  await grant(lakes.owner, reader, database(), [...all], [...all]);
  const { lf } = await lakes.as(reader);
  const tag = new AddLFTagsToResourceCommand({ Resource: database(), LFTags: [pair('source', 'none')] });
  expect((await lf.send(tag)).Failures?.[0]?.Error?.ErrorMessage).toContain('Required Associate on source');
  await grant(lakes.owner, reader, { LFTag: { TagKey: 'source', TagValues: ['none'] } }, ['ASSOCIATE']);
  expect((await lf.send(tag)).Failures).toEqual([]);
});

test('LF-85 a tag policy reaches what matches it, of a table in part some columns', async () => {
  await create('pii', ['true', 'false']);
  await add(table(), pair('source', 'product'), pair('pii', 'false'));
  await grant(lakes.owner, reader, policy('TABLE', [pair('source', 'product', 'none'), pair('pii', 'false')]), [
    'SELECT',
    'DESCRIBE',
  ]);
  const { glue } = await lakes.as(reader);
  const columns = async () => {
    const { Table } = await glue.send(new GetTableCommand(read));
    return Table?.StorageDescriptor?.Columns?.map(({ Name }) => Name);
  };
  expect(await columns()).toEqual(['cost', 'account']);
  await add(column('account'), pair('pii', 'true'));
  expect(await columns()).toEqual(['cost']);
  await add(table(), pair('pii', 'true'));
  expect(await refusal(columns())).toContain('Required Describe on legacy_all');
});

test('LF-85 saved expressions say the same', async () => {
  await add(table(), pair('source', 'product'));
  const Expression = [{ TagKey: 'source', TagValues: ['product'] }];
  await lakes.owner.lf.send(new CreateLFTagExpressionCommand({ Name: 'products', Expression }));
  const saved: Resource = { LFTagPolicy: { ResourceType: 'TABLE', ExpressionName: 'products' } };
  await grant(lakes.owner, reader, saved, ['DESCRIBE']);
  const { glue, lf } = await lakes.as(reader);
  expect((await glue.send(new GetTableCommand(read))).Table?.Name).toBe('legacy_all');
  const { TableList } = await lf.send(new SearchTablesByLFTagsCommand({ Expression }));
  expect(TableList?.map(({ Table }) => Table?.Name)).toEqual(['legacy_all']);
});

test('LF-86 across accounts a policy is passed on as it came, or with DESCRIBE on all its values', async () => {
  await add(table(), pair('source', 'product'));
  const share = (grantable: boolean) =>
    grant(
      lakes.owner,
      consumer,
      policy('TABLE', [pair('source', 'product')]),
      ['DESCRIBE'],
      grantable ? ['DESCRIBE'] : [],
    );
  const pass = (...values: string[]) =>
    refusal(grant(lakes.taker, jobRole, policy('TABLE', [pair('source', ...values)], producer), ['DESCRIBE']));
  await share(false);
  await acceptAll(lakes.taker);
  await grant(lakes.owner, consumer, { LFTag: { TagKey: 'source', TagValues: ['product', 'none'] } }, ['DESCRIBE']);
  expect(await pass('product')).toContain('AccessDeniedException');
  await share(true);
  expect(await pass('product')).toBe('succeeded');
  expect(await pass('product', 'none')).toBe('succeeded');
  const { Table } = await lakes.job.glue.send(new GetTableCommand({ ...read, CatalogId: producer }));
  expect(Table?.Name).toBe('legacy_all');
});

test('LF-35 a tag policy of a version below 3 does not reach an account of version 3', async () => {
  const DataLakeSettings = {
    ...closed,
    DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin(producer) }],
    Parameters: { CROSS_ACCOUNT_VERSION: '2' },
  };
  await lakes.root(producer).lf.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
  const share = grant(lakes.owner, consumer, policy('TABLE', [pair('source', 'product')]), ['DESCRIBE'], ['DESCRIBE']);
  expect(await refusal(share)).toContain('Invalid cross account grant request.');
});
