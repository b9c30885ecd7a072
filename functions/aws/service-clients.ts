/** One constructor per service, each on its own, so that a bundle holds only the services it uses. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GlueClient } from '@aws-sdk/client-glue';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { RAMClient } from '@aws-sdk/client-ram';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import type { ClientConfig } from './sessions.ts';

export const glueClient = (config: ClientConfig) => new GlueClient(config);
export const lakeFormationClient = (config: ClientConfig) => new LakeFormationClient(config);
export const ramClient = (config: ClientConfig) => new RAMClient(config);
export const organizationsClient = (config: ClientConfig) => new OrganizationsClient(config);
export const kmsClient = (config: ClientConfig) => new KMSClient(config);
export const iamClient = (config: ClientConfig) => new IAMClient(config);
export const dynamodbClient = (config: ClientConfig) => new DynamoDBClient(config);
export const sfnClient = (config: ClientConfig) => new SFNClient(config);
export const eventsClient = (config: ClientConfig) => new EventBridgeClient(config);
export const snsClient = (config: ClientConfig) => new SNSClient(config);
export const stsClient = (config: ClientConfig) => new STSClient(config);

/** A product's bucket may be in another Region than its catalog: the redirect S3 answers with is followed. */
export const s3Client = (config: ClientConfig, pathStyle: boolean | undefined) =>
  new S3Client({ ...config, followRegionRedirects: true, ...(pathStyle ? { forcePathStyle: true } : {}) });

/** An object whose members are made when first read. */
export function lazily<T extends object>(makers: { readonly [K in keyof T]: () => T[K] }): T {
  const made = new Map<PropertyKey, unknown>();
  return new Proxy({} as T, {
    get(_, key) {
      if (!made.has(key) && key in makers) made.set(key, makers[key as keyof T]());
      return made.get(key);
    },
    has: (_, key) => key in makers,
  });
}

/** The same key gives the same clients, so that connections and credentials are shared. */
export function cached<K, T>(idOf: (key: K) => string, make: (key: K) => T): (key: K) => T {
  const made = new Map<string, T>();
  return (key) => {
    const id = idOf(key);
    const found = made.get(id) ?? make(key);
    made.set(id, found);
    return found;
  };
}
