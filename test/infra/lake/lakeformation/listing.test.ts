import { CreateDatabaseCommand } from '@aws-sdk/client-glue';
import { ListPermissionsCommand, type ListPermissionsCommandInput, type Resource } from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  acceptAll,
  addTables,
  allTables,
  brief,
  consumer,
  database,
  grant,
  jobRole,
  prepared,
  producer,
  refusal,
  rows,
  table,
} from './lakes.ts';

const reader = `arn:aws:iam::${producer}:role/reader`;
let lakes: Awaited<ReturnType<typeof prepared>>;
beforeEach(async () => {
  lakes = await prepared();
  await lakes.makeRole(reader);
});
afterEach(() => lakes.close());

test('LF-50 G-L8 pages stay whole while grants come and go', async () => {
  const names = ['t0', 't1', 't2', 't3', 't4'];
  await addTables(lakes.owner, 'more', names);
  const of = (Name: string): Resource => ({ Table: { DatabaseName: 'more', Name } });
  for (const name of names) await grant(lakes.owner, reader, of(name), ['DESCRIBE']);
  const page = (NextToken?: string) =>
    lakes.owner.lf.send(
      new ListPermissionsCommand({ Principal: { DataLakePrincipalIdentifier: reader }, MaxResults: 2, NextToken }),
    );
  const first = await page();
  await grant(lakes.owner, reader, database('more'), ['DESCRIBE']);
  const second = await page(first.NextToken);
  const third = await page(second.NextToken);
  expect(third.NextToken).toBeUndefined();
  const found = [first, second, third].flatMap(({ PrincipalResourcePermissions = [] }) => PrincipalResourcePermissions);
  expect(found.map(({ Resource: resource }) => resource?.Table?.Name ?? resource?.Database?.Name)).toEqual([
    ...names,
    'more',
  ]);
  expect(await refusal(page('nonsense'))).toContain('InvalidInputException');
});

test('LF-52 G-L7 a filter does not find roles of other accounts, the list has them', async () => {
  await grant(lakes.owner, jobRole, table(), ['SELECT', 'DESCRIBE']);
  expect(await rows(lakes.owner, { principal: jobRole })).toEqual([]);
  const onTable = brief(await rows(lakes.owner, { resource: table() }));
  expect(onTable.filter(({ principal }) => principal === jobRole)).toHaveLength(2);
});

test('LF-53 of a principal on a resource: what is in effect', async () => {
  await grant(lakes.owner, reader, allTables(), ['SELECT', 'DESCRIBE']);
  expect(await rows(lakes.owner, { principal: reader }).then(brief)).toHaveLength(2);
  expect(brief(await rows(lakes.owner, { principal: reader, resource: table() }))).toEqual([
    { principal: reader, resource: 'Table', permissions: 'DESCRIBE', grantable: '' },
    { principal: reader, resource: 'TableWithColumns', permissions: 'SELECT', grantable: '' },
  ]);
});

test('LF-53 in a consumer: what was passed on and is still shared', async () => {
  await grant(lakes.owner, consumer, allTables(), ['SELECT', 'DESCRIBE'], ['SELECT', 'DESCRIBE']);
  await acceptAll(lakes.taker);
  await grant(lakes.taker, jobRole, allTables(producer), ['SELECT', 'DESCRIBE']);
  const effective = () => rows(lakes.taker, { principal: jobRole, resource: table('legacy_all', producer) });
  expect(brief(await effective()).map(({ permissions }) => permissions)).toEqual(['DESCRIBE', 'SELECT']);
  const received = brief(await rows(lakes.taker, { resource: allTables(producer) }));
  expect(received.map(({ principal }) => principal)).toEqual([consumer, consumer, jobRole, jobRole]);
});

test('LF-54 G-L24 tables of a link and shapes of columns cannot be asked about', async () => {
  const TargetDatabase = { CatalogId: producer, DatabaseName: 'cur_org' };
  await lakes.taker.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'link', TargetDatabase } }));
  const wildcard = { Table: { DatabaseName: 'link', TableWildcard: {} } };
  expect(await refusal(rows(lakes.taker, { resource: wildcard }))).toBe(
    'InvalidInputException: Database cannot be a link for this operation when called on a table.',
  );
  expect(await rows(lakes.taker, { resource: database('link') })).toHaveLength(1);
  const columns = { TableWithColumns: { DatabaseName: 'cur_org', Name: 'legacy_all', ColumnWildcard: {} } };
  expect(await refusal(rows(lakes.owner, { resource: columns }))).toContain('InvalidInputException');
});

test('LF-55 who administers nothing sees his own rows', async () => {
  await grant(lakes.owner, reader, database(), ['DESCRIBE']);
  await grant(lakes.owner, consumer, table(), ['DESCRIBE'], ['DESCRIBE']);
  const mine = await rows(await lakes.as(reader));
  expect([...new Set(brief(mine).map(({ principal }) => principal))]).toEqual(['IAM_ALLOWED_PRINCIPALS', reader]);
});

test('LF-51 rows of one kind only', async () => {
  const of = async (ResourceType: NonNullable<ListPermissionsCommandInput['ResourceType']>) =>
    brief(
      (await lakes.owner.lf.send(new ListPermissionsCommand({ ResourceType }))).PrincipalResourcePermissions ?? [],
    ).map(({ resource }) => resource);
  expect(await of('DATABASE')).toEqual(['Database']);
  expect(await of('TABLE')).toEqual(['Table', 'TableWithColumns']);
  expect(await of('CATALOG')).toEqual(['Catalog']);
});
