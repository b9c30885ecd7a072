/** Who we are in which account: one set of short-lived credentials per account, role and session policy. */

import {
  AssumeRoleCommand,
  STSClient,
  type STSClientConfig,
  type Credentials as StsCredentials,
} from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { DENIALS, LakeError } from '#contracts/errors.ts';
import { memberRoleArn, type OwnRole } from '#contracts/names.ts';
import type { SessionPolicy } from '#core/session-policy.ts';
import { toLakeError } from './errors.ts';
import { remedyFor } from './remedies.ts';
import { LakeRetryStrategy } from './retry.ts';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}
export type CredentialProvider = () => Promise<Credentials>;

export interface SessionOptions {
  readonly partition: string;
  readonly namespace: string;
  readonly rolePath: string;
  /** In every CloudTrail record of what we do. */
  readonly sessionName: string;
  /**
   * The hub's own Region: its STS is asked for every session. Default: the Region first asked for, which fails where
   * that one has to be opted into and the hub has not.
   */
  readonly region?: string;
  /** Who assumes the member roles; the SDK's default chain when absent. */
  readonly baseCredentials?: CredentialProvider;
  /** Pause between attempts; for tests. */
  readonly retryDelayMs?: number;
  /** What carries requests; Node's own client when absent. */
  readonly requestHandler?: ClientConfig['requestHandler'];
  /** Buckets in the path, for an endpoint named by host; one named by IP address gets it anyway. */
  readonly pathStyle?: boolean;
}

export interface SessionKey {
  readonly account: string;
  readonly region: string;
  readonly role: OwnRole;
  readonly sessionPolicy?: SessionPolicy;
}

/** What tells two sessions' clients apart. */
export function sessionId(key: SessionKey): string {
  return [key.account, key.region, key.role, key.sessionPolicy?.hash ?? ''].join('/');
}

/** What every client of a session is made with. */
export interface ClientConfig {
  readonly region: string;
  readonly retryStrategy: LakeRetryStrategy;
  readonly requestHandler: NonNullable<STSClientConfig['requestHandler']>;
  readonly credentials?: CredentialProvider;
}

export interface Sessions {
  member(key: SessionKey): ClientConfig;
  own(region: string): ClientConfig;
}

/** Longest session AWS gives a role assumed by a role: one hour. */
const SESSION_SECONDS = 3600;
/** The SDK asks again five minutes before the end; what we then hand out must be newer than that. */
const RENEW_BEFORE_MS = 6 * 60_000;

/** A grant that fans out to RAM may take most of a minute. */
const LIMITS = { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true };

/** What clients are made with, by session. Nothing is asked of STS before a client needs credentials. */
export function createSessions(options: SessionOptions): Sessions {
  const credentials = new Map<string, CredentialProvider>();
  // One pool of connections for all clients.
  const requestHandler = options.requestHandler ?? new NodeHttpHandler(LIMITS);
  const config = (region: string, provider?: CredentialProvider): ClientConfig => ({
    region,
    requestHandler,
    retryStrategy: new LakeRetryStrategy(options.retryDelayMs),
    ...(provider ? { credentials: provider } : {}),
  });
  const own = (region: string) => config(region, options.baseCredentials);
  return {
    own,
    member(key) {
      const id = [key.account, key.role, key.sessionPolicy?.hash ?? ''].join('/');
      // Credentials are good in every Region, wherever they were issued.
      const ask = () => assume(new STSClient(own(options.region ?? key.region)), key, options);
      const provider = credentials.get(id) ?? renewing(ask);
      credentials.set(id, provider);
      return config(key.region, provider);
    },
  };
}

async function assume(sts: STSClient, key: SessionKey, options: SessionOptions): Promise<Credentials> {
  const arn = memberRoleArn({
    partition: options.partition,
    account: key.account,
    namespace: options.namespace,
    path: options.rolePath,
    role: key.role,
  });
  try {
    const answer = await sts.send(
      new AssumeRoleCommand({
        RoleArn: arn,
        RoleSessionName: options.sessionName,
        DurationSeconds: SESSION_SECONDS,
        Policy: key.sessionPolicy?.text,
      }),
    );
    return credentialsOf(answer.Credentials, arn);
  } catch (error) {
    throw notEntered(toLakeError(error, { account: key.account, owner: false, doing: `assume ${arn}` }), key.account);
  }
}

function credentialsOf(given: StsCredentials | undefined, arn: string): Credentials {
  if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken) {
    throw new LakeError('Unexpected', { message: `STS answered without credentials for ${arn}` });
  }
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
    ...(given.Expiration ? { expiration: given.Expiration } : {}),
  };
}

/** STS says "denied" for a role that isn't there as for one that doesn't trust us; a Region not enabled is the same to us. */
function notEntered(error: LakeError, account: string): LakeError {
  const shut = [...DENIALS, 'NotVisible'].includes(error.code) || error.aws?.code.startsWith('RegionDisabled');
  if (!shut) return error;
  const remedy = remedyFor('AccountNotEntered', `account ${account}`);
  return new LakeError('AccountNotEntered', {
    message: error.message,
    ...(remedy ? { remedy } : {}),
    ...(error.aws ? { aws: error.aws } : {}),
    cause: error,
  });
}

/** One request for credentials at a time; a failed one is forgotten, so that the next caller asks again. */
function renewing(ask: CredentialProvider): CredentialProvider {
  let held: Credentials | undefined;
  let asking: Promise<Credentials> | undefined;
  return async () => {
    if (held && (!held.expiration || held.expiration.getTime() - Date.now() > RENEW_BEFORE_MS)) return held;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    held = await asking;
    return held;
  };
}
