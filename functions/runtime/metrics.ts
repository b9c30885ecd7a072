/** What alarms and the dashboard count: CloudWatch reads it out of the log (embedded metric format), no call is made. */

import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '#contracts/metrics.ts';

export interface Metrics {
  grantsMade(count: number): void;
  grantsFailed(count: number): void;
  healed(count: number): void;
  eventToReadable(milliseconds: number): void;
  /** Writes what was counted; once at the end of an invocation. */
  flush(): void;
}

export function createMetrics(service: string, namespace: string): Metrics {
  const metrics = new PowertoolsMetrics({
    namespace: METRIC_NAMESPACE,
    serviceName: service,
    defaultDimensions: { [METRIC_DIMENSION]: namespace },
  });
  const count = (name: string) => (value: number) => {
    if (value > 0) metrics.addMetric(name, MetricUnit.Count, value);
  };
  return {
    grantsMade: count(METRICS.grantsMade),
    grantsFailed: count(METRICS.grantsFailed),
    healed: count(METRICS.healed),
    eventToReadable: (value) => metrics.addMetric(METRICS.eventToReadable, MetricUnit.Milliseconds, value),
    flush: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
