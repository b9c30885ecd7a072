/** Tells people and programs what opened and what recovered, each once: an event on the hub's bus and a message. */

import { publishAlert, putEvent } from '#aws/alerts.ts';
import { createDynamoLedger } from '#aws/ledger.ts';
import { dynamodbClient, eventsClient, snsClient } from '#aws/service-clients.ts';
import { createSessions } from '#aws/sessions.ts';
import type { Alert } from '#contracts/documents.ts';
import { type ReportEnv, ReportEnvSchema } from '#contracts/env.ts';
import { LakeError } from '#contracts/errors.ts';
import type { FindingRecord, Ledger } from '#contracts/ledger.ts';
import { ACCESS_FAILED, ACCESS_RECOVERED, HUB_SOURCE, memberRolePath, partitionOf } from '#contracts/names.ts';
import { shown, shownIn } from '#contracts/shown.ts';
import { type ReportOutput, StageInputSchema } from '#contracts/steps.ts';
import { alertBody, alertSubject, executionUrl } from '#core/alert.ts';
import { unreported } from '#core/finding-records.ts';
import { scopeText } from '#core/start.ts';
import { type Clock, systemClock } from '#runtime/clock.ts';
import { ownRegion, readEnv } from '#runtime/env.ts';
import { createLog, type Log } from '#runtime/logger.ts';
import { once } from '#runtime/once.ts';

export interface ReportServices {
  readonly env: ReportEnv;
  readonly region: string;
  readonly ledger: Ledger;
  putEvent(event: { source: string; detailType: string; detail: Alert }): Promise<void>;
  publish(message: { subject: string; body: string }): Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

export async function report(payload: unknown, services: ReportServices): Promise<ReportOutput> {
  const parsed = StageInputSchema.safeParse(payload);
  if (!parsed.success)
    throw new LakeError('EventInvalid', {
      message: `report input: ${parsed.error.issues.map((i) => i.path.join('.')).join(', ')}`,
    });
  const { scope, execution, stage } = parsed.data;
  const all = await services.ledger.findings(scopeText(scope));
  // Without the scope's lease its other findings are another run's to tell, which is at work on them now.
  const records = stage === 'lease-held' ? all.filter((record) => record.finding.cause === 'lease-held') : all;
  const { failed, recovered } = unreported(records);
  for (const record of failed) await tell(record, 'failed', execution, services);
  for (const record of recovered) await tell(record, 'recovered', execution, services);
  const known = records.filter((record) => record.state === 'open').length - failed.length;
  return { opened: failed.length, known, recovered: recovered.length };
}

/** Told, then marked: a run cut in between tells twice rather than never. */
async function tell(
  record: FindingRecord,
  what: 'failed' | 'recovered',
  execution: string,
  services: ReportServices,
): Promise<void> {
  const now = services.clock.now();
  // An older version may have recorded it.
  const found = shownIn(record.finding);
  const alert: Alert = {
    schema: 'onramp.alert/1',
    finding: found,
    scope: shown(record.scope),
    execution,
    executionUrl: executionUrl(execution, services.region),
    at: new Date(now).toISOString(),
  };
  await services.putEvent({
    source: HUB_SOURCE,
    detailType: what === 'failed' ? ACCESS_FAILED : ACCESS_RECOVERED,
    detail: alert,
  });
  await services.publish({ subject: alertSubject(found, what), body: alertBody(alert, what) });
  await services.ledger.markReported(record, now);
  services.log
    .with({ scope: record.scope, account: found.account, product: found.product ?? undefined, execution })
    .decision(`told: ${what}`, { cause: found.cause, hop: found.hop });
}

/** This function marks findings and ends no entry. */
const writesNoEntries = async (): Promise<void> => {
  throw new LakeError('Unexpected', { message: 'report ended an entry of the ledger' });
};

function wire(): ReportServices {
  const env = readEnv(ReportEnvSchema);
  const region = ownRegion();
  const config = createSessions({
    partition: partitionOf(region),
    namespace: env.NAMESPACE,
    rolePath: memberRolePath(env.NAMESPACE),
    sessionName: `${env.NAMESPACE}-report`,
  }).own(region);
  const [events, sns] = [eventsClient(config), snsClient(config)];
  return {
    env,
    region,
    ledger: createDynamoLedger(dynamodbClient(config), env.LEDGER_TABLE, writesNoEntries),
    putEvent: (event) => putEvent(events, { bus: env.BUS_NAME, ...event }),
    publish: (message) => publishAlert(sns, { topicArn: env.TOPIC_ARN, ...message }),
    clock: systemClock,
    log: createLog('report'),
  };
}

const services = once(wire);

export const handler = (payload: unknown): Promise<ReportOutput> => report(payload, services());
