/** In the management account: the role that reads which accounts the organization and its units have. No assets, no bootstrap. */

import { Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { memberRoleName } from '#contracts/names.ts';
import { acknowledgeWildcards } from '../constructs/acknowledge.ts';
import { bootstrapless } from '../constructs/bootstrapless.ts';
import { hubTrust } from '../constructs/hub-trust.ts';

export interface OrganizationStackProps {
  readonly env: { readonly account: string; readonly region: string };
  readonly namespace: string;
  readonly hubAccount: string;
  /** `o-…` */
  readonly organization: string;
  /** Path of our roles in the member accounts: of this one, too. */
  readonly memberRolePath: string;
}

/** The hub's function that asks, and whoever plans. */
const ENTERED_BY = ['organization', 'plan'];

/** The calls of `functions/aws/organization-parts.ts`. */
export const ORGANIZATION_ACTIONS = [
  'organizations:DescribeOrganization',
  'organizations:ListAccounts',
  'organizations:ListAccountsForParent',
  'organizations:ListOrganizationalUnitsForParent',
  'organizations:ListParents',
  'organizations:ListRoots',
] as const;

const WHY = 'Most of these calls name no resource; units and accounts come and go, and all are asked about.';

export class OrganizationStack extends Stack {
  constructor(scope: Construct, id: string, props: OrganizationStackProps) {
    super(scope, id, { env: props.env, synthesizer: bootstrapless() });
    const { namespace } = props;
    const role = new CfnRole(this, 'Organization', {
      roleName: memberRoleName(namespace, 'Organization'),
      path: props.memberRolePath,
      description: `Lake Onramp ${namespace}: reads which accounts the organization and its units have`,
      assumeRolePolicyDocument: hubTrust(props, ENTERED_BY),
      policies: [
        {
          policyName: 'Organization',
          policyDocument: {
            Version: '2012-10-17',
            Statement: [{ Sid: 'Parts', Effect: 'Allow', Action: [...ORGANIZATION_ACTIONS], Resource: ['*'] }],
          },
        },
      ],
      tags: [{ key: 'onramp:namespace', value: namespace }],
    });
    acknowledgeWildcards(role, ['*'], WHY);
  }
}
