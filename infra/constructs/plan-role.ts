/** The role with which a person runs `onramp plan`: whoever in the hub account may assume roles. Reads, writes nothing. */

import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { AccountRootPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { memberRolePath } from '#contracts/names.ts';
import { hubRoleName } from '../names.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { memberRights, readLedger, readObjects } from './rights.ts';

export interface PlanRoleProps {
  readonly namespace: string;
  readonly memberRolePath: string;
  readonly bucket: Bucket;
  readonly table: Table;
  /** Audiences are written with parts of the organization, which is asked. */
  readonly asksOrganization: boolean;
}

export class PlanRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: PlanRoleProps) {
    super(scope, id);
    const { namespace, bucket, table } = props;
    this.role = new Role(this, 'Role', {
      roleName: hubRoleName(namespace, 'plan'),
      path: memberRolePath(namespace),
      description: 'For people: onramp plan',
      assumedBy: new AccountRootPrincipal(),
    });
    const rights = [
      ...readObjects(bucket, 'policies', 'snapshots'),
      readLedger(table),
      memberRights(this, namespace, {
        roles: props.asksOrganization ? ['Reader', 'Organization'] : ['Reader'],
        path: props.memberRolePath,
      }),
    ];
    for (const { actions, resources, why } of rights) {
      this.role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
      acknowledgeWildcards(this.role, resources, why ?? '');
    }
  }
}
