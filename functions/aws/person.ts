/** Who runs the command, and the role of the hub that a person plans with. */

import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { asked } from './errors.ts';
import { required } from './paging.ts';
import type { CredentialProvider } from './sessions.ts';

export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/** The account and identity of the credentials in use; the cheapest call that tells whether there are any. */
export async function readCaller(sts: STSClient): Promise<Caller> {
  const view = { account: 'your account', owner: true, doing: 'ask who you are' };
  const answer = await asked(view, () => sts.send(new GetCallerIdentityCommand({})));
  return { account: required(answer.Account, 'your account'), arn: required(answer.Arn, 'your ARN') };
}

/** Credentials of a role, taken with those of the person and renewed before they end. */
export function credentialsOf(role: { readonly arn: string; readonly region: string }): CredentialProvider {
  return fromTemporaryCredentials({
    params: { RoleArn: role.arn, RoleSessionName: 'onramp-plan' },
    clientConfig: { region: role.region },
  });
}
