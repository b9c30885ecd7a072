/** STS: who am I, and AssumeRole with the trust policy checked. */

import type { GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { Call, ServiceModule } from '../service.ts';
import { assumeRole } from './assume-role.ts';

async function userId(call: Call): Promise<string> {
  const { caller } = call;
  if (caller.kind === 'root') return caller.account;
  // The unique id of a role that is gone can't be looked up any more.
  const id = (await call.world.backend.identity(caller.arn))?.id ?? 'AROAGONE';
  return caller.sessionArn === undefined ? id : `${id}:${caller.sessionArn.split('/').at(-1) ?? ''}`;
}

async function getCallerIdentity(call: Call): Promise<GetCallerIdentityResponse> {
  return { UserId: await userId(call), Account: call.account, Arn: call.caller.sessionArn ?? call.caller.arn };
}

export const stsModule: ServiceModule = {
  name: 'sts',
  // GetCallerIdentity needs no permission, not even against an explicit deny; AssumeRole asks the trust policy too.
  authorizesItself: true,
  operations: { GetCallerIdentity: getCallerIdentity, AssumeRole: assumeRole },
};
