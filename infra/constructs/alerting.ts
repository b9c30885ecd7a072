/** The topic people read, and the alarms that reach it without any code of ours. */

import { Aws, Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps as CloudWatchAlarm,
  ComparisonOperator,
  type IMetric,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlertingProps {
  readonly namespace: string;
  readonly emails: readonly string[];
}

export interface AlarmProps {
  /** Kebab-case: the alarm's name and its section in docs/runbook.md. */
  readonly name: string;
  /** `now`: data does not flow or nobody is told. `today`: it heals or waits. */
  readonly severity: 'now' | 'today';
  /** What it means for people who wait for data. */
  readonly impact: string;
  /** Counts something that should not happen. One is enough. */
  readonly metric: IMetric;
}

export interface SilenceProps extends Omit<AlarmProps, 'metric'> {
  /** Counts something that should happen, and has no data while it does not. */
  readonly metric: Metric;
  /** How long nothing of it is too long: 7 days at most. */
  readonly minutes: number;
}

export class Alerting extends Construct {
  readonly topic: Topic;
  readonly key: Key;
  readonly alarms: Alarm[] = [];
  readonly #namespace: string;

  constructor(scope: Construct, id: string, props: AlertingProps) {
    super(scope, id);
    this.#namespace = props.namespace;
    this.key = new Key(this, 'Key', {
      description: `Alerts of ${props.namespace}`,
      enableKeyRotation: true,
    });
    // A publisher to an encrypted topic needs the key as well, or its messages vanish without an error (G-E10).
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsMayEncrypt',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    this.topic = new Topic(this, 'Topic', {
      displayName: `Lake Onramp ${props.namespace}`,
      masterKey: this.key,
      enforceSSL: true,
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsMayPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    for (const email of props.emails) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** The only way to make an alarm: each has an impact and a section in the runbook. */
  alarm({ metric, ...said }: AlarmProps): Alarm {
    return this.#alarm(said, {
      metric,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** A period is a day at most, so a longer silence is several periods of the same length without one count. */
  alarmOfSilence({ metric, minutes, ...said }: SilenceProps): Alarm {
    const evaluationPeriods = Math.ceil(minutes / MINUTES_OF_DAY);
    return this.#alarm(said, {
      metric: metric.with({ statistic: 'Sum', period: Duration.minutes(Math.ceil(minutes / evaluationPeriods)) }),
      threshold: 1,
      evaluationPeriods,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  #alarm({ name, severity, impact }: Omit<AlarmProps, 'metric'>, judged: CloudWatchAlarm): Alarm {
    const alarm = new Alarm(this, name, {
      alarmName: `${this.#namespace}-${name}`,
      alarmDescription: `[${severity}] ${impact} What to do: docs/runbook.md#${name}`,
      ...judged,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    this.alarms.push(alarm);
    return alarm;
  }
}

const MINUTES_OF_DAY = 24 * 60;

/** Alarms look at five minutes: long enough for one e-mail per trouble, short enough for the night. */
export const ALARM_PERIOD = Duration.minutes(5);
