/** Encrypted Data Catalogs, on both sides: what our roles need they have, and what they can not have is told. */

import { PutDataCatalogEncryptionSettingsCommand } from '@aws-sdk/client-glue';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, DisableKeyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { afterEach, expect, test } from 'vitest';
import { ANALYTICS, CUR, FINANCE, JOB } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { runCrawler } from '../../infra/local/scenes/world.ts';
import { root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { type InProcess, inProcess } from '../support/in-process.ts';
import { writes } from '../support/journal.ts';
import { CONSUMER, openFindings, scopeOf } from '../support/scopes.ts';

const policy = demoPolicy('demo-share');
const PRODUCER = scopeOf(CUR);
const THROUGH_GLUE = { StringLike: { 'kms:ViaService': 'glue.*.amazonaws.com' } };
/** The demo has a role that only has the right name. */
const IMPOSTOR = 'role-without-proof';

let cloud: InProcess;
afterEach(() => cloud.close());

interface Statement {
  readonly [key: string]: unknown;
}

async function open(): Promise<void> {
  cloud = await inProcess(policy);
  await runCrawler(cloud.stage);
}

const document = (statements: readonly Statement[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const ofAccount = (account: string, ...actions: string[]): Statement => {
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  return { Effect: 'Allow', Principal, Action: actions, Resource: '*' };
};

/** A customer's key, and the account's catalog encrypted with it. */
async function encrypt(account: string, ...statements: readonly Statement[]): Promise<string> {
  const { kms, glue } = root(cloud.stage, account);
  const made = await kms.send(new CreateKeyCommand({ Policy: document([ofAccount(account, 'kms:*'), ...statements]) }));
  const key = made.KeyMetadata?.Arn ?? '';
  const EncryptionAtRest = { CatalogEncryptionMode: 'SSE-KMS', SseAwsKmsKeyId: key } as const;
  const DataCatalogEncryptionSettings = { EncryptionAtRest };
  await glue.send(new PutDataCatalogEncryptionSettingsCommand({ DataCatalogEncryptionSettings }));
  return key;
}

async function setKeyPolicy(account: string, key: string, ...statements: readonly Statement[]): Promise<void> {
  const Policy = document([ofAccount(account, 'kms:*'), ...statements]);
  await root(cloud.stage, account).kms.send(new PutKeyPolicyCommand({ KeyId: key, PolicyName: 'default', Policy }));
}

/** What the job's own policy gets by hand, as a finding says. */
async function letJob(...statements: readonly Statement[]): Promise<void> {
  const PolicyDocument = document(statements);
  const RoleName = 'data-lake-test-job-role';
  await root(cloud.stage, ANALYTICS).iam.send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'key', PolicyDocument }),
  );
}

const findings = async () => (await openFindings(cloud)).filter(({ cause }) => cause !== IMPOSTOR);
const causes = async () => (await findings()).map(({ account, cause }) => `${account} ${cause}`).sort();
const reads = () => readAs(cloud.stage, JOB, CUR);
/** What a finding tells to add, as it stands in its remedy. */
async function pasted(cause: string): Promise<readonly Statement[]> {
  const found = (await findings()).find((one) => one.cause === cause);
  const text = /[[{].*[\]}]/s.exec(found?.remedy ?? '')?.[0] ?? 'null';
  return [JSON.parse(text) as Statement | readonly Statement[]].flat() as readonly Statement[];
}

test('a producer’s: shared, linked, granted and read once key and job role say so, as the findings ask (G-S8)', async () => {
  await open();
  const key = await encrypt(FINANCE);
  await cloud.settle(PRODUCER);
  // One fault, one finding: what the consumer could not read for want of the key is its owner's to mend.
  expect(await causes()).toEqual(
    [`${FINANCE} catalog-key-closed-to-consumers`, `${ANALYTICS} role-lacks-catalog-key`].sort(),
  );
  await setKeyPolicy(FINANCE, key, ...(await pasted('catalog-key-closed-to-consumers')));
  await letJob(...(await pasted('role-lacks-catalog-key')));
  await cloud.settle(PRODUCER);
  await cloud.settle(CONSUMER);
  expect(await reads()).toEqual(READ);
  expect(await causes()).toEqual([]);
  expect(await writes(cloud, () => cloud.settle(PRODUCER))).toEqual([]);
});

test('a consumer’s own: links are made and granted; the job role is told', async () => {
  await open();
  await encrypt(ANALYTICS);
  await cloud.settle(PRODUCER);
  expect(await causes()).toEqual([`${ANALYTICS} role-lacks-catalog-key`]);
  await letJob(...(await pasted('role-lacks-catalog-key')));
  await cloud.settle(CONSUMER);
  expect(await reads()).toEqual(READ);
  expect(await causes()).toEqual([]);
});

test('both at once', async () => {
  await open();
  const through = {
    ...ofAccount(ANALYTICS, 'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'),
    Condition: THROUGH_GLUE,
  };
  const keys = [await encrypt(FINANCE, through), await encrypt(ANALYTICS)];
  await letJob({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: keys, Condition: THROUGH_GLUE });
  await cloud.settle(PRODUCER);
  expect(await reads()).toEqual(READ);
  expect(await causes()).toEqual([]);
});

test('a key that names who may, and not us: one finding, and with its statements all goes on', async () => {
  await open();
  const key = await encrypt(FINANCE);
  const admin = { ...ofAccount(FINANCE, 'kms:*'), Principal: { AWS: `arn:aws:iam::${FINANCE}:role/lake-admin` } };
  const manage = ofAccount(FINANCE, 'kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:PutKeyPolicy');
  const put = (...more: readonly Statement[]) =>
    root(cloud.stage, FINANCE).kms.send(
      new PutKeyPolicyCommand({ KeyId: key, PolicyName: 'default', Policy: document([admin, manage, ...more]) }),
    );
  await put();
  await cloud.settle(PRODUCER);
  expect(await causes()).toEqual([`${FINANCE} catalog-key-closed`, `${FINANCE} catalog-key-closed-to-consumers`]);
  await put(...(await pasted('catalog-key-closed')), ...(await pasted('catalog-key-closed-to-consumers')));
  await letJob({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: key, Condition: THROUGH_GLUE });
  await cloud.settle(PRODUCER);
  await cloud.settle(CONSUMER);
  expect(await reads()).toEqual(READ);
  expect(await causes()).toEqual([]);
});

test('a disabled key is told once, and nothing is done', async () => {
  await open();
  const key = await encrypt(FINANCE);
  await root(cloud.stage, FINANCE).kms.send(new DisableKeyCommand({ KeyId: key }));
  const made = await writes(cloud, () => cloud.settle(PRODUCER));
  expect(made.filter((call) => call.includes('Grant'))).toEqual([]);
  expect(await causes()).toEqual([`${FINANCE} catalog-key-unusable`]);
});

test('with a role of Glue’s own nobody needs a key: nothing is asked, nothing is told', async () => {
  await open();
  const { glue, iam, kms } = root(cloud.stage, FINANCE);
  const trust = { Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const RoleName = 'catalog-key';
  const made = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document([trust]) }));
  const arn = made.Role?.Arn ?? '';
  const glues = { ...ofAccount(FINANCE, 'kms:*'), Principal: { AWS: [arn, `arn:aws:iam::${FINANCE}:root`] } };
  const nobodyElse = {
    ...ofAccount(FINANCE, 'kms:*'),
    Effect: 'Deny',
    Principal: '*',
    Condition: { ArnNotLike: { 'aws:PrincipalArn': [arn, `arn:aws:iam::${FINANCE}:root`] } },
  };
  const key = await kms.send(new CreateKeyCommand({ Policy: document([glues, nobodyElse]) }));
  const EncryptionAtRest = {
    CatalogEncryptionMode: 'SSE-KMS-WITH-SERVICE-ROLE',
    SseAwsKmsKeyId: key.KeyMetadata?.Arn,
    CatalogEncryptionServiceRole: arn,
  } as const;
  await glue.send(new PutDataCatalogEncryptionSettingsCommand({ DataCatalogEncryptionSettings: { EncryptionAtRest } }));
  await cloud.settle(PRODUCER);
  expect(await causes()).toEqual([]);
  expect(await reads()).toEqual(READ);
});
