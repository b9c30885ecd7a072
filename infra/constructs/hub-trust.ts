import { Aws } from 'aws-cdk-lib';
import { hubRoleArn } from '../names.ts';

export interface Hub {
  readonly namespace: string;
  readonly hubAccount: string;
  /** `o-…` */
  readonly organization: string;
}

/** The trust policy of a role for the hub: its account, in our organization, as one of these named roles: all three. */
export function hubTrust({ namespace, hubAccount, organization }: Hub, purposes: readonly string[]): object {
  const callers = purposes.map((purpose) =>
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
