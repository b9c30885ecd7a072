import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BATCH, grantBatch, listGrants, listTagGrants, revokeBatch } from '#aws/grants.ts';
import { fromResource, toResource } from '#aws/resources.ts';
import type { Grant, LakeResource } from '#contracts/lake-formation.ts';
import { type AwsStub, awsError, inTurn, startAwsStub } from '../support/aws-stub.ts';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

const PRODUCER = '111111111111';
const CONSUMER = '222222222222';
const ROLE = 'arn:aws:iam::222222222222:role/data-jobs/data-lake-test-job-role';
const clients = () => stub.access().own('ap-northeast-1');
const table: LakeResource = { type: 'table', catalog: PRODUCER, database: 'cur_org', table: 'legacy_all' };
const query = { account: PRODUCER, owner: true, resource: table };
const row = (principal: string, Resource: object, Permissions: string[], more: object = {}) => ({
  Principal: { DataLakePrincipalIdentifier: principal },
  Resource,
  Permissions,
  PermissionsWithGrantOption: [],
  ...more,
});
const rows = (...items: object[]) => ({ body: { PrincipalResourcePermissions: items } });
const place = { CatalogId: PRODUCER, DatabaseName: 'cur_org' };

test('reads to the last page, over empty ones, without asking for one principal (G-L7, G-L8)', async () => {
  const last = row(ROLE, { Table: { ...place, Name: 'legacy_all' } }, ['DESCRIBE']);
  stub.respond = inTurn(
    { body: { PrincipalResourcePermissions: [], NextToken: 'a' } },
    { body: { NextToken: 'b' } },
    rows(last),
  );
  expect(await listGrants(clients(), query)).toHaveLength(1);
  expect(stub.requests.map((request) => request.body.NextToken)).toEqual([undefined, 'a', 'b']);
  for (const { body } of stub.requests) expect(body).not.toHaveProperty('Principal');
});

test('of a kind of resource, only what is open to everybody can be asked for', async () => {
  stub.respond = () => rows();
  await listGrants(clients(), { account: PRODUCER, resourceType: 'TABLE' });
  await listGrants(clients(), { account: PRODUCER, resourceType: 'TABLE', principal: 'IAM_ALLOWED_PRINCIPALS' });
  expect(stub.requests.map(({ body }) => [body.ResourceType, body.Principal?.DataLakePrincipalIdentifier])).toEqual([
    ['TABLE', undefined],
    ['TABLE', 'IAM_ALLOWED_PRINCIPALS'],
  ]);
});

test('grants by tag and on tags are read kind by kind to their last page, values and keys as stored (G-L8)', async () => {
  const Expression = [
    { TagKey: 'Source', TagValues: ['product', 'None'] },
    { TagKey: 'pii', TagValues: ['false'] },
  ];
  const policy = { LFTagPolicy: { CatalogId: PRODUCER, ResourceType: 'TABLE', Expression } };
  stub.respond = ({ body }) => {
    if (body.ResourceType !== 'LF_TAG_POLICY_TABLE') return rows();
    return body.NextToken === undefined ? { body: { NextToken: 'more' } } : rows(row(CONSUMER, policy, ['SELECT']));
  };
  const expression = [
    { key: 'pii', values: ['false'] },
    { key: 'source', values: ['none', 'product'] },
  ];
  expect(await listTagGrants(clients(), PRODUCER)).toMatchObject([
    { principal: CONSUMER, resource: { type: 'tag-policy', catalog: PRODUCER, on: 'table', expression } },
  ]);
  expect(stub.requests.map(({ body }) => body.ResourceType).sort()).toEqual([
    'LF_TAG',
    'LF_TAG_POLICY_DATABASE',
    'LF_TAG_POLICY_TABLE',
    'LF_TAG_POLICY_TABLE',
  ]);
});

test('a list cut short is an error, not a shorter list (law 6)', async () => {
  stub.respond = inTurn({ body: { NextToken: 'a' } }, awsError('AccessDeniedException', '', 403));
  await expect(listGrants(clients(), query)).rejects.toMatchObject({ code: 'AccessDenied' });
});

test('a page token that comes back is an error, not an endless loop', async () => {
  stub.respond = () => ({ body: { NextToken: 'again' } });
  await expect(listGrants(clients(), query)).rejects.toMatchObject({ code: 'Unexpected' });
});

test('SELECT listed as all columns and DESCRIBE listed on the table are one grant (G-L6, G-L9)', async () => {
  stub.respond = () =>
    rows(
      row(CONSUMER, { TableWithColumns: { ...place, Name: 'legacy_all', ColumnWildcard: {} } }, ['SELECT'], {
        PermissionsWithGrantOption: ['SELECT'],
        AdditionalDetails: { ResourceShare: ['arn:share/b'] },
      }),
      row(CONSUMER, { Table: { ...place, Name: 'legacy_all' } }, ['DESCRIBE'], {
        PermissionsWithGrantOption: ['DESCRIBE'],
        AdditionalDetails: { ResourceShare: ['arn:share/a', 'arn:share/b'] },
      }),
    );
  expect(await listGrants(clients(), query)).toEqual([
    {
      principal: CONSUMER,
      resource: table,
      permissions: ['DESCRIBE', 'SELECT'],
      grantable: ['DESCRIBE', 'SELECT'],
      shareArns: ['arn:share/a', 'arn:share/b'],
    },
  ]);
});

test('the order of rows and pages changes nothing (law 2)', async () => {
  const all = [
    row(ROLE, { Table: { ...place, TableWildcard: {} } }, ['DESCRIBE']),
    row(ROLE, { TableWithColumns: { ...place, Name: 'ALL_TABLES', ColumnWildcard: {} } }, ['SELECT']),
    row(CONSUMER, { Database: { CatalogId: PRODUCER, Name: 'cur_org' } }, ['DESCRIBE']),
    row(CONSUMER, { Table: { ...place, Name: 'legacy_all' } }, ['DESCRIBE']),
  ];
  stub.respond = () => rows(...all);
  const expected = await listGrants(clients(), query);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(all, { minLength: all.length }), async (shuffled) => {
      stub.requests.length = 0;
      stub.respond = inTurn(
        { body: { PrincipalResourcePermissions: shuffled.slice(0, 2), NextToken: 'n' } },
        rows(...shuffled.slice(2)),
      );
      expect(await listGrants(clients(), query)).toEqual(expected);
    }),
    { numRuns: 10 },
  );
});

test.for(['IAM_ALLOWED_PRINCIPALS', 'IAM_Allowed_Principals', 'IAMAllowedPrincipals', 'EVERYONE'])(
  'everybody spelled %s is IAM_ALLOWED_PRINCIPALS (G-L23)',
  async (name) => {
    stub.respond = () => rows(row(name, { Table: { ...place, Name: 'legacy_all' } }, ['ALL']));
    const [grant] = await listGrants(clients(), query);
    expect(grant?.principal).toBe('IAM_ALLOWED_PRINCIPALS');
  },
);

test.for([
  [
    'all columns but some',
    { TableWithColumns: { ...place, Name: 't', ColumnWildcard: { ExcludedColumnNames: ['b', 'a'] } } },
    'columns',
  ],
  ['some columns', { TableWithColumns: { ...place, Name: 't', ColumnNames: ['a'] } }, 'columns'],
  [
    'a tag policy',
    { LFTagPolicy: { CatalogId: PRODUCER, ResourceType: 'TABLE', Expression: [{ TagKey: 'k', TagValues: ['v'] }] } },
    'tag-policy',
  ],
  [
    'a filter',
    { DataCellsFilter: { TableCatalogId: PRODUCER, DatabaseName: 'd', TableName: 't', Name: 'f' } },
    'other',
  ],
  ['a tag', { LFTag: { CatalogId: PRODUCER, TagKey: 'k', TagValues: ['v'] } }, 'tag'],
  ['a kind newer than this code', {}, 'other'],
  ['the catalog', { Catalog: {} }, 'catalog'],
  ['a location', { DataLocation: { CatalogId: PRODUCER, ResourceArn: 'arn:aws:s3:::b' } }, 'data-location'],
] as const)('%s is never mistaken for a table', ([, resource, type]) => {
  expect(fromResource(resource as never, PRODUCER)).toMatchObject({ type, catalog: PRODUCER });
});

test('a permission under a condition is not the permission', async () => {
  const under = { Condition: { Expression: 'context.user.tag == "x"' } };
  stub.respond = () => rows(row(ROLE, { Table: { ...place, Name: 'legacy_all' } }, ['DESCRIBE'], under));
  const [grant] = await listGrants(clients(), query);
  expect(grant?.resource.type).toBe('other');
});

const word = fc.stringMatching(/^[a-z_]{1,8}$/);
const anyResource: fc.Arbitrary<LakeResource> = fc.oneof(
  fc.record({ type: fc.constant('catalog' as const), catalog: word }),
  fc.record({ type: fc.constant('database' as const), catalog: word, database: word }),
  fc.record({ type: fc.constant('table' as const), catalog: word, database: word, table: word }),
  fc.record({ type: fc.constant('all-tables' as const), catalog: word, database: word }),
  fc.record({
    type: fc.constant('columns' as const),
    catalog: word,
    database: word,
    table: word,
    columns: fc.uniqueArray(word, { minLength: 1 }).map((columns) => columns.sort()),
    excluded: fc.boolean(),
  }),
  fc.record({ type: fc.constant('data-location' as const), catalog: word, arn: word }),
);

test('what is sent is what is read back: a revoke names what the grant named (G-L14)', () =>
  fc.assert(
    fc.property(anyResource, (resource) => {
      expect(fromResource(toResource(resource), 'nobody')).toEqual(resource);
    }),
  ));

const grants: Grant[] = [
  {
    principal: ROLE,
    resource: { type: 'database', catalog: PRODUCER, database: 'cur_org' },
    permissions: ['DESCRIBE'],
    grantable: [],
  },
  {
    principal: ROLE,
    resource: { type: 'all-tables', catalog: PRODUCER, database: 'cur_org' },
    permissions: ['DESCRIBE', 'SELECT'],
    grantable: [],
  },
  { principal: ROLE, resource: table, permissions: ['SELECT'], grantable: ['SELECT'] },
];

test('a batch names the owner’s account in every resource and all tables by wildcard (G-L22, G-L11)', async () => {
  stub.respond = () => ({});
  expect(await grantBatch(clients(), CONSUMER, grants)).toEqual([null, null, null]);
  const [{ body } = { body: null }] = stub.requests;
  expect(body.Entries.map((entry: { Resource: object }) => entry.Resource)).toEqual([
    { Database: { CatalogId: PRODUCER, Name: 'cur_org' } },
    { Table: { CatalogId: PRODUCER, DatabaseName: 'cur_org', TableWildcard: {} } },
    { Table: { CatalogId: PRODUCER, DatabaseName: 'cur_org', Name: 'legacy_all' } },
  ]);
  expect(body.Entries[1].Permissions).toEqual(['DESCRIBE', 'SELECT']);
});

test('each entry’s failure is its own, named by table; the rest stand (G-L10)', async () => {
  const failures = [
    { RequestEntry: { Id: '2' }, Error: { ErrorCode: 'AccessDeniedException', ErrorMessage: 'no' } },
    { RequestEntry: { Id: '0' }, Error: { ErrorCode: 'ConcurrentModificationException', ErrorMessage: '' } },
  ];
  stub.respond = () => ({ body: { Failures: failures } });
  const [first, second, third] = await grantBatch(clients(), CONSUMER, grants);
  expect(first).toMatchObject({ code: 'Transient', aws: { code: 'ConcurrentModificationException' } });
  expect(second).toBeNull();
  expect(third).toMatchObject({ code: 'AccessDenied', aws: { message: 'no' } });
  expect(third?.message).toContain('table 111111111111/cur_org.legacy_all');
});

test('a failure of an entry nobody sent fails the call rather than none', async () => {
  stub.respond = () => ({ body: { Failures: [{ RequestEntry: { Id: '9' }, Error: { ErrorCode: 'X' } }] } });
  await expect(grantBatch(clients(), CONSUMER, grants)).rejects.toMatchObject({ code: 'Unexpected' });
});

test('what is not visible to a consumer is not missing, to the producer it is (law 6)', async () => {
  const failure = { RequestEntry: { Id: '0' }, Error: { ErrorCode: 'EntityNotFoundException', ErrorMessage: '' } };
  stub.respond = () => ({ body: { Failures: [failure] } });
  expect((await grantBatch(clients(), CONSUMER, grants))[0]?.code).toBe('NotVisible');
  expect((await grantBatch(clients(), PRODUCER, grants))[0]?.code).toBe('Missing');
});

test('revoking what is gone says so, entry by entry (G-L15)', async () => {
  const gone = {
    ErrorCode: 'InvalidInputException',
    ErrorMessage: 'No permissions revoked. Grantee does not have:[SELECT]',
  };
  const odd = { ErrorCode: 'InvalidInputException', ErrorMessage: 'Permissions modification is invalid.' };
  stub.respond = () => ({
    body: {
      Failures: [
        { RequestEntry: { Id: '0' }, Error: gone },
        { RequestEntry: { Id: '1' }, Error: odd },
      ],
    },
  });
  const results = await revokeBatch(clients(), PRODUCER, grants);
  expect(results.map((error) => error?.code ?? null)).toEqual(['NothingToRevoke', 'RequestRefused', null]);
});

test('a grant option beyond the permissions never reaches AWS (G-L9)', async () => {
  const wrong: Grant = { principal: ROLE, resource: table, permissions: ['SELECT'], grantable: ['SELECT', 'DESCRIBE'] };
  await expect(grantBatch(clients(), PRODUCER, [wrong])).rejects.toMatchObject({ code: 'Unexpected' });
  expect(stub.requests).toHaveLength(0);
});

test('a batch above twenty never reaches AWS (G-L11)', async () => {
  const [one] = grants;
  const many = Array.from({ length: BATCH + 1 }, () => one as Grant);
  await expect(grantBatch(clients(), PRODUCER, many)).rejects.toMatchObject({ code: 'Unexpected' });
  expect(stub.requests).toHaveLength(0);
});
