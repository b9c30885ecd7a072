/** Our roles in one member account. No assets, no bootstrap: fit for a StackSet, and for accounts CDK never saw. */

import { Aws, CfnCondition, CfnOutput, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { MEMBER_VERSION, MEMBER_VERSION_TAG, type MemberRole, memberRoleName } from '#contracts/names.ts';
import { acknowledge, acknowledgeWildcards } from '../constructs/acknowledge.ts';
import { bootstrapless } from '../constructs/bootstrapless.ts';
import { hubTrust } from '../constructs/hub-trust.ts';
import {
  type Foundation,
  operatorPermissions,
  type Permission,
  readerPermissions,
  type Stores,
  storagePermissions,
} from '../constructs/member-permissions.ts';

export interface MemberRoleStackProps {
  readonly env: { readonly account: string; readonly region: string };
  readonly namespace: string;
  readonly hubAccount: string;
  readonly organization: string;
  readonly memberRolePath: string;
  /** What the reader checks. */
  readonly observed: Stores;
  /** What the storage role may write; nothing: no such role. */
  readonly managed: Stores;
  /** What the policy asks for beyond sharing. */
  readonly foundation: Foundation;
}

/** Which of the hub's roles may assume which of ours. */
const ENTERED_BY: Readonly<Record<MemberRole, readonly string[]>> = {
  Reader: ['on-event', 'reconcile', 'plan'],
  Operator: ['reconcile'],
  Storage: ['reconcile'],
};

const PURPOSE: Readonly<Record<MemberRole, string>> = {
  Reader: 'observes',
  Operator: 'grants, links and accepts',
  Storage: 'writes bucket and key policies',
};

export class MemberRoleStack extends Stack {
  readonly #member: MemberRoleStackProps;
  readonly #path: CfnParameter;
  readonly #boundary: CfnParameter;
  readonly #hasBoundary: CfnCondition;

  constructor(scope: Construct, id: string, props: MemberRoleStackProps) {
    super(scope, id, { env: props.env, synthesizer: bootstrapless() });
    this.#member = props;
    this.#path = new CfnParameter(this, 'RolePath', {
      default: props.memberRolePath,
      allowedPattern: '^/([!-~]+/)?$',
      description: 'Path of the roles. The hub must be deployed with the same.',
    });
    this.#boundary = new CfnParameter(this, 'PermissionsBoundary', {
      default: '',
      description: 'ARN of a permissions boundary that roles in this account must have. Empty: none.',
    });
    this.#hasBoundary = new CfnCondition(this, 'HasBoundary', {
      expression: Fn.conditionNot(Fn.conditionEquals(this.#boundary, '')),
    });
    const place = { partition: Aws.PARTITION, account: Aws.ACCOUNT_ID };
    this.#role('Reader', readerPermissions(place, props.observed, props.foundation));
    this.#role('Operator', operatorPermissions(place, props.foundation));
    const storage = storagePermissions(place, props.managed);
    if (storage.length > 0) this.#role('Storage', storage);
    new CfnOutput(this, 'MemberVersion', { value: MEMBER_VERSION });
    acknowledge(this, {
      'CloudFormation-Validate::W1030': 'An empty boundary is never used: the condition HasBoundary leaves it out.',
    });
  }

  #role(role: MemberRole, permissions: readonly Permission[]): void {
    const { namespace } = this.#member;
    const made = new CfnRole(this, role, {
      roleName: memberRoleName(namespace, role),
      path: this.#path.valueAsString,
      description: `Lake Onramp ${namespace}: ${PURPOSE[role]}`,
      assumeRolePolicyDocument: hubTrust(this.#member, ENTERED_BY[role]),
      permissionsBoundary: Fn.conditionIf(
        this.#hasBoundary.logicalId,
        this.#boundary.valueAsString,
        Aws.NO_VALUE,
      ).toString(),
      policies: [
        {
          policyName: role,
          policyDocument: { Version: '2012-10-17', Statement: permissions.map((each) => each.statement) },
        },
      ],
      tags: [
        { key: 'onramp:namespace', value: namespace },
        { key: MEMBER_VERSION_TAG, value: MEMBER_VERSION },
      ],
    });
    for (const { statement, why } of permissions) acknowledgeWildcards(made, statement.Resource, why);
  }
}
