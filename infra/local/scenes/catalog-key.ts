/** The Data Catalog of `finance-lake` is encrypted with a key of that account's, as its people would have done it. */

import {
  GetDataCatalogEncryptionSettingsCommand,
  GetTableCommand,
  GlueClient,
  PutDataCatalogEncryptionSettingsCommand,
} from '@aws-sdk/client-glue';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { ANALYTICS, CUR, FINANCE, JOB, type Reader, readerArn } from './places.ts';
import { attempt } from './reading.ts';
import { type Expectation, expectation } from './scene.ts';
import { ADMIN, CRAWLER_ROLE, clientConfig, root, type Stage } from './world.ts';

const READS = ['kms:Decrypt'];
const WRITES = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'];
const THROUGH_GLUE = { StringLike: { 'kms:ViaService': 'glue.*.amazonaws.com*' } };

const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

/** The consumer's account may use the key through Glue; in both accounts whoever works with the catalog is allowed to. */
export async function encryptCatalog(stage: Stage): Promise<void> {
  const of = (account: string) => ({ Principal: { AWS: `arn:aws:iam::${account}:root` }, Resource: '*' });
  const manage = { Effect: 'Allow', ...of(FINANCE), Action: 'kms:*' };
  const consume = { Effect: 'Allow', ...of(ANALYTICS), Action: WRITES, Condition: THROUGH_GLUE };
  const kms = new KMSClient(root(stage, FINANCE));
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Policy: document(manage, consume) }));
  const key = KeyMetadata?.Arn ?? '';
  await allow(stage, ADMIN, WRITES, key);
  await allow(stage, CRAWLER_ROLE, WRITES, key);
  await allow(stage, JOB, READS, key);
  const EncryptionAtRest = { CatalogEncryptionMode: 'SSE-KMS', SseAwsKmsKeyId: key } as const;
  const settings = { DataCatalogEncryptionSettings: { EncryptionAtRest } };
  await new GlueClient(root(stage, FINANCE)).send(new PutDataCatalogEncryptionSettingsCommand(settings));
}

async function allow(stage: Stage, { account, role }: Reader, Action: readonly string[], key: string): Promise<void> {
  const PolicyDocument = document({ Effect: 'Allow', Action, Resource: key, Condition: THROUGH_GLUE });
  const iam = new IAMClient(root(stage, account));
  await iam.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: 'catalog-key', PolicyDocument }));
}

/** Asked of Glue, of KMS, and by reading as the job role less its right to the key. */
export async function expectEncrypted(stage: Stage): Promise<Expectation> {
  const own = root(stage, FINANCE);
  const answer = await new GlueClient(own).send(new GetDataCatalogEncryptionSettingsCommand({}));
  const { CatalogEncryptionMode: mode, SseAwsKmsKeyId: KeyId } =
    answer.DataCatalogEncryptionSettings?.EncryptionAtRest ?? {};
  const { KeyMetadata } = await new KMSClient(own).send(new DescribeKeyCommand({ KeyId }));
  const manager = KeyMetadata?.KeyManager;
  const keyless = await attempt(() => readWithoutKey(stage));
  return expectation(
    "finance-lake's Data Catalog is encrypted with a customer's key, and without that the job role reads no table",
    mode === 'SSE-KMS' && manager === 'CUSTOMER' && keyless === 'GlueEncryptionException',
    { mode, manager, keyless },
  );
}

async function readWithoutKey(stage: Stage): Promise<string> {
  const everythingElse = document(
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'kms:*', Resource: '*' },
  );
  const credentials = await stage.control.credentials(readerArn(JOB), { sessionPolicies: [everythingElse] });
  const glue = new GlueClient(clientConfig(stage, credentials));
  await glue.send(new GetTableCommand({ CatalogId: FINANCE, DatabaseName: CUR.database, Name: CUR.table }));
  return 'read';
}
