/** Tells people and programs what opened and what recovered, each once: an event on the hub's bus and a message. */

import { publishAlert, putEvent } from '#aws/alerts.ts';
import { createDynamoLedger, endsNothing } from '#aws/ledger.ts';
import { dynamodbClient, eventsClient, snsClient } from '#aws/service-clients.ts';
import { createSessions } from '#aws/sessions.ts';
import { type ReportEnv, ReportEnvSchema } from '#contracts/env.ts';
import { LakeError } from '#contracts/errors.ts';
import type { Ledger } from '#contracts/ledger.ts';
import { memberRolePath, partitionOf } from '#contracts/names.ts';
import { type ReportOutput, StageInputSchema } from '#contracts/steps.ts';
import { scopeText } from '#core/start.ts';
import { systemClock } from '#runtime/clock.ts';
import { ownRegion, readEnv } from '#runtime/env.ts';
import { createLog } from '#runtime/logger.ts';
import { once } from '#runtime/once.ts';
import { type TellServices, tellFindings } from './tell.ts';

export interface ReportServices extends TellServices {
  readonly env: ReportEnv;
  readonly ledger: Ledger;
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
  return tellFindings(records, execution, services);
}

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
    ledger: createDynamoLedger(dynamodbClient(config), env.LEDGER_TABLE, endsNothing),
    putEvent: (event) => putEvent(events, { bus: env.BUS_NAME, ...event }),
    publish: (message) => publishAlert(sns, { topicArn: env.TOPIC_ARN, ...message }),
    clock: systemClock,
    log: createLog('report'),
  };
}

const services = once(wire);

export const handler = (payload: unknown): Promise<ReportOutput> => report(payload, services());
