/** Keys, and callers that are limited beyond their own policies: for tests of encrypted catalogs. */

import { GlueClient, PutDataCatalogEncryptionSettingsCommand } from '@aws-sdk/client-glue';
import { CreatePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { expect } from 'vitest';
import { type Cloud, region } from './cloud.ts';

export const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });
export const onGlue = { Effect: 'Allow', Action: 'glue:*', Resource: '*' };

/** Puts these settings of encryption at rest: SSE-KMS unless they name another mode. */
export async function encrypt(cloud: Cloud, account: string, settings: object): Promise<void> {
  const EncryptionAtRest = { CatalogEncryptionMode: 'SSE-KMS' as const, ...settings };
  const put = new PutDataCatalogEncryptionSettingsCommand({ DataCatalogEncryptionSettings: { EncryptionAtRest } });
  await cloud.glue(account).send(put);
}

/** KMS's refusal of a role's session, as Glue passes it on; `why` begins where the key's ARN ends. */
export function refusedBy(key: string, action: string, why: string): object {
  const what = `is not authorized to perform: ${action} on resource: ${key} ${why}`;
  return {
    name: 'GlueEncryptionException',
    message: expect.stringMatching(new RegExp(`^User: arn:aws:sts::\\d+:assumed-role/\\S+ ${what}`)),
  };
}

/** A key's policy that names these principals and nobody else. */
export const keyPolicy = (actions: readonly string[], ...principals: readonly string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principals }, Action: actions, Resource: '*' }],
  });

/** The ARN of a new key of the account. Without a policy of its own it admits the account: IAM decides. */
export async function makeKey(cloud: Cloud, account: string, Policy?: string): Promise<string> {
  const kms = new KMSClient(cloud.config(account));
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(Policy === undefined ? {} : { Policy }));
  return KeyMetadata?.Arn ?? '';
}

/** A session of a role that may do everything, cut down by a session policy. */
export async function withSession(cloud: Cloud, role: string, policy: object): Promise<GlueClient> {
  await cloud.glueAs(role);
  const credentials = await cloud.lake.control.credentials(role, { sessionPolicies: [JSON.stringify(policy)] });
  return new GlueClient({ endpoint: cloud.lake.url, region, credentials, maxAttempts: 1 });
}

/** A role that may do everything, within a permissions boundary. */
export async function boundTo(cloud: Cloud, role: string, boundary: object): Promise<GlueClient> {
  const [account = '', RoleName = ''] = [role.split(':')[4], role.split('/').at(-1)];
  const iam = new IAMClient(cloud.config(account));
  const PolicyDocument = JSON.stringify(boundary);
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: `${RoleName}-boundary`, PolicyDocument }));
  const trust = { Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify(policy(trust));
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, PermissionsBoundary: Policy?.Arn }));
  return cloud.glueAs(role);
}
