/** Forwards one account's and Region's events to the hub. No assets, no bootstrap, and no queue: the hub has that. */

import { Aws, Stack } from 'aws-cdk-lib';
import { CfnRule, type EventPattern } from 'aws-cdk-lib/aws-events';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { hubBusName, memberRolePath } from '#contracts/names.ts';
import { bootstrapless } from '../constructs/bootstrapless.ts';
import { forwarderRoleName } from '../names.ts';

export interface MemberEventsStackProps {
  readonly env: { readonly account: string; readonly region: string };
  readonly namespace: string;
  readonly hub: { readonly account: string; readonly region: string };
  /** Rule name → what is forwarded. */
  readonly patterns: Readonly<Record<string, EventPattern>>;
  /** What tells its forwarder from others of the account; the Region, where nothing is said. */
  readonly forwarder?: string;
}

export class MemberEventsStack extends Stack {
  constructor(scope: Construct, id: string, props: MemberEventsStackProps) {
    super(scope, id, { env: props.env, synthesizer: bootstrapless() });
    const { namespace, hub } = props;
    const bus = `arn:${Aws.PARTITION}:events:${hub.region}:${hub.account}:event-bus/${hubBusName(namespace)}`;
    const forwarder = new CfnRole(this, 'Forwarder', {
      roleName: forwarderRoleName(namespace, props.forwarder ?? props.env.region),
      path: memberRolePath(namespace),
      description: `Lake Onramp ${namespace}: forwards events to the hub`,
      assumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sts:AssumeRole',
            Condition: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
          },
        ],
      },
      policies: [
        {
          policyName: 'Forward',
          policyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: ['events:PutEvents'], Resource: bus }],
          },
        },
      ],
      tags: [{ key: 'onramp:namespace', value: namespace }],
    });
    for (const [name, pattern] of Object.entries(props.patterns)) {
      new CfnRule(this, name, {
        name: `${namespace}-forward-${name}`,
        description: `Lake Onramp ${namespace}: tells the hub where to look`,
        eventPattern: wire(pattern),
        // A target in another account needs a role.
        targets: [{ id: 'hub', arn: bus, roleArn: forwarder.attrArn }],
      });
    }
  }
}

/** EventBridge's own spelling of a pattern. */
function wire({ detailType, ...pattern }: EventPattern): object {
  return { ...pattern, 'detail-type': detailType };
}
