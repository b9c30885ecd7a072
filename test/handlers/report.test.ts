/** Who tells what: a run without its scope's lease speaks of nothing but the lease. */

import { expect, test } from 'vitest';
import type { FindingRecord } from '#contracts/ledger.ts';
import { finding } from '#core/findings.ts';
import { createMemoryLedger } from '#core/memory-ledger.ts';
import { scopeText } from '#core/start.ts';
import { type ReportServices, report } from '../../functions/handlers/report.ts';
import { CUR } from '../../infra/local/scenes/places.ts';
import { scopeOf } from '../support/scopes.ts';

const scope = scopeOf(CUR);
const input = {
  execution: 'arn:aws:states:ap-northeast-1:333333333333:execution:publish:run-1',
  startedAt: '2026-01-01T00:00:00Z',
  scope,
  policy: 'hash',
};

function record(cause: string): FindingRecord {
  const { account, region } = scope;
  const where = {
    hop: 'settings',
    state: 'broken',
    account,
    region,
    resource: 'r',
    message: 'm',
    remedy: 'x',
  } as const;
  const found = finding({ ...where, cause });
  const never = { recoveredAt: null, reportedAt: null, recoveryReportedAt: null };
  const seen = { openedAt: 1, seenAt: 1, execution: 'e', ...never };
  return { key: found.key, scope: scopeText(scope), state: 'open', finding: found, ...seen };
}

function services(during: () => Promise<void> = async () => undefined) {
  const ledger = createMemoryLedger();
  const told: string[] = [];
  const log = { decision() {}, write() {}, trouble() {}, with: () => log };
  const wired: ReportServices = {
    env: { NAMESPACE: 'onramp', POLICY_BUCKET: 'b', LEDGER_TABLE: 't', TOPIC_ARN: 'topic', BUS_NAME: 'bus' },
    region: 'ap-northeast-1',
    ledger,
    putEvent: async ({ detail }) => void told.push(detail.finding.cause),
    publish: during,
    clock: { now: () => 5, sleep: async () => undefined },
    log,
  };
  return { ledger, told, wired };
}

test('a run that could not get its scope tells that, and leaves the rest to the run that has it', async () => {
  const { ledger, told, wired } = services();
  await ledger.putFindings([record('lease-held'), record('not-readable')]);
  await report({ ...input, stage: 'lease-held' }, wired);
  expect(told).toEqual(['lease-held']);
  await report({ ...input, stage: 'report' }, wired);
  expect(told).toEqual(['lease-held', 'not-readable']);
});

test('a finding that recovers while it is being told stays recovered, and that is still to be told', async () => {
  const open = record('lease-held');
  const recovered = { ...open, state: 'recovered' as const, recoveredAt: 4 };
  const { ledger, wired } = services(() => ledger.putFindings([recovered]));
  await ledger.putFindings([open]);
  await report({ ...input, stage: 'lease-held' }, wired);
  expect(await ledger.findings(scopeText(scope))).toEqual([{ ...recovered, reportedAt: 5 }]);
});
