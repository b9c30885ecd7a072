/** Names of the policy turned into what they stand for. */

import { LakeError } from '#contracts/errors.ts';
import type { PolicyAccount } from '#contracts/policy.ts';
import { accountWithName } from '../policy-index.ts';

/** `who` is whatever names it, for the message: `product cur`. */
export function findAccount(accounts: readonly PolicyAccount[], name: string, who: string): PolicyAccount {
  const account = accountWithName(accounts, name);
  if (account !== undefined) return account;
  throw new LakeError('PolicyInvalid', {
    message: `${who} names the account "${name}", which the policy does not have`,
    remedy: `write one of ${accounts.map((candidate) => candidate.name).join(', ')}; onramp validate shows the line`,
  });
}

/** `s3://bucket/some/prefix` as bucket and prefix; the prefix ends in `/` so that `cur` never means `curious` too. */
export function parseLocation(location: string): { bucket: string; prefix: string } {
  const [bucket = '', ...rest] = location.replace(/^s3:\/\//, '').split('/');
  const prefix = rest.join('/').replace(/^\/+|\/+$/g, '');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}

/** `role/etl/reader` of an account as Lake Formation wants it: an ARN. A whole ARN is one already. */
export function principalArn(principal: string, account: string, partition: string): string {
  return principal.startsWith('arn:') ? principal : `arn:${partition}:iam::${account}:${principal}`;
}
