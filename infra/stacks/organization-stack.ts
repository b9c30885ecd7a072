/** In the management account: the role that reads which accounts the organization and its units have. No assets, no bootstrap. */

import { Aws, Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { memberRoleName } from '#contracts/names.ts';
import { acknowledgeWildcards } from '../constructs/acknowledge.ts';
import { bootstrapless } from '../constructs/bootstrapless.ts';
import { hubRoleArn } from '../names.ts';

export interface OrganizationStackProps {
  readonly env: { readonly account: string; readonly region: string };
  readonly namespace: string;
  readonly hubAccount: string;
  /** `o-…` */
  readonly organization: string;
  /** Path of our roles in the member accounts: of this one, too. */
  readonly memberRolePath: string;
}

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
      assumeRolePolicyDocument: trust(props),
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

/** The hub's function that asks, and whoever plans; as the member roles' trust. */
function trust({ namespace, hubAccount, organization }: OrganizationStackProps): object {
  const callers = ['organization', 'plan'].map((purpose) =>
    hubRoleArn({ partition: Aws.PARTITION, account: hubAccount, namespace, purpose }),
  );
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Hub',
        Effect: 'Allow',
        Principal: { AWS: `arn:${Aws.PARTITION}:iam::${hubAccount}:root` },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: { StringEquals: { 'aws:PrincipalOrgID': organization }, ArnLike: { 'aws:PrincipalArn': callers } },
      },
    ],
  };
}
