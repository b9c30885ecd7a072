import { PutDataCatalogEncryptionSettingsCommand } from '@aws-sdk/client-glue';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  AddLFTagsToResourceCommand,
  BatchGrantPermissionsCommand,
  CreateLFTagCommand,
  GetDataLakeSettingsCommand,
  GetResourceLFTagsCommand,
  ListPermissionsCommand,
  PutDataLakeSettingsCommand,
  RevokePermissionsCommand,
  SearchTablesByLFTagsCommand,
} from '@aws-sdk/client-lakeformation';
import { afterEach, expect, test } from 'vitest';
import type { LakeOptions } from '../../../../infra/local/lake/start.ts';
import {
  acceptAll,
  admin,
  type Clients,
  closed,
  consumer,
  database,
  everything,
  grant,
  jobRole,
  prepared,
  producer,
  refusal,
  region,
  rows,
  table,
} from './lakes.ts';

type Prepared = Awaited<ReturnType<typeof prepared>>;

let lakes: Prepared;
afterEach(() => lakes.close());

const words = 'Insufficient encryption key permissions for Glue API';
const own = `arn:aws:iam::${producer}:role/own`;

/** Two lakes, the producer's catalog encrypted, its key open to both accounts: identity policies decide. */
async function encrypted(options: LakeOptions = {}): Promise<string> {
  lakes = await prepared(options);
  const credentials = { accessKeyId: producer, secretAccessKey: 'test' };
  const kms = new KMSClient({ endpoint: lakes.lake.url, region, credentials, maxAttempts: 1 });
  const AWS = [producer, consumer].map((account) => `arn:aws:iam::${account}:root`);
  const statement = { Effect: 'Allow', Principal: { AWS }, Action: 'kms:*', Resource: '*' };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Policy }));
  const EncryptionAtRest = { CatalogEncryptionMode: 'SSE-KMS' as const, SseAwsKmsKeyId: KeyMetadata?.Arn };
  const settings = { DataCatalogEncryptionSettings: { EncryptionAtRest } };
  await lakes.owner.glue.send(new PutDataCatalogEncryptionSettingsCommand(settings));
  return KeyMetadata?.Arn ?? '';
}

/** Another administrator of the account, who may do everything, and of KMS only this. */
async function administrator(account: string, name: string, kms: readonly string[] = []): Promise<Clients> {
  const role = `arn:aws:iam::${account}:role/${name}`;
  const Statement = [
    ...everything.Statement,
    { Effect: 'Deny', NotAction: ['glue:*', 'lakeformation:*', 'ram:*', ...kms], Resource: '*' },
  ];
  await lakes.makeRole(role, { Version: '2012-10-17', Statement });
  const DataLakeAdmins = [admin(account), role].map((id) => ({ DataLakePrincipalIdentifier: id }));
  await lakes
    .root(account)
    .lf.send(new PutDataLakeSettingsCommand({ DataLakeSettings: { ...closed, DataLakeAdmins } }));
  return lakes.as(role);
}

const revoke = ({ lf }: Clients) =>
  lf.send(
    new RevokePermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: own },
      Resource: database(),
      Permissions: ['DESCRIBE'],
    }),
  );

test('LF-37 who grants or revokes in an encrypted catalog needs all that a writer needs of its key', async () => {
  await encrypted();
  await lakes.makeRole(own);
  for (const [name, kms] of [
    ['keyless', []],
    ['reader', ['kms:Decrypt']],
    ['half', ['kms:Decrypt', 'kms:GenerateDataKey']],
  ] as const) {
    const clients = await administrator(producer, name, kms);
    expect(await refusal(grant(clients, own, database(), ['DESCRIBE']))).toBe(`InvalidInputException: ${words}`);
    expect(await refusal(revoke(clients))).toBe(`InvalidInputException: ${words}`);
  }
  const writer = await administrator(producer, 'writer', ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:Encrypt']);
  await grant(writer, own, database(), ['DESCRIBE']);
  await revoke(writer);
});

test('LF-37 in a batch each entry is refused by itself; what names nothing in the catalog needs no key', async () => {
  await encrypted();
  await lakes.makeRole(own);
  const { lf } = await administrator(producer, 'keyless');
  const Principal = { DataLakePrincipalIdentifier: own };
  const { Failures } = await lf.send(
    new BatchGrantPermissionsCommand({
      Entries: [
        { Id: '1', Principal, Resource: database(), Permissions: ['DESCRIBE'] },
        { Id: '2', Principal, Resource: { Catalog: {} }, Permissions: ['CREATE_DATABASE'] },
      ],
    }),
  );
  expect(Failures).toMatchObject([
    { RequestEntry: { Id: '1' }, Error: { ErrorCode: 'InvalidInputException', ErrorMessage: words } },
  ]);
  expect((await lf.send(new GetDataLakeSettingsCommand({}))).DataLakeSettings?.DataLakeAdmins).toHaveLength(2);
  const listed = await lf.send(new ListPermissionsCommand({ Principal }));
  expect(listed.PrincipalResourcePermissions).toMatchObject([{ Permissions: ['CREATE_DATABASE'] }]);
});

test('LF-37 who looks something up there needs to decrypt it', async () => {
  await encrypted();
  const writer = await administrator(producer, 'writer', ['kms:*']);
  await writer.lf.send(new CreateLFTagCommand({ TagKey: 'cost', TagValues: ['cur'] }));
  const asks = ({ lf }: Clients) => [
    () => lf.send(new GetResourceLFTagsCommand({ Resource: table() })),
    () => lf.send(new SearchTablesByLFTagsCommand({ Expression: [{ TagKey: 'cost', TagValues: ['cur'] }] })),
    () => lf.send(new ListPermissionsCommand({ Resource: database() })),
    () =>
      lf.send(new AddLFTagsToResourceCommand({ Resource: table(), LFTags: [{ TagKey: 'cost', TagValues: ['cur'] }] })),
  ];
  const keyless = await administrator(producer, 'keyless');
  const said: string[] = [];
  for (const ask of asks(keyless)) said.push(await refusal(ask()));
  expect(said).toEqual([
    `GlueEncryptionException: ${words}`,
    `GlueEncryptionException: ${words}`,
    `InvalidInputException: ${words}`,
    `InvalidInputException: ${words}`,
  ]);
  const reader = await administrator(producer, 'reader', ['kms:Decrypt']);
  for (const ask of asks(reader)) expect(await refusal(ask())).toBe('succeeded');
});

test('LF-37 a consumer’s administrator passes on what lies in an encrypted catalog with its owner’s key', async () => {
  await encrypted();
  await grant(lakes.owner, consumer, database(), ['DESCRIBE'], ['DESCRIBE']);
  await acceptAll(lakes.taker);
  const keyless = await administrator(consumer, 'keyless');
  const passed = (clients: Clients) => grant(clients, jobRole, database('cur_org', producer), ['DESCRIBE']);
  expect(await refusal(passed(keyless))).toBe(`InvalidInputException: ${words}`);
  await passed(lakes.taker);
  expect(await rows(lakes.taker, { principal: jobRole })).toHaveLength(1);
});

test('LF-37 as far as AWS says it, only grants and what declares the error ask for the key', async () => {
  await encrypted({ switches: { 'catalog-key-asked-by': 'declared', 'lf-no-key-error': 'AccessDeniedException' } });
  await lakes.makeRole(own);
  await grant(lakes.owner, own, database(), ['DESCRIBE']);
  const keyless = await administrator(producer, 'keyless');
  expect(await refusal(grant(keyless, own, table(), ['SELECT']))).toBe(`AccessDeniedException: ${words}`);
  const tags = keyless.lf.send(new GetResourceLFTagsCommand({ Resource: table() }));
  expect(await refusal(tags)).toBe(`GlueEncryptionException: ${words}`);
  expect(await rows(keyless, { resource: database() })).not.toEqual([]);
  await revoke(keyless);
});
