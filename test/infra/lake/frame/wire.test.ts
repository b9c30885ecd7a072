/** Requests no SDK would send, and what AWS says to them. */

import {
  CreateDatabaseCommand,
  DeleteDatabaseCommand,
  GetDatabasesCommand,
  GetTableCommand,
} from '@aws-sdk/client-glue';
import { CreateRoleCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { BatchGrantPermissionsCommand, GrantPermissionsCommand } from '@aws-sdk/client-lakeformation';
import { ListHandshakesForOrganizationCommand } from '@aws-sdk/client-organizations';
import { GetResourceSharesCommand } from '@aws-sdk/client-ram';
import { GetFederationTokenCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel, MODELLED } from '../../../../infra/local/lake/protocol/model.ts';
import { type RunningLake, startLake } from '../../../../infra/local/lake/start.ts';
import { clientsOf, failure, PRODUCER, trust } from './clients.ts';

let lake: RunningLake;
let clients: ReturnType<typeof clientsOf>;
beforeAll(async () => {
  lake = await startLake({ accounts: [PRODUCER] });
  clients = clientsOf(lake.url, PRODUCER);
});
afterAll(() => lake.close());

const signed = (service: string, account = PRODUCER, region = 'ap-northeast-1') =>
  `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=none`;

async function raw(headers: Record<string, string>, body: string, path = '/') {
  const answer = await fetch(`${lake.url}${path}`, { method: 'POST', headers, body });
  const text = await answer.text();
  return { status: answer.status, text, type: answer.headers.get('x-amzn-errortype') };
}

const glue = (body: string, more: Record<string, string> = {}) =>
  raw(
    {
      authorization: signed('glue'),
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSGlue.GetDatabases',
      ...more,
    },
    body,
  );

describe('form (F-1 … F-5)', () => {
  test('truncated JSON and JSON of another shape', async () => {
    expect(await glue('{"MaxResults": 1')).toMatchObject({ status: 400, type: 'SerializationException' });
    expect(await glue('[]')).toMatchObject({ status: 400, type: 'SerializationException' });
    expect((await glue('{"MaxResults": "ten"}')).text).toContain('STRING_VALUE can not be converted to a Number');
    expect(await glue('{"Unheard": {"of": 1}}')).toMatchObject({ status: 200 });
  });

  test('a wrong content type', async () => {
    expect(await glue('{}', { 'content-type': 'text/plain' })).toMatchObject({
      status: 404,
      type: 'UnknownOperationException',
    });
  });

  test('ten megabytes', async () => {
    const body = JSON.stringify({ NextToken: 'x'.repeat(10 * 1024 * 1024) });
    expect(await glue(body)).toMatchObject({ status: 413, type: 'RequestEntityTooLargeException' });
  });

  test('an unsigned request, another account, no Region', async () => {
    const { authorization: _unsigned, ...headers } = {
      authorization: '',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSGlue.GetDatabases',
    };
    expect(await raw(headers, '{}')).toMatchObject({ status: 403, type: 'MissingAuthenticationTokenException' });
    expect(await glue('{}', { authorization: 'Bearer token' })).toMatchObject({ status: 403 });
    expect(await glue('{}', { authorization: signed('glue', '999999999999') })).toMatchObject({
      status: 403,
      type: 'UnrecognizedClientException',
    });
    expect(await glue('{}', { authorization: signed('glue', PRODUCER, 'nowhere') })).toMatchObject({
      type: 'InvalidSignatureException',
    });
  });

  test('what is refused leaves no trace, each of these as a write', async () => {
    const target = { 'x-amz-target': 'AWSGlue.CreateDatabase' };
    const create = (more: object = {}, headers: Record<string, string> = {}) =>
      glue(JSON.stringify({ DatabaseInput: { Name: 'made', ...more } }), { ...target, ...headers });
    const huge = 'x'.repeat(10 * 1024 * 1024);
    const refused = [
      await glue('{"DatabaseInput": {"Name": "made", ', target),
      await glue('{"DatabaseInput": {}}', target),
      await create({ Parameters: [] }),
      await create({}, { 'content-type': 'text/plain' }),
      await create({ Description: huge }),
      await create({ Name: 'x'.repeat(10_000) }),
      await create({}, { authorization: '' }),
      await create({}, { authorization: 'Bearer token' }),
      await create({}, { authorization: signed('glue', '999999999999') }),
      await create({}, { authorization: signed('glue', PRODUCER, 'nowhere') }),
    ];
    expect(refused.filter(({ status }) => status < 400)).toEqual([]);
    expect((await clients.glue.send(new GetDatabasesCommand({}))).DatabaseList).toEqual([]);
    const catalogs = [...lake.world.glue.catalogs].filter(([, { databases }]) => databases.size > 0);
    expect(catalogs).toEqual([]);
    expect(await create()).toMatchObject({ status: 200 });
    await clients.glue.send(new DeleteDatabaseCommand({ Name: 'made' }));
  });
});

describe('operations the lake does not have (F-6)', () => {
  test('one AWS has and one nobody has are both told by name', async () => {
    const known = await glue('{}', { 'x-amz-target': 'AWSGlue.CreateMLTransform' });
    expect(known).toMatchObject({ status: 501, type: 'NotImplemented' });
    expect(known.text).toContain('glue:CreateMLTransform');
    const unknown = await glue('{}', { 'x-amz-target': 'AWSGlue.constructor' });
    expect(unknown).toMatchObject({ status: 501, type: 'UnknownOperationException' });
    const path = await raw(
      { authorization: signed('ram'), 'content-type': 'application/json' },
      '{}',
      '/nosuchoperation',
    );
    expect(path).toMatchObject({ status: 501 });
    expect(path.text).toContain('POST /nosuchoperation');
    expect((await failure(clients.sts.send(new GetFederationTokenCommand({ Name: 'someone' })))).status).toBe(501);
    const elsewhere = await raw(
      { authorization: signed('athena'), 'x-amz-target': 'AmazonAthena.ListWorkGroups' },
      '{}',
    );
    expect(elsewhere).toMatchObject({ status: 501 });
    expect(elsewhere.text).toContain('athena');
    const told = (await lake.control.journal()).filter(({ status }) => status === 501);
    expect(told.map(({ service, operation }) => `${service} ${operation}`)).toEqual([
      'glue CreateMLTransform',
      'glue constructor',
      'ram POST /nosuchoperation',
      'sts GetFederationToken',
      'athena ListWorkGroups',
    ]);
  });
});

describe('constraints of the models (F-7)', () => {
  test('each service names them its own way', async () => {
    const long = 'x'.repeat(10_000);
    const table = await failure(clients.glue.send(new GetTableCommand({ DatabaseName: long, Name: 't' })));
    expect(table.name).toBe('InvalidInputException');
    expect(table.message).toMatch(
      /^1 validation error detected: Value 'x+' at 'databaseName' failed to satisfy constraint: Member must have length less than or equal to 255$/,
    );
    const role = new CreateRoleCommand({
      RoleName: 'not a name',
      AssumeRolePolicyDocument: trust({ Service: 'x.amazonaws.com' }),
    });
    expect((await failure(clients.iam.send(role))).name).toBe('ValidationError');
    const shares = new GetResourceSharesCommand({ resourceOwner: 'NOBODY' as 'SELF' });
    expect((await failure(clients.ram.send(shares))).name).toBe('InvalidParameterException');
    const grant = new GrantPermissionsCommand({ Principal: {}, Resource: {}, Permissions: ['READ' as 'SELECT'] });
    const { name, message } = await failure(clients.lakeFormation.send(grant));
    expect(name).toBe('InvalidInputException');
    expect(message).toContain(
      "at 'permissions.1.member' failed to satisfy constraint: Member must satisfy enum value set: [ALL, SELECT",
    );
    const batch = new BatchGrantPermissionsCommand({ Entries: [{ Id: '' }] });
    expect((await failure(clients.lakeFormation.send(batch))).message).toContain("'entries.1.member.id'");
    const pages = new ListHandshakesForOrganizationCommand({ MaxResults: 1000 });
    expect((await failure(clients.organizations.send(pages))).message).toContain('less than or equal to 20');
    expect((await failure(clients.iam.send(new ListRolesCommand({ MaxItems: 0 })))).message).toContain(
      'greater than or equal to 1',
    );
  });

  test('a missing member is null', async () => {
    const { text } = await glue('{}', { 'x-amz-target': 'AWSGlue.CreateDatabase' });
    expect(text).toContain("Value null at 'databaseInput' failed to satisfy constraint: Member must not be null");
  });

  test('the name of Glue’s and Lake Formation’s refusal is a switch', async () => {
    const other = await startLake({ switches: { 'validation-error-name': 'ValidationException' } });
    const { glue: client } = clientsOf(other.url, PRODUCER);
    const create = new CreateDatabaseCommand({ DatabaseInput: { Name: '' } });
    expect((await failure(client.send(create))).name).toBe('ValidationException');
    await other.close();
  });

  test('an unknown switch or value is refused at the start', async () => {
    await expect(startLake({ switches: { 'no-such': 'x' } })).rejects.toThrow('no switch is called no-such');
    await expect(startLake({ switches: { 'validation-error-name': 'x' } })).rejects.toThrow('not x');
  });
});

test('every model is whole: each operation reaches shapes that are there (F-8)', () => {
  for (const service of MODELLED) {
    const model = loadModel(service);
    const missing = Object.values(model.shapes).flatMap((shape) => [
      ...Object.values(shape.members ?? {}).map((member) => member.shape),
      ...[shape.member, shape.key, shape.value].flatMap((member) => (member === undefined ? [] : [member.shape])),
    ]);
    expect(missing.filter((name) => model.shapes[name] === undefined)).toEqual([]);
    expect(Object.keys(model.operations).length).toBeGreaterThan(8);
  }
});
