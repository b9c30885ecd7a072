/** The few clients a function needs that only receives events: no Lake Formation, RAM, IAM or KMS in its bundle. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { GlueClient } from '@aws-sdk/client-glue';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import * as make from './service-clients.ts';
import { createSessions, type SessionKey, type SessionOptions, sessionId } from './sessions.ts';

export interface EventClients {
  readonly sfn: SFNClient;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
}

type ReaderKey = Omit<SessionKey, 'role'>;

export interface EventAccess {
  /** As ourselves. */
  own(region: string): EventClients;
  /** Glue of a member account, to look up what an event doesn't say. */
  reader(key: ReaderKey): {
    readonly account: string;
    readonly region: string;
    readonly glue: GlueClient;
  };
}

/** As `createAccess`, with the clients that events need and no others. */
export function createEventAccess(options: SessionOptions): EventAccess {
  const sessions = createSessions(options);
  return {
    own: make.cached(String, (region: string) => {
      const config = sessions.own(region);
      return make.lazily<EventClients>({
        sfn: () => make.sfnClient(config),
        s3: () => make.s3Client(config, options.pathStyle),
        dynamodb: () => make.dynamodbClient(config),
      });
    }),
    reader: make.cached(
      (key: ReaderKey) => sessionId({ ...key, role: 'Reader' }),
      (key) => {
        const config = sessions.member({ ...key, role: 'Reader' });
        return { account: key.account, region: key.region, glue: make.glueClient(config) };
      },
    ),
  };
}
