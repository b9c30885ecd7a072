/** Temporary credentials the lake issued: AssumeRole, vending, and principals a test asked for. */

import type { Caller } from '../caller.ts';
import type { Random } from '../random.ts';
import { parsePrincipalArn } from './arn.ts';

interface IssueOptions {
  readonly sessionName?: string;
  readonly sessionPolicies?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  /** Of the tags, those that every further session in the chain keeps. */
  readonly transitiveTags?: readonly string[];
  /** Milliseconds since the epoch; an hour from now when absent. */
  readonly expiresAt?: number;
}

interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export interface CredentialIssuer {
  /** Credentials that act as the principal: a role, user or root ARN, or a service (`glue.amazonaws.com`). */
  issueCredentials(principal: string, options?: IssueOptions): IssuedCredentials;
}

interface Session {
  readonly caller: Caller;
  readonly token: string;
  readonly expiresAt: number;
}

export interface SessionStore extends CredentialIssuer {
  find(accessKeyId: string): Session | undefined;
  /** By access key id. */
  readonly issued: Map<string, Session>;
}

const KEY_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const HOUR = 3_600_000;

function callerOf(principal: string, options: IssueOptions): Caller {
  const parsed = parsePrincipalArn(principal);
  const extra = {
    ...(options.sessionPolicies === undefined ? {} : { sessionPolicies: options.sessionPolicies }),
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    ...(options.transitiveTags === undefined ? {} : { transitiveTags: options.transitiveTags }),
  };
  const base = { kind: parsed.kind, account: parsed.account, arn: principal, ...extra };
  if (parsed.kind !== 'role') return base;
  const session = options.sessionName ?? 'lake';
  return { ...base, sessionArn: `arn:aws:sts::${parsed.account}:assumed-role/${parsed.name}/${session}` };
}

/** An empty store of issued credentials. Those issued without an end are good for an hour. */
export function createSessions(random: Random, now: () => number): SessionStore {
  const sessions = new Map<string, Session>();
  return {
    issueCredentials(principal, options = {}) {
      const accessKeyId = `ASIA${random.text(16, KEY_ALPHABET)}`;
      const token = random.hex(64);
      const expiresAt = options.expiresAt ?? now() + HOUR;
      sessions.set(accessKeyId, { caller: callerOf(principal, options), token, expiresAt });
      return { accessKeyId, secretAccessKey: random.hex(40), sessionToken: token, expiration: new Date(expiresAt) };
    },
    find: (accessKeyId) => sessions.get(accessKeyId),
    issued: sessions,
  };
}
