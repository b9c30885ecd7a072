/** Findings are told to people and programs, each once: an event on the hub's bus and a message. */

import type { Alert } from '#contracts/documents.ts';
import type { FindingRecord, Ledger } from '#contracts/ledger.ts';
import { ACCESS_FAILED, ACCESS_RECOVERED, HUB_SOURCE } from '#contracts/names.ts';
import { shown, shownIn } from '#contracts/shown.ts';
import type { ReportOutput } from '#contracts/steps.ts';
import { alertBody, alertSubject, executionUrl } from '#core/alert.ts';
import { unreported } from '#core/finding-records.ts';
import type { Clock } from '#runtime/clock.ts';
import type { Log } from '#runtime/logger.ts';

export interface TellServices {
  readonly region: string;
  readonly ledger: Pick<Ledger, 'markReported'>;
  putEvent(event: { source: string; detailType: string; detail: Alert }): Promise<void>;
  publish(message: { subject: string; body: string }): Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tells what of these opened and recovered and was not told yet. `execution`: ARN of who found it. */
export async function tellFindings(
  records: readonly FindingRecord[],
  execution: string,
  services: TellServices,
): Promise<ReportOutput> {
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
  services: TellServices,
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
