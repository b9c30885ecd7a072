/** The hub: bus, functions, machines, ledger, policy bucket, alarms. Once per namespace. */

import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { OnEventEnv, OrganizationEnv, ReconcileEnv, ReportEnv } from '#contracts/env.ts';
import { type MachineName, machineName } from '#contracts/names.ts';
import type { Policy, PolicyDocument } from '#contracts/policy.ts';
import { accountIds, eventNeeds, externalIds } from '../accounts.ts';
import { Alerting } from '../constructs/alerting.ts';
import { auditBucket } from '../constructs/audit-bucket.ts';
import { HubBus } from '../constructs/hub-bus.ts';
import { HubFunction } from '../constructs/hub-function.ts';
import { Machine } from '../constructs/machines.ts';
import { ObservationBucket } from '../constructs/observation-bucket.ts';
import { PlanRole } from '../constructs/plan-role.ts';
import { PolicyBucket, StoredPolicy } from '../constructs/policy-store.ts';
import { keepLedger, type Right, readObjects, readStanding, writeObjects } from '../constructs/rights.ts';
import { watch } from '../constructs/watching.ts';

export interface HubStackProps extends StackProps {
  readonly document: PolicyDocument;
  readonly policy: Policy;
  /** Path of our roles in the member accounts. */
  readonly memberRolePath: string;
}

/** on-event parses, routes, asks Glue for crawlers, workflows or databases and starts a few machines. */
const HANDLER_TIMEOUT = 30;
/** A stage of 1,000 tables is 50 batches of grants, each a few seconds when Lake Formation makes shares: 4 minutes. */
const STAGE_TIMEOUT = Duration.minutes(5);
/** How long a run waits for a share to be visible, and before that for another run's lease, in seconds each. */
const PATIENCE = 900;

export class HubStack extends Stack {
  readonly #hub: HubStackProps;
  readonly #namespace: string;
  readonly #asksOrganization: boolean;
  readonly #table: Table;
  readonly #policies: PolicyBucket;
  readonly #audit: Bucket;
  readonly #observations: ObservationBucket;
  readonly #bus: HubBus;
  readonly #alerting: Alerting;

  constructor(scope: Construct, id: string, props: HubStackProps) {
    super(scope, id, props);
    this.#hub = props;
    const { policy } = props;
    this.#namespace = policy.namespace;
    this.#asksOrganization = policy.parts.length > 0;
    this.#policies = new PolicyBucket(this, 'Policies');
    this.#table = this.#ledger();
    this.#audit = auditBucket(this, policy.retention);
    this.#observations = new ObservationBucket(this, 'Observations', { logs: this.#audit });
    this.#bus = new HubBus(this, 'Events', {
      namespace: policy.namespace,
      hubAccount: policy.hub.account,
      managementAccount: policy.organization.managementAccount,
      organization: policy.organization.id,
      // Who is in parts of the organization comes and goes: organization and role decide.
      accounts: this.#asksOrganization ? [] : accountIds(policy),
      external: externalIds(policy),
      needs: eventNeeds(policy),
      reconcile: policy.reconcile,
    });
    this.#alerting = new Alerting(this, 'Alerts', { namespace: policy.namespace, emails: policy.alerts.email });
    const reconcile = this.#reconcile();
    const report = this.#report();
    const onEvent = this.#onEvent();
    const machines = this.#machines(reconcile, report);
    const organization = this.#asksOrganization ? this.#organization() : null;
    this.#bus.wake(onEvent.function, organization?.function ?? null);
    const stored = new StoredPolicy(this, 'Policy', {
      namespace: policy.namespace,
      bucket: this.#policies.bucket,
      bus: { name: this.#bus.bus.eventBusName, arn: this.#bus.bus.eventBusArn },
      document: props.document,
      hash: policy.hash,
      after: [this.#bus, onEvent, reconcile, report, ...(organization ? [organization] : []), ...machines],
    });
    const plan = this.#plan();
    watch(this.#alerting, {
      namespace: policy.namespace,
      functions: [onEvent, reconcile, report, stored.store, ...(organization ? [organization] : [])],
      machines,
      bus: this.#bus,
      onEvent: onEvent.function,
    });
    this.#outputs({ PlanRoleArn: plan.role.roleArn });
  }

  #plan(): PlanRole {
    const { memberRolePath } = this.#hub;
    const { bucket } = this.#policies;
    return new PlanRole(this, 'Plan', {
      namespace: this.#namespace,
      memberRolePath,
      bucket,
      table: this.#table,
      asksOrganization: this.#asksOrganization,
    });
  }

  /** Kept when the stack goes: it alone knows what we wrote and may withdraw. */
  #ledger(): Table {
    return new Table(this, 'Ledger', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  #common() {
    return {
      NAMESPACE: this.#namespace,
      POLICY_BUCKET: this.#policies.bucket.bucketName,
      LEDGER_TABLE: this.#table.tableName,
    };
  }

  #starting() {
    return {
      ...this.#common(),
      PUBLISH_MACHINE_ARN: this.#machineArn('publish-database'),
      ONBOARD_MACHINE_ARN: this.#machineArn('onboard-account'),
      SURVEY_MACHINE_ARN: this.#machineArn('survey-account'),
      MEMBER_ROLE_PATH: this.#hub.memberRolePath,
      // The same for both that start machines: the input must be a pure function of the execution's name. Reconcile
      // names the window right before each start, so its own longer timeout doesn't count.
      HANDLER_TIMEOUT: String(HANDLER_TIMEOUT),
    };
  }

  #onEvent(): HubFunction<OnEventEnv> {
    const path = this.#hub.memberRolePath;
    const onEvent = new HubFunction<OnEventEnv>(this, 'OnEvent', {
      namespace: this.#namespace,
      name: 'on-event',
      description: 'Event → where to look → a machine',
      environment: this.#starting(),
      timeout: Duration.seconds(HANDLER_TIMEOUT),
      memory: 512,
      enters: { roles: ['Reader'], path },
    });
    const rights = [...readObjects(this.#policies.bucket, 'policies'), readStanding(this.#table), ...this.#start()];
    for (const right of rights) onEvent.may(right);
    return onEvent;
  }

  #reconcile(): HubFunction<ReconcileEnv> {
    const { policy, memberRolePath: path } = this.#hub;
    // Both deadlines count from the execution's start, so the longest wait for the window comes first.
    const windowWait = 2 * policy.debounce + HANDLER_TIMEOUT + 5;
    const reconcile = new HubFunction<ReconcileEnv>(this, 'Reconcile', {
      namespace: this.#namespace,
      name: 'reconcile',
      description: 'One stage of the access path: observe → assess → apply → observe',
      environment: {
        ...this.#starting(),
        AUDIT_BUCKET: this.#audit.bucketName,
        OBSERVATION_BUCKET: this.#observations.bucket.bucketName,
        LEASE_WITHIN: String(windowWait + PATIENCE),
        ACCEPT_WITHIN: String(windowWait + 2 * PATIENCE),
      },
      timeout: STAGE_TIMEOUT,
      // Catalog pages of 10,000 tables are about 100 MB of objects; CPU comes with memory, and start-up needs CPU.
      memory: 1024,
      enters: { roles: ['Reader', 'Operator', 'Storage'], path },
    });
    const { bucket } = this.#policies;
    const rights = [
      ...readObjects(bucket, 'policies', 'snapshots'),
      writeObjects(bucket, 'snapshots'),
      keepLedger(this.#table),
      writeObjects(this.#audit, 'entries'),
      ...readObjects(this.#observations.bucket, 'runs'),
      writeObjects(this.#observations.bucket, 'runs'),
      { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [this.#observations.key.keyArn] },
      ...this.#start(),
    ];
    for (const right of rights) reconcile.may(right);
    return reconcile;
  }

  #report(): HubFunction<ReportEnv> {
    const report = new HubFunction<ReportEnv>(this, 'Report', {
      namespace: this.#namespace,
      name: 'report',
      description: 'Tells people what broke and what recovered, once',
      environment: {
        ...this.#common(),
        TOPIC_ARN: this.#alerting.topic.topicArn,
        BUS_NAME: this.#bus.bus.eventBusName,
      },
      // Two requests per new finding: 500 findings at 100 ms each.
      timeout: Duration.minutes(2),
      memory: 512,
    });
    for (const right of this.#telling()) report.may(right);
    return report;
  }

  /** Reads the organization, puts in force what waited for that, and tells. */
  #organization(): HubFunction<OrganizationEnv> {
    const { memberRolePath: path } = this.#hub;
    const organization = new HubFunction<OrganizationEnv>(this, 'Organization', {
      namespace: this.#namespace,
      name: 'organization',
      description: 'Which accounts the audiences of the organization have',
      environment: {
        ...this.#common(),
        MEMBER_ROLE_PATH: path,
        TOPIC_ARN: this.#alerting.topic.topicArn,
        BUS_NAME: this.#bus.bus.eventBusName,
      },
      // Pages of 20 accounts, one after the other, twice: 10,000 accounts are 1,000 calls of a quarter second.
      timeout: Duration.minutes(10),
      memory: 512,
      enters: { roles: ['Organization'], path },
    });
    const rights = [
      ...readObjects(this.#policies.bucket, 'policies'),
      writeObjects(this.#policies.bucket, 'policies'),
      ...this.#telling(),
    ];
    for (const right of rights) organization.may(right);
    return organization;
  }

  #telling(): readonly Right[] {
    return [
      keepLedger(this.#table),
      { actions: ['events:PutEvents'], resources: [this.#bus.bus.eventBusArn] },
      { actions: ['sns:Publish'], resources: [this.#alerting.topic.topicArn] },
      { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [this.#alerting.key.keyArn] },
    ];
  }

  #machines(reconcile: HubFunction<ReconcileEnv>, report: HubFunction<ReportEnv>): Machine[] {
    const props = { namespace: this.#namespace, reconcile: reconcile.function, report: report.function };
    return [
      new Machine(this, 'PublishDatabase', { ...props, name: 'publish-database' }),
      new Machine(this, 'OnboardAccount', { ...props, name: 'onboard-account' }),
      new Machine(this, 'SurveyAccount', { ...props, name: 'survey-account' }),
    ];
  }

  /** By name and not by reference: a machine calls reconcile, and reconcile starts machines. */
  #start(): readonly Right[] {
    const machines = ['publish-database', 'onboard-account', 'survey-account'] as const;
    return [
      { actions: ['states:StartExecution'], resources: machines.map((name) => this.#machineArn(name)) },
      {
        actions: ['states:DescribeExecution'],
        resources: machines.map((name) => this.#arn('execution', `${machineName(this.#namespace, name)}:*`)),
        why: 'Executions of our machines: their names are made at run time.',
      },
    ];
  }

  #machineArn(name: MachineName): string {
    return this.#arn('stateMachine', machineName(this.#namespace, name));
  }

  #arn(kind: 'stateMachine' | 'execution', name: string): string {
    return `arn:${this.partition}:states:${this.region}:${this.account}:${kind}:${name}`;
  }

  #outputs(more: Readonly<Record<string, string>>): void {
    const outputs = {
      PolicyBucket: this.#policies.bucket.bucketName,
      LedgerTable: this.#table.tableName,
      AuditBucket: this.#audit.bucketName,
      BusArn: this.#bus.bus.eventBusArn,
      DeadLetterQueueUrl: this.#bus.deadLetters.queueUrl,
      AlertTopicArn: this.#alerting.topic.topicArn,
      PublishMachineArn: this.#machineArn('publish-database'),
      OnboardMachineArn: this.#machineArn('onboard-account'),
      ...more,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
