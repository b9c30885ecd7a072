/** A finding's life across walks: opened, told once, recovered, told. Pure: records in, records out. */

import type { FindingRecord } from '../contracts/ledger.ts';
import type { Finding } from './actions.ts';

export interface Settled {
  /** Records that changed and have to be written. */
  readonly changed: readonly FindingRecord[];
  readonly open: number;
}

/**
 * Compares what a walk found with what is on record for its scope. Waiting is not recorded: it is the other half's.
 * What an unknown hop hides is not called recovered (G-V1).
 */
export function settle(options: {
  readonly scope: string;
  readonly findings: readonly Finding[];
  readonly records: readonly FindingRecord[];
  readonly now: number;
  readonly execution: string;
}): Settled {
  const { scope, records, now, execution } = options;
  const current = new Map(options.findings.filter((f) => f.state !== 'waiting').map((f) => [f.key, f]));
  const before = new Map(records.map((record) => [record.key, record]));
  const opened = [...current.values()].flatMap((found) => {
    const record = before.get(found.key);
    const text = JSON.stringify(found);
    if (record?.state === 'open')
      return record.finding === text ? [] : [{ ...record, finding: text, seenAt: now, execution }];
    return [
      {
        key: found.key,
        scope,
        state: 'open' as const,
        finding: text,
        openedAt: now,
        seenAt: now,
        recoveredAt: null,
        reportedAt: null,
        recoveryReportedAt: null,
        execution,
      },
    ];
  });
  const blind = [...current.values()].filter((f) => f.state === 'unknown');
  const recovered = records
    .filter((record) => record.state === 'open' && !current.has(record.key) && !hidden(record, blind))
    .map((record) => ({ ...record, state: 'recovered' as const, recoveredAt: now, execution }));
  return { changed: [...opened, ...recovered], open: current.size };
}

/** An unknown hop hides every finding on it, of its product or of all. */
function hidden(record: FindingRecord, blind: readonly Finding[]): boolean {
  const found = findingOf(record);
  return blind.some(
    (b) =>
      b.hop === found.hop &&
      b.account === found.account &&
      (b.product === null || found.product === null || b.product === found.product),
  );
}

export function findingOf(record: FindingRecord): Finding {
  return JSON.parse(record.finding) as Finding;
}

/** What has to be told: new findings once, recoveries only of what was told. */
export function toTell(records: readonly FindingRecord[]): {
  readonly failed: readonly FindingRecord[];
  readonly recovered: readonly FindingRecord[];
} {
  return {
    failed: records.filter((r) => r.state === 'open' && r.reportedAt === null),
    recovered: records.filter((r) => r.state === 'recovered' && r.reportedAt !== null && r.recoveryReportedAt === null),
  };
}
