/** What is watched: an alarm for each way the hub can fail to do or to tell, and one page with the numbers. */

import { Dashboard, GraphWidget, type IMetric, Metric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '#contracts/metrics.ts';
import { ALARM_PERIOD, type Alerting } from './alerting.ts';
import type { HubBus } from './hub-bus.ts';

/** A function with the name its alarm carries. */
export interface Watched {
  readonly name: string;
  readonly function: IFunction;
}

export interface WatchProps {
  readonly namespace: string;
  readonly functions: readonly Watched[];
  readonly machines: readonly { readonly name: string; readonly machine: StateMachine }[];
  readonly bus: HubBus;
  readonly onEvent: IFunction;
}

/** For metrics that come late. */
const GRACE_MINUTES = 60;

const sum = { statistic: 'Sum', period: ALARM_PERIOD } as const;

export function watch(alerting: Alerting, props: WatchProps): void {
  watchEvents(alerting, props);
  watchRuns(alerting, props);
  watchSchedule(alerting, props);
  alerting.alarm({
    name: 'grants-failed',
    severity: 'today',
    impact: 'AWS refused a grant that was tried: some job role cannot read yet. The finding was sent on its own.',
    metric: ours(props.namespace, METRICS.grantsFailed),
  });
  dashboard(alerting, props);
}

/** Events that were neither handled nor kept in order. */
function watchEvents(alerting: Alerting, { bus, onEvent }: WatchProps): void {
  alerting.alarm({
    name: 'dead-letters',
    severity: 'now',
    impact: 'An event could not be handled: what it announced waits for the next event or deployment.',
    metric: bus.deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: ALARM_PERIOD }),
  });
  alerting.alarm({
    name: 'events-lost',
    severity: 'now',
    impact: 'An event could neither be delivered nor kept in the dead-letter queue.',
    metric: onEvent.metric('DestinationDeliveryFailures', sum),
  });
}

/** EventBridge counts a rule's invocations itself, and counts nothing while there are none. */
function watchSchedule(alerting: Alerting, { bus }: WatchProps): void {
  const [metric] = scheduledLooks(bus);
  if (bus.schedule === null || metric === undefined) return;
  alerting.alarmOfSilence({
    name: 'schedule-silent',
    severity: 'today',
    impact: 'Nothing is looked at by the schedule: what a lost event announced, or somebody changed, is not repaired.',
    metric,
    minutes: bus.schedule.longestGap + GRACE_MINUTES,
  });
}

/** Metrics of a rule of the default bus have its name as their only dimension. */
function scheduledLooks({ schedule }: HubBus): readonly Metric[] {
  if (schedule === null) return [];
  const dimensionsMap = { RuleName: schedule.rule };
  return [new Metric({ namespace: 'AWS/Events', metricName: 'Invocations', dimensionsMap, ...sum })];
}

function watchRuns(alerting: Alerting, { functions, machines }: WatchProps): void {
  for (const { name, machine } of machines) {
    alerting.alarm({
      name: `${name}-failed`,
      severity: 'now',
      impact: 'A run could not finish or could not report.',
      metric: machine.metricFailed(sum),
    });
    alerting.alarm({
      name: `${name}-timed-out`,
      severity: 'now',
      impact: 'A run took longer than four hours and was ended by Step Functions.',
      metric: machine.metricTimedOut(sum),
    });
  }
  for (const watched of functions) {
    alerting.alarm({
      name: `${watched.name}-errors`,
      severity: 'today',
      impact: 'A function threw. Its caller retries; if that does not help, another alarm says so.',
      metric: watched.function.metricErrors(sum),
    });
  }
}

function dashboard(alerting: Alerting, { namespace, functions, machines, bus }: WatchProps): void {
  const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12 });
  const markdown = `# Lake Onramp ${namespace}\nAlarms and what to do: docs/runbook.md`;
  new Dashboard(alerting, 'Dashboard', {
    dashboardName: `${namespace}-onramp`,
    widgets: [
      [new TextWidget({ markdown, width: 24, height: 2 })],
      [
        graph(
          'Grants',
          [METRICS.grantsMade, METRICS.grantsFailed, METRICS.healed].map((name) => ours(namespace, name)),
        ),
        graph('Event to readable (ms)', [
          ours(namespace, METRICS.eventToReadable, 'p50'),
          ours(namespace, METRICS.eventToReadable, 'p99'),
        ]),
      ],
      [
        graph(
          'Runs',
          machines.flatMap(({ machine }) => [machine.metricStarted(sum), machine.metricFailed(sum)]),
        ),
        graph('Dead letters, and looks by the schedule', [
          bus.deadLetters.metricApproximateNumberOfMessagesVisible(),
          ...scheduledLooks(bus),
        ]),
      ],
      [
        graph(
          'Function errors',
          functions.map((each) => each.function.metricErrors(sum)),
        ),
        graph(
          'Function time',
          functions.map((each) => each.function.metricDuration({ statistic: 'p99' })),
        ),
      ],
    ],
  });
}

function ours(namespace: string, metricName: string, statistic = 'Sum'): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    // Powertools adds the service to what we name; CloudWatch finds a metric by all its dimensions only.
    dimensionsMap: { service: 'reconcile', [METRIC_DIMENSION]: namespace },
    statistic,
    period: ALARM_PERIOD,
  });
}
