/** IAM, S3 and KMS in front of MiniStack: decided here, answered there in the owner's name. */

import type { SimulatePrincipalPolicyRequest } from '@aws-sdk/client-iam';
import { simulatePrincipalPolicy } from '../../iam/simulate.ts';
import { authorizeKms } from '../../kms/authorize.ts';
import { authorizeS3, type S3Input } from '../../s3/authorize.ts';
import type { Call, ServiceModule } from '../../service.ts';
import type { ServiceLoads } from '../serving.ts';

interface IamNames {
  readonly RoleName?: string;
  readonly UserName?: string;
  readonly PolicyArn?: string;
}

/** The path isn't in the request; policies that name roles by path are matched with `*` in its place. */
function iamResource(call: Call, input: IamNames): string {
  if (input.RoleName !== undefined) return `arn:aws:iam::${call.account}:role/${input.RoleName}`;
  if (input.UserName !== undefined) return `arn:aws:iam::${call.account}:user/${input.UserName}`;
  return input.PolicyArn ?? '*';
}

const iam = (roleArn: (account: string, name: string) => Promise<string | undefined>): ServiceModule => ({
  name: 'iam',
  authorizesItself: true,
  operations: {
    SimulatePrincipalPolicy: async (call, input: SimulatePrincipalPolicyRequest) => {
      const resource = String(input.PolicySourceArn ?? '*');
      await call.world.iam.authorize({ caller: call.caller, action: 'iam:SimulatePrincipalPolicy', resource });
      return simulatePrincipalPolicy(call.world, input);
    },
  },
  async forwardAs(call, input: IamNames) {
    const known = input.RoleName === undefined ? undefined : await roleArn(call.account, input.RoleName);
    const resource = known ?? iamResource(call, input);
    await call.world.iam.authorize({ caller: call.caller, action: `iam:${call.operation}`, resource });
    return call.account;
  },
});

const s3: ServiceModule = {
  name: 's3',
  authorizesItself: true,
  operations: {},
  forwardAs: async (call, input: S3Input) => (await authorizeS3(call, input))?.account ?? call.account,
};

const kms: ServiceModule = {
  name: 'kms',
  authorizesItself: true,
  operations: {},
  forwardAs: authorizeKms,
};

/** IAM, S3 and KMS in front of MiniStack. `roleArn` finds a role's ARN by account and name. */
export const ministackServices = (
  roleArn: (account: string, name: string) => Promise<string | undefined>,
): ServiceLoads => ({ iam: async () => iam(roleArn), s3: async () => s3, kms: async () => kms });
