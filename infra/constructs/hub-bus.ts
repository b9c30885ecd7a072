/** The hub's event bus: who may put events on it, which wake us, and where an event goes that could not be handled. */

import { Duration } from 'aws-cdk-lib';
import {
  CfnEventBusPolicy,
  EventBus,
  type EventPattern,
  type IRuleTarget,
  Rule,
  Schedule,
} from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { EventInvokeConfig, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { hubBusName } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import { acknowledge } from './acknowledge.ts';
import { forwarded, type Needs, organizationChanged, policyChanged, policyDeployed } from './patterns.ts';

/** A bus policy holds 10 KB. 12 digits, quotes and comma for 400 accounts are 6 KB; beyond, the organization decides. */
const MOST_ACCOUNTS = 400;

type SenderCondition = Readonly<Record<string, string | readonly string[]>>;

export interface HubBusProps {
  readonly namespace: string;
  readonly hubAccount: string;
  readonly managementAccount: string;
  readonly organization: string;
  /** Ids of the accounts that may send. */
  readonly accounts: readonly string[];
  /** Of these, the ones outside the organization. */
  readonly external: readonly string[];
  /** What any of them forwards. */
  readonly needs: Needs;
  /** When everything is looked at without an event; null: never. */
  readonly reconcile: Policy['reconcile'];
}

export class HubBus extends Construct {
  readonly bus: EventBus;
  readonly deadLetters: Queue;
  readonly rules: Rule[] = [];
  /** The rule's name, and the most minutes between its events; null where nothing is scheduled. */
  readonly schedule: { readonly rule: string; readonly longestGap: number } | null;
  readonly #props: HubBusProps;

  constructor(scope: Construct, id: string, props: HubBusProps) {
    super(scope, id);
    this.#props = props;
    const { namespace, reconcile } = props;
    this.schedule = reconcile && { rule: `${namespace}-schedule`, longestGap: reconcile.longestGap };
    this.bus = new EventBus(this, 'Bus', { eventBusName: hubBusName(props.namespace) });
    this.#admit('Senders', 'Forwarders', this.#members());
    if (props.external.length > 0)
      this.#admit('ExternalSenders', 'ExternalForwarders', { 'aws:PrincipalAccount': props.external });
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // The longest SQS keeps a message: time to repair and to send it again.
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.deadLetters, { 'AwsSolutions-SQS3': 'This is the dead-letter queue itself.' });
  }

  /** Every event of interest wakes `handler`; what the organization has to be asked for wakes `organization`. */
  wake(handler: IFunction, organization: IFunction | null): void {
    const target = this.#target('Retries', handler);
    const patterns = { ...forwarded(this.#props.needs), policy: policyChanged(this.#props.hubAccount) };
    for (const [name, pattern] of Object.entries(patterns)) this.#rule(name, pattern, target);
    const asking = organization === null ? [] : [this.#target('OrganizationRetries', organization)];
    for (const each of asking) {
      this.#rule('deployed', policyDeployed(this.#props.hubAccount), each);
      this.#rule('organization', organizationChanged(this.#props.managementAccount), each);
    }
    this.#scheduled(target, ...asking);
  }

  #target(id: string, handler: IFunction): IRuleTarget {
    // EventBridge only enqueues for Lambda. What happens after that, the function's own retries, ends in its own
    // failure destination, never in the rule's queue: both are needed, and both are this queue.
    new EventInvokeConfig(this, id, {
      function: handler,
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: new SqsDestination(this.deadLetters),
    });
    return new LambdaFunction(handler, {
      deadLetterQueue: this.deadLetters,
      retryAttempts: 185,
      maxEventAge: Duration.hours(24),
    });
  }

  /** On the account's default bus: EventBridge has scheduled rules on no other. */
  #scheduled(...targets: readonly IRuleTarget[]): void {
    const { reconcile } = this.#props;
    if (reconcile === null || this.schedule === null) return;
    const schedule = Schedule.expression(reconcile.expression);
    new Rule(this, 'schedule', { ruleName: this.schedule.rule, schedule, targets: [...targets] });
  }

  #rule(name: string, eventPattern: EventPattern, target: IRuleTarget): void {
    const ruleName = `${this.#props.namespace}-${name}`;
    this.rules.push(new Rule(this, name, { ruleName, eventBus: this.bus, eventPattern, targets: [target] }));
  }

  /** Of the organization, and from an account the policy names. */
  #members(): SenderCondition {
    const { organization, accounts, external } = this.#props;
    const named = accounts.filter((account) => !external.includes(account));
    const listed = named.length > 0 && named.length <= MOST_ACCOUNTS ? { 'aws:PrincipalAccount': named } : {};
    return { 'aws:PrincipalOrgID': organization, ...listed };
  }

  /**
   * Organization and account decide, as in AWS's own samples. Which role EventBridge names as the principal of what a
   * rule forwards is nowhere said: a condition on it that AWS fills otherwise would keep every event out, unseen.
   */
  #admit(id: string, statementId: string, who: SenderCondition): void {
    new CfnEventBusPolicy(this, id, {
      eventBusName: this.bus.eventBusName,
      statementId,
      statement: {
        Sid: statementId,
        Effect: 'Allow',
        Principal: '*',
        Action: 'events:PutEvents',
        Resource: this.bus.eventBusArn,
        Condition: { StringEquals: who },
      },
    });
  }
}
