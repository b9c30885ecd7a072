/** A finding's life across runs: opened, reported once, recovered, told. Pure: records in, records out. */

import { isDeepStrictEqual } from 'node:util';
import type { Finding } from '#contracts/findings.ts';
import type { FindingRecord } from '#contracts/ledger.ts';
import { NO_PRODUCT, type Skipped } from './assessment.ts';
import { isUnread } from './findings.ts';

export interface Settled {
  /** Records that changed and have to be written. */
  readonly changed: readonly FindingRecord[];
  readonly open: number;
}

/**
 * Compares what a run found with what is on record for its scope. Waiting is not recorded: it is the other half's.
 * What an unknown hop hides is not called recovered (G-V1), nor what a hop did not judge this time.
 */
export function settle(options: {
  readonly scope: string;
  readonly findings: readonly Finding[];
  /** Found here too, and another scope's to tell: opens nothing, and what was opened here stays until it is gone. */
  readonly elsewhere?: readonly Finding[];
  readonly skipped?: readonly Skipped[];
  readonly records: readonly FindingRecord[];
  readonly now: number;
  readonly execution: string;
}): Settled {
  const { scope, records, now, execution } = options;
  const current = new Map(options.findings.filter((f) => f.state !== 'waiting').map((f) => [f.key, f]));
  const before = new Map(records.map((record) => [record.key, record]));
  const opened = [...current.values()].flatMap((found) => {
    const record = before.get(found.key);
    if (record?.state === 'open')
      return sameFinding(record.finding, found) ? [] : [{ ...record, finding: found, seenAt: now, execution }];
    return [
      {
        key: found.key,
        scope,
        state: 'open' as const,
        finding: found,
        openedAt: now,
        seenAt: now,
        recoveredAt: null,
        reportedAt: null,
        recoveryReportedAt: null,
        execution,
      },
    ];
  });
  const { elsewhere = [] } = options;
  const there = new Set(elsewhere.map(({ key }) => key));
  const unknown = [...options.findings, ...elsewhere].filter(isUnread);
  const waits = options.findings.filter((f) => f.state === 'waiting');
  const silent = [
    ...waits.map(({ hop, product }) => ({ hop, product: product ?? NO_PRODUCT })),
    ...(options.skipped ?? []),
  ];
  const recovered = records
    .filter((record) => record.state === 'open' && !current.has(record.key) && !there.has(record.key))
    .filter((record) => !hidden(record.finding, unknown, silent))
    .map((record) => ({ ...record, state: 'recovered' as const, recoveredAt: now, execution }));
  return { changed: [...opened, ...recovered], open: current.size };
}

/** An unknown hop hides every finding on it, of its product or of all; one that was not judged hides its product's. */
function hidden(found: Finding, unknown: readonly Finding[], silent: readonly Skipped[]): boolean {
  if (found.about !== undefined) {
    // No product speaks for it: only a hop that was not judged at all, or could not see, leaves it open.
    return [...silent.filter(({ product }) => product === null), ...unknown].some(({ hop }) => hop === found.hop);
  }
  const about = (b: Skipped) =>
    b.hop === found.hop && (b.product === null || b.product === (found.product ?? NO_PRODUCT));
  return silent.some(about) || unknown.some((b) => about(b) || (b.hop === found.hop && found.product === null));
}

/** All of a finding, so that a member more is not forgotten here. */
const MEMBERS: Readonly<Record<keyof Finding, true>> = {
  key: true,
  hop: true,
  state: true,
  cause: true,
  account: true,
  region: true,
  product: true,
  principal: true,
  resource: true,
  message: true,
  remedy: true,
  aws: true,
  about: true,
};

/** Whether they say the same; a member that is absent is one without value. */
function sameFinding(a: Finding, b: Finding): boolean {
  const members = Object.keys(MEMBERS) as (keyof Finding)[];
  return members.every((member) => isDeepStrictEqual(a[member], b[member]));
}

/** Whether all is said of a finding: it has recovered, and that was told. */
export function isPast({ state, recoveryReportedAt }: FindingRecord): boolean {
  return state === 'recovered' && recoveryReportedAt !== null;
}

/** What has to be told: new findings once, recoveries only of what was told. */
export function unreported(records: readonly FindingRecord[]): {
  readonly failed: readonly FindingRecord[];
  readonly recovered: readonly FindingRecord[];
} {
  return {
    failed: records.filter((r) => r.state === 'open' && r.reportedAt === null),
    recovered: records.filter((r) => r.state === 'recovered' && r.reportedAt !== null && r.recoveryReportedAt === null),
  };
}

/** The record as it is now, its opening or recovery told at `at`; null when it has opened or recovered anew since. */
export function reportedRecord(now: FindingRecord | null, told: FindingRecord, at: number): FindingRecord | null {
  if (now === null || now.openedAt !== told.openedAt) return null;
  if (told.state === 'open') return { ...now, reportedAt: at };
  return now.state === 'recovered' ? { ...now, recoveryReportedAt: at } : null;
}
