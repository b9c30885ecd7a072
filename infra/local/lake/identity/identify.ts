/** Who calls: a 12-digit access key is that account's root, any other key must be one the lake issued. */

import { AwsError } from '../aws-error.ts';
import type { Caller } from '../caller.ts';
import { identityAnswer } from '../protocol/services.ts';
import { isAccountId, rootArn } from './arn.ts';
import type { SessionStore } from './sessions.ts';
import type { Signature } from './sigv4.ts';

export interface IdentifyContext {
  readonly sessions: SessionStore;
  readonly now: () => number;
  /** False for a 12-digit key whose account the lake does not host. */
  readonly hosts: (account: string) => boolean;
}

type Protocol = Parameters<typeof identityAnswer>[0];

function refuse(protocol: Protocol, failure: Parameters<typeof identityAnswer>[1]): AwsError {
  const { code, message, status } = identityAnswer(protocol, failure);
  return new AwsError(code, message, { status });
}

/**
 * Who signed. Throws the protocol's own error for no signature, an unknown key, a wrong or expired session token, and
 * a Region that can't be one.
 */
export function identify(signature: Signature | undefined, protocol: Protocol, context: IdentifyContext): Caller {
  if (signature === undefined) throw refuse(protocol, 'missing');
  const { accessKeyId, sessionToken, region } = signature;
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw new AwsError('InvalidSignatureException', 'Credential should be scoped to a valid region.', { status: 403 });
  if (isAccountId(accessKeyId)) {
    if (!context.hosts(accessKeyId)) throw refuse(protocol, 'unknown');
    return { kind: 'root', account: accessKeyId, arn: rootArn(accessKeyId) };
  }
  const session = context.sessions.find(accessKeyId);
  if (session === undefined) throw refuse(protocol, 'unknown');
  if (session.token !== sessionToken) throw refuse(protocol, 'badToken');
  if (context.now() >= session.expiresAt) throw refuse(protocol, 'expired');
  return session.caller;
}
