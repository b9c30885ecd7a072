import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type DataLakeSettings, mergeSettings, readSettings, writeSettings } from '#aws/settings.ts';
import { type AwsStub, awsError, startAwsStub } from '../support/aws-stub.ts';

let stub: AwsStub;
beforeAll(async () => {
  stub = await startAwsStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

const ACCOUNT = '111111111111';
const OPERATOR = 'arn:aws:iam::111111111111:role/onramp/onramp-operator';
const nothing = { addAdmins: [], addReadOnlyAdmins: [], raiseVersionTo: null };
const admin = (arn: string) => ({ DataLakePrincipalIdentifier: arn });

const document = fc.record<DataLakeSettings>(
  {
    DataLakeAdmins: fc.array(fc.string({ minLength: 1 }).map(admin), { maxLength: 10 }),
    ReadOnlyAdmins: fc.array(fc.string({ minLength: 1 }).map(admin), { maxLength: 10 }),
    Parameters: fc.dictionary(fc.constantFrom('SET_CONTEXT', 'NEW_KEY', 'SET_SOURCE_IDENTITY'), fc.string()),
    TrustedResourceOwners: fc.array(fc.string()),
    AllowExternalDataFiltering: fc.boolean(),
    AuthorizedSessionTagValueList: fc.array(fc.string()),
    CreateDatabaseDefaultPermissions: fc.constant([
      { Principal: admin('IAM_ALLOWED_PRINCIPALS'), Permissions: ['ALL'] },
    ]),
  },
  { requiredKeys: [] },
);

test('whatever else is in the document survives (G-S1)', () =>
  fc.assert(
    fc.property(document, fc.integer({ min: 2, max: 5 }), (raw, version) => {
      const before = structuredClone(raw);
      const merged = mergeSettings(raw, { addAdmins: [OPERATOR], addReadOnlyAdmins: ['r'], raiseVersionTo: version });
      expect(raw).toEqual(before);
      expect(merged?.DataLakeAdmins).toEqual([...(raw.DataLakeAdmins ?? []), admin(OPERATOR)]);
      expect(merged?.Parameters).toEqual({ ...raw.Parameters, CROSS_ACCOUNT_VERSION: String(version) });
      const { DataLakeAdmins: _a, ReadOnlyAdmins: _r, Parameters: _p, ...rest } = merged ?? {};
      const { DataLakeAdmins: _b, ReadOnlyAdmins: _s, Parameters: _q, ...others } = raw;
      expect(rest).toEqual(others);
    }),
  ));

test('a document that has our part needs no write, however often it is merged (law 1)', () =>
  fc.assert(
    fc.property(document, (raw) => {
      const change = { addAdmins: [OPERATOR, OPERATOR], addReadOnlyAdmins: ['r'], raiseVersionTo: 3 };
      const merged = mergeSettings(raw, change) ?? raw;
      expect(mergeSettings(merged, change)).toBeNull();
    }),
  ));

test('administrators of deleted roles, users and groups are kept (G-S2)', () => {
  const raw = {
    DataLakeAdmins: ['AROAEXAMPLE', 'arn:aws:iam::1:user/u', 'arn:aws:iam::1:saml-provider/X:group/g'].map(admin),
  };
  expect(mergeSettings(raw, { ...nothing, addAdmins: [OPERATOR] })?.DataLakeAdmins).toHaveLength(4);
});

test('a thirty-first administrator is refused before AWS is asked (G-S3)', () => {
  const raw = { DataLakeAdmins: Array.from({ length: 30 }, (_, n) => admin(`arn:aws:iam::1:role/r${n}`)) };
  expect(() => mergeSettings(raw, { ...nothing, addAdmins: [OPERATOR] })).toThrow(
    /allows 30: no room for .*onramp-operator/,
  );
  expect(mergeSettings(raw, { ...nothing, addAdmins: ['arn:aws:iam::1:role/r0'] })).toBeNull();
});

test('a version is raised, never lowered (G-S5)', () => {
  const raw = { Parameters: { CROSS_ACCOUNT_VERSION: '4' } };
  expect(mergeSettings(raw, { ...nothing, raiseVersionTo: 3 })).toBeNull();
  expect(mergeSettings(raw, { ...nothing, raiseVersionTo: 5 })?.Parameters).toEqual({ CROSS_ACCOUNT_VERSION: '5' });
});

const answerWith = (settings: object) => () => ({ body: { DataLakeSettings: settings } });

test.for([
  [undefined, 1],
  [{ SET_CONTEXT: 'TRUE' }, 1],
  [{ CROSS_ACCOUNT_VERSION: '1' }, 1],
  [{ CROSS_ACCOUNT_VERSION: '5' }, 5],
] as const)('parameters %j say version %i (G-S4)', async ([Parameters, version]) => {
  stub.respond = answerWith({ Parameters });
  const { facts } = await readSettings(stub.access().own('ap-northeast-1'), ACCOUNT);
  expect(facts.crossAccountVersion).toBe(version);
});

test('a version that is no number is not taken for 1 (G-S4)', async () => {
  stub.respond = answerWith({ Parameters: { CROSS_ACCOUNT_VERSION: 'latest' } });
  await expect(readSettings(stub.access().own('ap-northeast-1'), ACCOUNT)).rejects.toMatchObject({
    code: 'Unexpected',
  });
});

test('reads who administers and what new databases and tables start with; what was read is what is written', async () => {
  const settings = {
    DataLakeAdmins: [admin('b'), admin('a')],
    ReadOnlyAdmins: [admin('r')],
    CreateDatabaseDefaultPermissions: [],
    CreateTableDefaultPermissions: [{ Principal: admin('IAM_ALLOWED_PRINCIPALS'), Permissions: ['ALL'] }],
    Parameters: { CROSS_ACCOUNT_VERSION: '3', SOME_NEW_KEY: 'kept' },
    TrustedResourceOwners: ['444444444444'],
  };
  stub.respond = answerWith(settings);
  const clients = stub.access().own('ap-northeast-1');
  const { facts, raw } = await readSettings(clients, ACCOUNT);
  expect(facts).toEqual({
    admins: ['a', 'b'],
    readOnlyAdmins: ['r'],
    crossAccountVersion: 3,
    openDatabases: false,
    openTables: true,
  });
  await writeSettings(clients, ACCOUNT, raw);
  expect(stub.requests.at(-1)?.body).toEqual({ CatalogId: ACCOUNT, DataLakeSettings: settings });
});

test('settings that may not be read are an error, never empty settings (law 6)', async () => {
  stub.respond = () => awsError('AccessDeniedException', 'no', 403);
  await expect(readSettings(stub.access().own('ap-northeast-1'), ACCOUNT)).rejects.toMatchObject({
    code: 'AccessDenied',
  });
});
