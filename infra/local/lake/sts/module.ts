/** STS: who am I, and AssumeRole with the trust policy checked. */

import type { GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import type { Call, ServiceModule } from '../service.ts';

const getCallerIdentity = (call: Call): Partial<GetCallerIdentityCommandOutput> => ({
  UserId: call.account,
  Account: call.account,
  Arn: call.caller.sessionArn ?? call.caller.arn,
});

export const stsModule: ServiceModule = { name: 'sts', operations: { GetCallerIdentity: getCallerIdentity } };
