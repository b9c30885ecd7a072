/** All clients of a run: made once per account, Region, role and session policy. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { GlueClient } from '@aws-sdk/client-glue';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import type { RAMClient } from '@aws-sdk/client-ram';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { STSClient } from '@aws-sdk/client-sts';
import * as make from './service-clients.ts';
import { type ClientConfig, createSessions, type SessionKey, type SessionOptions, sessionId } from './sessions.ts';

export interface Clients {
  /** Whose they are: 12 digits, or `the hub` for our own. */
  readonly account: string;
  readonly region: string;
  readonly glue: GlueClient;
  readonly lakeFormation: LakeFormationClient;
  readonly ram: RAMClient;
  readonly s3: S3Client;
  readonly kms: KMSClient;
  readonly iam: IAMClient;
  readonly organizations: OrganizationsClient;
}

export interface HubClients {
  readonly dynamodb: DynamoDBClient;
  readonly sfn: SFNClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
}

export interface Access {
  /** As one of our roles in a member account. */
  member(key: SessionKey): Clients;
  /** As ourselves. */
  own(region: string): Clients & HubClients;
}

/** Clients by account, Region, role and session policy, each made when first asked for. */
export function createAccess(options: SessionOptions): Access {
  const sessions = createSessions(options);
  const { pathStyle } = options;
  return {
    member: make.cached(sessionId, (key) =>
      make.lazily<Clients>(memberMakers(sessions.member(key), key.account, pathStyle)),
    ),
    own: make.cached(String, (region: string) =>
      make.lazily<Clients & HubClients>(ownMakers(sessions.own(region), pathStyle)),
    ),
  };
}

function memberMakers(config: ClientConfig, account: string, pathStyle: boolean | undefined) {
  return {
    account: () => account,
    region: () => config.region,
    glue: () => make.glueClient(config),
    lakeFormation: () => make.lakeFormationClient(config),
    ram: () => make.ramClient(config),
    s3: () => make.s3Client(config, pathStyle),
    kms: () => make.kmsClient(config),
    iam: () => make.iamClient(config),
    organizations: () => make.organizationsClient(config),
  };
}

function ownMakers(config: ClientConfig, pathStyle: boolean | undefined) {
  return {
    ...memberMakers(config, 'the hub', pathStyle),
    dynamodb: () => make.dynamodbClient(config),
    sfn: () => make.sfnClient(config),
    sts: () => make.stsClient(config),
  };
}
